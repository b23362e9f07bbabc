function smallest_suite(covers) {
    const names = Object.keys(covers).sort(), wanted = new Set(Object.values(covers).flat());
    let best = null;
    for (let choice = 0; choice < 2 ** names.length; choice++) {
        // The first name is the highest bit, so that of equally small choices the last one found comes first.
        const chosen = names.filter((_, at) => (choice >> (names.length - 1 - at)) & 1);
        const covered = new Set(chosen.flatMap((name) => covers[name]));
        if (covered.size === wanted.size && (best === null || chosen.length <= best.length)) best = chosen;
    }
    return best;
}
