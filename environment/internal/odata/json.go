package odata

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

type jsonKind uint8

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonString
	jsonObject
	jsonArray
)

// jsonValue is one value of a body: text is the decoded string, the number as
// spelled, true or false; of an object or array it is the raw text.
type jsonValue struct {
	kind jsonKind
	text string
	at   int // byte offset in the body
}

// node is the value's name in OData's messages.
func (v jsonValue) node() string {
	switch v.kind {
	case jsonObject:
		return "StartObject"
	case jsonArray:
		return "StartArray"
	}
	return "PrimitiveValue"
}

// jsonError is a syntax error in OData's words and where it stands.
type jsonError struct {
	message string
	at      int
}

func (e *jsonError) Error() string { return fmt.Sprintf("%s (byte %d)", e.message, e.at) }

// jsonScanner reads strict JSON (RFC 8259) from a body that is wholly in memory.
type jsonScanner struct {
	data  []byte
	pos   int
	depth int
}

func (s *jsonScanner) fail(format string, args ...any) error {
	return &jsonError{fmt.Sprintf("Invalid JSON. "+format, args...), s.pos}
}

func (s *jsonScanner) unexpectedEnd() error {
	return s.fail("Unexpected end of input was found in JSON content. Not all object and array scopes were closed.")
}

func (s *jsonScanner) unrecognized() error {
	return s.fail("A token was not recognized in the JSON content.")
}

func (s *jsonScanner) space() {
	for s.pos < len(s.data) && isSpace(s.data[s.pos]) {
		s.pos++
	}
}

// peek gives the next byte that is no white space, 0 at the end. A NUL in the body,
// which JSON has no use for, shows as another control character.
func (s *jsonScanner) peek() byte {
	s.space()
	if s.pos == len(s.data) {
		return 0
	}
	return max(s.data[s.pos], 1)
}

// members calls each for the members of the object that starts here, in order.
func (s *jsonScanner) members(each func(name string, v jsonValue) error) error {
	if err := s.open(); err != nil {
		return err
	}
	if s.peek() == '}' {
		s.close()
		return nil
	}
	for {
		name, err := s.memberName()
		if err != nil {
			return err
		}
		v, err := s.value()
		if err != nil {
			return err
		}
		if err := each(name, v); err != nil {
			return err
		}
		more, err := s.comma('}', "Object")
		if err != nil || !more {
			return err
		}
	}
}

// open enters the object or array that starts here.
func (s *jsonScanner) open() error {
	s.pos++
	if s.depth++; s.depth > maxJSONDepth {
		return &jsonError{fmt.Sprintf("The maximum recursion depth limit was reached. The depth of nested values in a single property cannot exceed %d.", maxJSONDepth), s.pos}
	}
	return nil
}

func (s *jsonScanner) close() {
	s.pos++
	s.depth--
}

func (s *jsonScanner) memberName() (string, error) {
	if c := s.peek(); c != '"' {
		if c == 0 {
			return "", s.unexpectedEnd()
		}
		return "", s.unrecognized()
	}
	name, err := s.str()
	if err != nil {
		return "", err
	}
	if s.peek() != ':' {
		return "", s.fail("A colon character ':' is expected after the property name '%s', but none was found.", name)
	}
	s.pos++
	return name, nil
}

// comma moves past a separator, or past the end of the scope, where more is false.
func (s *jsonScanner) comma(end byte, scope string) (more bool, err error) {
	switch s.peek() {
	case ',':
		s.pos++
		if s.peek() == end {
			return false, s.fail("An unexpected comma was found in scope '%s'. A comma is only valid between properties of an object or between elements of an array.", scope)
		}
		return true, nil
	case end:
		s.close()
		return false, nil
	case 0:
		return false, s.unexpectedEnd()
	}
	return false, s.fail("A comma character ',' was expected in scope '%s'. Every two elements in an array and properties of an object must be separated by commas.", scope)
}

func (s *jsonScanner) value() (jsonValue, error) {
	c := s.peek()
	at := s.pos
	switch {
	case c == 0:
		return jsonValue{}, s.unexpectedEnd()
	case c == '"':
		text, err := s.str()
		return jsonValue{jsonString, text, at}, err
	case c == '-' || isDigit(c):
		return s.number()
	case c == '{':
		err := s.members(func(string, jsonValue) error { return nil })
		return jsonValue{jsonObject, string(s.data[at:s.pos]), at}, err
	case c == '[':
		err := s.elements()
		return jsonValue{jsonArray, string(s.data[at:s.pos]), at}, err
	}
	return s.word()
}

func (s *jsonScanner) elements() error {
	if err := s.open(); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.close()
		return nil
	}
	for {
		if _, err := s.value(); err != nil {
			return err
		}
		more, err := s.comma(']', "Array")
		if err != nil || !more {
			return err
		}
	}
}

// elements calls each for the elements of an array, in order.
func (v jsonValue) elements(each func(jsonValue) error) error {
	s := &jsonScanner{data: []byte(v.text)}
	if err := s.open(); err != nil || s.peek() == ']' {
		return err
	}
	for {
		item, err := s.value()
		if err != nil {
			return moved(err, v.at)
		}
		item.at += v.at
		if err := each(item); err != nil {
			return err
		}
		more, err := s.comma(']', "Array")
		if err != nil || !more {
			return err
		}
	}
}

func (s *jsonScanner) word() (jsonValue, error) {
	at := s.pos
	for _, w := range []struct {
		text string
		kind jsonKind
	}{{"null", jsonNull}, {"true", jsonBool}, {"false", jsonBool}} {
		if strings.HasPrefix(string(s.data[at:min(len(s.data), at+5)]), w.text) {
			s.pos += len(w.text)
			return jsonValue{w.kind, w.text, at}, nil
		}
	}
	return jsonValue{}, s.unrecognized()
}

// number reads -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?.
func (s *jsonScanner) number() (jsonValue, error) {
	at := s.pos
	end := at
	for end < len(s.data) && strings.IndexByte("+-.0123456789eE", s.data[end]) >= 0 {
		end++
	}
	text := string(s.data[at:end])
	if !validNumber(text) {
		return jsonValue{}, s.fail("The value '%s' is not a valid number.", text)
	}
	s.pos = end
	return jsonValue{jsonNumber, text, at}, nil
}

func validNumber(text string) bool {
	text = strings.TrimPrefix(text, "-")
	at := digitsEnd(text, 0)
	if at == 0 || at > 1 && text[0] == '0' {
		return false
	}
	if at < len(text) && text[at] == '.' {
		from := at + 1
		if at = digitsEnd(text, from); at == from {
			return false
		}
	}
	if at < len(text) && (text[at] == 'e' || text[at] == 'E') {
		from := at + 1
		if from < len(text) && (text[from] == '+' || text[from] == '-') {
			from++
		}
		if at = digitsEnd(text, from); at == from {
			return false
		}
	}
	return at == len(text)
}

// str reads a string; broken UTF-8 and lone surrogates become U+FFFD, as .NET reads
// them.
func (s *jsonScanner) str() (string, error) {
	from := s.pos + 1
	for i := from; i < len(s.data); i++ {
		switch c := s.data[i]; {
		case c == '"':
			s.pos = i + 1
			return strings.ToValidUTF8(string(s.data[from:i]), "\uFFFD"), nil
		case c == '\\':
			return s.escaped(from, i)
		case c < ' ':
			s.pos = i
			return "", s.unrecognized()
		}
	}
	s.pos = len(s.data)
	return "", s.fail("Unexpected end of input reached while processing a JSON string value.")
}

// escaped reads the rest of a string whose first escape is at i.
func (s *jsonScanner) escaped(from, i int) (string, error) {
	b := append([]byte(nil), s.data[from:i]...)
	for s.pos = i; s.pos < len(s.data); {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return strings.ToValidUTF8(string(b), "\uFFFD"), nil
		case c == '\\':
			var err error
			if b, err = s.escape(b); err != nil {
				return "", err
			}
		case c < ' ':
			return "", s.unrecognized()
		default:
			b = append(b, c)
			s.pos++
		}
	}
	return "", s.fail("Unexpected end of input reached while processing a JSON string value.")
}

func (s *jsonScanner) escape(b []byte) ([]byte, error) {
	if s.pos+1 >= len(s.data) {
		s.pos = len(s.data)
		return nil, s.fail("Unexpected end of input reached while processing a JSON string value.")
	}
	c := s.data[s.pos+1]
	if c == 'u' {
		return s.unicodeEscape(b)
	}
	at := strings.IndexByte(`"\/bfnrt`, c)
	if at < 0 {
		return nil, s.fail("An unrecognized escape sequence '\\%c' was found in a JSON string value.", c)
	}
	s.pos += 2
	return append(b, "\"\\/\b\f\n\r\t"[at]), nil
}

func (s *jsonScanner) unicodeEscape(b []byte) ([]byte, error) {
	c, ok := s.codeUnit()
	if !ok {
		end := min(len(s.data), s.pos+6)
		return nil, s.fail("An unrecognized escape sequence '%s' was found in a JSON string value.", s.data[s.pos:end])
	}
	s.pos += 6
	if utf16.IsSurrogate(c) {
		second, ok := s.codeUnit()
		if pair := utf16.DecodeRune(c, second); ok && pair != utf8.RuneError {
			s.pos += 6
			return utf8.AppendRune(b, pair), nil
		}
		c = utf8.RuneError
	}
	return utf8.AppendRune(b, c), nil
}

// codeUnit reads \uXXXX here without moving.
func (s *jsonScanner) codeUnit() (rune, bool) {
	if s.pos+6 > len(s.data) || s.data[s.pos] != '\\' || s.data[s.pos+1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s.data[s.pos+2:s.pos+6]), 16, 16)
	return rune(n), err == nil
}
