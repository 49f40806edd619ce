package odata

import (
	"unicode"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenString
	tokenPrefixed // a name with a quoted text at its heels: duration'P1D'
	tokenInteger
	tokenNumber
	tokenGUID
	tokenDate
	tokenDateTime
	tokenAlias
	tokenArray
	tokenSign // one character: ( ) , / : = * -
)

// token is one lexeme; start and end are byte offsets into the text.
type token struct {
	kind       tokenKind
	text       string
	start, end int
}

func (t token) is(sign string) bool { return t.kind == tokenSign && t.text == sign }

// lexer cuts one query option into tokens. The text is already URL-decoded.
type lexer struct {
	text string
	pos  int
}

// position counts as .NET does, in UTF-16 code units, which is what the positions in
// Dataverse's messages are.
func (l *lexer) position(offset int) int {
	n := 0
	for _, c := range l.text[:offset] {
		n++
		if c > 0xffff {
			n++
		}
	}
	return n
}

// fail refuses with a message whose last two verbs are the position and the text.
func (l *lexer) fail(format string, offset int) error {
	return invalid(format, l.position(offset), l.text)
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.text) && isSpace(l.text[l.pos]) {
		l.pos++
	}
	start := l.pos
	if start == len(l.text) {
		return token{tokenEnd, "", start, start}, nil
	}
	switch c := l.text[start]; {
	case c == '\'':
		return l.quoted(start)
	case isDigit(c), c == '-' && start+1 < len(l.text) && isDigit(l.text[start+1]):
		return l.numeric(start)
	case c == '@':
		return l.alias(start)
	case c == '[':
		return l.array(start)
	case isSign(c):
		return l.cut(tokenSign, start, start+1), nil
	}
	return l.name(start)
}

func (l *lexer) cut(kind tokenKind, start, end int) token {
	l.pos = end
	return token{kind, l.text[start:end], start, end}
}

func (l *lexer) quoted(start int) (token, error) {
	end, ok := quotedEnd(l.text, start)
	if !ok {
		return token{}, l.fail("There is an unterminated string literal at position %d in '%s'.", len(l.text))
	}
	return l.cut(tokenString, start, end), nil
}

// quotedEnd finds the offset after the closing quote of the literal whose opening
// quote is at start; two quotes stand for one.
func quotedEnd(text string, start int) (int, bool) {
	for i := start + 1; i < len(text); i++ {
		if text[i] != '\'' {
			continue
		}
		if i+1 < len(text) && text[i+1] == '\'' {
			i++
			continue
		}
		return i + 1, true
	}
	return 0, false
}

func (l *lexer) name(start int) (token, error) {
	if end, ok := l.guid(start); ok {
		return l.cut(tokenGUID, start, end), nil
	}
	end := nameEnd(l.text, start)
	if end == start {
		c, _ := utf8.DecodeRuneInString(l.text[start:])
		return token{}, invalid("Syntax error: character '%c' is not valid at position %d in '%s'.", c, l.position(start), l.text)
	}
	if end < len(l.text) && l.text[end] == '\'' {
		after, ok := quotedEnd(l.text, end)
		if !ok {
			return token{}, l.fail("There is an unterminated literal at position %d in '%s'.", len(l.text))
		}
		return l.cut(tokenPrefixed, start, after), nil
	}
	return l.cut(tokenName, start, end), nil
}

// nameEnd ends a name: letters, digits and underscores, $ in front, and dots that
// join a namespace to it.
func nameEnd(text string, start int) int {
	at := start
	for at < len(text) {
		c, size := utf8.DecodeRuneInString(text[at:])
		letter := unicode.IsLetter(c) || c == '_'
		switch {
		case letter, c == '$' && at == start:
		case at > start && unicode.IsDigit(c):
		case at > start && c == '.' && startsName(text[at+1:]):
		default:
			return at
		}
		at += size
	}
	return at
}

func startsName(text string) bool {
	c, _ := utf8.DecodeRuneInString(text)
	return unicode.IsLetter(c) || c == '_'
}

// guid recognises a bare GUID, which may start like a number or like a name.
func (l *lexer) guid(start int) (int, bool) {
	const size = 36
	if len(l.text)-start < size {
		return 0, false
	}
	end := start + size
	if end < len(l.text) && (isDigit(l.text[end]) || startsName(l.text[end:]) || l.text[end] == '-') {
		return 0, false
	}
	_, err := meta.ParseID(l.text[start:end])
	return end, err == nil
}

// numeric reads what starts with a digit or a minus: GUID, date, instant or number.
func (l *lexer) numeric(start int) (token, error) {
	if end, ok := l.guid(start); ok {
		return l.cut(tokenGUID, start, end), nil
	}
	if looksLikeDate(l.text[start:]) {
		return l.date(start)
	}
	return l.number(start)
}

func looksLikeDate(s string) bool {
	return len(s) >= 8 && isDigit(s[0]) && isDigit(s[1]) && isDigit(s[2]) && isDigit(s[3]) && s[4] == '-' && isDigit(s[5])
}

func (l *lexer) date(start int) (token, error) {
	end := start
	for end < len(l.text) && isDateByte(l.text[end]) {
		end++
	}
	text := l.text[start:end]
	if _, ok := parseDate(text); ok {
		return l.cut(tokenDate, start, end), nil
	}
	if _, ok := parseInstant(text); ok {
		return l.cut(tokenDateTime, start, end), nil
	}
	return token{}, invalid("Unrecognized 'Edm.DateTimeOffset' literal '%s' at '%d' in '%s'.", text, l.position(start), l.text)
}

func (l *lexer) number(start int) (token, error) {
	end, kind := start+1, tokenInteger
	end = digitsEnd(l.text, end)
	if end < len(l.text) && l.text[end] == '.' {
		kind = tokenNumber
		from := end + 1
		if end = digitsEnd(l.text, from); end == from {
			return token{}, l.fail("A digit was expected at position %d in '%s'.", end)
		}
	}
	if end < len(l.text) && (l.text[end] == 'e' || l.text[end] == 'E') {
		kind = tokenNumber
		end++
		if end < len(l.text) && (l.text[end] == '+' || l.text[end] == '-') {
			end++
		}
		from := end
		if end = digitsEnd(l.text, from); end == from {
			return token{}, l.fail("A digit was expected at position %d in '%s'.", end)
		}
	}
	t := l.cut(kind, start, end)
	if end < len(l.text) && isNumberSuffix(l.text[end]) {
		l.pos++
		t.end++
	}
	return t, nil
}

func digitsEnd(text string, at int) int {
	for at < len(text) && isDigit(text[at]) {
		at++
	}
	return at
}

func (l *lexer) alias(start int) (token, error) {
	end := nameEnd(l.text, start+1)
	if end == start+1 {
		return token{}, l.fail("Syntax error at position %d in '%s'.", end)
	}
	return l.cut(tokenAlias, start, end), nil
}

// array takes a JSON array as one token.
func (l *lexer) array(start int) (token, error) {
	depth := 0
	for i := start; i < len(l.text); i++ {
		switch l.text[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return l.cut(tokenArray, start, i+1), nil
			}
		case '"', '\'':
			i = jsonStringEnd(l.text, i)
		}
	}
	return token{}, invalid("Found an unbalanced bracket expression.")
}

// jsonStringEnd is the offset of the quote that closes the one at start; the text's end
// when none does.
func jsonStringEnd(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[start]:
			return i
		}
	}
	return len(text)
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isSign(c byte) bool {
	switch c {
	case '(', ')', ',', '/', ':', '=', '*', '-':
		return true
	}
	return false
}

func isDateByte(c byte) bool {
	return isDigit(c) || c == '-' || c == ':' || c == '.' || c == '+' || c == 'T' || c == 'Z' || c == 't' || c == 'z'
}

func isNumberSuffix(c byte) bool {
	switch c {
	case 'm', 'M', 'd', 'D', 'l', 'L', 'f', 'F':
		return true
	}
	return false
}
