def most_visitors(scans, length):
    return max(
        (len(set(scans[at : at + length])) for at in range(max(1, len(scans) - length + 1))), default=0
    )
