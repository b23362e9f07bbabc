function most_visitors(scans, length) {
    let most = 0;
    for (let at = 0; at === 0 || at + length <= scans.length; at++) {
        most = Math.max(most, new Set(scans.slice(at, at + length)).size);
    }
    return most;
}
