function cheapest_trip(legs, start, goal) {
    const out = new Map();
    for (const [from, to, price] of legs) {
        if (!out.has(from)) out.set(from, []);
        out.get(from).push([to, price]);
    }
    const best = new Map([[`${start}/false`, 0]]);
    const waiting = [[0, start, false]];
    while (waiting.length > 0) {
        waiting.sort((one, other) => other[0] - one[0]);
        const [paid, town, used] = waiting.pop();
        if (town === goal) return paid;
        if (paid > best.get(`${town}/${used}`)) continue;
        for (const [to, price] of out.get(town) ?? []) {
            for (const [total, spent] of [[paid + price, used], ...(used ? [] : [[paid + Math.floor(price / 2), true]])]) {
                const key = `${to}/${spent}`;
                if (total >= (best.get(key) ?? Infinity)) continue;
                best.set(key, total);
                waiting.push([total, to, spent]);
            }
        }
    }
    return -1;
}
