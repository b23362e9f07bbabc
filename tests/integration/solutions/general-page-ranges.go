func page_ranges(pages []int) string {
	sort.Ints(pages)
	ranges := []string{}
	for at := 0; at < len(pages); at++ {
		first := pages[at]
		for at+1 < len(pages) && pages[at+1] <= pages[at]+1 {
			at++
		}
		text := strconv.Itoa(first)
		if pages[at] > first {
			text += "-" + strconv.Itoa(pages[at])
		}
		ranges = append(ranges, text)
	}
	return strings.Join(ranges, ", ")
}
