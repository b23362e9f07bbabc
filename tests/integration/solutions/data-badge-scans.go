func most_visitors(scans []int, length int) int {
	inside := map[int]int{}
	most := 0
	for at, badge := range scans {
		inside[badge]++
		if at >= length {
			gone := scans[at-length]
			inside[gone]--
			if inside[gone] == 0 {
				delete(inside, gone)
			}
		}
		if len(inside) > most {
			most = len(inside)
		}
	}
	return most
}
