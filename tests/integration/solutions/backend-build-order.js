function start_order(needs) {
    const waits = new Map();
    for (const [name, names] of Object.entries(needs)) {
        waits.set(name, new Set(names));
        for (const each of names) if (!waits.has(each) && !(each in needs)) waits.set(each, new Set());
    }
    const order = [];
    for (;;) {
        const ready = [...waits].filter(([, missing]) => missing.size === 0).map(([name]) => name).sort();
        if (ready.length === 0) return waits.size === 0 ? order : [];
        order.push(ready[0]);
        waits.delete(ready[0]);
        for (const missing of waits.values()) missing.delete(ready[0]);
    }
}
