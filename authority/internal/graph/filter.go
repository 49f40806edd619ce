package graph

import (
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// expression is a $filter, parsed.
type expression interface {
	// print gives the text of the expression; reading it gives the same again.
	print() string
}

type (
	// junction joins two by "and" or "or".
	junction struct {
		word        string
		left, right expression
	}
	negation struct{ of expression }
	// comparison: eq, ne, gt, ge, lt, le.
	comparison struct {
		path, operator string
		value          literal
	}
	// membership: path in (…).
	membership struct {
		path   string
		values []literal
	}
	// matching: startswith, endswith, contains.
	matching struct {
		function, path string
		value          literal
	}
	// exists is any: without a variable it asks whether there is one at all.
	exists struct {
		path, variable string
		of             expression
	}
)

// literal is a constant: nil, bool, float64, string or time.Time.
type literal struct{ value any }

func (j junction) print() string {
	return operand(j.left, j.word, false) + " " + j.word + " " + operand(j.right, j.word, true)
}

// operand puts a junction in parentheses where they matter: "and" binds closer than "or",
// and both join from the left.
func operand(e expression, of string, right bool) string {
	if j, is := e.(junction); is && (right && j.word == of || of == "and" && j.word == "or") {
		return "(" + e.print() + ")"
	}
	return e.print()
}

func (n negation) print() string   { return "not(" + n.of.print() + ")" }
func (c comparison) print() string { return c.path + " " + c.operator + " " + c.value.print() }
func (m matching) print() string   { return m.function + "(" + m.path + "," + m.value.print() + ")" }

func (m membership) print() string {
	texts := make([]string, len(m.values))
	for i, v := range m.values {
		texts[i] = v.print()
	}
	return m.path + " in (" + strings.Join(texts, ",") + ")"
}

func (e exists) print() string {
	if e.of == nil {
		return e.path + "/any()"
	}
	return e.path + "/any(" + e.variable + ":" + e.of.print() + ")"
}

func (l literal) print() string {
	switch v := l.value.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	}
	return "null"
}

// parser reads a filter from left to right.
type parser struct {
	text  string
	at    int
	depth int
}

// Limits of a filter.
const (
	maxFilter = 8 << 10
	maxDepth  = 64
)

// parseFilter reads a $filter: comparisons, in, startswith, endswith, contains, any, and,
// or, not, parentheses (Entra facts 6.7).
func parseFilter(text string) (expression, error) {
	if len(text) > maxFilter {
		return nil, invalidFilter()
	}
	p := &parser{text: text}
	e, ok := p.or()
	if p.space(); !ok || p.at != len(p.text) {
		return nil, invalidFilter()
	}
	return e, nil
}

func invalidFilter() error { return badRequest("Invalid filter clause") }

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t') {
		p.at++
	}
}

// take passes a mark if it is next.
func (p *parser) take(mark byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == mark {
		p.at++
		return true
	}
	return false
}

// word gives the next word: letters, digits and what occurs in names, numbers and times.
func (p *parser) word() string {
	p.space()
	start := p.at
	for p.at < len(p.text) && isWord(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_-.+@$", c) >= 0
}

// keyword passes a word in any case if it is next.
func (p *parser) keyword(want string) bool {
	start := p.at
	if strings.EqualFold(p.word(), want) {
		return true
	}
	p.at = start
	return false
}

func (p *parser) or() (expression, bool)  { return p.join("or", p.and) }
func (p *parser) and() (expression, bool) { return p.join("and", p.not) }

func (p *parser) join(word string, next func() (expression, bool)) (expression, bool) {
	if p.depth++; p.depth > maxDepth {
		return nil, false
	}
	defer func() { p.depth-- }()
	left, ok := next()
	for ok && p.keyword(word) {
		var right expression
		if right, ok = next(); ok {
			left = junction{word, left, right}
		}
	}
	return left, ok
}

func (p *parser) not() (expression, bool) {
	start := p.at
	if p.keyword("not") {
		if p.space(); p.at < len(p.text) && (p.text[p.at] == '(' || p.text[p.at-1] == ' ') {
			if p.depth++; p.depth > maxDepth {
				return nil, false
			}
			defer func() { p.depth-- }()
			of, ok := p.not()
			return negation{of}, ok
		}
		p.at = start
	}
	return p.primary()
}

func (p *parser) primary() (expression, bool) {
	if p.take('(') {
		e, ok := p.or()
		return e, ok && p.take(')')
	}
	name := p.word()
	if function := strings.ToLower(name); p.at < len(p.text) && p.text[p.at] == '(' {
		switch function {
		case "startswith", "endswith", "contains":
			return p.matching(function)
		}
		return nil, false
	}
	path, ok := p.path(name)
	if !ok {
		return nil, false
	}
	if owner, isAny := strings.CutSuffix(path, "/any"); isAny && p.take('(') {
		return p.exists(owner)
	}
	return p.comparison(path)
}

// path reads on after the first segment.
func (p *parser) path(first string) (string, bool) {
	path := first
	for p.at < len(p.text) && p.text[p.at] == '/' && first != "" {
		p.at++
		if first = p.word(); first != "" {
			path += "/" + first
		}
	}
	return path, first != "" && !isNumber(path)
}

func isNumber(s string) bool {
	return s[0] >= '0' && s[0] <= '9' || s[0] == '-' || s[0] == '+' || s[0] == '.'
}

func (p *parser) matching(function string) (expression, bool) {
	p.take('(')
	path, ok := p.path(p.word())
	if !ok || !p.take(',') {
		return nil, false
	}
	value, ok := p.literal()
	if _, isText := value.value.(string); !ok || !isText || !p.take(')') {
		return nil, false
	}
	return matching{function, path, value}, true
}

func (p *parser) exists(path string) (expression, bool) {
	if p.take(')') {
		return exists{path: path}, true
	}
	variable := p.word()
	if variable == "" || isNumber(variable) || !p.take(':') {
		return nil, false
	}
	of, ok := p.or()
	return exists{path, variable, of}, ok && p.take(')')
}

func (p *parser) comparison(path string) (expression, bool) {
	switch operator := strings.ToLower(p.word()); operator {
	case "eq", "ne", "gt", "ge", "lt", "le":
		value, ok := p.literal()
		return comparison{path, operator, value}, ok
	case "in":
		return p.membership(path)
	}
	return nil, false
}

func (p *parser) membership(path string) (expression, bool) {
	if !p.take('(') {
		return nil, false
	}
	m := membership{path: path}
	for {
		value, ok := p.literal()
		if !ok {
			return nil, false
		}
		m.values = append(m.values, value)
		if p.take(')') {
			return m, true
		}
		if !p.take(',') {
			return nil, false
		}
	}
}

func (p *parser) literal() (literal, bool) {
	if p.take('\'') {
		return p.quoted()
	}
	word := p.word()
	switch strings.ToLower(word) {
	case "":
		return literal{}, false
	case "true", "false":
		return literal{strings.EqualFold(word, "true")}, true
	case "null":
		return literal{nil}, true
	}
	if id, isGUID := directory.ParseID(word); isGUID {
		return literal{string(id)}, true
	}
	return p.moment(word)
}

func (p *parser) quoted() (literal, bool) {
	var out strings.Builder
	for {
		end := strings.IndexByte(p.text[p.at:], '\'')
		if end < 0 {
			return literal{}, false
		}
		out.WriteString(p.text[p.at : p.at+end])
		p.at += end + 1
		if p.at == len(p.text) || p.text[p.at] != '\'' {
			return literal{out.String()}, true
		}
		out.WriteByte('\'')
		p.at++
	}
}

// moment reads a time, whose colons end a word, or a number.
func (p *parser) moment(word string) (literal, bool) {
	for p.at < len(p.text) && p.text[p.at] == ':' {
		p.at++
		word += ":" + p.word()
	}
	if at, err := time.Parse(time.RFC3339Nano, strings.ToUpper(word)); err == nil {
		return literal{at.UTC()}, true
	}
	n, err := strconv.ParseFloat(word, 64)
	if err != nil || strings.ContainsAny(word, "xXpPnN_") {
		return literal{}, false
	}
	return literal{n}, true
}
