package sqlgen

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// orderBy writes the ORDER BY clause. The reader ends Order with the primary key,
// so that it is total.
func (w *writer) orderBy(s *query.Select) {
	if len(s.Order) == 0 {
		return
	}
	w.text(" ORDER BY ")
	w.keys(s, false)
}

// keys writes the sort keys; further says that others stand before them. Nulls come
// first ascending and last descending.
func (w *writer) keys(s *query.Select, further bool) {
	for i, o := range s.Order {
		if i > 0 || further {
			w.text(", ")
		}
		w.key(o)
		w.direction(o)
	}
}

func (w *writer) direction(o query.Order) {
	if o.Descending {
		w.text(" DESC")
		w.text(w.d.descendingNulls)
		return
	}
	w.text(w.d.ascendingNulls)
}

// key writes the expression of one sort key. A label is compared as its column
// would be, which the engine does not see through a sub-select.
func (w *writer) key(o query.Order) {
	self := w.of(o.Col)
	if o.Output > 0 {
		w.output(o)
		return
	}
	if !o.ByLabel || o.Col.Masked {
		w.comparedCol(o.Col)
		return
	}
	w.comparedLabel(self, o.Col.C)
}

// comparedLabel is label where rows are ordered by it.
func (w *writer) comparedLabel(self int, c *meta.Column) {
	lower := w.d.lowers && (c.IsLookup() || c.Kind == meta.Money)
	if lower {
		w.text("lower(")
	}
	w.label(self, c)
	switch {
	case lower:
		w.text(")")
	case c.IsLookup():
		w.text(w.d.collate)
	}
}

// after writes the condition for rows strictly after s.After in s.Order, as the
// first condition or a further one, and reports whether there is any by then.
func (w *writer) after(s *query.Select, further bool) bool {
	if s.After == nil {
		return further
	}
	if len(s.After) != len(s.Order) {
		w.fail("a page after %d values in an order of %d", len(s.After), len(s.Order))
		return further
	}
	w.conjunction(further)
	w.afterKeys(s.Order, s.After)
	return true
}

// afterKeys writes "the keys come after values". For the first key that is
//
//	k >= v AND (k > v OR <the rest>)
//
// and not k > v OR (k = v AND …), so that an index on k starts at v. Nulls, first
// ascending and last descending, need a word of their own in each case.
func (w *writer) afterKeys(order []query.Order, values []query.Value) {
	o, v, last := order[0], values[0], len(order) == 1
	switch {
	case v.IsNull() && o.Descending:
		w.afterNulls(order, values, last)
	case v.IsNull():
		w.text("(NOT ")
		w.keyIsNull(o)
		if !last {
			w.text(" OR ")
			w.afterKeys(order[1:], values[1:])
		}
		w.text(")")
	case o.Descending && w.nullable(o):
		w.text("(")
		w.keyIsNull(o)
		w.text(" OR ")
		w.beyond(order, values, last)
		w.text(")")
	default:
		w.beyond(order, values, last)
	}
}

// afterNulls goes on among the nulls that end a descending key.
func (w *writer) afterNulls(order []query.Order, values []query.Value, last bool) {
	if last {
		w.text("FALSE")
		return
	}
	w.text("(")
	w.keyIsNull(order[0])
	w.text(" AND ")
	w.afterKeys(order[1:], values[1:])
	w.text(")")
}

// beyond writes the comparison with a value that is not null.
func (w *writer) beyond(order []query.Order, values []query.Value, last bool) {
	strict, weak := " > ", " >= "
	if order[0].Descending {
		strict, weak = " < ", " <= "
	}
	if last {
		w.keyAgainst(order[0], strict, values[0])
		return
	}
	w.text("(")
	w.keyAgainst(order[0], weak, values[0])
	w.text(" AND (")
	w.keyAgainst(order[0], strict, values[0])
	w.text(" OR ")
	w.afterKeys(order[1:], values[1:])
	w.text("))")
}

func (w *writer) keyAgainst(o query.Order, op string, v query.Value) {
	w.key(o)
	w.text(op)
	if o.ByLabel {
		w.arg(w.fold(v))
		return
	}
	w.against(o.Col.C, v)
}

func (w *writer) keyIsNull(o query.Order) {
	w.text("(")
	w.key(o)
	w.text(" IS NULL)")
}

// nullable says whether a sort key can be null; the primary key of the question's own
// rows alone cannot.
func (w *writer) nullable(o query.Order) bool {
	return o.ByLabel || o.Col.Masked || o.Col.Of != w.names[0] || o.Col.C != o.Col.C.Table.PrimaryID
}
