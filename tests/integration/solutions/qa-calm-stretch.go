func calm_stretch(runs string, most int) int {
	start, failed, longest := 0, 0, 0
	for end := range runs {
		if runs[end] == 'F' {
			failed++
		}
		for failed > most {
			if runs[start] == 'F' {
				failed--
			}
			start++
		}
		if end-start+1 > longest {
			longest = end - start + 1
		}
	}
	return longest
}
