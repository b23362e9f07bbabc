function sessions(clicks, pause) {
    const ordered = [...clicks].sort(([one, early], [other, late]) => (one < other ? -1 : one > other ? 1 : early - late));
    const visits = [];
    let before = null;
    for (const [visitor, minute] of ordered) {
        if (before !== null && before[0] === visitor && before[1] === minute) continue;
        const last = visits.at(-1);
        if (last !== undefined && last[0] === visitor && minute - last[2] <= pause) {
            last[2] = minute;
            last[3]++;
        } else visits.push([visitor, minute, minute, 1]);
        before = [visitor, minute];
    }
    return visits;
}
