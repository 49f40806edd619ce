package zone

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(t *testing.T, code int64) *time.Location {
	t.Helper()
	z, known := Find(code)
	if !known {
		t.Fatalf("no zone %d", code)
	}
	return z.Location()
}

func TestEveryPlaceIsThere(t *testing.T) {
	if len(All()) < 130 {
		t.Errorf("%d zones", len(All()))
	}
	for _, z := range All() {
		if location, err := time.LoadLocation(z.Place); err != nil {
			t.Errorf("zone %d: %v", z.Code, err)
		} else if z.Code != UTC && location.String() != z.Location().String() {
			t.Errorf("zone %d goes by %s", z.Code, z.Location())
		}
		again, known := Find(z.Code)
		if !known || again.Name != z.Name {
			t.Errorf("code %d finds %q", z.Code, again.Name)
		}
		if by, known := ByLabel(strings.ToUpper(z.Label)); !known || by.Label != z.Label {
			t.Errorf("label %q finds %q", z.Label, by.Label)
		}
	}
	if _, known := Find(14); known || Location(14) != time.UTC || Location(UTC) != time.UTC {
		t.Error("codes without a zone are UTC's")
	}
}

func TestListsThatAreNone(t *testing.T) {
	for _, text := range []string{"1 | a | Etc/UTC", "x | a | Etc/UTC | l", "1 | a | Etc/UTC | l | later", "2 | a | p | l\n1 | a | p | l"} {
		if _, err := read(text); err == nil {
			t.Errorf("%q was read", text)
		}
	}
}

// The label of a zone says how far its standard time is ahead.
func TestLabelsAgreeWithTheRules(t *testing.T) {
	for _, z := range All() {
		want := "(GMT)"
		if r := z.Rule(2026); z.Code != UTC {
			sign, n := "+", -r.Bias
			if n < 0 {
				sign, n = "-", -n
			}
			want = "(GMT" + sign + time.Unix(n*60, 0).UTC().Format("15:04") + ")"
		}
		if !strings.HasPrefix(z.Label, want) {
			t.Errorf("zone %d is %s, and labelled %s", z.Code, want, z.Label)
		}
	}
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		code int64
		year int
		want Rule
	}{
		{35, 2015, Rule{Bias: 300, DaylightBias: -60, Standard: Change{11, 1, 0, 2, 0, 0}, Daylight: Change{3, 2, 0, 2, 0, 0}}},
		{110, 2026, Rule{Bias: -60, DaylightBias: -60, Standard: Change{10, 5, 0, 3, 0, 0}, Daylight: Change{3, 5, 0, 2, 0, 0}}},
		{290, 2026, Rule{Bias: -720, DaylightBias: -60, Standard: Change{4, 1, 0, 3, 0, 0}, Daylight: Change{9, 5, 0, 2, 0, 0}}},
		{276, 2026, Rule{Bias: -630, DaylightBias: -30, Standard: Change{4, 1, 0, 2, 0, 0}, Daylight: Change{10, 1, 0, 2, 0, 0}}},
		{190, 2026, Rule{Bias: -330}},
		{UTC, 2026, Rule{}},
	} {
		z, _ := Find(tt.code)
		if got := z.Rule(tt.year); got != tt.want {
			t.Errorf("zone %d in %d: %+v, want %+v", tt.code, tt.year, got, tt.want)
		}
	}
}

func TestClocksThatAreSet(t *testing.T) {
	eastern, samoa, beirut := at(t, 35), at(t, 1), at(t, 131)
	wall := func(text string) time.Time {
		w, err := time.Parse("2006-01-02T15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	for _, tt := range []struct {
		name string
		got  time.Time
		want string
	}{
		{"passed over", Instant(wall("2026-03-08T02:30"), eastern), "2026-03-08T07:30:00Z"},
		{"twice", Instant(wall("2026-11-01T01:30"), eastern), "2026-11-01T06:30:00Z"},
		{"plain", Instant(wall("2026-07-04T12:00"), eastern), "2026-07-04T16:00:00Z"},
		{"no midnight", Midnight(2026, time.March, 29, beirut), "2026-03-28T22:00:00Z"},
		{"no day", Midnight(2011, time.December, 30, samoa), "2011-12-30T10:00:00Z"},
		{"the day after it", Midnight(2011, time.December, 31, samoa), "2011-12-30T10:00:00Z"},
		{"midnight twice", Midnight(2026, time.November, 1, at(t, 44)), "2026-11-01T04:00:00Z"},
		{"counted on", Midnight(2026, time.January, 32, eastern), "2026-02-01T05:00:00Z"},
	} {
		if got := tt.got.UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// Go's own calendar is the judge: an instant's wall clock leads back to it or to its twin,
// and a day begins when its date is first shown.
func TestClocksAgreeWithGo(t *testing.T) {
	zones := All()
	rapid.Check(t, func(t *rapid.T) {
		z := rapid.SampledFrom(zones).Draw(t, "zone").Location()
		// The hours around a change are the interesting ones, so that half the instants are there.
		when := time.Unix(rapid.Int64Range(0, 4102444800).Draw(t, "at"), 0).In(z)
		if _, end := when.ZoneBounds(); !end.IsZero() && rapid.Bool().Draw(t, "near") {
			when = end.Add(time.Duration(rapid.Int64Range(-90000, 90000).Draw(t, "off")) * time.Second).In(z)
		}
		back := Instant(Wall(when, z), z)
		if !Wall(back, z).Equal(Wall(when, z)) || back.Before(when) {
			t.Fatalf("%s comes back as %s", when, back)
		}
		day := Midnight(when.Year(), when.Month(), when.Day(), z)
		if day.After(when) {
			t.Fatalf("the day of %s begins at %s", when, day)
		}
		sameDay := func(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }
		if !sameDay(day, when) || sameDay(day.Add(-time.Second), when) {
			t.Fatalf("the day of %s begins at %s", when, day)
		}
	})
}
