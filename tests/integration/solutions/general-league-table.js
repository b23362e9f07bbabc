function league_table(matches) {
    const points = new Map(), among = new Map();
    const results = matches.flatMap(([home, guest, left, right]) => {
        const won = Math.sign(left - right) + 1;
        return [[home, guest, won], [guest, home, 2 - won]];
    });
    for (const [pub, , won] of results) points.set(pub, (points.get(pub) ?? 0) + won);
    for (const [pub, other, won] of results) {
        if (points.get(pub) === points.get(other)) among.set(pub, (among.get(pub) ?? 0) + won);
    }
    return [...points].sort(
        ([one, less], [other, more]) =>
            more - less || (among.get(other) ?? 0) - (among.get(one) ?? 0) || (one < other ? -1 : 1),
    );
}
