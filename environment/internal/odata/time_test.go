package odata

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// Every instant that the service stores is written as package time writes it, and
// read back.
func TestInstantsAgreeWithTime(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	from, to := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC).Unix()
	for range 20_000 {
		seconds := from + random.Int64N(to-from+1)
		at := time.Unix(seconds, 0).UTC()
		text := string(appendInstant(nil, seconds))
		if want := at.Format("2006-01-02T15:04:05Z"); text != want {
			t.Fatalf("%d: %s, want %s", seconds, text, want)
		}
		if got, ok := parseInstant(text); !ok || got != seconds {
			t.Fatalf("%s: %d %v", text, got, ok)
		}
		if got, ok := parseDate(text[:10]); !ok || got != at.Truncate(24*time.Hour).Unix() {
			t.Fatalf("%s: %d %v", text[:10], got, ok)
		}
		if got, want := string(appendDateText(nil, seconds, true)), at.Format("1/2/2006 3:04 PM"); got != want && at.Year() >= 1753 {
			t.Fatalf("%d: %s, want %s", seconds, got, want)
		}
	}
}

func TestInstantForms(t *testing.T) {
	for text, want := range map[string]string{
		"2023-04-18T20:00:00Z": "2023-04-18T20:00:00Z", "2023-04-18T20:00Z": "2023-04-18T20:00:00Z", "2023-04-18T20:00:00": "2023-04-18T20:00:00Z", "2023-04-18 20:00:00.9999999Z": "2023-04-18T20:00:00Z",
		"2023-04-18T20:00:00+02:00": "2023-04-18T18:00:00Z", "2023-01-01T00:00:00-05:30": "2023-01-01T05:30:00Z", "2024-02-29T00:00:00z": "2024-02-29T00:00:00Z",
	} {
		seconds, ok := parseInstant(text)
		if got := string(appendInstant(nil, seconds)); !ok || got != want {
			t.Errorf("%s: %s %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "2023-04-18", "2023-04-18T", "2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2023-04-18T24:00:00Z", "2023-04-18T20:60:00Z", "2023-04-18T20:00:60Z", "2023-04-18T20:00:00+2:00", "2023-04-18T20:00:00+15:00",
		"2023-04-18T20:00:00.Z", "2023-04-18T20:00:00Zx", "0000-01-01T00:00:00Z", "2023-00-01T00:00:00Z", "2023-04-31T00:00:00Z", "2023/04/18T20:00:00Z", "2023-04-18T20-00-00Z", "2023-04-18T20:00:0"} {
		if seconds, ok := parseInstant(text); ok {
			t.Errorf("%s: %d", text, seconds)
		}
	}
}

func FuzzInstant(f *testing.F) {
	f.Add("2023-04-18T20:00:00.5+02:00")
	f.Fuzz(func(t *testing.T, text string) {
		seconds, ok := parseInstant(text)
		if !ok {
			_, _ = parseDate(text) // must not panic
			return
		}
		printed := string(appendInstant(nil, seconds))
		if strings.HasPrefix(printed, "0000") {
			return // a zone pushed the first day of year 1 over the edge
		}
		if again, ok := parseInstant(printed); !ok || again != seconds {
			t.Fatalf("%q: %d printed as %s, read as %d", text, seconds, printed, again)
		}
	})
}

func TestNumbersFormat(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", -1000: "-1,000", 1234567: "1,234,567", -9223372036854775808: "-9,223,372,036,854,775,808"} {
		if got := string(appendGrouped(nil, n)); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[int64]string{0: "0.0000", 200000000: "20000.0000", -1: "-0.0001", -9223372036854775808: "-922337203685477.5808"} {
		if got := string(appendMoney(nil, n)); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for _, c := range []struct {
		n        uint64
		decimals int
		want     string
	}{{12345, 2, "1.23"}, {12350, 2, "1.24"}, {99995000, 0, "10,000"}, {99995000, 4, "9,999.5000"}, {800000000, 2, "80,000.00"}} {
		if got := string(appendScaled(nil, c.n, c.decimals)); got != c.want {
			t.Errorf("%d: %s, want %s", c.n, got, c.want)
		}
	}
	for f, want := range map[float64]string{0: "0.00", -1234.5: "-1,234.50", 999999.999: "1,000,000.00"} {
		if got := string(appendFixed(nil, f, 2)); got != want {
			t.Errorf("%v: %s", f, got)
		}
	}
}
