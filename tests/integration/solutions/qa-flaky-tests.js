function flaky_tests(runs) {
    const seen = new Map();
    const flaky = new Set();
    for (const [test, version, passed] of runs) {
        const key = JSON.stringify([test, version]);
        if (seen.has(key) && seen.get(key) !== passed) flaky.add(test);
        seen.set(key, passed);
    }
    return [...flaky].reverse();
}
