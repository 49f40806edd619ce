package autonumber

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

// at is a time whose hours differ in both ways of counting them.
var at = time.Date(2017, 9, 3, 21, 5, 44, 120_000_000, time.UTC)

// none draws the first character of the alphabet for ever.
type none struct{}

func (none) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestWrite: the formats that the documentation shows, and those of dates.
func TestWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format string
		n      int64
		want   string
	}{
		{"CAR-{SEQNUM:3}-{RANDSTRING:6}", 123, "CAR-123-AAAAAA"},
		{"CNR-{RANDSTRING:4}-{SEQNUM:4}", 1000, "CNR-AAAA-1000"},
		{"{SEQNUM:6}-#-{RANDSTRING:3}", 123456, "123456-#-AAA"},
		{"KA-{SEQNUM:4}", 1, "KA-0001"},
		{"KA-{SEQNUM:2}", 100, "KA-100"},
		{"{SEQNUM:10}", 1234567890, "1234567890"},
		{"QUO-{SEQNUM:3}#{RANDSTRING:3}#{RANDSTRING:5}", 123, "QUO-123#AAA#AAAAA"},
		{"CAS-{SEQNUM:6}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMddhhmmss}", 2000, "CAS-002000-AAAAAA-20170903090544"},
		{"CAS-{SEQNUM:6}-{DATETIMEUTC:yyyyMM}-{DATETIMEUTC:hhmmss}", 2000, "CAS-002000-201709-090544"},
		{"{DATETIMEUTC:d}|{DATETIMEUTC:D}|{DATETIMEUTC:g}", 1, "9/3/2017|Sunday, September 3, 2017|9/3/2017 9:05 PM"},
		{"{DATETIMEUTC:s}|{DATETIMEUTC:u}|{DATETIMEUTC:R}", 1, "2017-09-03T21:05:44|2017-09-03 21:05:44Z|Sun, 03 Sep 2017 21:05:44 GMT"},
		{"{DATETIMEUTC:o}", 1, "2017-09-03T21:05:44.1200000Z"},
		{"{DATETIMEUTC:%d}.{DATETIMEUTC:%M}.{DATETIMEUTC:yy}", 1, "3.9.17"},
		{"{DATETIMEUTC:HH:mm:ss.FFF}|{DATETIMEUTC:ss.FFFFFFF}", 1, "21:05:44.12|44.12"},
		{"{DATETIMEUTC:'day' d \\d zzz}|{DATETIMEUTC:MMM yyyyy t}", 1, "day 3 d +00:00|Sep 02017 P"},
		{"plain", 1, "plain"},
		{"", 1, ""},
	} {
		f, err := Parse(c.format)
		if err != nil {
			t.Errorf("%s: %v", c.format, err)
			continue
		}
		if got, err := f.Write(c.n, at, none{}); err != nil || got != c.want {
			t.Errorf("%s of %d: %q, %v; want %q", c.format, c.n, got, err, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for format, want := range map[string]string{
		"A-{SEQNUM:5":              "not closed",
		"A-}{SEQNUM:5}":            "not opened",
		"{SEQNUM:0}":               "from 1 to 4000",
		"{SEQNUM}":                 "from 1 to 4000",
		"{SEQNUM:-1}":              "from 1 to 4000",
		"{SEQNUM:99999999999}":     "from 1 to 4000",
		"{RANDSTRING:7}":           "from 1 to 6",
		"{RANDSTRING:0}":           "from 1 to 6",
		"{seqnum:4}":               "none of SEQNUM",
		"{DATETIMEUTC:q}":          "no form of dates",
		"{DATETIMEUTC:yyyy'}":      "no form of dates",
		`{DATETIMEUTC:yyyy\}`:      "no form of dates",
		"{DATETIMEUTC:yyyy%}":      "no form of dates",
		"{DATETIMEUTC:ffffffffff}": "no form of dates",
	} {
		if _, err := Parse(format); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", format, err, want)
		}
	}
}

// TestRandomTextsAreEven: every character comes from as many bytes as any other.
func TestRandomTextsAreEven(t *testing.T) {
	t.Parallel()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	source := bytes.NewReader(all)
	count := map[byte]int{}
	for {
		text, err := draw(source, 1)
		if err != nil {
			break
		}
		count[text[0]]++
	}
	if len(count) != len(alphabet) {
		t.Fatalf("%d characters", len(count))
	}
	for c, n := range count {
		if n != 256/len(alphabet) {
			t.Errorf("%c comes of %d bytes", c, n)
		}
	}
}

// FuzzParse: what is read can be written, and its literals are in what is written.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"CAS-{SEQNUM:6}-{DATETIMEUTC:yyyyMM}-{RANDSTRING:6}-{DATETIMEUTC:%h'x'}", "{", "}", "{SEQNUM:4000}", "{DATETIMEUTC:ff.FF\\}"} {
		f.Add(s)
	}
	placeholders := regexp.MustCompile(`\{[^}]*\}`)
	f.Fuzz(func(t *testing.T, text string) {
		format, err := Parse(text)
		if err != nil {
			return
		}
		got, err := format.Write(7, at, none{})
		if err != nil {
			t.Fatal(err)
		}
		for _, piece := range placeholders.Split(text, -1) {
			_, rest, found := strings.Cut(got, piece)
			if !found {
				t.Fatalf("%q of %q lacks %q", got, text, piece)
			}
			got = rest
		}
	})
}
