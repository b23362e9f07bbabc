function spoilers(runs, victim) {
    const known = runs.filter(([order]) => order.includes(victim));
    const before = ([order]) => order.slice(0, order.indexOf(victim));
    const failed = known.filter(([, passed]) => !passed).map(before);
    const passed = new Set(known.filter(([, passed]) => passed).flatMap(before));
    if (failed.length === 0) return [];
    return [...new Set(failed[0])].filter((test) => !passed.has(test) && failed.every((run) => run.includes(test)));
}
