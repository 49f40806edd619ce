package autonumber

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// layout is a .NET form of dates ("Custom date and time format strings"), taken apart.
type layout []field

// field writes a piece of a date: a text as it is, or a letter repeated.
type field struct {
	text   string
	letter byte
	count  int
}

// standards are the forms that one letter stands for, in English (United States).
const (
	shortDate = "M/d/yyyy"
	longDate  = "dddd, MMMM d, yyyy"
	shortTime = "h:mm tt"
	longTime  = "h:mm:ss tt"
	monthDay  = "MMMM d"
	roundTrip = `yyyy-MM-ddTHH:mm:ss.fffffffK`
	rfc1123   = `ddd, dd MMM yyyy HH:mm:ss 'GMT'`
	yearMonth = "MMMM yyyy"
)

func standard(letter byte) string {
	switch letter {
	case 'd':
		return shortDate
	case 'D':
		return longDate
	case 'f':
		return longDate + " " + shortTime
	case 'F', 'U':
		return longDate + " " + longTime
	case 'g':
		return shortDate + " " + shortTime
	case 'G':
		return shortDate + " " + longTime
	case 'm', 'M':
		return monthDay
	case 'o', 'O':
		return roundTrip
	case 'r', 'R':
		return rfc1123
	case 's':
		return "yyyy-MM-ddTHH:mm:ss"
	case 't':
		return shortTime
	case 'T':
		return longTime
	case 'u':
		return "yyyy-MM-dd HH:mm:ssZ"
	case 'y', 'Y':
		return yearMonth
	}
	return ""
}

var errDate = errors.New("it is no form of dates")

// readLayout takes a form apart: a letter alone is a standard form, anything longer a
// custom one.
func readLayout(text string) (layout, error) {
	if text == "" {
		text = "G"
	}
	if len(text) == 1 {
		if text = standard(text[0]); text == "" {
			return nil, errDate
		}
	}
	var all layout
	for text != "" {
		f, n, err := readField(text)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
		text = text[n:]
	}
	return all, nil
}

// letters are what fields are of; the others stand for themselves.
const letters = "dfFghHKmMstyz"

// readField gives the first field of a form, which is not empty, and how long it is.
func readField(text string) (field, int, error) {
	c := text[0]
	switch {
	case c == '%':
		if len(text) < 2 || text[1] == '%' {
			return field{}, 0, errDate
		}
		return field{}, 1, nil
	case c == '\\':
		if len(text) < 2 {
			return field{}, 0, errDate
		}
		return field{text: text[1:2]}, 2, nil
	case c == '\'' || c == '"':
		end := strings.IndexByte(text[1:], c)
		if end < 0 {
			return field{}, 0, errDate
		}
		return field{text: text[1 : 1+end]}, end + 2, nil
	case strings.IndexByte(letters, c) < 0:
		return field{text: text[:1]}, 1, nil
	}
	n := len(text) - len(strings.TrimLeft(text, text[:1]))
	if (c == 'f' || c == 'F') && n > 7 {
		return field{}, 0, errDate
	}
	return field{letter: c, count: n}, n, nil
}

func (l layout) write(b []byte, at time.Time) []byte {
	for _, f := range l {
		if f.letter == 0 {
			b = append(b, f.text...)
			continue
		}
		b = f.write(b, at)
	}
	return b
}

func (f field) write(b []byte, at time.Time) []byte {
	switch f.letter {
	case 'd':
		return named(b, f.count, at.Day(), at.Weekday().String())
	case 'M':
		return named(b, f.count, int(at.Month()), at.Month().String())
	case 'y':
		return year(b, f.count, at.Year())
	case 'h':
		return padded(b, f.count, (at.Hour()+11)%12+1)
	case 'H':
		return padded(b, f.count, at.Hour())
	case 'm':
		return padded(b, f.count, at.Minute())
	case 's':
		return padded(b, f.count, at.Second())
	case 'f', 'F':
		return f.fraction(b, at)
	case 't':
		half := at.Format("PM")
		return append(b, half[:min(f.count, 2)]...)
	case 'g':
		return append(b, "A.D."...)
	case 'K':
		return append(b, strings.Repeat("Z", f.count)...)
	default: // 'z': the difference to UTC, which is none
		return append(b, [...]string{"+0", "+00", "+00:00"}[min(f.count, 3)-1]...)
	}
}

// named writes a number of one or two digits, or the name in three letters or whole.
func named(b []byte, count, n int, name string) []byte {
	switch {
	case count < 3:
		return padded(b, count, n)
	case count == 3:
		return append(b, name[:3]...)
	default:
		return append(b, name...)
	}
}

func padded(b []byte, count, n int) []byte { return fmt.Appendf(b, "%0*d", min(count, 2), n) }

func year(b []byte, count, n int) []byte {
	if count < 3 {
		return fmt.Appendf(b, "%0*d", count, n%100)
	}
	return fmt.Appendf(b, "%0*d", count, n)
}

// fraction writes parts of a second; F leaves out zeros at the end, and the point before
// them when nothing else follows it.
func (f field) fraction(b []byte, at time.Time) []byte {
	digits := fmt.Sprintf("%09d", at.Nanosecond())[:f.count]
	if f.letter == 'f' {
		return append(b, digits...)
	}
	if digits = strings.TrimRight(digits, "0"); digits == "" && len(b) > 0 && b[len(b)-1] == '.' {
		return b[:len(b)-1]
	}
	return append(b, digits...)
}
