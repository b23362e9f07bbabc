function share_tests(tests, machines) {
    const shared = Array.from({ length: machines }, () => ({ names: [], sum: 0 }));
    const longest = [...tests].sort(([one, less], [other, more]) => more - less || (one < other ? -1 : 1));
    for (const [name, seconds] of longest) {
        const first = shared.reduce((best, each) => (each.sum < best.sum ? each : best));
        first.names.push(name);
        first.sum += seconds;
    }
    return shared.map(({ names }) => names);
}
