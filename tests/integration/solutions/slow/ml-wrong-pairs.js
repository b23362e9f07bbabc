function wrong_pairs(good, bad) {
    let wrong = 0;
    for (const score of good) for (const other of bad) if (score <= other) wrong++;
    return wrong;
}
