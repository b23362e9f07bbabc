function total_wait(jobs, workers) {
    const free = new Array(workers).fill(0);
    let waited = 0;
    for (const minutes of jobs) {
        waited += free[0];
        const end = free[0] + minutes;
        let at = 0;
        for (;;) {
            let child = 2 * at + 1;
            if (child >= workers) break;
            if (child + 1 < workers && free[child + 1] < free[child]) child++;
            if (free[child] >= end) break;
            free[at] = free[child];
            at = child;
        }
        free[at] = end;
    }
    return waited;
}
