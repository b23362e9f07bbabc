function total_wait(jobs, workers) {
    const free = new Array(workers).fill(0);
    let waited = 0;
    for (const minutes of jobs) {
        let first = 0;
        for (let each = 1; each < workers; each++) if (free[each] < free[first]) first = each;
        waited += free[first];
        free[first] += minutes;
    }
    return waited;
}
