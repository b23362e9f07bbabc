func share_tests(tests [][]any, machines int) [][]string {
	sort.Slice(tests, func(i, j int) bool {
		if tests[i][1] != tests[j][1] {
			return tests[i][1].(int) > tests[j][1].(int)
		}
		return tests[i][0].(string) < tests[j][0].(string)
	})
	shared := make([][]string, machines)
	for machine := range shared {
		shared[machine] = []string{}
	}
	sums := make([]int, machines)
	for _, test := range tests {
		first := 0
		for each, sum := range sums {
			if sum < sums[first] {
				first = each
			}
		}
		shared[first] = append(shared[first], test[0].(string))
		sums[first] += test[1].(int)
	}
	return shared
}
