func totals(expenses [][]any) [][]any {
	sums := map[string]int{}
	for _, expense := range expenses {
		sums[strings.ToLower(strings.TrimSpace(expense[0].(string)))] += expense[1].(int)
	}
	rows := [][]any{}
	for name, cents := range sums {
		rows = append(rows, []any{name, cents})
	}
	sort.Slice(rows, func(i, j int) bool {
		if rows[i][1] != rows[j][1] {
			return rows[i][1].(int) > rows[j][1].(int)
		}
		return rows[i][0].(string) < rows[j][0].(string)
	})
	return rows
}
