func total_wait(jobs []int, workers int) int {
	free := make([]int, workers)
	waited := 0
	for _, minutes := range jobs {
		first := 0
		for each, end := range free {
			if end < free[first] {
				first = each
			}
		}
		waited += free[first]
		free[first] += minutes
	}
	return waited
}
