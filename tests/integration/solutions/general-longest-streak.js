function longest_streak(steps, goal) {
    let best = 0, run = 0;
    for (const count of steps) {
        run = count >= goal ? run + 1 : 0;
        best = Math.max(best, run);
    }
    return best;
}
