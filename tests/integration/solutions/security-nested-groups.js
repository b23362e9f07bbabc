function who_may(members, allowed, denied) {
    const covered = (names) => {
        // What is added while a set is walked through is walked through as well.
        const found = new Set(names);
        for (const name of found) for (const each of members[name] ?? []) found.add(each);
        return found;
    };
    const refused = covered(denied);
    return [...covered(allowed)].filter((name) => !refused.has(name) && !(name in members));
}
