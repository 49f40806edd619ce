package query

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Clone copies the whole tree, so that nothing done to the copy shows in s. Columns
// of Selects in the tree point into the copy; columns of Selects outside it, which
// a sub-select cloned alone may mention, stay as they are.
func Clone(s *Select) *Select { return CloneMasked(s, nil) }

// CloneMasked is Clone that masks every mention of the columns for which mask, if it
// is not nil, answers true: outputs, orders, conditions, links and all below.
func CloneMasked(s *Select, mask func(*meta.Column) bool) *Select {
	c := cloner{mask: mask}
	for old := range Selects(s) {
		c.twins = append(c.twins, twin{old, &Select{}})
	}
	for _, t := range c.twins {
		c.fill(t.copy, t.old)
	}
	return c.to(s)
}

// cloner pairs every Select of a tree with its copy. Trees have a handful of
// Selects, so a scan beats a map.
type cloner struct {
	twins []twin
	mask  func(*meta.Column) bool
}

type twin struct{ old, copy *Select }

func (c cloner) to(old *Select) *Select {
	for _, t := range c.twins {
		if t.old == old {
			return t.copy
		}
	}
	return old
}

func (c cloner) fill(to, s *Select) {
	*to = *s
	to.Columns = slices.Clone(s.Columns)
	for i := range to.Columns {
		to.Columns[i].Col = c.col(to.Columns[i].Col)
		if rows := to.Columns[i].Rows; rows != nil {
			to.Columns[i].Rows = c.to(rows)
		}
	}
	to.Where = c.expr(s.Where)
	to.Order = slices.Clone(s.Order)
	for i := range to.Order {
		to.Order[i].Col = c.col(to.Order[i].Col)
	}
	to.Expands = slices.Clone(s.Expands)
	for i, x := range s.Expands {
		to.Expands[i] = &Expand{Nav: x.Nav, Select: c.to(x.Select)}
	}
	to.Links = slices.Clone(s.Links)
	for i, l := range s.Links {
		to.Links[i] = &Link{Select: c.to(l.Select), On: c.expr(l.On), Outer: l.Outer, First: l.First}
	}
	to.After = slices.Clone(s.After)
}

func (c cloner) col(col Col) Col {
	return Col{Of: c.to(col.Of), C: col.C, Masked: col.Masked || c.mask != nil && c.mask(col.C)}
}

func (c cloner) expr(e Expr) Expr {
	switch e := e.(type) {
	case nil:
		return nil
	case And:
		return And{Members: c.exprs(e.Members)}
	case Or:
		return Or{Members: c.exprs(e.Members)}
	case Not:
		return Not{Member: c.expr(e.Member)}
	case Const:
		return e
	case Compare:
		e.Col = c.col(e.Col)
		if e.Other != nil {
			other := c.col(*e.Other)
			e.Other = &other
		}
		return e
	case Match:
		e.Col = c.col(e.Col)
		return e
	case In:
		return In{Col: c.col(e.Col), Values: slices.Clone(e.Values)}
	case HasBits:
		e.Col = c.col(e.Col)
		return e
	case IsNull:
		return IsNull{Col: c.col(e.Col)}
	case InPart:
		e.Col = c.col(e.Col)
		return e
	case Under:
		e.Col, e.Select, e.Parent = c.col(e.Col), c.to(e.Select), c.col(e.Parent)
		return e
	case Exists:
		e.Select = c.to(e.Select)
		return e
	default:
		panic(unknown(e))
	}
}

func (c cloner) exprs(members []Expr) []Expr {
	out := slices.Clone(members)
	for i, m := range members {
		out[i] = c.expr(m)
	}
	return out
}
