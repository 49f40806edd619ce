package sqlgen

import (
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/query"
)

// pattern is a text pattern in SQL Server's wildcards, read piece by piece.
type pattern []piece

// piece is one element of a pattern. The zero set of a literal, any or one is empty.
type piece struct {
	kind    pieceKind
	r       rune   // literal
	set     string // oneOf, noneOf: what stands between the brackets; a-c is a range
	negated bool
}

type pieceKind uint8

const (
	literal  pieceKind = iota
	anything           // %: any text, also none
	anyOne             // _: any one character
	oneOf              // [set], [^set]
)

// parsePattern reads a pattern; false says that it can match no text: an empty set,
// or a bracket that is never closed. A closing bracket alone is a character. The
// kind's own wildcards are added at the ends.
func parsePattern(kind query.MatchKind, text string) (p pattern, ok bool) {
	if kind == query.Contains || kind == query.EndsWith {
		p = append(p, piece{kind: anything})
	}
	for text != "" {
		var next piece
		if next, text, ok = readPiece(text); !ok {
			return nil, false
		}
		if next.kind == anything && len(p) > 0 && p[len(p)-1].kind == anything {
			continue
		}
		p = append(p, next)
	}
	ends := kind == query.Contains || kind == query.StartsWith
	if ends && (len(p) == 0 || p[len(p)-1].kind != anything) {
		p = append(p, piece{kind: anything})
	}
	return p, true
}

// readPiece reads the first element of text.
func readPiece(text string) (p piece, rest string, ok bool) {
	switch text[0] {
	case '%':
		return piece{kind: anything}, text[1:], true
	case '_':
		return piece{kind: anyOne}, text[1:], true
	case '[':
		return readSet(text[1:])
	}
	r, n := utf8.DecodeRuneInString(text)
	return piece{r: r}, text[n:], true
}

func readSet(text string) (p piece, rest string, ok bool) {
	end := strings.IndexByte(text, ']')
	if end < 0 {
		return p, "", false
	}
	set, negated := strings.CutPrefix(text[:end], "^")
	if set == "" {
		return piece{kind: anyOne}, text[end+1:], negated
	}
	return piece{kind: oneOf, set: set, negated: negated}, text[end+1:], true
}

// hasSets reports whether the pattern needs more than % and _.
func (p pattern) hasSets() bool {
	for _, e := range p {
		if e.kind == oneOf {
			return true
		}
	}
	return false
}

// prefix gives the literal text that every match begins with.
func (p pattern) prefix() string {
	var b strings.Builder
	for _, e := range p {
		if e.kind != literal {
			break
		}
		b.WriteRune(e.r)
	}
	return b.String()
}

// beyondPrefix gives the least text greater than every text that begins with prefix,
// in an order by characters; false when there is none.
func beyondPrefix(prefix string) (string, bool) {
	for prefix != "" {
		r, n := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-n]
		if r++; r == 0xD800 {
			r = 0xE000
		}
		if r <= utf8.MaxRune {
			return prefix + string(r), true
		}
	}
	return "", false
}
