def calm_stretch(runs, most):
    longest = 0
    for start in range(len(runs)):
        failed = 0
        for end in range(start, len(runs)):
            failed += runs[end] == "F"
            if failed > most:
                break
            longest = max(longest, end - start + 1)
    return longest
