package sqlgen

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// A scope of rows that users own is an Or: owned by one of a few, in one of some
// business units, shared. No index gives the rows of an Or in order, so an engine
// would sort all that the caller reaches to answer the first fifty. A list in order
// is therefore parted into branches, each of which an index that begins with the
// owner or the unit answers in order, and which the engine merges while it reads; the
// branches share no row (performance 3: 1.2 ms instead of 325). A scope of very many
// units is the contrary: nearly every row is in it, so that the rows are read in
// order and judged one by one.

// mostBranches is how many branches are worth their beginnings: each costs a descent
// of an index, and its text.
const mostBranches = 16

// form is how the rows of a question are found. Neither is the plain form.
type form struct {
	branches []branch     // to be merged
	judged   query.Expr   // the scope, to be judged row by row and not looked up
	rest     []query.Expr // what holds beside the scope
}

// branch is one part of a scope and what the parts before it have had.
type branch struct {
	own    query.Expr
	via    *via // instead of own: found by shares
	before []query.Expr
}

// formOf chooses the form of a root.
func formOf(s *query.Select) form {
	other := slices.ContainsFunc(s.Order, func(o query.Order) bool { return o.ByLabel || o.Col.Of != s }) // no index helps
	if s.Limit == 0 || len(s.Order) == 0 || other || s.Grouped || s.Distinct || len(s.Links) > 0 || pinned(s) {
		return form{}
	}
	all := conjuncts(s.Where)
	at := slices.IndexFunc(all, func(e query.Expr) bool {
		return !slices.ContainsFunc(disjuncts(e), func(p query.Expr) bool { return !scopePart(p, s) })
	})
	if at < 0 {
		return form{}
	}
	f := form{rest: slices.Delete(slices.Clone(all), at, at+1)}
	if named, ok := shareOrder(s, f.rest); ok {
		f.branches = part(disjuncts(all[at]), func(p query.Expr) []branch { return sharesOf(p, s, named) })
	}
	if f.branches == nil {
		f.branches = part(disjuncts(all[at]), func(query.Expr) []branch { return nil })
	}
	if f.branches == nil {
		f.judged = all[at]
	}
	f.branches = fruitfulLast(f.branches)
	return f
}

// fruitfulLast writes last what is shared with the caller itself, which most often is
// the most that a narrow scope has: an engine merges branches in pairs, and what stands
// last goes through fewer pairs than what stands in the middle. What branches take from
// each other does not change by it.
func fruitfulLast(branches []branch) []branch {
	at := slices.IndexFunc(branches, func(b branch) bool { return b.via != nil && len(b.via.before) == 0 })
	if at < 0 {
		return branches
	}
	own := branches[at]
	return append(slices.Delete(branches, at, at+1), own)
}

// part gives the branches, none when they are too many. What shares gives none for is
// one branch.
func part(scope []query.Expr, shares func(query.Expr) []branch) (all []branch) {
	var before []query.Expr
	for _, p := range scope {
		some := shares(p)
		if some == nil {
			some = single(p)
		}
		for _, b := range some {
			b.before = slices.Clip(before)
			all = append(all, b)
		}
		before = append(before, p)
		if len(all) > mostBranches {
			return nil
		}
	}
	return all
}

// conjuncts gives what must all hold.
func conjuncts(e query.Expr) []query.Expr {
	if and, ok := e.(query.And); ok {
		return flatten(and.Members, true)
	}
	return []query.Expr{e}
}

// disjuncts gives what e is true by one of.
func disjuncts(e query.Expr) []query.Expr {
	if or, ok := e.(query.Or); ok {
		return flatten(or.Members, false)
	}
	return []query.Expr{e}
}

// scopePart reports what access makes scopes of: owners, business units and a share.
func scopePart(e query.Expr, s *query.Select) bool {
	switch e := e.(type) {
	case query.In:
		return e.Col.Of == s && (e.Col.C.Kind == meta.Owner || e.Col.C.LogicalName == "owningbusinessunit") && len(e.Values) > 0
	case query.Exists:
		k, ok := keyed(e.Select)
		return ok && e.Op == 0 && k.outer == (query.Col{Of: s, C: s.Table.PrimaryID})
	}
	return false
}

// single gives the parts of a list of values, one for each; anything else is its own
// only part.
func single(e query.Expr) (all []branch) {
	in, ok := e.(query.In)
	if !ok {
		return []branch{{own: e}}
	}
	for i, v := range in.Values {
		if !slices.Contains(in.Values[:i], v) {
			all = append(all, branch{own: query.Compare{Col: in.Col, Op: query.Equal, Value: v}})
		}
		if len(all) > mostBranches {
			break
		}
	}
	return all
}

// merge writes the branches and their common order. All branches have the cells of the
// first.
func (w *writer) merge(s *query.Select, f form) *query.Shape {
	var shape *query.Shape
	apart := w.d.limited && len(f.branches) > 1
	for i, b := range f.branches {
		if i > 0 {
			w.text(" UNION ALL ")
			w.restart()
		}
		w.via, w.keyed = b.via, apart
		if w.keyed {
			w.text("(")
		}
		one := w.head(s)
		if shape == nil {
			shape = one
		}
		w.many = true
		w.branch(f, b)
		w.veiled = w.d.veils
		for _, had := range b.before {
			w.text(" AND (")
			w.condition(had, false)
			w.text(") IS NOT TRUE")
		}
		w.veiled = false
		w.after(s, true)
		if w.keyed {
			w.orderBy(s)
			w.limit(s.Limit + 1 + s.Offset)
			w.text(")")
		}
		w.many, w.via, w.keyed = false, nil, false
	}
	if w.d.limited && !apart {
		w.orderBy(s)
		return shape
	}
	w.mergedOrder(s, shape)
	return shape
}

// branch writes which rows are in a branch.
func (w *writer) branch(f form, b branch) {
	w.where(query.And{Members: append(slices.Clip(f.rest), query.Const{True: true})})
	w.veiled = w.d.veils
	if b.via == nil {
		w.text(" AND ")
		w.condition(b.own, true)
	} else {
		w.ownShares(b.via, viaAlias)
	}
	w.veiled = false
}

// restart forgets what belongs to one SELECT of a statement, before the next one.
// Arguments go on.
func (w *writer) restart() {
	w.names, w.cells, w.joined, w.children = w.room[:0], nil, nil, nil
}

// mergedOrder writes the order of all branches: by cells, or by the branches' keys.
func (w *writer) mergedOrder(s *query.Select, shape *query.Shape) {
	word := " ORDER BY "
	for i, o := range s.Order {
		w.text(word)
		if w.d.limited {
			w.mergeKey(i)
		} else {
			w.number(int64(shape.Order[i] + 1))
		}
		w.direction(o)
		word = ", "
	}
}

// mergeKeys writes after the cells what branches are merged by: a union can be in the
// order of its columns only, and a text is compared as something else than it is shown.
func (w *writer) mergeKeys(s *query.Select) {
	for i, o := range s.Order {
		w.text(", ")
		w.key(o)
		w.text(" AS ")
		w.mergeKey(i)
	}
}

func (w *writer) mergeKey(i int) {
	w.text("k")
	w.number(int64(i))
}

// judge writes the condition of a scope that no index is chosen for, shares
// included: they are looked up for each row.
func (w *writer) judge(f form) {
	w.conjunction(w.where(query.And{Members: f.rest}))
	w.hidden, w.veiled = true, w.d.veils
	w.condition(f.judged, true)
	w.hidden, w.veiled = false, false
}
