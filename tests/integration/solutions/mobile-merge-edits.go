func merge_edits(base map[string]string, mine map[string]string, theirs map[string]string) []any {
	fields := map[string]bool{}
	for _, edited := range []map[string]string{base, mine, theirs} {
		for field := range edited {
			fields[field] = true
		}
	}
	merged, conflicts := map[string]string{}, []string{}
	for field := range fields {
		old, before := base[field]
		left, here := mine[field]
		right, there := theirs[field]
		changed := here != before || left != old
		changedThere := there != before || right != old
		if changed && changedThere && (here != there || left != right) {
			conflicts = append(conflicts, field)
		}
		if changedThere && there {
			merged[field] = right
		} else if !changedThere && here {
			merged[field] = left
		}
	}
	sort.Strings(conflicts)
	return []any{merged, conflicts}
}
