def where_are(next_station, starts, ticks):
    places = []
    for start in starts:
        place = start
        for _ in range(ticks):
            place = next_station[place]
        places.append(place)
    return places
