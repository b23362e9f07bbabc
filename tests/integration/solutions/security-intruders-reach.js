function intruder_reach(start, links, needs, holds) {
    const entered = new Set([start]);
    const keys = new Set(holds[start] ?? []);
    for (let before = 0; before < entered.size; ) {
        before = entered.size;
        for (const [one, other] of [...links, ...links.map(([from, to]) => [to, from])]) {
            if (!entered.has(one) || entered.has(other)) continue;
            if ((needs[other] ?? []).some((key) => !keys.has(key))) continue;
            entered.add(other);
            for (const key of holds[other] ?? []) keys.add(key);
        }
    }
    return [...entered];
}
