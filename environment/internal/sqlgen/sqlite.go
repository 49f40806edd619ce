package sqlgen

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// SQLite gives the dialect of SQLite. Its text columns are declared COLLATE NOCASE,
// which folds the letters A to Z, as its LIKE and its lower() do.
func SQLite() Dialect {
	return Dialect{
		Name:        "sqlite",
		quote:       doubleQuoted,
		placeholder: func(b []byte, _ int) []byte { return append(b, '?') },
		maxArgs:     32766,
		collate:     " COLLATE NOCASE",
		inOrder:     " CROSS JOIN ",
		quotient:    [3]string{"CAST(", " / ", " AS BIGINT)"},
		part:        sqlitePart,
		shown:       sqliteShown,
		match:       sqliteMatch,
		judge:       sqliteJudge,
	}
}

// fewIDs are as quickly compared one by one as looked up.
const fewIDs = 8

// sqliteJudge hides the column behind a plus, or behind the function that reads sets.
func sqliteJudge(w *writer, e query.In) {
	if len(e.Values) > fewIDs && e.Col.C.Storage() == meta.GUID {
		w.text("among(")
		w.arg(query.Text(idSet(e.Values)))
		w.text(", ")
		w.col(e.Col)
		w.text(")")
		return
	}
	w.text("+")
	w.col(e.Col)
	w.among(e.Values)
}

func doubleQuoted(b []byte, identifier string) []byte {
	b = append(b, '"')
	if strings.IndexByte(identifier, '"') >= 0 {
		identifier = strings.ReplaceAll(identifier, `"`, `""`)
	}
	b = append(b, identifier...)
	return append(b, '"')
}

// sqliteMatch uses LIKE, which has no sets, and for sets GLOB, which minds case. A
// literal beginning is also written as a range, for which an index serves. The plus
// hides the argument from the planner, which would look into the pattern for such a
// beginning itself and plan the statement anew each time.
func sqliteMatch(w *writer, c query.Col, p pattern) {
	if p.hasSets() {
		w.text("lower(")
		w.col(c)
		w.text(") GLOB +")
		w.arg(query.Text(globPattern(p)))
		return
	}
	from := p.prefix()
	to, bounded := beyondPrefix(lowerASCII(from))
	if bounded {
		w.text("(")
		w.col(c)
		w.text(" >= ")
		w.arg(query.Text(from))
		w.text(" AND ")
		w.col(c)
		w.text(" < ")
		w.arg(query.Text(to))
		w.text(" AND ")
	}
	w.col(c)
	w.text(" LIKE +")
	w.arg(query.Text(likePattern(p)))
	w.text(` ESCAPE '\'`)
	if bounded {
		w.text(")")
	}
}

func likePattern(p pattern) string {
	var b strings.Builder
	for _, e := range p {
		switch {
		case e.kind == anything:
			b.WriteByte('%')
		case e.kind == anyOne:
			b.WriteByte('_')
		case e.r == '%' || e.r == '_' || e.r == '\\':
			b.WriteByte('\\')
			fallthrough
		default:
			b.WriteRune(e.r)
		}
	}
	return b.String()
}

// globPattern writes * ? [set] [^set]; a wildcard as a character stands in a set of
// its own. No set begins with a caret that would negate it: readSet took that away.
func globPattern(p pattern) string {
	var b strings.Builder
	for _, e := range p {
		switch {
		case e.kind == anything:
			b.WriteByte('*')
		case e.kind == anyOne:
			b.WriteByte('?')
		case e.kind == oneOf:
			b.WriteByte('[')
			if e.negated {
				b.WriteByte('^')
			}
			b.WriteString(lowerASCII(e.set))
			b.WriteByte(']')
		case e.r == '*' || e.r == '?' || e.r == '[':
			b.WriteByte('[')
			b.WriteRune(e.r)
			b.WriteByte(']')
		default:
			b.WriteString(lowerASCII(string(e.r)))
		}
	}
	return b.String()
}

// lowerASCII folds the letters A to Z.
func lowerASCII(s string) string {
	folded := []byte(s)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	return string(folded)
}

// sqliteShown asks the function that knows clocks.
func sqliteShown(w *writer, c dated) {
	w.text("shown(")
	w.col(c.Col)
	w.text(", ")
	w.place(c)
	w.text(")")
}

// sqlitePart reads parts of seconds since 1970, so many seconds before.
func sqlitePart(w *writer, c dated, p query.Part, back int64) {
	number := func(format string) {
		w.text("CAST(strftime('" + format + "', ")
		w.earlier(c, back)
		w.text(", 'unixepoch') AS INTEGER)")
	}
	switch p {
	case query.Day:
		number("%d")
	case query.Month:
		number("%m")
	case query.Year:
		number("%Y")
	case query.Quarter:
		w.text("(")
		number("%m")
		w.text(" + 2) / 3")
	case query.Week:
		w.text("(")
		number("%j")
		w.text(" + 5 - ")
		number("%w")
		w.text(") / 7 + 1")
	default:
		w.fail("unknown part of a date %d", p)
	}
}
