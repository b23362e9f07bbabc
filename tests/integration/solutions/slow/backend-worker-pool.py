def total_wait(jobs, workers):
    free = [0] * workers
    waited = 0
    for minutes in jobs:
        start = min(free)
        waited += start
        free[free.index(start)] += minutes
    return waited
