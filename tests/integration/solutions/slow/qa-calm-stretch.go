func calm_stretch(runs string, most int) int {
	longest := 0
	for start := range runs {
		failed := 0
		for end := start; end < len(runs); end++ {
			if runs[end] == 'F' {
				failed++
			}
			if failed > most {
				break
			}
			if end-start+1 > longest {
				longest = end - start + 1
			}
		}
	}
	return longest
}
