function carry_out(balances, payments) {
    const left = new Map(Object.entries(balances)), used = new Map();
    return payments.map(([key, account, cents]) => {
        const before = used.get(key);
        if (before) return before[0] === account && before[1] === cents ? "repeated" : "conflict";
        const after = (left.get(account) ?? 0) + cents;
        if (cents < 0 && after < 0) return "refused";
        left.set(account, after);
        used.set(key, [account, cents]);
        return "done";
    });
}
