package sqlgen

import (
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// enterLinks puts the Selects of all links below s in scope. They are in scope
// before any is written: outputs stand before the joins they come from.
func (w *writer) enterLinks(s *query.Select) {
	query.EachLink(s, func(l *query.Link) { w.enter(l.Select) })
}

func (w *writer) leaveLinks(s *query.Select) {
	query.EachLink(s, func(l *query.Link) { w.leave(w.aliasOf(l.Select)) })
}

// aliasOf gives the alias number of a Select in scope.
func (w *writer) aliasOf(s *query.Select) int {
	for i := len(w.names) - 1; i >= 0; i-- {
		if w.names[i] == s {
			return i
		}
	}
	w.fail("a link on %s is not in scope", s.Table.LogicalName)
	return 0
}

// links writes the joins one after the other, outer ones first: an inner link inside
// of an outer one leaves out the rows around both.
func (w *writer) links(s *query.Select) {
	query.EachLink(s, func(l *query.Link) {
		word := " JOIN "
		if l.Outer || l.First {
			word = " LEFT JOIN "
		}
		self := w.aliasOf(l.Select)
		w.table(word, l.Select.Table, self)
		w.text(" ON ")
		if l.First {
			w.firstMatch(l, self)
			return
		}
		w.condition(l.On, true)
		if l.Select.Where != nil {
			w.text(" AND ")
			w.condition(l.Select.Where, true)
		}
	})
}

// firstMatch joins by the primary id of the first row that matches, found under an
// alias of its own.
func (w *writer) firstMatch(l *query.Link, outer int) {
	id := l.Select.Table.PrimaryID
	w.column(outer, id)
	inner := w.enter(l.Select)
	w.text(" = (SELECT ")
	w.column(inner, id)
	w.table(" FROM ", l.Select.Table, inner)
	w.where(query.And{Members: slices.DeleteFunc([]query.Expr{l.On, l.Select.Where}, func(e query.Expr) bool { return e == nil })})
	w.text(" ORDER BY ")
	w.column(inner, id)
	w.text(" LIMIT 1)")
	w.leave(inner)
}

// madeField writes the cell of a function of a column, or of a part of its date.
func (w *writer) madeField(o query.Output, self int, f query.Field) query.Field {
	f.Value = w.next(cell{})
	w.made(o)
	if o.Label && o.Function != 0 && o.Col.C.Kind == meta.Money {
		f.Label = w.next(cell{})
		w.totalSymbol(o.Col.C)
	}
	return f
}

// made writes the expression of such an output. Sums of integers stay integers in
// every engine, and so do averages.
func (w *writer) made(o query.Output) {
	float := o.Col.C.Storage() == meta.Float
	switch {
	case o.Function == 0:
		w.part(dated{o.Col, o.Zone}, o.Part)
	case o.Function == query.Count:
		w.text("count(*)")
	case o.Function == query.Average && !float:
		w.text(w.d.quotient[0])
		w.call("sum", o)
		w.text(w.d.quotient[1] + "nullif(")
		w.call("count", o)
		w.text(", 0)" + w.d.quotient[2])
	case o.Function == query.Sum && !float:
		w.text("CAST(")
		w.call("sum", o)
		w.text(" AS BIGINT)")
	case w.d.extreme != nil && o.Col.C.Storage() == meta.Text && (o.Function == query.Least || o.Function == query.Greatest):
		w.d.extreme(w, o)
	default:
		w.call(functionName(o.Function), o)
	}
}

func (w *writer) call(name string, o query.Output) {
	w.text(name)
	w.text("(")
	if o.Once {
		w.text("DISTINCT ")
	}
	w.comparedCol(o.Col)
	w.text(")")
}

func functionName(f query.Function) string {
	switch f {
	case query.CountValues:
		return "count"
	case query.Sum:
		return "sum"
	case query.Average:
		return "avg"
	case query.Least:
		return "min"
	case query.Greatest:
		return "max"
	}
	return "unknown"
}

// totalSymbol is the symbol of an amount that was made of many: the organization's.
func (w *writer) totalSymbol(c *meta.Column) {
	if currency, symbol := currencyOf(c.Table); currency != nil {
		w.baseSymbol(currency.Targets[0], symbol)
		return
	}
	w.text("NULL")
}

// groupBy writes the keys of the groups. A lookup's type is one with it: it follows
// from the id wherever ids are unique, and where they are not, keeps two rows apart.
func (w *writer) groupBy(s *query.Select) {
	if !s.Grouped && !(s.Distinct && w.d.lowers) {
		return
	}
	word := " GROUP BY "
	for _, o := range s.Columns {
		if o.Function != 0 {
			continue
		}
		w.text(word)
		word = ", "
		if o.Part != 0 {
			w.made(o)
			continue
		}
		w.comparedCol(o.Col)
		if t := o.Col.C.TypeColumn; t != nil && !o.Col.Masked {
			w.text(", ")
			w.column(w.of(o.Col), t)
		}
	}
}

// output writes a sort key that is an output: what was made of the column, anew.
func (w *writer) output(o query.Order) {
	root := w.names[0]
	if o.Output > len(root.Columns) {
		w.fail("an order by output %d of %d", o.Output, len(root.Columns))
		return
	}
	made := root.Columns[o.Output-1]
	self := w.of(made.Col)
	switch {
	case made.Function != 0 || made.Part != 0:
		w.made(made)
	case o.ByLabel && !made.Col.Masked:
		w.comparedLabel(self, made.Col.C)
	default:
		w.comparedCol(made.Col)
	}
}

// window writes which of the rows are wanted, with one more to learn whether there
// are more.
func (w *writer) window(s *query.Select) {
	if s.Limit > 0 {
		w.limit(s.Limit + 1)
	}
	if s.Offset > 0 {
		if s.Limit == 0 {
			w.fail("an offset without a limit")
		}
		w.text(" OFFSET ")
		w.number(int64(s.Offset))
	}
}

// rank writes the place of a choice's label among its labels in order of text, by
// which engines sort it without knowing labels.
func (w *writer) rank(self int, c *meta.Column) {
	options := slices.Clone(c.Options)
	slices.SortStableFunc(options, func(a, b meta.Option) int {
		return strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label))
	})
	w.text("CASE ")
	w.column(self, c)
	for i, o := range options {
		w.text(" WHEN ")
		w.number(o.Value)
		w.text(" THEN ")
		w.number(int64(i))
	}
	w.text(" END")
}

// under walks a hierarchy. UNION drops rows met before, so that a circle ends.
func (w *writer) under(e query.Under) {
	if e.Parent.Masked {
		w.truth(false)
		return
	}
	s, id := e.Select, e.Select.Table.PrimaryID
	self := w.enter(s)
	w.col(e.Col)
	w.text(" IN (WITH RECURSIVE h(id) AS (SELECT ")
	w.column(self, id)
	w.table(" FROM ", s.Table, self)
	w.text(" WHERE ")
	w.column(self, id)
	w.text(" = ")
	w.arg(e.Root)
	w.text(" UNION SELECT ")
	next, tie := id, e.Parent.C
	if e.Up {
		next, tie = tie, next
	}
	w.column(self, next)
	w.table(" FROM ", s.Table, self)
	w.text(" JOIN h ON ")
	w.column(self, tie)
	w.text(" = h.id")
	if e.Up {
		w.text(" AND NOT ")
		w.column(self, next)
		w.text(" IS NULL")
	}
	w.where(s.Where)
	w.text(") SELECT id FROM h")
	if !e.Self {
		w.text(" WHERE id <> ")
		w.arg(e.Root)
	}
	w.text(")")
	w.leave(self)
}

// counted writes the number of rows of a Select beside each row.
func (w *writer) counted(s *query.Select) {
	self := w.enter(s)
	w.table("(SELECT count(*) FROM ", s.Table, self)
	w.where(s.Where)
	w.text(")")
	w.leave(self)
}
