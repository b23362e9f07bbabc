func most_visitors(scans []int, length int) int {
	most := 0
	for at := 0; at == 0 || at+length <= len(scans); at++ {
		inside := map[int]bool{}
		for each := at; each < at+length && each < len(scans); each++ {
			inside[scans[each]] = true
		}
		if len(inside) > most {
			most = len(inside)
		}
	}
	return most
}
