package search

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// syntaxError is a mistake in Lucene's syntax, at a character counted from 0.
type syntaxError struct {
	at   int
	what string
}

// Error says what is wrong, and where.
func (e *syntaxError) Error() string { return fmt.Sprintf("%s at position %d", e.what, e.at) }

// lucene reads Lucene's syntax: AND, OR, NOT and their signs, + and - before clauses,
// phrases with slop, wildcards, similar words, boosts, regular expressions between slashes,
// parentheses. Fields cannot be named. The node is nil when the text names no word.
func lucene(text string, every bool) (node, error) {
	p := &luceneParser{text: []rune(text), every: every}
	n, err := p.clauses(0)
	if err == nil && p.at < len(p.text) {
		err = p.fail("A parenthesis closes nothing")
	}
	return n, err
}

type luceneParser struct {
	text  []rune
	at    int
	every bool
}

func (p *luceneParser) fail(what string) error { return &syntaxError{p.at, what} }

func (p *luceneParser) peek() rune {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *luceneParser) blank() {
	for unicode.IsSpace(p.peek()) {
		p.at++
	}
}

// take moves over a sign or a word of the syntax, where it stands.
func (p *luceneParser) take(sign string) bool {
	rest := string(p.text[p.at:min(len(p.text), p.at+len(sign)+1)])
	if !strings.HasPrefix(rest, sign) {
		return false
	}
	after := strings.TrimPrefix(rest, sign)
	if isUpper := sign[0] >= 'A' && sign[0] <= 'Z'; isUpper && after != "" && !strings.ContainsAny(after, " \t\n(\"") {
		return false
	}
	p.at += len(sign)
	return true
}

// occur says whether a clause must, should or must not be found.
type occur uint8

const (
	should occur = iota
	must
	mustNot
)

type clause struct {
	node
	occur occur
}

// clauses reads up to the end or to a closing parenthesis, which it leaves. AND makes the
// clauses on both of its sides ones that must be found; the search mode does so for all
// that nothing is said of.
func (p *luceneParser) clauses(depth int) (node, error) {
	var list []clause
	for {
		p.blank()
		if c := p.peek(); c == 0 || c == ')' {
			return p.joined(list), nil
		}
		and := p.take("AND") || p.take("&&")
		or := !and && (p.take("OR") || p.take("||"))
		p.blank()
		c, err := p.clause(depth)
		if err != nil {
			return nil, err
		}
		if and && c.occur == should {
			c.occur = must
		}
		if n := len(list); and && n > 0 && list[n-1].occur == should {
			list[n-1].occur = must
		}
		if (and || or) && (len(list) == 0 || c.node == nil) {
			return nil, p.fail("An operator has nothing beside it")
		}
		if c.occur == should && p.every && !or {
			c.occur = must
		}
		if c.node != nil {
			list = append(list, c)
		}
	}
}

func (p *luceneParser) joined(list []clause) node {
	var every, some []node
	for _, c := range list {
		switch c.occur {
		case must:
			every = append(every, c.node)
		case mustNot:
			every = append(every, not{c.node})
		default:
			some = append(some, c.node)
		}
	}
	wanted := false
	for _, c := range list {
		wanted = wanted || c.occur == must
	}
	if len(some) > 0 && !wanted { // beside what must be found, the others only make scores better
		every = append(every, join(some, false))
	}
	return join(every, true)
}

func (p *luceneParser) clause(depth int) (clause, error) {
	c := clause{}
	switch {
	case p.take("NOT") || p.take("!") || p.take("-") || p.take("–"):
		c.occur = mustNot
	case p.take("+"):
		c.occur = must
	}
	p.blank()
	var err error
	c.node, err = p.unit(depth)
	return c, err
}

func (p *luceneParser) unit(depth int) (node, error) {
	switch p.peek() {
	case '(':
		return p.group(depth)
	case '"':
		return p.phrase()
	case '/':
		return p.regex()
	case 0, ')':
		return nil, p.fail("An operator has nothing beside it")
	}
	return p.term()
}

func (p *luceneParser) group(depth int) (node, error) {
	if depth >= maxDepth {
		return nil, p.fail("Parentheses nest too deep")
	}
	p.at++
	n, err := p.clauses(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.peek() != ')' {
		return nil, p.fail("A parenthesis is not closed")
	}
	p.at++
	if _, err := p.number('^', 0); err != nil { // the boost of a group changes no result
		return nil, err
	}
	return n, nil
}

// number reads what follows ~ or ^; without a number it is unsaid.
func (p *luceneParser) number(sign rune, unsaid float64) (float64, error) {
	if p.peek() != sign {
		return 0, nil
	}
	p.at++
	from := p.at
	for c := p.peek(); c >= '0' && c <= '9' || c == '.'; c = p.peek() {
		p.at++
	}
	if from == p.at {
		return unsaid, nil
	}
	n, err := strconv.ParseFloat(string(p.text[from:p.at]), 64)
	if err != nil || n > 1e6 {
		return 0, p.fail("A number is none")
	}
	return n, nil
}

func (p *luceneParser) phrase() (node, error) {
	p.at++
	from := p.at
	for p.at < len(p.text) && p.peek() != '"' {
		p.at++
	}
	if p.at >= len(p.text) {
		return nil, p.fail("A quotation mark is not closed")
	}
	list := words(string(p.text[from:p.at]))
	p.at++
	slop, err := p.number('~', 0)
	if err != nil {
		return nil, err
	}
	boost, err := p.number('^', 0)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return phrase{words: list, slop: int(slop), boost: boost}, nil
}

func (p *luceneParser) regex() (node, error) {
	from := p.at
	p.at++
	for p.at < len(p.text) && p.peek() != '/' {
		if p.peek() == '\\' {
			p.at++
		}
		p.at++
	}
	if p.at >= len(p.text) {
		p.at = len(p.text)
		return nil, p.fail("A regular expression is not closed")
	}
	p.at++
	source := string(p.text[from:p.at])
	expr, err := regexp.Compile("(?i)^(?:" + source[1:len(source)-1] + ")$")
	if err != nil {
		return nil, p.fail("A regular expression is none")
	}
	boost, err := p.number('^', 0)
	return pattern{source: source, expr: expr, boost: boost}, err
}

// term reads a word with what may follow it.
func (p *luceneParser) term() (node, error) {
	var b, source strings.Builder
	wild, from := false, p.at
	for ; p.at < len(p.text); p.at++ {
		c := p.peek()
		if unicode.IsSpace(c) || strings.ContainsRune(`()"~^`, c) {
			break
		}
		switch {
		case c == '\\':
			if p.at++; p.at >= len(p.text) {
				return nil, p.fail("A backslash has nothing behind it")
			}
			b.WriteRune(p.peek())
			source.WriteString(escape(string(p.peek())))
			continue
		case strings.ContainsRune(`{}[]:`, c):
			return nil, p.fail("The character '" + string(c) + "' has to be escaped")
		case c == '*' || c == '?':
			wild = true
		}
		b.WriteRune(c)
		source.WriteRune(c)
	}
	if p.at == from {
		return nil, p.fail("Something stands where a word has to")
	}
	edits, err := p.number('~', 2)
	if err != nil {
		return nil, err
	}
	boost, err := p.number('^', 0)
	if err != nil {
		return nil, err
	}
	if wild {
		return wildcard(source.String(), boost)
	}
	n := terms(b.String(), false)
	switch n := n.(type) {
	case word:
		n.edits, n.boost = min(int(edits), 2), boost
		return n, nil
	case phrase:
		n.boost = boost
		return n, nil
	}
	return nil, nil
}

// wildcard makes a prefix of "abc*" and a pattern of the rest.
func wildcard(source string, boost float64) (node, error) {
	if head, ok := strings.CutSuffix(source, "*"); ok && !strings.ContainsAny(head, `*?\`) {
		if list := words(head); len(list) == 1 && list[0] == strings.ToLower(head) {
			return word{text: list[0], prefix: true, boost: boost}, nil
		}
	}
	var b strings.Builder
	literal, run, escaped := "", "", false
	for _, r := range strings.ToLower(source) {
		switch {
		case r == '\\' && !escaped:
			escaped = true
			continue
		case r == '*' && !escaped:
			b.WriteString(".*")
			run = ""
		case r == '?' && !escaped:
			b.WriteString(".")
			run = ""
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
			if run += string(r); len(run) > len(literal) {
				literal = run
			}
		}
		escaped = false
	}
	expr, err := regexp.Compile("^" + b.String() + "$")
	return pattern{source: source, expr: expr, literal: literal, boost: boost}, err
}
