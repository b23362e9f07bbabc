function backups_to_delete(days, newest, weeks) {
    const ordered = [...days].sort((one, other) => other - one);
    const kept = new Set(ordered.slice(0, newest));
    const lasts = ordered.filter((day, at) => at === 0 || Math.floor(day / 7) !== Math.floor(ordered[at - 1] / 7));
    for (const day of lasts.slice(0, weeks)) kept.add(day);
    return ordered.filter((day) => !kept.has(day)).reverse();
}
