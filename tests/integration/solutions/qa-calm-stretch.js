function calm_stretch(runs, most) {
    let start = 0, failed = 0, longest = 0;
    for (let end = 0; end < runs.length; end++) {
        if (runs[end] === "F") failed++;
        for (; failed > most; start++) if (runs[start] === "F") failed--;
        longest = Math.max(longest, end - start + 1);
    }
    return longest;
}
