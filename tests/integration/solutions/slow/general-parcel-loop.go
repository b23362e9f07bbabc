func where_are(next_station []int, starts []int, ticks int) []int {
	for each, place := range starts {
		for tick := 0; tick < ticks; tick++ {
			place = next_station[place]
		}
		starts[each] = place
	}
	return starts
}
