function sprayers(attempts, accounts, minutes) {
    const latest = new Map();
    const found = new Set();
    for (const [minute, address, account] of attempts) {
        if (!latest.has(address)) latest.set(address, new Map());
        const tried = latest.get(address);
        // The account that was tried longest ago stands first.
        tried.delete(account);
        tried.set(account, minute);
        for (const [old, when] of tried) {
            if (when > minute - minutes) break;
            tried.delete(old);
        }
        if (tried.size >= accounts) found.add(address);
    }
    return [...found];
}
