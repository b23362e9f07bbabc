def wrong_pairs(good, bad):
    return sum(score <= other for score in good for other in bad)
