func quietest_start(requests []int, minutes int) int {
	now := 0
	for _, each := range requests[:minutes] {
		now += each
	}
	lowest, best := now, 0
	for start := 1; start < len(requests); start++ {
		now += requests[(start+minutes-1)%len(requests)] - requests[start-1]
		if now < lowest {
			lowest, best = now, start
		}
	}
	return best
}
