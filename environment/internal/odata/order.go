package odata

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// orderReader reads $orderby. Lookups sort by the name of the row they point to,
// choices by value (Dataverse facts 5.12).
type orderReader struct {
	*parser
	s    *query.Select
	hops []hop
}

// hop is a single-valued navigation that sort keys go through; its row is joined once.
type hop struct {
	from, to *query.Select
	nav      string
}

func (r Request) readOrder(s *query.Select, text string) error {
	p, err := newParser(text)
	if err != nil {
		return err
	}
	read := orderReader{parser: p, s: s}
	for {
		o, err := read.item()
		if err != nil {
			return err
		}
		if !ordered(s, o.Col) {
			s.Order = append(s.Order, o)
		}
		if p.tok.kind == tokenEnd {
			return nil
		}
		if !p.tok.is(",") {
			return p.syntaxError()
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
}

func (r *orderReader) item() (query.Order, error) {
	e, err := r.or()
	if err != nil {
		return query.Order{}, err
	}
	path, ok := e.(*pathExpr)
	if !ok {
		return query.Order{}, invalid("The $orderby expression must evaluate to a single value of primitive type.")
	}
	c, err := r.column(path)
	if err != nil {
		return query.Order{}, err
	}
	o := query.Order{Col: c, ByLabel: c.C.IsLookup() && len(c.C.Targets) > 0}
	switch {
	case r.word("asc"):
		return o, r.advance()
	case r.word("desc"):
		o.Descending = true
		return o, r.advance()
	}
	return o, nil
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
