function early_stop(losses, patience, gain) {
    let best = -1, waited = 0, lowest = Infinity, round = 0;
    for (; round < losses.length && waited < patience; round++) {
        if (losses[round] <= lowest - gain) [best, lowest, waited] = [round, losses[round], 0];
        else waited++;
    }
    return [best, round - 1];
}
