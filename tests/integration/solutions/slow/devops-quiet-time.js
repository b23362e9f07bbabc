function quietest_start(requests, minutes) {
    let lowest = Infinity, best = 0;
    for (let start = 0; start < requests.length; start++) {
        let sum = 0;
        for (let each = 0; each < minutes; each++) sum += requests[(start + each) % requests.length];
        if (sum < lowest) [lowest, best] = [sum, start];
    }
    return best;
}
