package odata

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// orderItem is one sort key as it is spelled.
type orderItem struct {
	of         expr
	descending bool
}

// parseOrder reads $orderby.
func parseOrder(text string) ([]orderItem, error) {
	p, err := newParser(text)
	if err != nil {
		return nil, err
	}
	var items []orderItem
	for {
		item, err := p.orderItem()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if p.tok.kind == tokenEnd {
			return items, nil
		}
		if !p.tok.is(",") {
			return nil, p.syntaxError()
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

func (p *parser) orderItem() (item orderItem, err error) {
	if item.of, err = p.or(); err != nil {
		return item, err
	}
	switch {
	case p.word("asc"):
		return item, p.advance()
	case p.word("desc"):
		item.descending = true
		return item, p.advance()
	}
	return item, nil
}

// orderReader binds $orderby. Lookups sort by the name of the row they point to,
// choices by value (Dataverse facts 5.12).
type orderReader struct {
	s    *query.Select
	hops []hop
}

// hop is a single-valued navigation that sort keys go through; its row is joined once.
type hop struct {
	from, to *query.Select
	nav      string
}

func (r Request) readOrder(s *query.Select, text string, aliases map[string]string) error {
	items, err := parseOrder(text)
	if err != nil {
		return err
	}
	read, b := orderReader{s: s}, binder{aliases: aliases}
	for _, item := range items {
		of, err := b.operand(item.of)
		if err != nil {
			return err
		}
		path, ok := of.(*pathExpr)
		if !ok {
			return invalid("The $orderby expression must evaluate to a single value of primitive type.")
		}
		c, err := read.column(path)
		if err != nil {
			return err
		}
		if !ordered(s, c) {
			s.Order = append(s.Order, query.Order{Col: c, Descending: item.descending, ByLabel: c.C.NamesRows()})
		}
	}
	return nil
}

// column follows a path to the column at its end. A row without the rows on the way
// sorts as one without the value.
func (r *orderReader) column(path *pathExpr) (query.Col, error) {
	last := len(path.names) - 1
	b := binder{sel: r.s}
	p, t, err := b.row(&pathExpr{path.names[:last], path.pos}, path.names[last])
	if err != nil {
		return query.Col{}, err
	}
	c := t.Property(path.names[last])
	if c == nil {
		return query.Col{}, unknownProperty(path.names[last], t)
	}
	of := r.s
	for _, nav := range p.hops {
		of = r.join(of, nav)
	}
	return query.Col{Of: of, C: c}, nil
}

// join gives the row that a navigation leads to from the one of another Select.
func (r *orderReader) join(from *query.Select, nav meta.Navigation) *query.Select {
	name := nav.Name + "/" + nav.Target.LogicalName
	for _, h := range r.hops {
		if h.from == from && h.nav == name {
			return h.to
		}
	}
	to := joinRow(from, nav)
	r.hops = append(r.hops, hop{from, to, name})
	return to
}

// joinRow joins the row that a single-valued navigation leads to; rows without one stay.
func joinRow(from *query.Select, nav meta.Navigation) *query.Select {
	to := &query.Select{Table: nav.Target}
	on := related(from, to, nav)
	link := &query.Link{Select: to, On: on[0], Outer: true}
	if len(on) > 1 {
		link.On = query.And{Members: on}
	}
	from.Links = append(from.Links, link)
	return to
}

func ordered(s *query.Select, c query.Col) bool {
	for _, o := range s.Order {
		if o.Col == c {
			return true
		}
	}
	return false
}

// endOrder makes the order total.
func endOrder(s *query.Select) {
	if id := (query.Col{Of: s, C: s.Table.PrimaryID}); !ordered(s, id) {
		s.Order = append(s.Order, query.Order{Col: id})
	}
}
