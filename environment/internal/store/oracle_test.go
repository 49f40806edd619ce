package store_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// The oracle answers a tree from rows in memory, row by row, by what the tree's doc
// comments say and nothing else. It knows no SQL.

// tuple is one row; a column that is not there is null.
type tuple map[*meta.Column]query.Value

type oracle struct {
	rows map[*meta.Table][]tuple
	// at holds the row that each Select in scope is looking at.
	at map[*query.Select]tuple
}

// truth is no, unknown or yes; And is the least, Or the greatest of its members.
type truth int8

const (
	no truth = iota - 1
	unknown
	yes
)

func known(b bool) truth {
	if b {
		return yes
	}
	return no
}

func (o *oracle) value(c query.Col) query.Value {
	if c.Masked {
		return query.Null()
	}
	return o.at[c.Of][c.C]
}

// holds judges a condition about the rows in scope.
func (o *oracle) holds(e query.Expr) truth {
	switch e := e.(type) {
	case nil:
		return yes
	case query.And:
		all := yes
		for i := 0; i < len(e.Members) && all != no; i++ {
			all = min(all, o.holds(e.Members[i]))
		}
		return all
	case query.Or:
		some := no
		for i := 0; i < len(e.Members) && some != yes; i++ {
			some = max(some, o.holds(e.Members[i]))
		}
		return some
	case query.Not:
		return -o.holds(e.Member)
	case query.Const:
		return known(e.True)
	case query.IsNull:
		return known(o.value(e.Col).IsNull())
	case query.Exists:
		if e.Op != 0 {
			n := 0
			o.scan(e.Select, func(tuple) bool { n++; return true })
			return known(satisfies(cmp.Compare(int64(n), e.Number), e.Op))
		}
		return known(o.scan(e.Select, func(tuple) bool { return false }))
	case query.In:
		return o.among(e)
	}
	return o.compares(e)
}

// compares judges the nodes that are unknown when a value is null.
func (o *oracle) compares(e query.Expr) truth {
	switch e := e.(type) {
	case query.Compare:
		b := e.Value
		if e.Other != nil {
			b = o.value(*e.Other)
		}
		if a := o.value(e.Col); !a.IsNull() && !b.IsNull() {
			return known(satisfies(compare(a, b), e.Op))
		}
	case query.Match:
		if v := o.value(e.Col); !v.IsNull() {
			return known(matches(e, v.Text()))
		}
	case query.HasBits:
		if v := o.value(e.Col); !v.IsNull() {
			return known(v.Int()&e.Mask == e.Mask)
		}
	default:
		panic(fmt.Sprintf("the oracle does not know %T", e))
	}
	return unknown
}

// among: nothing is among nothing, not even an absent value.
func (o *oracle) among(e query.In) truth {
	v := o.value(e.Col)
	if len(e.Values) == 0 {
		return no
	}
	if v.IsNull() {
		return unknown
	}
	return known(slices.ContainsFunc(e.Values, func(x query.Value) bool { return compare(v, x) == 0 }))
}

func satisfies(order int, op query.Operator) bool {
	switch op {
	case query.Equal:
		return order == 0
	case query.NotEqual:
		return order != 0
	case query.Less:
		return order < 0
	case query.LessOrEqual:
		return order <= 0
	case query.Greater:
		return order > 0
	default:
		return order >= 0
	}
}

// compare orders two values that are not null: text by the letters A to Z without
// case, ids by their bytes.
func compare(a, b query.Value) int {
	switch a.Storage() {
	case meta.Text:
		return strings.Compare(folded(a.Text()), folded(b.Text()))
	case meta.GUID:
		x, y := a.GUID(), b.GUID()
		return bytes.Compare(x[:], y[:])
	}
	return cmp.Compare(number(a), number(b))
}

func number(v query.Value) float64 {
	if v.Storage() == meta.Float {
		return v.Float()
	}
	return float64(v.Int())
}

func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, s)
}

func matches(e query.Match, text string) bool {
	pattern := folded(e.Pattern)
	if e.Kind == query.Contains || e.Kind == query.EndsWith {
		pattern = "%" + pattern
	}
	if e.Kind == query.Contains || e.Kind == query.StartsWith {
		pattern += "%"
		if strings.LastIndexByte(e.Pattern, '[') > strings.LastIndexByte(e.Pattern, ']') {
			return false // the kind's own wildcard does not close a bracket
		}
	}
	return like([]rune(pattern), []rune(folded(text)))
}

// like matches a text with SQL Server's wildcards, trying everything.
func like(pattern, text []rune) bool {
	if len(pattern) == 0 {
		return len(text) == 0
	}
	switch pattern[0] {
	case '%':
		return like(pattern[1:], text) || len(text) > 0 && like(pattern, text[1:])
	case '[':
		end := slices.Index(pattern, ']')
		return end > 0 && len(text) > 0 && inSet(pattern[1:end], text[0]) && like(pattern[end+1:], text[1:])
	case '_':
		return len(text) > 0 && like(pattern[1:], text[1:])
	}
	return len(text) > 0 && pattern[0] == text[0] && like(pattern[1:], text[1:])
}

func inSet(set []rune, r rune) bool {
	negated := len(set) > 0 && set[0] == '^'
	if negated {
		set = set[1:]
	}
	found := false
	for i := 0; i < len(set); i++ {
		if i+2 < len(set) && set[i+1] == '-' {
			found = found || set[i] <= r && r <= set[i+2]
			i += 2
			continue
		}
		found = found || set[i] == r
	}
	return found != negated
}

// answer gives the rows of s in order, regardless of After and Limit.
func (o *oracle) answer(s *query.Select) (out []tuple) {
	o.scan(s, func(row tuple) bool {
		out = append(out, row)
		return true
	})
	slices.SortStableFunc(out, func(a, b tuple) int { return o.order(s, a, b) })
	return out
}

// scan hands the rows for which the condition of s holds to take until it answers
// false, and reports whether it did.
func (o *oracle) scan(s *query.Select, take func(tuple) bool) (stopped bool) {
	for _, row := range o.rows[s.Table] {
		o.at[s] = row
		if o.holds(s.Where) == yes && !take(row) {
			stopped = true
			break
		}
	}
	delete(o.at, s)
	return stopped
}

func (o *oracle) order(s *query.Select, a, b tuple) int {
	for _, k := range s.Order {
		x, y := o.key(k, a), o.key(k, b)
		by := 0
		switch {
		case x.IsNull() || y.IsNull():
			by = cmp.Compare(b2i(!x.IsNull()), b2i(!y.IsNull()))
		default:
			by = compare(x, y)
		}
		if k.Descending {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return 0
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (o *oracle) key(k query.Order, row tuple) query.Value {
	if k.Col.Masked {
		return query.Null()
	}
	if k.ByLabel {
		return o.label(k.Col.C, row)
	}
	return row[k.Col.C]
}

// label is the primary name of the row that a lookup points to.
func (o *oracle) label(c *meta.Column, row tuple) query.Value {
	for _, t := range c.Targets {
		if c.TypeColumn != nil && compare(row[c.TypeColumn], query.Int(t.TypeCode)) != 0 {
			continue
		}
		if i := o.find(t, t.PrimaryID, row[c]); i >= 0 {
			return o.rows[t][i][t.PrimaryName]
		}
	}
	return query.Null()
}

func (o *oracle) find(t *meta.Table, c *meta.Column, v query.Value) int {
	return slices.IndexFunc(o.rows[t], func(row tuple) bool {
		return !v.IsNull() && !row[c].IsNull() && compare(row[c], v) == 0
	})
}

// related picks from the answer to an expand's Select what it shows under a row, in
// order and within the limit of a collection.
func (o *oracle) related(x *query.Expand, answer []tuple, parent tuple) []tuple {
	var out []tuple
	for _, row := range answer {
		if o.joins(x.Nav, parent, row) {
			out = append(out, row)
		}
	}
	if limit := x.Select.Limit; !x.Nav.Single && limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out
}

func (o *oracle) joins(nav meta.Navigation, parent, child tuple) bool {
	if nav.Near != nil {
		return slices.ContainsFunc(o.rows[nav.Relationship.Intersect], func(link tuple) bool {
			return compare(link[nav.Near], parent[idOf(parent)]) == 0 && compare(link[nav.Far], child[nav.Target.PrimaryID]) == 0
		})
	}
	a, b := parent[nav.From], child[nav.To]
	if a.IsNull() || b.IsNull() || compare(a, b) != 0 {
		return false
	}
	return pointsTo(nav.From, parent, nav.To.Table) && pointsTo(nav.To, child, nav.From.Table)
}

func pointsTo(lookup *meta.Column, row tuple, t *meta.Table) bool {
	return lookup.TypeColumn == nil || compare(row[lookup.TypeColumn], query.Int(t.TypeCode)) == 0
}

// idOf gives the primary id column of the table that a row is of.
func idOf(row tuple) *meta.Column {
	for c := range row {
		return c.Table.PrimaryID
	}
	return nil
}
