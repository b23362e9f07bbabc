func drop_items(items []string, selected []string, target string) {
	chosen := map[string]bool{}
	for _, name := range selected {
		chosen[name] = true
	}
	before, moved, after := []string{}, []string{}, []string{}
	passed := false
	for _, each := range items {
		passed = passed || each == target
		if chosen[each] {
			moved = append(moved, each)
		} else if passed {
			after = append(after, each)
		} else {
			before = append(before, each)
		}
	}
	copy(items, append(append(before, moved...), after...))
}
