package sqlread

import (
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// kind tells tokens apart.
type kind uint8

const (
	end    kind = iota
	word        // text is as written, without brackets
	text        // a string, unquoted
	number      // as written
	symbol      // one of the operators and punctuation marks
)

type token struct {
	kind   kind
	text   string
	at     int  // the offset in bytes
	quoted bool // a word in brackets or double quotes, which is never a keyword
}

// is reports whether the token is a keyword or a symbol.
func (t token) is(s string) bool {
	switch t.kind {
	case word:
		return !t.quoted && strings.EqualFold(t.text, s)
	case symbol:
		return t.text == s
	}
	return false
}

func refuse(at int, format string, args ...any) error {
	return dverr.QueryInvalid.Text("The SQL statement is not valid at position %d: "+format, append([]any{at + 1}, args...)...)
}

// lex cuts a statement into tokens, the last of which is end.
func lex(s string) ([]token, error) {
	var all []token
	for at := 0; ; {
		for at < len(s) && strings.IndexByte(" \t\r\n", s[at]) >= 0 {
			at++
		}
		if at == len(s) {
			return append(all, token{kind: end, at: at}), nil
		}
		t, n, err := one(s, at)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
		at += n
	}
}

// one reads the token at an offset and tells its length.
func one(s string, at int) (token, int, error) {
	rest, c := s[at:], s[at]
	switch {
	case c == '\'':
		value, n, ok := quoted(rest, '\'')
		if !ok {
			return token{}, 0, refuse(at, "the string has no end.")
		}
		return token{kind: text, text: value, at: at}, n, nil
	case (c == 'N' || c == 'n') && len(rest) > 1 && rest[1] == '\'':
		t, n, err := one(s, at+1)
		return t, n + 1, err
	case c == '[' || c == '"':
		closing := byte(']')
		if c == '"' {
			closing = c
		}
		value, n, ok := quoted(rest, closing)
		if !ok || value == "" {
			return token{}, 0, refuse(at, "the name has no end.")
		}
		return token{kind: word, text: value, at: at, quoted: true}, n, nil
	case letter(c):
		n := run(rest, func(c byte) bool { return letter(c) || digit(c) })
		return token{kind: word, text: rest[:n], at: at}, n, nil
	case digit(c):
		n := run(rest, func(c byte) bool { return digit(c) || c == '.' })
		return token{kind: number, text: rest[:n], at: at}, n, nil
	}
	for _, mark := range []string{"<>", "!=", "<=", ">=", "<", ">", "=", ",", ".", "(", ")", "*", "-", ";"} {
		if strings.HasPrefix(rest, mark) {
			return token{kind: symbol, text: mark, at: at}, len(mark), nil
		}
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return token{}, 0, refuse(at, "'%c' is not expected.", r)
}

// quoted reads a text that begins with any mark and ends with closing, which stands twice
// where it is meant.
func quoted(s string, closing byte) (value string, length int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		if s[i] != closing {
			b.WriteByte(s[i])
			continue
		}
		if i+1 == len(s) || s[i+1] != closing {
			return b.String(), i + 1, true
		}
		b.WriteByte(closing)
		i++
	}
	return "", 0, false
}

func run(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }

func digit(c byte) bool { return c >= '0' && c <= '9' }
