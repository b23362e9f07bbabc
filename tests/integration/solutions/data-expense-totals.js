function totals(expenses) {
    const sums = new Map();
    for (const [category, cents] of expenses) {
        const name = category.trim().toLowerCase();
        sums.set(name, (sums.get(name) ?? 0) + cents);
    }
    return [...sums].sort(([one, less], [other, more]) => more - less || (one < other ? -1 : 1));
}
