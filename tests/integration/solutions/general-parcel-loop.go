func where_are(next_station []int, starts []int, ticks int) []int {
	for ; ticks > 0; ticks /= 2 {
		if ticks%2 == 1 {
			for each, place := range starts {
				starts[each] = next_station[place]
			}
		}
		twice := make([]int, len(next_station))
		for each, next := range next_station {
			twice[each] = next_station[next]
		}
		next_station = twice
	}
	return starts
}
