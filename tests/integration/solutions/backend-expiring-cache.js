function run_cache(capacity, operations) {
    const entries = new Map();
    const results = [];
    for (const [kind, time, key, value, lifetime] of operations) {
        for (const [name, entry] of entries) if (time >= entry.end) entries.delete(name);
        const known = entries.get(key);
        if (kind === "get") {
            results.push(known === undefined ? null : known.value);
            if (known !== undefined) {
                entries.delete(key);
                entries.set(key, known);
            }
            continue;
        }
        if (known === undefined && entries.size === capacity) entries.delete(entries.keys().next().value);
        entries.delete(key);
        entries.set(key, { value, end: time + lifetime });
    }
    return results;
}
