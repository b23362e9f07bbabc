func carry_forward(readings []any, hours int) {
	last := -1
	for hour, reading := range readings {
		if reading != nil {
			last = hour
		} else if last >= 0 && hour-last <= hours {
			readings[hour] = readings[last]
		}
	}
}
