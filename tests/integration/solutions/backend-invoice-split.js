function split_invoice(cents, shares) {
    const total = shares.reduce((sum, share) => sum + share, 0), size = Math.abs(cents);
    const parts = shares.map((share) => Math.floor((size * share) / total));
    let left = size - parts.reduce((sum, part) => sum + part, 0);
    const lost = shares.map((share, each) => [(size * share) % total, each]);
    lost.sort(([one, first], [other, second]) => other - one || first - second);
    for (const [, each] of shares.length ? lost : []) if (left-- > 0) parts[each]++;
    return parts.map((part) => (cents < 0 && part ? -part : part));
}
