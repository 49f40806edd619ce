package search

import (
	"strings"
	"unicode"
)

// maxDepth is how deep parentheses may nest.
const maxDepth = 20

// simple reads the simple syntax: + and | between terms, - before one, * behind one,
// phrases in quotes, parentheses, a backslash before what is to be taken as it is. No text
// is wrong: what makes no sense is passed over. Terms side by side are joined by the search
// mode. The node is nil when the text names no word.
func simple(text string, every bool) node {
	p := &simpleParser{text: []rune(text), every: every}
	var some []node
	for p.at < len(p.text) {
		if n := p.alternatives(0); n != nil {
			some = append(some, n)
		}
		p.at++ // a parenthesis that closes nothing
	}
	return join(some, every)
}

type simpleParser struct {
	text  []rune
	at    int
	every bool
}

func (p *simpleParser) peek() rune {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *simpleParser) blank() bool {
	from := p.at
	for unicode.IsSpace(p.peek()) {
		p.at++
	}
	return p.at > from
}

// alternatives reads up to the end or to a closing parenthesis, which it leaves.
func (p *simpleParser) alternatives(depth int) node {
	var some, side []node
	for p.blank(); p.at < len(p.text) && p.peek() != ')'; p.blank() {
		if p.peek() == '|' {
			p.at++
			some, side = appendNode(some, join(side, p.every)), nil
			continue
		}
		side = appendNode(side, p.conjunction(depth))
	}
	return join(appendNode(some, join(side, p.every)), false)
}

func appendNode(list []node, n node) []node {
	if n == nil {
		return list
	}
	return append(list, n)
}

// conjunction reads units with + between them.
func (p *simpleParser) conjunction(depth int) node {
	var every []node
	for {
		for p.blank(); p.peek() == '+'; p.blank() {
			p.at++
		}
		every = appendNode(every, p.unit(depth))
		if p.blank(); p.peek() != '+' {
			return join(every, true)
		}
	}
}

// unit reads a term, a phrase, what is in parentheses, or the negation of one. It moves on
// whatever it meets.
func (p *simpleParser) unit(depth int) node {
	switch c := p.peek(); {
	case c == '-':
		p.at++
		if n := p.unit(depth); n != nil {
			return not{n}
		}
		return nil
	case c == '(' && depth < maxDepth:
		p.at++
		n := p.alternatives(depth + 1)
		if p.peek() == ')' {
			p.at++
		}
		return n
	case c == '"':
		return p.quoted()
	case p.at >= len(p.text) || c == ')' || c == '|': // a NUL is a character like others
		return nil
	}
	return p.term()
}

func (p *simpleParser) quoted() node {
	p.at++
	from := p.at
	for p.at < len(p.text) && p.peek() != '"' {
		p.at++
	}
	n := terms(string(p.text[from:p.at]), false)
	p.at++
	if w, one := n.(word); one {
		return phrase{words: []string{w.text}}
	}
	return n
}

func (p *simpleParser) term() node {
	var b strings.Builder
	first := p.at
	for ; p.at < len(p.text); p.at++ {
		c := p.peek()
		if c == '\\' && p.at+1 < len(p.text) {
			p.at++
			b.WriteRune(p.peek())
			continue
		}
		if unicode.IsSpace(c) || strings.ContainsRune(`+|()"*`, c) && p.at > first {
			break
		}
		b.WriteRune(c)
	}
	prefix := p.peek() == '*'
	for p.peek() == '*' {
		p.at++
	}
	return terms(b.String(), prefix)
}
