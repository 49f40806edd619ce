package engine

// nameBy writes a full name by the organization's fullnameconventioncode; parts are the
// first, last and middle name. Names keep the form they were written in when the setting
// changes, until one of their parts does.
func nameBy(convention int64, parts []string) string {
	first, last, middle := parts[0], parts[1], parts[2]
	switch convention {
	case 0:
		return joined(", ", last, first)
	case 2:
		return joined(", ", last, joined(" ", first, initial(middle)))
	case 3:
		return joined(" ", first, initial(middle), last)
	case 4:
		return joined(", ", last, joined(" ", first, middle))
	case 5:
		return joined(" ", first, middle, last)
	case 6:
		return joined(" ", last, first)
	case 7:
		return last + first
	}
	return joined(" ", first, last)
}

// initial is the first letter of a name with its point.
func initial(name string) string {
	for _, r := range name {
		return string(r) + "."
	}
	return ""
}
