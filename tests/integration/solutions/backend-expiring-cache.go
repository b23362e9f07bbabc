type entry struct {
	value, end, used int
}

func run_cache(capacity int, operations [][]any) []any {
	entries := map[string]*entry{}
	results := []any{}
	for now, operation := range operations {
		time, key := operation[1].(int), operation[2].(string)
		for name, each := range entries {
			if time >= each.end {
				delete(entries, name)
			}
		}
		known := entries[key]
		if operation[0] == "get" {
			if known == nil {
				results = append(results, nil)
			} else {
				known.used = now
				results = append(results, known.value)
			}
			continue
		}
		if known == nil && len(entries) == capacity {
			oldest := ""
			for name, each := range entries {
				if oldest == "" || each.used < entries[oldest].used {
					oldest = name
				}
			}
			delete(entries, oldest)
		}
		entries[key] = &entry{operation[3].(int), time + operation[4].(int), now}
	}
	return results
}
