package autonumber

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// First is the number that a column begins with when nobody set its seed (Power Apps
// documentation, "Create autonumber columns").
const First = 1000

// The lengths that placeholders may have. Random texts have six characters at most, as
// the service documents; its numbers may be padded to any length, here to that of the
// longest text a column can hold.
const (
	longestRandom = 6
	longestNumber = 4000
)

// alphabet is what random texts are made of: its size divides 256 with a rest that draw
// leaves out, so that no character is more likely than another.
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Format is a format that was read. Its zero value writes nothing.
type Format struct{ parts []part }

// part is a piece of a format: one of a text, a padded number, a random text, a date.
type part struct {
	text   string
	kind   kind
	length int
	date   layout
}

type kind uint8

const (
	literal kind = iota
	number
	random
	date
)

// Parse reads a format. An error says what is wrong with which placeholder.
func Parse(text string) (Format, error) {
	var f Format
	for text != "" {
		before, rest, open := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return Format{}, errors.New("a brace is closed that was not opened")
		}
		if before != "" {
			f.parts = append(f.parts, part{text: before})
		}
		if !open {
			break
		}
		inside, after, closed := strings.Cut(rest, "}")
		if !closed {
			return Format{}, fmt.Errorf("the placeholder {%s is not closed", inside)
		}
		p, err := placeholder(inside)
		if err != nil {
			return Format{}, fmt.Errorf("placeholder {%s}: %w", inside, err)
		}
		f.parts = append(f.parts, p)
		text = after
	}
	return f, nil
}

func placeholder(inside string) (p part, err error) {
	name, argument, _ := strings.Cut(inside, ":")
	switch name {
	case "SEQNUM":
		p.kind = number
		p.length, err = length(argument, longestNumber)
	case "RANDSTRING":
		p.kind = random
		p.length, err = length(argument, longestRandom)
	case "DATETIMEUTC":
		p.kind = date
		p.date, err = readLayout(argument)
	default:
		err = errors.New("its name is none of SEQNUM, RANDSTRING and DATETIMEUTC")
	}
	return p, err
}

func length(text string, most int) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n < 1 || n > uint64(most) {
		return 0, fmt.Errorf("its length must be from 1 to %d", most)
	}
	return int(n), nil
}

// Numbered reports a format that has a sequential number.
func (f Format) Numbered() bool {
	for _, p := range f.parts {
		if p.kind == number {
			return true
		}
	}
	return false
}

// Write makes a text with the number n, the time at and random characters drawn from
// source, whose error it returns.
func (f Format) Write(n int64, at time.Time, source io.Reader) (string, error) {
	var b []byte
	for _, p := range f.parts {
		switch p.kind {
		case literal:
			b = append(b, p.text...)
		case number:
			b = fmt.Appendf(b, "%0*d", p.length, n)
		case random:
			text, err := draw(source, p.length)
			if err != nil {
				return "", fmt.Errorf("draw a random text: %w", err)
			}
			b = append(b, text...)
		case date:
			b = p.date.write(b, at.UTC())
		}
	}
	return string(b), nil
}

func draw(source io.Reader, length int) ([]byte, error) {
	const even = 256 - 256%len(alphabet)
	text, one := make([]byte, 0, length), make([]byte, 1)
	for len(text) < length {
		if _, err := io.ReadFull(source, one); err != nil {
			return nil, err
		}
		if int(one[0]) < even {
			text = append(text, alphabet[int(one[0])%len(alphabet)])
		}
	}
	return text, nil
}
