package access

import (
	"slices"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// row is one row of an in-memory table, by column; absent is null.
type row map[string]query.Value

// scopeRows maps every Select around an expression to the row at hand.
type scopeRows map[*query.Select]row

// answer runs the condition of s over rows and gives the ids that pass: a plain
// interpreter of the tree in SQL's three-valued logic, for what access makes of it.
func (w *world) answer(s *query.Select) []meta.ID {
	var ids []meta.ID
	for _, r := range w.rows[s.Table.LogicalName] {
		if s.Where == nil || w.holds(s.Where, scopeRows{s: r}) == yes {
			ids = append(ids, r[s.Table.PrimaryID.LogicalName].GUID())
		}
	}
	return ids
}

// truth is no, maybe or yes, so that And is min and Or is max.
type truth int

const (
	no truth = iota
	maybe
	yes
)

func known(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (w *world) holds(e query.Expr, at scopeRows) truth {
	value := func(c query.Col) query.Value {
		r, inScope := at[c.Of]
		if !inScope {
			w.Fatalf("column %s belongs to no Select around it", c.C.LogicalName)
		}
		return r[c.C.LogicalName]
	}
	switch e := e.(type) {
	case query.And:
		all := yes
		for _, m := range e.Members {
			all = min(all, w.holds(m, at))
		}
		return all
	case query.Or:
		some := no
		for _, m := range e.Members {
			some = max(some, w.holds(m, at))
		}
		return some
	case query.Not:
		return yes - w.holds(e.Member, at)
	case query.Const:
		return known(e.True)
	case query.IsNull:
		return known(value(e.Col).IsNull())
	case query.Compare:
		right := e.Value
		if e.Other != nil {
			right = value(*e.Other)
		}
		return compare(w, e.Op, value(e.Col), right)
	case query.In:
		if value(e.Col).IsNull() {
			return maybe
		}
		return known(slices.Contains(e.Values, value(e.Col)))
	case query.HasBits:
		if value(e.Col).IsNull() {
			return maybe
		}
		return known(value(e.Col).Int()&e.Mask == e.Mask)
	case query.Exists:
		for _, r := range w.rows[e.Select.Table.LogicalName] {
			inner := scopeRows{e.Select: r}
			for s, outer := range at {
				inner[s] = outer
			}
			if e.Select.Where == nil || w.holds(e.Select.Where, inner) == yes {
				return yes
			}
		}
		return no
	default:
		w.Fatalf("the interpreter does not know %T", e)
		return no
	}
}

func compare(t testing.TB, op query.Operator, a, b query.Value) truth {
	if a.IsNull() || b.IsNull() {
		return maybe
	}
	switch op {
	case query.Equal:
		return known(a == b)
	case query.NotEqual:
		return known(a != b)
	default:
		t.Fatalf("the interpreter does not know operator %d", op)
		return no
	}
}
