func page_bar(current int, last int, around int) []string {
	bar := []string{}
	before := 0
	for page := 1; page <= last; page++ {
		far := page < current-around || page > current+around
		if far && page != 1 && page != last {
			continue
		}
		if page-before == 2 {
			bar = append(bar, strconv.Itoa(page-1))
		} else if page-before > 2 {
			bar = append(bar, "...")
		}
		bar = append(bar, strconv.Itoa(page))
		before = page
	}
	return bar
}
