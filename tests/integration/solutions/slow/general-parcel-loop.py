def where_are(next_station, starts, ticks):
    places = []
    for place in starts:
        for _ in range(ticks):
            place = next_station[place]
        places.append(place)
    return places
