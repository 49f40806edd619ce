package dataverse

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
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

	many bool            // many strings will be kept: several share a block
	kept strings.Builder // the block that is being filled
}

// Strings of pages are kept in blocks: making each by itself is most of what reading them
// costs. Whoever keeps one string of a page keeps its block, so blocks are small.
const (
	blockSize  = 512
	blockShare = 64 // longer strings stand alone
)

// keep makes a string that outlives the data.
func (s *scanner) keep(text []byte) string {
	if !s.many || len(text) > blockShare {
		return string(text)
	}
	if s.kept.Cap()-s.kept.Len() < len(text) {
		s.kept.Reset()
		s.kept.Grow(blockSize)
	}
	from := s.kept.Len()
	s.kept.Write(text)
	return s.kept.String()[from:]
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
	for {
		s.at += unmarked(s.data[s.at:])
		if s.at >= len(s.data) {
			s.at = len(s.data)
			return nil, false, s.fail("an open string")
		}
		switch s.data[s.at] {
		case '"':
			s.at++
			return s.data[begin : s.at-1], escaped, nil
		case '\\':
			escaped = true
			s.at++
			if !s.escape() {
				return nil, false, s.fail("no escape")
			}
		default:
			return nil, false, s.fail("a control character")
		}
		s.at++
	}
}

// unmarked counts the bytes in front that are neither a quote nor a backslash nor a control
// character, eight at a time.
func unmarked(b []byte) int {
	i := 0
	for ; len(b)-i >= 8; i += 8 {
		if marks := special(binary.LittleEndian.Uint64(b[i:])); marks != 0 {
			return i + bits.TrailingZeros64(marks)>>3
		}
	}
	for i < len(b) && b[i] != '"' && b[i] != '\\' && b[i] >= ' ' {
		i++
	}
	return i
}

// special marks bytes of eight by their highest bits: the first of those that are marked is
// special; of those behind it nothing is said.
func special(eight uint64) uint64 {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	quote, backslash := eight^(ones*'"'), eight^(ones*'\\')
	control := (eight - ones*' ') &^ eight
	return (control | (quote-ones)&^quote | (backslash-ones)&^backslash) & tops
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
			return s.keep(raw), nil
		}
		return strings.ToValidUTF8(string(raw), "\ufffd"), nil
	}
	var room [blockShare]byte
	if text, ok := unescape(room[:0], raw); ok {
		return s.keep(text), nil
	}
	var text string
	if err := json.Unmarshal(s.data[begin:s.at], &text); err != nil {
		return "", fmt.Errorf("%w: %w", errSyntax, err)
	}
	return text, nil
}

// unescape takes the backslashes out where each stands before the character that it means, as in the
// version of every row: "W/\"1\"".
func unescape(plain, raw []byte) ([]byte, bool) {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '\\' {
			if i++; i == len(raw) || raw[i] != '"' && raw[i] != '\\' && raw[i] != '/' {
				return nil, false
			}
		}
		plain = append(plain, raw[i])
	}
	return plain, utf8.Valid(plain)
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
		name, err := s.name()
		if err != nil {
			return err
		}
		return value(name)
	})
}

// array reads the elements of an array, each by a call of value.
func (s *scanner) array(value func() error) error { return s.nested('[', ']', value) }

// nested reads what stands between two marks, parted by commas.
func (s *scanner) nested(open, end byte, one func() error) error {
	more, err := s.enter(open, end)
	for more && err == nil {
		if err = one(); err == nil {
			more, err = s.next(end)
		}
	}
	return err
}

// enter begins to read what stands between two marks, and tells whether there is anything.
func (s *scanner) enter(open, end byte) (more bool, err error) {
	if err := s.expect(open); err != nil {
		return false, err
	}
	if s.depth++; s.depth > maxDepth {
		return false, s.fail("too deep")
	}
	if s.peek() != end {
		return true, nil
	}
	s.leave()
	return false, nil
}

// next goes past what stands behind an element, and tells whether another one follows.
func (s *scanner) next(end byte) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.at++
		s.peek()
		return true, nil
	case end:
		s.leave()
		return false, nil
	}
	return false, s.fail("neither a comma nor an end")
}

func (s *scanner) leave() {
	s.at++
	s.depth--
}

// name reads the name of a member, up to its value. It is valid until the data is not.
func (s *scanner) name() ([]byte, error) {
	name, escaped, err := s.quoted()
	if err != nil {
		return nil, err
	}
	if escaped {
		var plain string
		if err := json.Unmarshal(append(append([]byte{'"'}, name...), '"'), &plain); err != nil {
			return nil, fmt.Errorf("%w: %w", errSyntax, err)
		}
		name = []byte(plain)
	}
	return name, s.expect(':')
}

// end checks that nothing follows.
func (s *scanner) end() error {
	if s.peek() != 0 || s.at < len(s.data) {
		return s.fail("more than a value")
	}
	return nil
}
