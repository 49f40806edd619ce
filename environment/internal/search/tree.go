package search

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// node is what is searched for: word, pattern, phrase, all, anyOf or not.
type node interface {
	// narrows is a condition that holds for every row in which the node is found in one of
	// the columns; nil where there is none.
	narrows(s *query.Select, in []*meta.Column) query.Expr
	// print spells the node in Lucene's syntax.
	print(b *strings.Builder)
}

// word is found in texts that have the word; in those with a longer one when prefix; with
// a similar one, so many edits away, when edits is not 0.
type word struct {
	text   string
	prefix bool
	edits  int
	boost  float64 // 0 is 1
}

// pattern is found in texts with a word that the whole expression matches.
type pattern struct {
	source  string // as spelled: /regex/, or with * and ?
	expr    *regexp.Regexp
	literal string // stands in every such word
	boost   float64
}

// phrase is found in texts with the words in their order, at most slop others in between.
type phrase struct {
	words []string
	slop  int
	boost float64
}

type all struct{ members []node }

type anyOf struct{ members []node }

type not struct{ member node }

func like(s *query.Select, in []*meta.Column, text string) query.Expr {
	if text = plain(text); text == "" {
		return nil
	}
	var some []query.Expr
	for _, c := range in {
		some = append(some, query.Match{Col: query.Col{Of: s, C: c}, Kind: query.Contains, Pattern: text})
	}
	return query.Or{Members: some}
}

func (n word) narrows(s *query.Select, in []*meta.Column) query.Expr {
	if n.edits > 0 {
		return nil
	}
	return like(s, in, n.text)
}

func (n pattern) narrows(s *query.Select, in []*meta.Column) query.Expr {
	return like(s, in, n.literal)
}

// narrows asks for the longest word.
func (n phrase) narrows(s *query.Select, in []*meta.Column) query.Expr {
	best := ""
	for _, w := range n.words {
		if w = plain(w); len(w) > len(best) {
			best = w
		}
	}
	return like(s, in, best)
}

func (n all) narrows(s *query.Select, in []*meta.Column) query.Expr {
	var every []query.Expr
	for _, m := range n.members {
		if e := m.narrows(s, in); e != nil {
			every = append(every, e)
		}
	}
	if len(every) == 0 {
		return nil
	}
	return query.And{Members: every}
}

func (n anyOf) narrows(s *query.Select, in []*meta.Column) query.Expr {
	var some []query.Expr
	for _, m := range n.members {
		e := m.narrows(s, in)
		if e == nil {
			return nil
		}
		some = append(some, e)
	}
	return query.Or{Members: some}
}

func (n not) narrows(*query.Select, []*meta.Column) query.Expr { return nil }

func printBoost(b *strings.Builder, boost float64) {
	if boost != 0 {
		b.WriteString("^" + strconv.FormatFloat(boost, 'f', -1, 64))
	}
}

func (n word) print(b *strings.Builder) {
	b.WriteString(escape(n.text))
	if n.prefix {
		b.WriteByte('*')
	}
	if n.edits > 0 {
		b.WriteString("~" + strconv.Itoa(n.edits))
	}
	printBoost(b, n.boost)
}

func (n pattern) print(b *strings.Builder) {
	b.WriteString(n.source)
	printBoost(b, n.boost)
}

func (n phrase) print(b *strings.Builder) {
	b.WriteString(`"` + strings.Join(n.words, " ") + `"`)
	if n.slop > 0 {
		b.WriteString("~" + strconv.Itoa(n.slop))
	}
	printBoost(b, n.boost)
}

func (n all) print(b *strings.Builder)   { printMembers(b, n.members, " AND ") }
func (n anyOf) print(b *strings.Builder) { printMembers(b, n.members, " OR ") }

func printMembers(b *strings.Builder, members []node, between string) {
	b.WriteByte('(')
	for i, m := range members {
		if i > 0 {
			b.WriteString(between)
		}
		m.print(b)
	}
	b.WriteByte(')')
}

func (n not) print(b *strings.Builder) {
	b.WriteString("(NOT ")
	n.member.print(b)
	b.WriteByte(')')
}

// spelled is a node as text.
func spelled(n node) string {
	var b strings.Builder
	n.print(&b)
	return b.String()
}

// join makes one node of several; nil of none.
func join(members []node, conjunction bool) node {
	switch {
	case len(members) == 0:
		return nil
	case len(members) == 1:
		return members[0]
	case conjunction:
		return all{members}
	}
	return anyOf{members}
}

// special are the characters that mean something, and are escaped by a backslash.
const special = `+-&|!(){}[]^"~*?:\/`

func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune(special, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	switch s := b.String(); s {
	case "AND", "OR", "NOT":
		return `\` + s
	default:
		return s
	}
}

// terms makes a node of a run of characters: of several words a phrase, of none nothing.
func terms(text string, prefix bool) node {
	list := words(text)
	switch len(list) {
	case 0:
		return nil
	case 1:
		return word{text: list[0], prefix: prefix}
	}
	return phrase{words: list}
}
