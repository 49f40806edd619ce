package sqlgen

import (
	"errors"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Statement is one SQL text with its arguments in the order of its placeholders.
// Table is the table that a change changes; nil for questions.
type Statement struct {
	SQL   string
	Args  []query.Value
	Table *meta.Table
	// Returns says that the statement answers with the primary ids of the rows it took
	// away, for those who follow the table's changes.
	Returns bool
}

// Plan is how a question is put to the database. Its rows have the cells that
// Shape describes. When Limit is positive the statement asks for one row more than
// Limit, to learn whether there are more.
type Plan struct {
	SQL   string
	Args  []query.Value
	Shape *query.Shape
	Limit int

	// Count gives one row with one integer, the number of matching rows; at most
	// CountLimit+1 when CountLimit is positive. Nil when nobody asked.
	Count      *Statement
	CountLimit int
	// Total is the cell that says how many rows all groups together are of, in each row;
	// 0 is none. It saves Count, which would go through the same rows before.
	Total int

	Children []ChildPlan // the collection-valued expands
}

// ChildPlan is how the rows of a collection-valued expand are fetched: for many
// parents at once, ordered by parent. Cell 0 of its rows is the parent's key.
//
// A limit per parent is left to the reader of the rows: a window function would sort
// the same rows and copy them once more. Only for a single parent, whose sorter then
// keeps no more than it must, does the statement itself hold the limit.
type ChildPlan struct {
	In       *query.Shape // that the collection stands in
	Child    int          // index in In.Children
	At       int          // number of the collection in the parent's row
	Parent   int          // cell of the parent's row that holds the key; null where In's row is absent
	Shape    *query.Shape
	Limit    int // rows per parent; 0 is no limit
	Children []ChildPlan

	d          Dialect
	head, tail string
	args       []query.Value
}

// Chunk is the greatest number of parents to ask for at once.
const Chunk = 256

// For gives the statement for the children of these parents, at most Chunk of them.
// Texts are few: the list is filled up to a power of two with its last key.
func (c *ChildPlan) For(keys []query.Value) (Statement, error) {
	if len(keys) == 0 || len(keys) > Chunk {
		return Statement{}, errors.New("children of none, or of too many parents")
	}
	w := writer{d: c.d, b: make([]byte, 0, len(c.head)+len(c.tail)+2*Chunk)}
	w.args = append(w.args, c.args...)
	w.text(c.head)
	w.list(keys)
	w.text(c.tail)
	if len(keys) == 1 && c.Limit > 0 {
		w.limit(c.Limit + 1)
	}
	return w.statement()
}

// Compile gives the plan of a granted question. An error is a fault of the program:
// a tree that no reader makes.
func Compile(g access.Granted, d Dialect) (Plan, error) {
	s := g.Select()
	if s == nil {
		return Plan{}, errors.New("compile: nothing was granted")
	}
	w := newWriter(d, fewArgs)
	return w.plan(s)
}

// plan writes the statement of a root.
func (w *writer) plan(s *query.Select) (Plan, error) {
	f := formOf(s)
	var shape *query.Shape
	if f.branches != nil {
		shape = w.merge(s, f)
	} else {
		shape = w.single(s, f)
	}
	w.window(s)
	p := Plan{SQL: string(w.b), Args: w.args, Shape: shape, Limit: s.Limit, Children: w.children}
	if s.Count {
		p.Total, p.CountLimit = w.total, s.CountLimit
	}
	if s.Count && w.total == 0 {
		p.Count = w.count(s)
	}
	w.checkArgs()
	return p, w.err
}

// single writes one SELECT.
func (w *writer) single(s *query.Select, f form) *query.Shape {
	shape := w.head(s)
	filtered := false
	if f.judged != nil {
		w.judge(f)
		filtered = true
	} else {
		w.many = !pinned(s)
		filtered = w.where(s.Where)
	}
	w.after(s, filtered)
	w.groupBy(s)
	w.orderBy(s)
	return shape
}

// head writes the cells of a root and where they come from.
func (w *writer) head(s *query.Select) *query.Shape {
	self := w.enter(s)
	if w.via != nil {
		w.enter(w.via.share)
	}
	w.enterLinks(s)
	w.text("SELECT ")
	if s.Distinct && !w.d.lowers {
		w.text("DISTINCT ")
	}
	w.grouped = s.Grouped || s.Distinct && w.d.lowers
	shape := w.shape(s, self)
	w.grouped = false
	if w.keyed {
		w.mergeKeys(s)
	}
	if totals(s) {
		w.total = w.next(cell{})
		w.text("CAST(sum(count(*)) OVER () AS BIGINT)")
	}
	if w.via != nil {
		w.from(w.via, s, viaAlias, self)
	} else {
		w.table(" FROM ", s.Table, self)
	}
	w.joins()
	w.links(s)
	return shape
}

// totals tells whether the groups can say of how many rows they are. On later pages not all
// groups are there to be asked.
func totals(s *query.Select) bool { return s.Count && s.Grouped && !s.Distinct && s.After == nil }

// count counts the rows of a question, no further than the cap.
func (w *writer) count(s *query.Select) *Statement {
	c := newWriter(w.d, fewArgs)
	c.text("SELECT count(*) FROM (")
	if s.Distinct {
		c.head(s)
	} else {
		self := c.enter(s)
		c.enterLinks(s)
		c.table("SELECT 1 FROM ", s.Table, self)
		c.links(s)
	}
	c.many = !pinned(s)
	c.where(s.Where)
	if s.Distinct {
		c.groupBy(s)
	}
	if s.CountLimit > 0 {
		c.limit(s.CountLimit + 1)
	}
	c.text(") AS n")
	if w.err == nil {
		w.err = c.err
	}
	return &Statement{SQL: string(c.b), Args: c.args}
}

// collection gives the plan of a collection-valued expand, which is a statement of
// its own.
func collection(d Dialect, x *query.Expand) (ChildPlan, error) {
	s, w := x.Select, newWriter(d, fewArgs)
	self := w.enter(s)
	w.enterLinks(s)
	key := w.parentKey(x.Nav, self)
	w.text("SELECT ")
	w.cells = append(w.cells, cell{})
	w.text(key)
	shape := w.shape(s, self)
	w.childRows(x, self)
	w.joins()
	w.links(s)
	filtered := w.after(s, w.where(s.Where))
	w.conjunction(filtered)
	if to := x.Nav.To; to != nil && to.TypeColumn != nil {
		w.pointsTo(self, to, x.Nav.From.Table)
		w.text(" AND ")
	}
	w.text(key)
	w.text(" IN (")
	head := string(w.b)
	w.b = w.b[:0]
	w.text(") ORDER BY ")
	w.text(key)
	w.keys(s, true)
	return ChildPlan{
		Shape: shape, Limit: s.Limit, Children: w.children,
		d: d, head: head, tail: string(w.b), args: w.args,
	}, w.err
}

// parentKey is the column that holds the parent's key: the lookup, or for
// many-to-many the near column of the intersect table, whose alias is x.
func (w *writer) parentKey(nav meta.Navigation, self int) string {
	k := writer{d: w.d}
	switch {
	case nav.Near != nil:
		k.text("x.")
		k.name(nav.Near.LogicalName)
	case nav.To != nil:
		k.column(self, nav.To)
	default:
		w.fail("expand %s: the navigation joins nothing", nav.Name)
	}
	return string(k.b)
}

func (w *writer) childRows(x *query.Expand, self int) {
	if x.Nav.Near == nil {
		w.table(" FROM ", x.Select.Table, self)
		return
	}
	w.text(" FROM ")
	w.name(x.Nav.Relationship.Intersect.LogicalName)
	w.text(" AS x")
	w.table(" JOIN ", x.Select.Table, self)
	w.text(" ON ")
	w.column(self, x.Select.Table.PrimaryID)
	w.text(" = x.")
	w.name(x.Nav.Far.LogicalName)
}
