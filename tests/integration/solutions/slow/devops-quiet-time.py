def quietest_start(requests, minutes):
    twice = requests * 2
    return min(range(len(requests)), key=lambda start: sum(twice[start : start + minutes]))
