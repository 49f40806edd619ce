package sqlgen

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// cell says what one cell of the answer holds, so that an id that is both output
// and order key is fetched once. The zero cell is never looked for.
type cell struct {
	self  int
	c     *meta.Column
	label bool
}

// join is a single-valued expand waiting for the FROM clause.
type join struct {
	x            *query.Expand
	parent, self int
}

// shape writes the cells of s, and of the single-valued expands in it, and gives
// their description. Collection-valued expands are planned on the way.
func (w *writer) shape(s *query.Select, self int) *query.Shape {
	shape := &query.Shape{Table: s.Table, Fields: make([]query.Field, len(s.Columns)), Version: -1}
	w.cells = slices.Grow(w.cells, len(s.Columns)+len(s.Order)+2)
	if len(s.Order) > 0 {
		shape.Order = make([]int, 0, len(s.Order))
	}
	for i, o := range s.Columns {
		shape.Fields[i] = w.field(o)
	}
	if s.Grouped || s.Distinct {
		shape.ID = -1
		return shape
	}
	shape.ID = w.cell(self, s.Table.PrimaryID)
	if v := s.Table.Column("versionnumber"); v != nil {
		shape.Version = w.cell(self, v)
	}
	for _, o := range s.Order {
		if o.Col.Masked {
			shape.Order = append(shape.Order, w.next(cell{}))
			w.col(o.Col)
			continue
		}
		if o.ByLabel {
			shape.Order = append(shape.Order, w.labelCell(w.of(o.Col), o.Col.C))
		} else {
			shape.Order = append(shape.Order, w.cell(w.of(o.Col), o.Col.C))
		}
	}
	for i, x := range s.Expands {
		shape.Children = append(shape.Children, w.child(x, i, self, shape))
	}
	return shape
}

// field writes the cells of one output. A masked one keeps its place and is null.
func (w *writer) field(o query.Output) query.Field {
	c := o.Col.C
	f := query.Field{Column: c, Type: -1, Label: -1}
	if o.Col.Masked && o.Function == 0 && o.Part == 0 {
		f.Value = w.next(cell{})
		w.text("NULL")
		return f
	}
	self := w.of(o.Col)
	if o.Rows != nil {
		f.Value = w.next(cell{})
		w.counted(o.Rows)
		return f
	}
	if o.Function != 0 || o.Part != 0 {
		return w.madeField(o, self, f)
	}
	f.Value = w.next(cell{self: self, c: c})
	w.member(self, c)
	if o.Type && c.TypeColumn != nil {
		f.Type = w.next(cell{self: self, c: c.TypeColumn})
		w.column(self, c.TypeColumn)
	}
	if o.Label && labelled(c) {
		f.Label = w.next(cell{self: self, c: c, label: true})
		w.label(self, c)
	}
	return f
}

// member writes a column as it is put out. In a group whose text is the same but for
// case, one of it stands for all.
func (w *writer) member(self int, c *meta.Column) {
	if !w.grouped || !w.d.lowers || c.Storage() != meta.Text {
		w.column(self, c)
		return
	}
	w.text("min(")
	w.column(self, c)
	w.text(")")
}

// next begins a cell and gives its number.
func (w *writer) next(c cell) int {
	if len(w.cells) > 0 {
		w.text(", ")
	}
	w.cells = append(w.cells, c)
	return len(w.cells) - 1
}

// cell gives the cell of a column, writing it when no output did.
func (w *writer) cell(self int, c *meta.Column) int {
	if at := w.find(cell{self: self, c: c}); at >= 0 {
		return at
	}
	at := w.next(cell{self: self, c: c})
	w.column(self, c)
	return at
}

func (w *writer) labelCell(self int, c *meta.Column) int {
	if at := w.find(cell{self: self, c: c, label: true}); at >= 0 {
		return at
	}
	at := w.next(cell{self: self, c: c, label: true})
	w.label(self, c)
	return at
}

func (w *writer) find(want cell) int {
	for i, c := range w.cells {
		if c == want {
			return i
		}
	}
	return -1
}

// child adds one expand: the cells of a single-valued one, or the plan of another.
func (w *writer) child(x *query.Expand, index, self int, parent *query.Shape) query.Child {
	if x.Nav.Single {
		at := w.enter(x.Select)
		w.joined = append(w.joined, join{x: x, parent: self, self: at})
		shape := w.shape(x.Select, at)
		return query.Child{Nav: x.Nav, Shape: shape, Present: shape.ID}
	}
	plan, err := collection(w.d, x)
	if err != nil && w.err == nil {
		w.err = err
	}
	plan.In, plan.Child, plan.At, plan.Parent = parent, index, len(w.children), parent.ID
	w.children = append(w.children, plan)
	return query.Child{Nav: x.Nav, Shape: plan.Shape, Present: -1, At: plan.At}
}

// joins writes the single-valued expands. The client's filter and the caller's scope
// stand in ON: a target out of reach is an absent child, not an absent row.
func (w *writer) joins() {
	for _, j := range w.joined {
		nav, t := j.x.Nav, j.x.Select.Table
		if nav.From == nil || nav.To == nil || nav.To.Table != t {
			w.fail("expand %s: the navigation does not lead to %s", nav.Name, t.LogicalName)
			return
		}
		w.table(" LEFT JOIN ", t, j.self)
		w.text(" ON ")
		w.column(j.self, nav.To)
		w.text(" = ")
		w.column(j.parent, nav.From)
		if nav.From.TypeColumn != nil {
			w.text(" AND ")
			w.pointsTo(j.parent, nav.From, t)
		}
		if j.x.Select.Where != nil {
			w.text(" AND ")
			w.condition(j.x.Select.Where, true)
		}
	}
}

// pointsTo writes that a lookup with several targets points to a row of t. The id
// alone does not say it: clients choose ids, and two tables may hold the same one.
func (w *writer) pointsTo(self int, lookup *meta.Column, t *meta.Table) {
	w.column(self, lookup.TypeColumn)
	w.text(" = ")
	w.number(t.TypeCode)
}
