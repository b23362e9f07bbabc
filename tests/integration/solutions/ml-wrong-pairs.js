function wrong_pairs(good, bad) {
    const rising = (one, other) => one - other;
    const upper = [...good].sort(rising), lower = [...bad].sort(rising);
    let wrong = 0, at = 0;
    for (const score of upper) {
        while (at < lower.length && lower[at] < score) at++;
        wrong += lower.length - at;
    }
    return wrong;
}
