function least_padding(lengths, batches) {
    const sorted = [...lengths].sort((one, other) => one - other), known = new Map();
    const least = (start, left) => {
        if (start === sorted.length) return 0;
        if (left === 0) return Infinity;
        const key = start * (batches + 1) + left;
        if (known.has(key)) return known.get(key);
        let best = Infinity, sum = 0;
        for (let end = start; end < sorted.length; end++) {
            sum += sorted[end];
            best = Math.min(best, sorted[end] * (end - start + 1) - sum + least(end + 1, left - 1));
        }
        known.set(key, best);
        return best;
    };
    return least(0, batches);
}
