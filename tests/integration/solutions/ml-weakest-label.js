function weakest_label(right, guessed) {
    const labels = [...new Set(right)].sort();
    let weakest = "", lowest = 2;
    for (const label of labels) {
        const own = guessed.filter((_, at) => right[at] === label);
        const share = own.filter((guess) => guess === label).length / own.length;
        if (share < lowest) [weakest, lowest] = [label, share];
    }
    return weakest;
}
