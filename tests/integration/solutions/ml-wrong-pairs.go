func wrong_pairs(good []int, bad []int) int {
	sort.Ints(bad)
	wrong := 0
	for _, score := range good {
		wrong += len(bad) - sort.SearchInts(bad, score)
	}
	return wrong
}
