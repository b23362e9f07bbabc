function price_history(entries) {
    const edges = [...new Set(entries.flatMap(([first, last]) => [first, last + 1]))].sort((one, other) => one - other);
    const history = [];
    for (let at = 0; at + 1 < edges.length; at++) {
        const entry = entries.findLast(([first, last]) => first <= edges[at] && edges[at] <= last);
        if (entry === undefined) continue;
        const before = history.at(-1);
        if (before !== undefined && before[1] === edges[at] - 1 && before[2] === entry[2]) before[1] = edges[at + 1] - 1;
        else history.push([edges[at], edges[at + 1] - 1, entry[2]]);
    }
    return history;
}
