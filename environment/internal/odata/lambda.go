package odata

import (
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// rangeVariable is the name by which the body of a lambda calls a row of a collection.
type rangeVariable struct {
	name string
	row  *query.Select
}

// variable finds the innermost range variable of a name; $it is the row that the filter
// is about.
func (b *binder) variable(name string) (*query.Select, bool) {
	for i := len(b.variables) - 1; i >= 0; i-- {
		if b.variables[i].name == name {
			return b.variables[i].row, true
		}
	}
	return b.sel, name == "$it"
}

// lambda binds any and all. A row for which the body is unknown is one that does not
// satisfy it.
func (b *binder) lambda(e *lambda, negated bool) (query.Expr, error) {
	p, nav, err := b.collection(e.of)
	if err != nil {
		return nil, err
	}
	some, err := b.someRow(p, nav, e)
	if err != nil {
		return nil, err
	}
	if (e.op == "all") != negated {
		return query.Not{Member: some}, nil
	}
	return some, nil
}

// someRow is true when a row of the collection satisfies the body of any, or fails that
// of all.
func (b *binder) someRow(p property, nav meta.Navigation, e *lambda) (query.Expr, error) {
	row := &query.Select{Table: nav.Target}
	var tested query.Expr
	if e.body != nil {
		var err error
		if tested, err = b.body(e, row); err != nil {
			return nil, err
		}
	}
	return p.hop(p.of, p.hops, false, func(from *query.Select) query.Expr {
		members := related(from, row, nav)
		if tested != nil {
			members = append(members, tested)
		}
		row.Where = query.And{Members: members}
		return query.Exists{Select: row}
	}), nil
}

// countSegment ends a path to a collection whose rows are counted.
const countSegment = "$count"

// countAgainst compares the number of rows of a collection, those that the caller reads,
// with a number. A row that a path does not reach has no collection.
func (b *binder) countAgainst(path *pathExpr, op query.Operator, right expr) (query.Expr, error) {
	if len(path.names) == 1 {
		return nil, unknownProperty(countSegment, b.sel.Table)
	}
	p, nav, err := b.collection(&pathExpr{path.names[:len(path.names)-1], path.pos})
	if err != nil {
		return nil, err
	}
	l, constant := right.(*literal)
	if !constant {
		return nil, invalid("$count can only be compared with a number.")
	}
	n, err := strconv.ParseInt(l.text, 10, 32)
	if l.kind != tokenInteger || err != nil {
		return nil, incompatible("Edm.Int64", l.edmType(), op)
	}
	row := &query.Select{Table: nav.Target}
	return p.hop(p.of, p.hops, false, func(from *query.Select) query.Expr {
		row.Where = query.And{Members: related(from, row, nav)}
		return query.Exists{Select: row, Op: op, Number: n}
	}), nil
}

// body binds what stands behind the colon: for all, that the row is none of those which
// satisfy it.
func (b *binder) body(e *lambda, row *query.Select) (query.Expr, error) {
	if _, taken := b.variable(e.variable); taken {
		return nil, invalid("The range variable '%s' has already been declared.", e.variable)
	}
	about := row
	if e.op == "all" {
		about = &query.Select{Table: row.Table}
	}
	b.variables = append(b.variables, rangeVariable{e.variable, about})
	tested, err := b.condition(e.body, false)
	b.variables = b.variables[:len(b.variables)-1]
	if err != nil || e.op == "any" {
		return tested, err
	}
	id := query.Col{Of: row, C: row.Table.PrimaryID}
	same := query.Compare{Col: query.Col{Of: about, C: id.C}, Op: query.Equal, Other: &id}
	about.Where = query.And{Members: []query.Expr{same, tested}}
	return query.Not{Member: query.Exists{Select: about}}, nil
}

// collection resolves the path before /any or /all: single-valued navigation
// properties, and a collection-valued one at the end.
func (b *binder) collection(e *pathExpr) (property, meta.Navigation, error) {
	last := len(e.names) - 1
	p, t, err := b.row(&pathExpr{e.names[:last], e.pos}, e.names[last])
	if err != nil {
		return p, meta.Navigation{}, err
	}
	nav, ok := t.Navigation(e.names[last])
	switch {
	case !ok:
		return p, nav, unknownProperty(e.names[last], t)
	case nav.Single || nav.Target == nil:
		return p, nav, invalid("Any/All may only be used following a collection by query expression.")
	}
	return p, nav, nil
}

// related is the condition that inner is a row that nav leads to from outer. A lookup
// with several targets leads to the rows of the table it points to and no others: ids
// are unique in a table alone.
func related(outer, inner *query.Select, nav meta.Navigation) []query.Expr {
	if nav.Near != nil {
		return []query.Expr{paired(outer, inner, nav)}
	}
	from := query.Col{Of: outer, C: nav.From}
	members := []query.Expr{query.Compare{Col: query.Col{Of: inner, C: nav.To}, Op: query.Equal, Other: &from}}
	switch {
	case nav.Single && nav.From.TypeColumn != nil:
		members = append(members, leadsTo(outer, nav.From, inner.Table))
	case !nav.Single && nav.To.TypeColumn != nil:
		members = append(members, leadsTo(inner, nav.To, outer.Table))
	}
	return members
}

// paired is true when a row of the many-to-many's own table holds both ids.
func paired(outer, inner *query.Select, nav meta.Navigation) query.Expr {
	pair := &query.Select{Table: nav.Near.Table}
	near, far := query.Col{Of: outer, C: outer.Table.PrimaryID}, query.Col{Of: inner, C: inner.Table.PrimaryID}
	pair.Where = query.And{Members: []query.Expr{
		query.Compare{Col: query.Col{Of: pair, C: nav.Near}, Op: query.Equal, Other: &near},
		query.Compare{Col: query.Col{Of: pair, C: nav.Far}, Op: query.Equal, Other: &far},
	}}
	return query.Exists{Select: pair}
}

func leadsTo(s *query.Select, lookup *meta.Column, t *meta.Table) query.Expr {
	return query.Compare{Col: query.Col{Of: s, C: lookup.TypeColumn}, Op: query.Equal, Value: query.Int(t.TypeCode)}
}
