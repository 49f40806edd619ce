package gen

import (
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// names are the Go names that are taken.
type names map[string]bool

// take gives a name that was free: the first of those wanted, or the last with a number.
func (n names) take(wanted ...string) string {
	for _, w := range wanted {
		if !n[w] {
			n[w] = true
			return w
		}
	}
	last := wanted[len(wanted)-1]
	for i := 2; ; i++ {
		if w := last + strconv.Itoa(i); !n[w] {
			n[w] = true
			return w
		}
	}
}

// prefix is a publisher's, before the names of what makers add.
var prefix = regexp.MustCompile(`^[a-z][a-z0-9]{1,7}_`)

// forms gives the Go names for a schema name: without the publisher's prefix, and with it.
func forms(schemaName string) []string {
	whole := exported(schemaName)
	if bare := exported(prefix.ReplaceAllString(schemaName, "")); bare != whole {
		return []string{bare, whole}
	}
	return []string{whole}
}

// exported makes an exported Go name of any text: words begin with capitals, and what cannot be
// in a name parts words. It is never empty.
func exported(text string) string {
	var b strings.Builder
	begin := true
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			begin = r != '\'' && r != '’'
			continue
		case begin:
			r = unicode.ToUpper(r)
		}
		b.WriteRune(r)
		begin = false
	}
	s := initialisms(b.String())
	if s == "" || !token.IsIdentifier(s) || !token.IsExported(s) {
		s = "X" + s
	}
	return s
}

// initialisms writes the last Id of a name as Go does.
func initialisms(s string) string {
	if bare, is := strings.CutSuffix(s, "Id"); is {
		return bare + "ID"
	}
	return s
}

// line makes a text fit for a comment of one line.
func line(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }), " ")
}
