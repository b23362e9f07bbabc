function latency_limit(buckets, percent) {
    const total = buckets.reduce((sum, [, count]) => sum + count, 0);
    let left = percent * total;
    if (total === 0) return -1;
    for (const [limit, count] of [...buckets].sort(([one], [other]) => one - other)) {
        left -= 100 * count;
        if (left <= 0) return limit;
    }
    return -1;
}
