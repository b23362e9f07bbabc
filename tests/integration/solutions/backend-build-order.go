func start_order(needs map[string][]string) []string {
	waits := map[string]map[string]bool{}
	add := func(name string) {
		if waits[name] == nil {
			waits[name] = map[string]bool{}
		}
	}
	for name, names := range needs {
		add(name)
		for _, each := range names {
			add(each)
			waits[name][each] = true
		}
	}
	order := []string{}
	for len(waits) > 0 {
		next, found := "", false
		for name, missing := range waits {
			if len(missing) == 0 && (!found || name < next) {
				next, found = name, true
			}
		}
		if !found {
			return []string{}
		}
		delete(waits, next)
		for _, missing := range waits {
			delete(missing, next)
		}
		order = append(order, next)
	}
	return order
}
