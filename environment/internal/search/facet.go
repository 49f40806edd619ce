package search

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// facet is a way of counting what was found: by value, by ranges between values, or by
// intervals of the same length.
type facet struct {
	name          string // as asked for: what the answer calls it
	table, column string // table is "" for all
	count         int
	sort          string
	values        []string
	interval      string
	offset        time.Duration
}

// byTable reports the facet that counts rows by table.
func (f facet) byTable() bool { return f.column == "entityname" }

func readFacets(list []string) ([]facet, error) {
	var all []facet
	for _, text := range list {
		f, err := readFacet(text)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func readFacet(text string) (facet, error) {
	parts := strings.Split(text, ",")
	f := facet{name: strings.TrimSpace(parts[0]), count: 10, sort: "count"}
	wrong := refuse("The facet '%s' is wrong.", text)
	f.column = strings.TrimPrefix(f.name, "@search.")
	if at := strings.IndexAny(f.column, ":."); at >= 0 {
		f.table, f.column = f.column[:at], f.column[at+1:]
	}
	if !identifier(f.column) || f.table != "" && !identifier(f.table) {
		return f, wrong
	}
	plain, ranged := false, false
	for _, part := range parts[1:] {
		name, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		switch name {
		case "count":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return f, wrong
			}
			f.count, plain = n, true
		case "sort":
			if !slices.Contains([]string{"count", "-count", "value", "-value"}, value) {
				return f, wrong
			}
			f.sort, plain = value, true
		case "values":
			if ranged {
				return f, wrong
			}
			f.values, ranged = strings.Split(value, "|"), true
		case "interval":
			if ranged || !f.readInterval(value) {
				return f, wrong
			}
			ranged = true
		case "timeoffset":
			if !f.readOffset(value) {
				return f, wrong
			}
		default:
			return f, wrong
		}
	}
	if plain && ranged || f.offset != 0 && f.interval == "" {
		return f, wrong
	}
	return f, nil
}

func (f *facet) readInterval(text string) bool {
	f.interval = text
	n, err := strconv.Atoi(text)
	return err == nil && n > 0 || slices.Contains([]string{"minute", "hour", "day", "week", "month", "quarter", "year"}, text)
}

// readOffset reads [+-]hh:mm, [+-]hhmm or [+-]hh.
func (f *facet) readOffset(text string) bool {
	for _, layout := range []string{"-07:00", "-0700", "-07"} {
		if at, err := time.Parse(layout, text); err == nil {
			_, seconds := at.Zone()
			f.offset = time.Duration(seconds) * time.Second
			return true
		}
	}
	return false
}

// facets counts what was found, of all pages.
func (s *Results) facets() ordered {
	answer := ordered{}
	for _, f := range s.request.facets {
		answer = append(answer, member{f.name, f.of(s.hits)})
	}
	return answer
}

func (f facet) of(hits []hit) []ordered {
	switch {
	case f.values != nil:
		return f.ranges(hits)
	case f.interval != "":
		return f.intervals(hits)
	}
	return f.tally(hits)
}

// value is what a hit is counted by; nil counts nowhere.
func (f facet) value(h hit) (value any, shown string) {
	if f.table != "" && f.table != h.Table {
		return nil, ""
	}
	if f.byTable() {
		return h.Table, ""
	}
	return h.Values[f.column], h.Shown[f.column]
}

// bucket is a value with the number of hits that have it.
type bucket struct {
	value any
	shown string
	count int64
}

func (f facet) tally(hits []hit) []ordered {
	var buckets []*bucket
	at := map[any]*bucket{}
	for _, h := range hits {
		v, shown := f.value(h)
		if v == nil {
			continue
		}
		if at[v] == nil {
			at[v] = &bucket{value: v, shown: shown}
			buckets = append(buckets, at[v])
		}
		at[v].count++
	}
	slices.SortStableFunc(buckets, func(a, b *bucket) int {
		n := compare(a.value, b.value)
		if strings.HasSuffix(f.sort, "count") && a.count != b.count {
			n = int(a.count - b.count)
		} else if strings.HasSuffix(f.sort, "count") {
			return n
		}
		if f.sort == "count" || f.sort == "-value" {
			return -n
		}
		return n
	})
	list := []ordered{}
	for _, b := range buckets[:min(len(buckets), f.count)] {
		o := ordered{{"Type", "Value"}, {"Value", b.value}}
		if b.shown != "" {
			o = append(o, member{"OptionalValue", b.shown})
		}
		list = append(list, append(o, member{"Count", b.count}))
	}
	return list
}

// measure is a value of JSON as something that lies in ranges: a number, or a time in
// seconds.
func measure(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			return n, true
		}
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateOnly} {
			if t, err := time.Parse(layout, v); err == nil {
				return float64(t.Unix()), true
			}
		}
	}
	return 0, false
}

// ranges counts what lies before, between and after values. A value that is none bounds
// nothing.
func (f facet) ranges(hits []hit) []ordered {
	var bounds []float64
	var names []string
	for _, text := range f.values {
		if n, ok := measure(text); ok {
			bounds, names = append(bounds, n), append(names, text)
		}
	}
	counts := make([]int64, len(bounds)+1)
	for _, h := range hits {
		v, _ := f.value(h)
		if n, ok := measure(v); ok {
			at := 0
			for at < len(bounds) && n >= bounds[at] {
				at++
			}
			counts[at]++
		}
	}
	list := []ordered{}
	for i, n := range counts {
		o := ordered{{"Type", "Range"}}
		if i > 0 {
			o = append(o, member{"From", names[i-1]})
		}
		if i < len(names) {
			o = append(o, member{"To", names[i]})
		}
		list = append(list, append(o, member{"Count", n}))
	}
	return list
}

// intervals counts by the beginning of the interval that a value lies in, in its order.
func (f facet) intervals(hits []hit) []ordered {
	f.sort, f.count = "value", len(hits)
	var moved []hit
	for _, h := range hits {
		v, _ := f.value(h)
		n, ok := measure(v)
		if !ok {
			continue
		}
		c := h
		c.Values, c.Shown = map[string]any{f.column: f.beginning(n)}, nil
		moved = append(moved, c)
	}
	return f.tally(moved)
}

func (f facet) beginning(n float64) any {
	if width, err := strconv.ParseFloat(f.interval, 64); err == nil {
		whole := float64(int64(n / width))
		if n < 0 && whole*width != n {
			whole--
		}
		return whole * width
	}
	t := time.Unix(int64(n), 0).UTC().Add(f.offset)
	y, m, d := t.Date()
	switch f.interval {
	case "minute":
		t = t.Truncate(time.Minute)
	case "hour":
		t = t.Truncate(time.Hour)
	case "day":
		t = time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	case "week":
		t = time.Date(y, m, d-int(t.Weekday()), 0, 0, 0, 0, time.UTC)
	case "month":
		t = time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	case "quarter":
		t = time.Date(y, (m-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	default:
		t = time.Date(y, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	return t.Add(-f.offset).Format(time.RFC3339)
}
