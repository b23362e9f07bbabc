function campaign_credit(views, orders, days) {
    const sums = new Map();
    for (const [customer, day, cents] of orders) {
        let name = "none", latest = day - days;
        for (const [other, seen, campaign] of views) {
            if (other === customer && seen <= day && seen >= latest) [name, latest] = [campaign, seen];
        }
        sums.set(name, (sums.get(name) ?? 0) + cents);
    }
    return [...sums].sort(([one, less], [other, more]) => more - less || (one < other ? -1 : 1));
}
