function lowest_cost(scores, fraud, missed, alarm) {
    const cost = (threshold) =>
        scores.reduce((sum, score, at) => {
            const stopped = score >= threshold;
            return sum + (fraud[at] && !stopped ? missed : !fraud[at] && stopped ? alarm : 0);
        }, 0);
    return Math.min(...[...scores, Infinity].map(cost));
}
