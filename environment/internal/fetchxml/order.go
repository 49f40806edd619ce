package fetchxml

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// orders adds the sort keys of an entity and then those of the links in it.
func (b *binder) orders(s *query.Select, e *entity) error {
	for _, o := range e.orders {
		key, err := b.order(s, o)
		if err != nil {
			return err
		}
		b.addOrder(key)
	}
	joined := 0
	for i := range e.links {
		l := &e.links[i]
		if l.kind == "in" || l.kind == "exists" {
			continue
		}
		if err := b.orders(s.Links[joined].Select, &l.entity); err != nil {
			return err
		}
		joined++
	}
	return nil
}

func (b *binder) addOrder(key query.Order) {
	for _, have := range b.root.Order {
		if have.Col == key.Col && have.Output == key.Output {
			return
		}
	}
	b.root.Order = append(b.root.Order, key)
}

func (b *binder) order(s *query.Select, o order) (query.Order, error) {
	if b.f.aggregate {
		return b.aggregateOrder(o)
	}
	switch {
	case o.alias != "":
		return query.Order{}, o.at.fail(dverr.FetchOrderAlias)
	case o.attribute == "":
		return query.Order{}, o.at.fail(dverr.FetchOrderNeedsAttribute)
	}
	if o.under != "" {
		if s = b.names[o.under]; s == nil {
			return query.Order{}, o.at.fail(dverr.FetchNoOrderLink)
		}
	}
	c, err := column(o.at, s.Table, o.attribute)
	if err != nil {
		return query.Order{}, err
	}
	key := query.Order{Col: query.Col{Of: s, C: c}, Descending: o.descending, ByLabel: b.byLabel(c)}
	if b.root.Distinct {
		b.showOrder(key.Col)
	}
	return key, nil
}

// showOrder makes a sort key of distinct rows an output: only what is shown can put
// them in order.
func (b *binder) showOrder(c query.Col) {
	for _, o := range b.root.Columns {
		if o.Col == c {
			return
		}
	}
	if c.Of == b.root {
		b.addOwn(c.C)
		return
	}
	out := query.Output{Col: c, Name: b.aliasOf(c.Of) + "." + c.C.LogicalName}
	b.annotate(&out)
	b.root.Columns = append(b.root.Columns, out)
}

// aliasOf is the alias of a link; where it stands under its table's name too, the
// longer one is the alias.
func (b *binder) aliasOf(s *query.Select) string {
	alias := ""
	for name, named := range b.names {
		if named == s && len(name) > len(alias) {
			alias = name
		}
	}
	return alias
}

// byLabel tells what sorts by what people see: lookups by name, and choices by label
// unless the query asks for raw values (Dataverse facts 5.12).
func (b *binder) byLabel(c *meta.Column) bool {
	switch c.Kind {
	case meta.Choice, meta.State, meta.Status:
		return !b.f.byRaw && len(c.Options) > 0
	}
	return c.NamesRows()
}

func (b *binder) aggregateOrder(o order) (query.Order, error) {
	switch {
	case o.attribute != "":
		return query.Order{}, o.at.fail(dverr.FetchOrderAttribute)
	case o.alias == "":
		return query.Order{}, o.at.fail(dverr.FetchOrderNeedsAlias)
	}
	for i, out := range b.root.Columns {
		if out.Name == o.alias {
			label := out.Function == 0 && out.Part == 0 && b.byLabel(out.Col.C)
			return query.Order{Col: out.Col, Descending: o.descending, ByLabel: label, Output: i + 1}, nil
		}
	}
	return query.Order{}, o.at.fail(dverr.FetchUnknownAlias)
}

// endOrder makes the order total, so that pages neither repeat rows nor lose them:
// by the ids of the rows that make a row of the answer, by everything shown where
// rows are distinct, by the keys of groups. It decides whether a cookie can name a
// row: by its own values alone, and only where it is one row of the answer.
func (b *binder) endOrder(q *Query) {
	s := b.root
	q.cookie = !s.Grouped && !s.Distinct && len(b.keys) == 0
	for _, o := range s.Order {
		q.cookie = q.cookie && o.Col.Of == s
	}
	switch {
	case s.Grouped:
		for i, out := range s.Columns {
			if out.Function == 0 {
				b.addOrder(query.Order{Col: out.Col, Output: i + 1})
			}
		}
	case s.Distinct:
		for _, out := range s.Columns {
			b.addOrder(query.Order{Col: out.Col})
		}
	default:
		b.addOrder(query.Order{Col: query.Col{Of: s, C: s.Table.PrimaryID}})
		for _, key := range b.keys {
			b.addOrder(query.Order{Col: key})
		}
	}
}
