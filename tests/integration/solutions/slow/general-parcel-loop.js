function where_are(next_station, starts, ticks) {
    return starts.map((place) => {
        for (let tick = 0; tick < ticks; tick++) place = next_station[place];
        return place;
    });
}
