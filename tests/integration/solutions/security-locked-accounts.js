function locked_accounts(attempts, limit) {
    const failures = new Map();
    const locked = new Set();
    for (const [account, correct] of attempts) {
        failures.set(account, correct ? 0 : (failures.get(account) ?? 0) + 1);
        if (failures.get(account) >= limit) locked.add(account);
    }
    return [...locked];
}
