function calm_stretch(runs, most) {
    let longest = 0;
    for (let start = 0; start < runs.length; start++) {
        let failed = 0;
        for (let end = start; end < runs.length; end++) {
            if (runs[end] === "F" && ++failed > most) break;
            longest = Math.max(longest, end - start + 1);
        }
    }
    return longest;
}
