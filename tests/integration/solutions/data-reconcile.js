function reconcile(bank, books) {
    const rising = (one, other) => one - other;
    const left = [...bank].sort(rising), right = [...books].sort(rising);
    const only = [[], []];
    let at = 0, beside = 0;
    while (at < left.length || beside < right.length) {
        if (beside === right.length || left[at] < right[beside]) only[0].push(left[at++]);
        else if (at === left.length || right[beside] < left[at]) only[1].push(right[beside++]);
        else at++, beside++;
    }
    return only;
}
