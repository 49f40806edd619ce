package search

import (
	"slices"
	"strings"
)

// Field is a text of a document. Weight is what a word in it counts for.
type Field struct {
	Name, Text string
	Weight     float64

	tokens []token
}

// span is a stretch of a field's text that is found, in bytes.
type span struct{ from, to int }

// finding is what was found in a document: a score, and where, by field.
type finding struct {
	fields []Field
	score  float64
	spans  [][]span
}

// find looks for a node in the fields of a document.
func find(n node, fields []Field) (*finding, bool) {
	f := &finding{fields: fields, spans: make([][]span, len(fields))}
	for i := range fields {
		if fields[i].tokens == nil {
			fields[i].tokens = tokens(fields[i].Text)
		}
	}
	ok := f.holds(n)
	return f, ok
}

// holds judges a node. Every member is looked at, for scores and highlights.
func (f *finding) holds(n node) bool {
	switch n := n.(type) {
	case all:
		every := true
		for _, m := range n.members {
			every = f.holds(m) && every
		}
		return every
	case anyOf:
		some := false
		for _, m := range n.members {
			some = f.holds(m) || some
		}
		return some
	case not:
		inner := &finding{fields: f.fields, spans: make([][]span, len(f.fields))}
		return !inner.holds(n.member)
	case word:
		return f.each(n.boost, func(t token) bool {
			return t.text == n.text || n.prefix && strings.HasPrefix(t.text, n.text) || n.edits > 0 && near(t.text, n.text, n.edits)
		})
	case pattern:
		return f.each(n.boost, func(t token) bool { return n.expr.MatchString(t.text) })
	case phrase:
		return f.phrase(n)
	}
	return false
}

// each takes the tokens of which is true.
func (f *finding) each(boost float64, is func(token) bool) bool {
	found := false
	for i := range f.fields {
		hits := 0
		for _, t := range f.fields[i].tokens {
			if is(t) {
				f.spans[i] = append(f.spans[i], span{t.from, t.to})
				hits++
			}
		}
		f.count(i, hits, boost)
		found = found || hits > 0
	}
	return found
}

// count adds what hits in a field are worth: more for each, less in longer texts.
func (f *finding) count(field, hits int, boost float64) {
	if hits == 0 {
		return
	}
	if boost == 0 {
		boost = 1
	}
	n := float64(hits)
	length := float64(len(f.fields[field].tokens))
	f.score += boost * f.fields[field].Weight * n / (n + 0.5 + length/20)
}

func (f *finding) phrase(n phrase) bool {
	found := false
	for i := range f.fields {
		hits, list := 0, f.fields[i].tokens
		for at := range list {
			if places := follow(list, at, n); places != nil {
				hits++
				for _, p := range places {
					f.spans[i] = append(f.spans[i], span{list[p].from, list[p].to})
				}
			}
		}
		f.count(i, hits*len(n.words), n.boost)
		found = found || hits > 0
	}
	return found
}

// follow gives the places of a phrase that begins at a token, or nil.
func follow(list []token, at int, n phrase) []int {
	if list[at].text != n.words[0] {
		return nil
	}
	places, spare := []int{at}, n.slop
	for _, w := range n.words[1:] {
		at++
		for ; at < len(list) && list[at].text != w; at++ {
			if spare--; spare < 0 {
				return nil
			}
		}
		if at >= len(list) {
			return nil
		}
		places = append(places, at)
	}
	return places
}

// The marks around what was found.
const (
	openHit  = "{crmhit}"
	closeHit = "{/crmhit}"
)

// highlights are the texts in which something was found, by field.
func (f *finding) highlights() []member {
	var list []member
	for i, spans := range f.spans {
		if len(spans) > 0 {
			list = append(list, member{f.fields[i].Name, []string{mark(f.fields[i].Text, spans)}})
		}
	}
	return list
}

func mark(text string, spans []span) string {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for _, s := range spans {
		if s.from < at {
			continue // found twice
		}
		b.WriteString(text[at:s.from] + openHit + text[s.from:s.to] + closeHit)
		at = s.to
	}
	return b.String() + text[at:]
}
