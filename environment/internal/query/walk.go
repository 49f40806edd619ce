package query

import (
	"fmt"
	"iter"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Walk visits e and everything below it, outer nodes first, sub-selects' conditions
// included. visit answers whether to go below the node. A nil condition is no node.
// A node type that the walk does not know panics: a condition that nobody judged
// must not reach the database.
func Walk(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	switch e := e.(type) {
	case And:
		walkAll(e.Members, visit)
	case Or:
		walkAll(e.Members, visit)
	case Not:
		Walk(e.Member, visit)
	case Exists:
		Walk(e.Select.Where, visit)
		e.Select.walkLinks(visit)
	case Under:
		Walk(e.Select.Where, visit)
	case Const, Compare, Match, In, HasBits, IsNull, InPart:
	default:
		panic(unknown(e))
	}
}

func (s *Select) walkLinks(visit func(Expr) bool) {
	EachLink(s, func(l *Link) {
		Walk(l.On, visit)
		Walk(l.Select.Where, visit)
	})
}

func walkAll(members []Expr, visit func(Expr) bool) {
	for _, m := range members {
		Walk(m, visit)
	}
}

func unknown(e Expr) string { return fmt.Sprintf("query: unknown node %T", e) }

// Selects gives every Select of the tree: s, those that outputs count, the sub-selects
// of its condition, its links and expands and theirs. Outer ones come before inner ones.
func Selects(s *Select) iter.Seq[*Select] {
	return func(yield func(*Select) bool) { selects(s, yield) }
}

func selects(s *Select, yield func(*Select) bool) bool {
	if !yield(s) {
		return false
	}
	on := true
	for _, o := range s.Columns {
		on = on && (o.Rows == nil || selects(o.Rows, yield))
	}
	on = on && within(s.Where, yield)
	for _, l := range s.Links {
		on = on && within(l.On, yield) && selects(l.Select, yield)
	}
	for _, x := range s.Expands {
		on = on && selects(x.Select, yield)
	}
	return on
}

// within gives the Selects inside a condition.
func within(e Expr, yield func(*Select) bool) bool {
	on := true
	Walk(e, func(e Expr) bool {
		sub := subSelect(e)
		if sub != nil && on {
			on = selects(sub, yield)
		}
		return on && sub == nil
	})
	return on
}

// subSelect is the Select that a node asks; nil for most.
func subSelect(e Expr) *Select {
	switch e := e.(type) {
	case Exists:
		return e.Select
	case Under:
		return e.Select
	}
	return nil
}

// Columns gives every mention of a column in the tree: outputs, conditions (the
// other side of comparisons included), order, the two ends on which expands are
// joined, the conditions of links, and the same in every Select below. What must not be seen must not be
// named in any of these places. The columns of a many-to-many's intersect table are
// left out: they are keys of neither Select.
func Columns(s *Select) iter.Seq[Col] {
	return func(yield func(Col) bool) {
		for sel := range Selects(s) {
			if !sel.columns(yield) {
				return
			}
		}
	}
}

// columns yields what s itself mentions, leaving the Selects below it to others.
func (s *Select) columns(yield func(Col) bool) bool {
	for _, o := range s.Columns {
		if !yield(o.Col) {
			return false
		}
	}
	on := mentioned(s.Where, yield)
	for _, l := range s.Links {
		on = on && mentioned(l.On, yield)
	}
	for _, o := range s.Order {
		on = on && yield(o.Col)
	}
	for _, x := range s.Expands {
		on = on && end(s, x.Nav.From, yield) && end(x.Select, x.Nav.To, yield)
	}
	return on
}

// mentioned yields the columns that a condition names, but not those of Selects in it.
func mentioned(e Expr, yield func(Col) bool) bool {
	on := true
	Walk(e, func(e Expr) bool {
		on = on && mentions(e, yield)
		return on && subSelect(e) == nil
	})
	return on
}

func end(of *Select, c *meta.Column, yield func(Col) bool) bool {
	return c == nil || yield(Col{Of: of, C: c})
}

// mentions yields the columns that the node itself names.
func mentions(e Expr, yield func(Col) bool) bool {
	switch e := e.(type) {
	case Compare:
		return yield(e.Col) && (e.Other == nil || yield(*e.Other))
	case Match:
		return yield(e.Col)
	case In:
		return yield(e.Col)
	case HasBits:
		return yield(e.Col)
	case IsNull:
		return yield(e.Col)
	case InPart:
		return yield(e.Col)
	case Under:
		return yield(e.Col) && yield(e.Parent)
	case And, Or, Not, Const, Exists:
		return true
	default:
		panic(unknown(e))
	}
}
