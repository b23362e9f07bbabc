function where_are(next_station, starts, ticks) {
    return starts.map((start) => {
        const seen = new Map(), way = [];
        for (let at = start; !seen.has(at); at = next_station[at]) {
            seen.set(at, way.length);
            way.push(at);
        }
        const entry = seen.get(next_station[way[way.length - 1]]);
        return ticks < entry ? way[ticks] : way[entry + ((ticks - entry) % (way.length - entry))];
    });
}
