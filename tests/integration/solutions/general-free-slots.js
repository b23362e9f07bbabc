function free_slots(busy, day_start, day_end, minutes) {
    const free = [];
    let now = day_start;
    for (const [start, end] of [...busy].sort((one, other) => one[0] - other[0]).concat([[day_end, day_end]])) {
        const until = Math.min(start, day_end);
        if (until > now && until - now >= minutes) free.push([now, until]);
        now = Math.max(now, end);
    }
    return free;
}
