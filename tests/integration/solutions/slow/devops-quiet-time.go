func quietest_start(requests []int, minutes int) int {
	twice := append(append([]int{}, requests...), requests...)
	lowest, best := 0, -1
	for start := range requests {
		sum := 0
		for _, each := range twice[start : start+minutes] {
			sum += each
		}
		if best < 0 || sum < lowest {
			lowest, best = sum, start
		}
	}
	return best
}
