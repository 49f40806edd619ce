package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// nestedPlan is an expanded navigation property.
type nestedPlan struct {
	single  bool
	present int
	at      int // of the collection among the row's
	key     []byte
	row     *rowPlan
	link    []byte // what follows the row's id; nil for none
	linkKey []byte
	next    *nestedPage
	shown   *shownLookup
}

// nestedPage is how the next page of an expanded collection is asked for.
type nestedPage struct {
	r     Request
	x     expanded
	shape *query.Shape
	set   string // of the row around
}

// shownLookup is a lookup expanded by its own value: an address for $ref, or the key of
// an owner.
type shownLookup struct {
	cell, typed int
	targets     []*meta.Table
	root        string
	ref         bool
}

// plan plans the rows with what is expanded in them. In a collection single-valued
// expands have no ETag and collections a link to all of their rows; in a single row
// it is the other way round. Where expands nest, none has an ETag in a collection, and
// links are to the next page (Dataverse facts 5.7, 5.12).
func (w *Writer) plan(q *Query, shape *query.Shape, collection bool) *rowPlan {
	if p, ok := q.kept.plan(shape); ok {
		return p
	}
	p := w.r.newRowPlan(shape, true)
	defer func() { q.kept.keep(shape, p) }()
	e := expandPlanner{*w.r, collection, q.nested}
	p.nested = e.nestedPlans(q.expands, shape)
	return p
}

type expandPlanner struct {
	r                  Request
	collection, nested bool
}

// nestedPlans goes through the items; those that show rows are the shape's children, in
// the same order.
func (e expandPlanner) nestedPlans(all []expanded, shape *query.Shape) []nestedPlan {
	var plans []nestedPlan
	child := 0
	for _, x := range all {
		if x.lookup != nil {
			plans = append(plans, nestedPlan{single: true, key: keyOf(x.name), shown: e.shown(x, shape)})
			continue
		}
		plans = append(plans, e.rows(x, shape, shape.Children[child]))
		child++
	}
	return plans
}

func (e expandPlanner) rows(x expanded, shape *query.Shape, child query.Child) nestedPlan {
	etag := !e.collection || !child.Nav.Single && !e.nested
	n := nestedPlan{
		single: child.Nav.Single, present: child.Present, at: child.At, key: keyOf(x.name), row: e.r.newRowPlan(child.Shape, etag),
	}
	n.row.nested = e.nestedPlans(x.expands, child.Shape)
	switch {
	case child.Nav.Single:
	case e.nested:
		n.linkKey, n.next = keyOf(x.name+"@odata.nextLink"), &nestedPage{e.r, x, child.Shape, shape.Table.SetName}
	case e.collection:
		n.linkKey, n.link = keyOf(x.name+"@odata.nextLink"), nestedLink(x)
	}
	return n
}

func (e expandPlanner) shown(x expanded, shape *query.Shape) *shownLookup {
	for _, f := range shape.Fields {
		if f.Column == x.lookup {
			return &shownLookup{cell: f.Value, typed: f.Type, targets: x.lookup.Targets, root: e.r.Root, ref: x.ref}
		}
	}
	return &shownLookup{cell: -1}
}

// nestedLink is the address of an expanded collection after the row's id: the
// filtered collection with the options of the $expand item.
func nestedLink(x expanded) []byte {
	link := []byte(")/" + x.name)
	for i, o := range x.link {
		link = append(link, "?&"[min(i, 1)])
		link = appendOption(link, o)
	}
	return appendEscaped(nil, link)
}

func (p *rowPlan) appendNested(b []byte, row query.Row, i int) []byte {
	n := &p.nested[i]
	b = append(b, n.key...)
	switch {
	case n.shown != nil:
		return append(n.shown.append(b, row), ',')
	case n.single && row.Null(n.present):
		return append(b, "null,"...)
	case n.single:
		return append(n.row.append(b, row), ',')
	}
	b = append(b, '[')
	children := row.Children(n.at)
	for _, child := range children {
		b = append(n.row.append(b, child), ',')
	}
	b = append(closeWith(b, ']'), ',')
	switch {
	case n.link != nil:
		b = append(append(b, n.linkKey...), '"')
		b = append(b, p.address...)
		b = appendCellID(b, row, p.id)
		b = append(b, n.link...)
		return append(b, '"', ',')
	case n.next != nil && len(children) == n.next.x.paged.Limit:
		b = append(b, n.linkKey...)
		b = n.next.append(b, meta.ID(row.Bytes(p.id)), children[len(children)-1])
		return append(b, ',')
	}
	return b
}

// append writes the link to the page after the last of these rows, whether there are
// more or not: a full page has one. plan saw to it that links can be sealed.
func (n *nestedPage) append(b []byte, id meta.ID, last query.Row) []byte {
	s := n.x.paged
	q := &Query{Select: s, Resource: n.set + "(" + id.String() + ")/" + n.x.name, link: n.x.link, page: 1}
	link, err := n.r.appendNextLink(nil, q, orderValues(s.Order, n.shape.Order, last))
	if err != nil {
		return append(b, "null"...)
	}
	return appendString(b, link)
}

// append writes an address, or what is known of an owner.
func (l *shownLookup) append(b []byte, row query.Row) []byte {
	if l.cell < 0 || row.Null(l.cell) {
		return append(b, "null"...)
	}
	t := l.target(row)
	if t == nil {
		return append(b, "null"...)
	}
	if l.ref {
		b = append(b, `{"@odata.id":"`...)
		b = appendEscaped(b, l.root+t.SetName)
		b = appendCellID(append(b, '('), row, l.cell)
		return append(b, `)"}`...)
	}
	b = append(b, `{"@odata.type":"#`+namespace...)
	b = append(b, t.LogicalName...)
	b = append(b, `","ownerid":"`...)
	return append(appendCellID(b, row, l.cell), `"}`...)
}

func (l *shownLookup) target(row query.Row) *meta.Table {
	if len(l.targets) == 1 {
		return l.targets[0]
	}
	for _, t := range l.targets {
		if l.typed >= 0 && !row.Null(l.typed) && row.Int(l.typed) == t.TypeCode {
			return t
		}
	}
	return nil
}

// contextItems lists what $select and $expand said, as contexts do. An expanded
// reference is named twice in a collection (Dataverse facts 5.12, A.1).
func contextItems(items []string, expands []expanded, single bool) string {
	all := append([]string(nil), items...)
	for _, x := range expands {
		switch {
		case x.ref && single:
			all = append(all, x.name)
		case x.ref:
			all = append(all, x.name, x.name+"/$ref()")
		default:
			all = append(all, x.name+"("+contextItems(x.items, x.expands, single)+")")
		}
	}
	return strings.Join(all, ",")
}
