package settings

import (
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

func table(t *testing.T) *meta.Table {
	t.Helper()
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m.Table(Table)
}

func value(set []op.Assignment, column string) (n int64, text string, given bool) {
	for _, a := range set {
		if a.Column.LogicalName == column {
			return a.Value.Int(), a.Value.Text(), true
		}
	}
	return 0, "", false
}

// A new user's row has all that the table demands, and nothing twice.
func TestNewSettingsAreComplete(t *testing.T) {
	tb := table(t)
	set := New(tb)
	seen := map[string]bool{}
	for _, a := range set {
		if seen[a.Column.LogicalName] {
			t.Errorf("%s is set twice", a.Column.LogicalName)
		}
		seen[a.Column.LogicalName] = true
		if a.Value.Storage() != a.Column.Storage() {
			t.Errorf("%s is of another kind", a.Column.LogicalName)
		}
	}
	for name := range numbers {
		if !seen[name] {
			t.Errorf("no column %s", name)
		}
	}
	for name := range texts {
		if !seen[name] {
			t.Errorf("no column %s", name)
		}
	}
	for _, c := range tb.Columns {
		ours := c == tb.PrimaryID
		if c.Required == meta.SystemRequired && !ours && !seen[c.LogicalName] {
			t.Errorf("%s is required and missing", c.LogicalName)
		}
	}
	if n, _, _ := value(set, "timezonecode"); n != 92 {
		t.Errorf("new users are in zone %d", n)
	}
	if _, s, _ := value(set, "dateformatstring"); s != "M/d/yyyy" {
		t.Errorf("dates are shown as %q", s)
	}
}

// The example of the service's page on users' time zones: Eastern, 2015.
func TestClock(t *testing.T) {
	set := Clock(table(t), 35, 2015)
	for column, want := range map[string]int64{
		"timezonecode": 35, "timezonebias": 300, "timezonedaylightbias": -60, "timezonestandardbias": 0, "timezonedaylightday": 2,
		"timezonedaylightdayofweek": 0, "timezonedaylightmonth": 3, "timezonedaylighthour": 2, "timezonestandardmonth": 11,
		"timezonestandardday": 1, "timezonestandardyear": 0,
	} {
		if n, _, given := value(set, column); n != want || !given {
			t.Errorf("%s is %d, want %d", column, n, want)
		}
	}
	if len(set) != 18 {
		t.Errorf("%d columns follow from a zone", len(set))
	}
	for _, a := range Clock(table(t), 14, 2026)[1:] {
		if a.Value.Int() != 0 {
			t.Errorf("no zone has %s %d", a.Column.LogicalName, a.Value.Int())
		}
	}
}
