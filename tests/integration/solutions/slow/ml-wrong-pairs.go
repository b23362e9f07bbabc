func wrong_pairs(good []int, bad []int) int {
	wrong := 0
	for _, score := range good {
		for _, other := range bad {
			if score <= other {
				wrong++
			}
		}
	}
	return wrong
}
