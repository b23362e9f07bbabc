function known_then(entries, day, entered_by) {
    const best = new Map();
    for (const [meter, read, entered, value] of entries) {
        if (read > day || entered > entered_by) continue;
        const [before, when] = best.get(meter) ?? [-Infinity, -Infinity];
        if (read > before || (read === before && entered >= when)) best.set(meter, [read, entered, value]);
    }
    return [...best].map(([meter, [, , value]]) => [meter, value]).sort(([one], [other]) => (one < other ? -1 : 1));
}
