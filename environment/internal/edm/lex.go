package edm

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

const (
	namespace = "Microsoft.Dynamics.CRM."

	maxURLBytes = 32 << 10 // Dataverse facts 5.1
	maxDepth    = 32       // of parentheses in a filter and of $expand within $expand
)

func invalid(format string, args ...any) error { return dverr.QueryInvalid.Text(format, args...) }

func unknownProperty(name string, k *kind) error { return dverr.UnknownProperty.With(name, k.name) }

// split cuts at each sep outside of quotes and parentheses. Every part but the first is
// what stands behind a separator, so that joining gives the text again.
func split(text string, sep byte) []string {
	var parts []string
	depth, quoted, from := 0, false, 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == sep && depth == 0:
			parts = append(parts, text[from:i])
			from = i + 1
		}
	}
	return append(parts, text[from:])
}

// token is a piece of $filter: a word, a quoted string or a sign.
type token struct {
	text   string // of a string: its value
	prefix string // of a string: the enumeration in front of it
	quoted bool
	at     int
}

func (t token) is(sign string) bool { return !t.quoted && t.text == sign }

// tokens takes a filter apart.
func tokens(text string) ([]token, error) {
	var list []token
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '(' || c == ')' || c == ',' || c == '/':
			list = append(list, token{text: text[i : i+1], at: i})
			i++
		case c == '\'' || wordByte(c):
			start := i
			for i < len(text) && wordByte(text[i]) {
				i++
			}
			word := text[start:i]
			if i == len(text) || text[i] != '\'' {
				list = append(list, token{text: word, at: start})
				continue
			}
			value, end, ok := unquote(text, i)
			if !ok {
				return nil, invalid("There is an unterminated literal at position %d in '%s'.", len(text), text)
			}
			list = append(list, token{text: value, prefix: word, quoted: true, at: start})
			i = end
		default:
			return nil, invalid("Syntax error: character '%c' is not valid at position %d in '%s'.", c, i, text)
		}
	}
	return list, nil
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-' || c == '+' || c == ':' || c == '@' || c == '$'
}

// unquote reads the string whose quote stands at from; two quotes are one.
func unquote(text string, from int) (value string, end int, ok bool) {
	var b strings.Builder
	for i := from + 1; i < len(text); i++ {
		if text[i] != '\'' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", 0, false
}
