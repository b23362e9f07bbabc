function most_visitors(scans, length) {
    const inside = new Map();
    let most = 0;
    scans.forEach((badge, at) => {
        inside.set(badge, (inside.get(badge) ?? 0) + 1);
        if (at >= length) {
            const gone = scans[at - length], left = inside.get(gone) - 1;
            if (left) inside.set(gone, left);
            else inside.delete(gone);
        }
        if (inside.size > most) most = inside.size;
    });
    return most;
}
