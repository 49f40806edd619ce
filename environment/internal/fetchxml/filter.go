package fetchxml

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// filter binds a filter element on s. One with nothing in it lets everything pass.
func (b *binder) filter(s *query.Select, f filter) (query.Expr, error) {
	var members []query.Expr
	add := func(e query.Expr, err error) error {
		members = append(members, e)
		return err
	}
	for _, c := range f.conditions {
		if err := add(b.condition(s, c)); err != nil {
			return nil, err
		}
	}
	for _, inner := range f.filters {
		if err := add(b.filter(s, inner)); err != nil {
			return nil, err
		}
	}
	for i := range f.links {
		if err := add(b.linkFilter(s, &f.links[i])); err != nil {
			return nil, err
		}
	}
	if f.or && len(members) > 0 {
		return query.Or{Members: members}, nil
	}
	return query.And{Members: members}, nil
}

// linkFilter binds a link inside of a filter: a question about the linked rows. For
// "all", a row that does not satisfy the filter is one of which it is not true, null
// included (Dataverse facts A.4).
func (b *binder) linkFilter(s *query.Select, l *link) (query.Expr, error) {
	switch l.kind {
	case "any", "in", "exists":
		return b.anyRow(s, l)
	case "not any":
		e, err := b.anyRow(s, l)
		return query.Not{Member: e}, err
	case "not all":
		return b.failingRow(s, l)
	case "all":
		e, err := b.failingRow(s, l)
		return query.Not{Member: e}, err
	}
	return nil, l.at.fail(dverr.FetchBadLinkType)
}

// anyRow is true when a linked row satisfies what stands in the link.
func (b *binder) anyRow(s *query.Select, l *link) (query.Expr, error) {
	inner, on, err := b.linked(s, l)
	if err != nil {
		return nil, err
	}
	if err := b.inside(inner, l); err != nil {
		return nil, err
	}
	inner.Where = both(on, inner.Where)
	return query.Exists{Select: inner}, nil
}

// failingRow is true when a linked row does not satisfy what stands in the link.
func (b *binder) failingRow(s *query.Select, l *link) (query.Expr, error) {
	inner, on, err := b.linked(s, l)
	if err != nil {
		return nil, err
	}
	same := &query.Select{Table: inner.Table}
	if err := b.inside(same, l); err != nil {
		return nil, err
	}
	id := query.Col{Of: inner, C: inner.Table.PrimaryID}
	same.Where = both(query.Compare{Col: query.Col{Of: same, C: id.C}, Op: query.Equal, Other: &id}, same.Where)
	inner.Where = both(on, query.Not{Member: query.Exists{Select: same}})
	return query.Exists{Select: inner}, nil
}

// inside binds what stands in a link that shows no columns. Joins inside of it show
// none either.
func (b *binder) inside(s *query.Select, l *link) error {
	if l.all || len(l.attributes) > 0 || len(l.orders) > 0 {
		return l.at.refuse("of link-type '" + l.kind + "', which can give no columns and no order")
	}
	for i := range l.links {
		if err := b.insideLink(s, &l.links[i]); err != nil {
			return err
		}
	}
	return b.filters(s, &l.entity)
}

func (b *binder) insideLink(s *query.Select, l *link) error {
	switch l.kind {
	case "outer", "matchfirstrowusingcrossapply":
		// It takes no row away and its columns cannot be seen; names in it are judged.
		_, err := b.anyRow(s, l)
		return err
	case "", "inner", "natural", "in", "exists":
		e, err := b.anyRow(s, l)
		s.Where = both(s.Where, e)
		return err
	}
	return l.at.fail(dverr.FetchBadLinkType)
}

// condition binds one condition on s, or on the link that its entityname names,
// which the filters of the entity itself alone may do.
func (b *binder) condition(s *query.Select, c test) (query.Expr, error) {
	if b.conditions++; b.conditions > maxConditions {
		return nil, c.at.fail(dverr.TooManyConditions)
	}
	if len(c.values) > maxValues {
		return nil, c.at.fail(dverr.TooManyValues)
	}
	on := s
	if c.under != "" && c.under != s.Table.LogicalName {
		if s != b.root {
			return nil, c.at.fail(dverr.FetchLinkCondition)
		}
		if on = b.names[c.under]; on == nil {
			return nil, c.at.fail(dverr.FetchUnknownAlias)
		}
	}
	named, err := column(c.at, on.Table, c.attribute)
	if err != nil {
		return nil, err
	}
	col := query.Col{Of: on, C: named}
	if c.valueOf != "" {
		return b.compareColumns(col, c)
	}
	e, err := b.Bind(col, c.operator, c.values)
	if err != nil {
		return nil, dverr.From(err).Helping("%s: element '%s'", c.at.place(), c.at.name)
	}
	return e, nil
}

// compareColumns binds valueof: a column, or alias.column of a link.
func (b *binder) compareColumns(col query.Col, c test) (query.Expr, error) {
	op, known := predicate.Comparison(c.operator)
	if !known {
		return nil, c.at.fail(dverr.FetchBadOperator)
	}
	of, name := col.Of, c.valueOf
	if alias, rest, dotted := strings.Cut(name, "."); dotted {
		if of, name = b.names[alias], rest; of == nil {
			return nil, c.at.fail(dverr.FetchUnknownAlias)
		}
	}
	other, err := column(c.at, of.Table, name)
	if err != nil {
		return nil, err
	}
	if !comparable(col.C, other) {
		return nil, c.at.fail(dverr.FetchBadCondition)
	}
	return query.Compare{Col: col, Op: op, Other: &query.Col{Of: of, C: other}}, nil
}

// comparable columns keep the same type in the same unit.
func comparable(a, c *meta.Column) bool {
	return a.Storage() == c.Storage() && a.Storage() != meta.Bytes &&
		(a.Kind == meta.Money) == (c.Kind == meta.Money) && (a.Kind == meta.DateTime) == (c.Kind == meta.DateTime)
}
