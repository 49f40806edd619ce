package steadtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// Row is a row as JSON has it, by column, with numbers as float64. Lookups that are read
// have the names "_primarycontactid_value".
type Row map[string]any

// Rows reads rows of the first environment as its administrator, all pages of them. The
// query is what stands after the root of the Web API; blanks in it are escaped:
//
//	w.Rows(t, "accounts?$select=name&$filter=revenue gt 1000")
func (w *World) Rows(t testing.TB, query string) []Row {
	t.Helper()
	var all []Row
	kit := w.kit(w.URL)
	for next := escape(query); next != ""; {
		var page struct {
			Value []Row  `json:"value"`
			Next  string `json:"@odata.nextLink"`
		}
		if err := kit.Do(t.Context(), http.MethodGet, next, nil, &page, nil); err != nil {
			t.Fatalf("rows of %s: %v", query, err)
		}
		all, next = append(all, page.Value...), page.Next
	}
	return all
}

// escape lets people write queries as they read them.
func escape(query string) string {
	path, options, _ := strings.Cut(query, "?")
	escaped := strings.NewReplacer(" ", "%20", "#", "%23", "+", "%2B", `"`, "%22").Replace(options)
	if escaped != "" {
		path += "?" + escaped
	}
	return path
}

// AssertRows checks that a query (see [World.Rows]) gives exactly the rows wanted, in any
// order. A wanted row is one that has its columns' values; it may have more columns. Numbers
// may be of any type, and times are text as the Web API writes them.
func (w *World) AssertRows(t testing.TB, query string, want ...Row) {
	t.Helper()
	left := w.Rows(t, query)
	got := slices.Clone(left)
	for _, row := range want {
		i := slices.IndexFunc(left, row.within)
		if i < 0 {
			t.Errorf("%s: no row has %s; there are:\n%s", query, row, rowLines(got))
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, want %d; there are:\n%s", query, len(got), len(want), rowLines(got))
	}
}

// within tells whether another row has this one's values.
func (r Row) within(other Row) bool {
	for column, value := range r {
		got, has := other[column]
		if !has || !reflect.DeepEqual(plain(value), got) {
			return false
		}
	}
	return true
}

// plain makes a value what reading it as JSON makes it.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return value
	}
	var read any
	if json.Unmarshal(text, &read) != nil {
		return value
	}
	return read
}

// String writes the columns in order.
func (r Row) String() string {
	var parts []string
	for _, column := range slices.Sorted(maps.Keys(r)) {
		text, err := json.Marshal(r[column])
		if err != nil {
			text = []byte("?")
		}
		parts = append(parts, column+": "+string(text))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func rowLines(rows []Row) string {
	var text strings.Builder
	for i, row := range rows {
		if i == 20 {
			fmt.Fprintf(&text, "\t… and %d more\n", len(rows)-i)
			break
		}
		fmt.Fprintf(&text, "\t%s\n", row)
	}
	return text.String()
}
