function quietest_start(requests, minutes) {
    let sum = 0, lowest = Infinity, best = 0;
    for (let end = 0; end < requests.length + minutes - 1; end++) {
        sum += requests[end % requests.length];
        const start = end - minutes + 1;
        if (start < 0) continue;
        if (sum < lowest) [lowest, best] = [sum, start];
        sum -= requests[start];
    }
    return best;
}
