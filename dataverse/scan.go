package dataverse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds how deeply values may nest.
const maxDepth = 200

var errSyntax = errors.New("not the JSON of a Web API")

// scanner reads JSON from a buffer, value by value, without building anything in between.
// It trusts no one: what is not JSON gives an error, never a panic.
type scanner struct {
	data  []byte
	at    int
	depth int
}

func (s *scanner) fail(what string) error {
	if s.at >= len(s.data) {
		return fmt.Errorf("%w: %s at its end: %w", errSyntax, what, io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("%w: %s at byte %d", errSyntax, what, s.at)
}

// peek gives the first byte of what comes next, 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return s.fail("no " + string(rune(c)))
	}
	s.at++
	return nil
}

// quoted gives what is between the quotes of a string, and whether it holds escapes.
func (s *scanner) quoted() (raw []byte, escaped bool, err error) {
	if err := s.expect('"'); err != nil {
		return nil, false, err
	}
	begin := s.at
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return s.data[begin : s.at-1], escaped, nil
		case c == '\\':
			escaped = true
			s.at++
			if !s.escape() {
				return nil, false, s.fail("no escape")
			}
		case c < ' ':
			return nil, false, s.fail("a control character")
		}
		s.at++
	}
	s.at = len(s.data)
	return nil, false, s.fail("an open string")
}

// escape goes to the last byte of the escape that begins behind a backslash.
func (s *scanner) escape() bool {
	if s.at >= len(s.data) {
		return false
	}
	if s.data[s.at] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, s.data[s.at]) >= 0
	}
	for range 4 {
		s.at++
		if s.at >= len(s.data) || digit(s.data[s.at]) < 0 {
			return false
		}
	}
	return true
}

// text reads a string.
func (s *scanner) text() (string, error) {
	begin := s.at
	raw, escaped, err := s.quoted()
	if err != nil {
		return "", err
	}
	if !escaped {
		if utf8.Valid(raw) {
			return string(raw), nil
		}
		return strings.ToValidUTF8(string(raw), "\ufffd"), nil
	}
	if text, ok := unescape(raw); ok {
		return text, nil
	}
	var text string
	if err := json.Unmarshal(s.data[begin:s.at], &text); err != nil {
		return "", fmt.Errorf("%w: %w", errSyntax, err)
	}
	return text, nil
}

// unescape takes the backslashes out where each stands before the character that it means, as in the
// version of every row: "W/\"1\"".
func unescape(raw []byte) (string, bool) {
	plain := make([]byte, 0, 64)
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			if i++; i == len(raw) || raw[i] != '"' && raw[i] != '\\' && raw[i] != '/' {
				return "", false
			}
		}
		plain = append(plain, raw[i])
	}
	return string(plain), utf8.Valid(plain)
}

// null reads a null if one comes next.
func (s *scanner) null() bool {
	if s.peek() == 'n' && strings.HasPrefix(string(s.data[s.at:min(s.at+4, len(s.data))]), "null") {
		s.at += 4
		return true
	}
	return false
}

// bare reads a number, true, false or null.
func (s *scanner) bare() ([]byte, error) {
	s.peek()
	begin := s.at
	for s.at < len(s.data) {
		c := s.data[s.at]
		if c == ',' || c == '}' || c == ']' || c <= ' ' || c == '"' || c == ':' || c == '{' || c == '[' {
			break
		}
		s.at++
	}
	word := s.data[begin:s.at]
	switch {
	case len(word) == 0:
		return nil, s.fail("no value")
	case string(word) == "true" || string(word) == "false" || string(word) == "null":
		return word, nil
	case word[0] != '-' && (word[0] < '0' || word[0] > '9') || !isDecimal(string(word)):
		return nil, fmt.Errorf("%w: %q", errSyntax, word[:min(len(word), 40)])
	}
	return word, nil
}

// raw gives the bytes of a whole value.
func (s *scanner) raw() ([]byte, error) {
	s.peek()
	begin := s.at
	err := s.skip()
	return s.data[begin:s.at], err
}

// skip reads a value and forgets it.
func (s *scanner) skip() error {
	switch s.peek() {
	case '"':
		_, _, err := s.quoted()
		return err
	case '{':
		return s.object(func([]byte) error { return s.skip() })
	case '[':
		return s.array(s.skip)
	}
	_, err := s.bare()
	return err
}

// object reads the members of an object. The name is valid until value returns; value reads
// the member's value.
func (s *scanner) object(value func(name []byte) error) error {
	return s.nested('{', '}', func() error {
		name, escaped, err := s.quoted()
		if err != nil {
			return err
		}
		if escaped {
			var plain string
			if err := json.Unmarshal(append(append([]byte{'"'}, name...), '"'), &plain); err != nil {
				return fmt.Errorf("%w: %w", errSyntax, err)
			}
			name = []byte(plain)
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return value(name)
	})
}

// array reads the elements of an array, each by a call of value.
func (s *scanner) array(value func() error) error { return s.nested('[', ']', value) }

// nested reads what stands between two marks, parted by commas.
func (s *scanner) nested(open, end byte, one func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	if s.depth++; s.depth > maxDepth {
		return s.fail("too deep")
	}
	defer func() { s.depth-- }()
	if s.peek() == end {
		s.at++
		return nil
	}
	for {
		s.peek()
		if err := one(); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.at++
		case end:
			s.at++
			return nil
		default:
			return s.fail("neither a comma nor an end")
		}
	}
}

// end checks that nothing follows.
func (s *scanner) end() error {
	if s.peek() != 0 || s.at < len(s.data) {
		return s.fail("more than a value")
	}
	return nil
}
