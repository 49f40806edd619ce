package fetchxml

import (
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// The limits of a query (Dataverse facts 5.12, appendix E).
const (
	maxRows       = 5000
	maxAggregated = 50000
	maxLinks      = 15
	maxConditions = 500
	maxValues     = 2000
)

// Request is what a query is read with.
type Request struct {
	predicate.Reader
	// Labels and Types ask for what annotations of values need: the names of rows
	// that lookups point to and currency symbols, and the tables of such rows.
	Labels, Types bool
	// Total asks for the number of rows, as the query itself may.
	Total bool
	// Paging wins over what the query says of its pages; nil leaves it to the query.
	Paging *Paging
}

// Paging says which page is wanted. A Count of 0 leaves the page's size to the query.
type Paging struct {
	Page, Count int
	Cookie      string
}

// Query is a query, bound.
type Query struct {
	Select *query.Select
	// Page counts from 1. It is 0 for a query with top, after which nothing follows.
	Page int
	// Properties are the names that the query chose from its own table, for the
	// context of the answer.
	Properties []string

	cookie bool // a page can be found again by the values of its last row
}

// Read reads a query for rows of t; with no t it may be for those of any table.
func (r Request) Read(t *meta.Table, text string) (*Query, error) {
	f, err := parse(text)
	if err != nil {
		return nil, err
	}
	if t == nil {
		t = r.Model.Table(f.entity.name)
	}
	if t == nil || f.entity.name != t.LogicalName {
		if r.Model.Table(f.entity.name) == nil {
			return nil, f.entity.at.fail(dverr.FetchNoEntity, f.entity.name)
		}
		return nil, f.entity.at.fail(dverr.FetchOtherEntity)
	}
	f.turnTo(r.Paging)
	f.total = f.total || r.Total
	b := &binder{Request: r, f: f, root: &query.Select{Table: t}, names: map[string]*query.Select{}}
	return b.bind()
}

// binder binds one query. names are the links by alias, and by table where a link
// has none.
type binder struct {
	Request
	f     *fetch
	root  *query.Select
	names map[string]*query.Select
	used  map[string]bool // names of outputs
	keys  []query.Col     // of rows that links multiply

	links, conditions, unnamed int
	properties                 []string
}

func (b *binder) bind() (*Query, error) {
	b.used = map[string]bool{}
	b.root.Grouped, b.root.Distinct = b.f.aggregate, b.f.distinct && !b.f.aggregate
	if err := b.entity(b.root, &b.f.entity, ""); err != nil {
		return nil, err
	}
	if len(b.root.Columns) == 0 && b.f.aggregate {
		return nil, b.f.entity.at.fail(dverr.FetchBadAggregate)
	}
	if err := b.orders(b.root, &b.f.entity); err != nil {
		return nil, err
	}
	q := &Query{Select: b.root, Properties: b.properties}
	b.endOrder(q)
	if err := b.page(q); err != nil {
		return nil, err
	}
	return q, nil
}

// entity binds the parts of an entity or a link: outputs, links, filters. alias is
// empty for the entity itself.
func (b *binder) entity(s *query.Select, e *entity, alias string) error {
	if err := b.outputs(s, e, alias); err != nil {
		return err
	}
	if s == b.root && !b.f.aggregate {
		if err := b.complete(); err != nil {
			return err
		}
	}
	if err := b.entityLinks(s, e); err != nil {
		return err
	}
	return b.filters(s, e)
}

// filters puts the filters of e into the condition of s, beside what is there.
func (b *binder) filters(s *query.Select, e *entity) error {
	for _, f := range e.filters {
		c, err := b.filter(s, f)
		if err != nil {
			return err
		}
		s.Where = both(s.Where, c)
	}
	return nil
}

// both is a condition with another one added; nil is none.
func both(a, b query.Expr) query.Expr {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return query.And{Members: []query.Expr{a, b}}
}

func (b *binder) entityLinks(s *query.Select, e *entity) error {
	for i := range e.links {
		l := &e.links[i]
		if l.kind == "in" || l.kind == "exists" {
			c, err := b.anyRow(s, l)
			if err != nil {
				return err
			}
			s.Where = both(s.Where, c)
			continue
		}
		if err := b.join(s, l); err != nil {
			return err
		}
	}
	return nil
}

// join binds a link whose columns may be outputs.
func (b *binder) join(s *query.Select, l *link) error {
	joined := &query.Link{}
	switch l.kind {
	case "", "inner", "natural":
	case "outer":
		joined.Outer = true
	case "matchfirstrowusingcrossapply":
		joined.Outer, joined.First = true, true
	default:
		return l.at.fail(dverr.FetchBadLinkType)
	}
	var err error
	if joined.Select, joined.On, err = b.linked(s, l); err != nil {
		return err
	}
	alias, err := b.name(l, joined.Select)
	if err != nil {
		return err
	}
	s.Links = append(s.Links, joined)
	id := joined.Select.Table.PrimaryID
	if l.from != id.LogicalName && !joined.First {
		b.keys = append(b.keys, query.Col{Of: joined.Select, C: id})
	}
	return b.entity(joined.Select, &l.entity, alias)
}

// name gives the alias of a link: the service numbers those without.
func (b *binder) name(l *link, s *query.Select) (string, error) {
	alias := l.alias
	if alias == "" {
		b.unnamed++
		alias = l.entity.name + strconv.Itoa(b.unnamed)
		if b.names[l.entity.name] == nil {
			b.names[l.entity.name] = s
		}
	}
	if l.alias != "" && !identifier(alias) {
		return "", l.at.fail(dverr.FetchInvalidAlias)
	}
	if have := b.names[alias]; have != nil && have != s {
		return "", l.at.fail(dverr.FetchDuplicateAlias)
	}
	b.names[alias] = s
	return alias, nil
}

// identifier tells what may be an alias.
func identifier(s string) bool {
	for i, c := range []byte(s) {
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

// linked gives the Select of a link and the condition that joins it to s. A lookup
// with several targets joins the rows of the table it points to and no others: ids
// are unique in a table alone.
func (b *binder) linked(s *query.Select, l *link) (*query.Select, query.Expr, error) {
	if b.links++; b.links > maxLinks {
		return nil, nil, l.at.fail(dverr.TooManyLinks)
	}
	t := b.Model.Table(l.entity.name)
	if t == nil {
		return nil, nil, l.at.fail(dverr.FetchNoEntity, l.entity.name)
	}
	if l.from == "" && l.to == "" {
		l.from, l.to = related(s.Table, t)
	}
	if l.from == "" || l.to == "" {
		return nil, nil, l.at.fail(dverr.FetchHalfPair)
	}
	from, err := column(l.at, t, l.from)
	if err != nil {
		return nil, nil, err
	}
	to, err := column(l.at, s.Table, l.to)
	if err != nil {
		return nil, nil, err
	}
	if from.Storage() != to.Storage() {
		return nil, nil, l.at.fail(dverr.FetchBadCondition)
	}
	inner := &query.Select{Table: t}
	outer := query.Col{Of: s, C: to}
	on := query.Expr(query.Compare{Col: query.Col{Of: inner, C: from}, Op: query.Equal, Other: &outer})
	on = both(on, pointsTo(outer, from))
	return inner, both(on, pointsTo(query.Col{Of: inner, C: from}, to)), nil
}

// pointsTo is the condition that a lookup with several targets points to the table
// of the other end, where that is known to be a row's id; else nil.
func pointsTo(lookup query.Col, other *meta.Column) query.Expr {
	if lookup.C.TypeColumn == nil || other != other.Table.PrimaryID {
		return nil
	}
	return query.Compare{Col: query.Col{Of: lookup.Of, C: lookup.C.TypeColumn}, Op: query.Equal, Value: query.Int(other.Table.TypeCode)}
}

// related finds the columns of the one relationship between two tables, for links
// that leave them out; empty when there is none or more than one.
func related(parent, t *meta.Table) (from, to string) {
	found := 0
	for _, r := range parent.ManyToOne {
		if r.Referenced == t {
			from, to = t.PrimaryID.LogicalName, r.ReferencingColumn.LogicalName
			found++
		}
	}
	for _, r := range t.ManyToOne {
		if r.Referenced == parent {
			from, to = r.ReferencingColumn.LogicalName, parent.PrimaryID.LogicalName
			found++
		}
	}
	if found != 1 {
		return "", ""
	}
	return from, to
}

// column finds a column that may be named.
func column(at *element, t *meta.Table, name string) (*meta.Column, error) {
	c := t.Column(name)
	if c == nil || c.Hidden || !c.ForRead {
		return nil, at.fail(dverr.FetchNoAttribute, t.SchemaName, name)
	}
	return c, nil
}
