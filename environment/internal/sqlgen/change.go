package sqlgen

import (
	"errors"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// CompileChange gives the statement of a granted write. A Modify or Remove without a
// condition is refused: a change names its rows.
func CompileChange(c access.Change, d Dialect) (Statement, error) {
	p := c.Parts()
	if p.Table == nil {
		return Statement{}, errors.New("compile: no change was granted")
	}
	w := newWriter(d, 2*len(p.Set)) // lookups have type codes beside them
	switch p.Kind {
	case access.Insert:
		w.insert(p)
	case access.Modify:
		w.modify(p)
	case access.Remove:
		w.remove(p)
	default:
		w.fail("unknown change %d of %s", p.Kind, p.Table.LogicalName)
	}
	st, err := w.statement()
	st.Table, st.Returns = p.Table, p.Kind == access.Remove && p.Table.ChangeTracking
	return st, err
}

func (w *writer) insert(p access.Parts) {
	set := w.assigned(p)
	w.text("INSERT INTO ")
	w.name(p.Table.LogicalName)
	w.text(" (")
	for i, a := range set {
		if i > 0 {
			w.text(", ")
		}
		w.name(a.c.LogicalName)
	}
	named := w.named(p)
	if named != nil {
		w.text(", ")
		w.name(meta.SharedName)
	}
	w.text(") VALUES (")
	for i, a := range set {
		if i > 0 {
			w.text(", ")
		}
		w.value(a.c, a.v)
	}
	if named != nil {
		w.text(", ")
		w.sharedName(named)
	}
	w.text(")")
}

func (w *writer) modify(p access.Parts) {
	set := w.assigned(p)
	if !w.rows("UPDATE ", p) {
		return
	}
	for i, a := range set {
		if i == 0 {
			w.text(" SET ")
		} else {
			w.text(", ")
		}
		w.name(a.c.LogicalName)
		w.text(" = ")
		w.value(a.c, a.v)
	}
	w.where(p.Where)
}

func (w *writer) remove(p access.Parts) {
	if w.rows("DELETE FROM ", p) {
		w.where(p.Where)
		if p.Table.ChangeTracking {
			w.text(" RETURNING ")
			w.name(p.Table.PrimaryID.LogicalName)
		}
	}
}

// rows writes the table whose rows change, and reports whether the change names any.
func (w *writer) rows(verb string, p access.Parts) bool {
	if p.Where == nil || p.From == nil || p.From.Table != p.Table {
		w.fail("a change of %s that names no rows of it", p.Table.LogicalName)
		return false
	}
	w.table(verb, p.Table, w.enter(p.From))
	return true
}

// assignment is one column's new value.
type assignment struct {
	c *meta.Column
	v query.Value
}

// assigned checks a change's values and adds the type codes of lookups that have
// several targets.
func (w *writer) assigned(p access.Parts) []assignment {
	if len(p.Set) == 0 {
		w.fail("a change of %s that sets nothing", p.Table.LogicalName)
	}
	var seen columnSet
	out := make([]assignment, 0, len(p.Set)+4)
	add := func(c *meta.Column, v query.Value) {
		if c.Table != p.Table || !seen.add(c) {
			w.fail("column %s given twice to %s, or no column of it", c.LogicalName, p.Table.LogicalName)
		}
		out = append(out, assignment{c, v})
	}
	for _, a := range p.Set {
		add(a.Column, a.Value)
		if a.Column.TypeColumn != nil {
			add(a.Column.TypeColumn, w.typeCode(a))
		}
	}
	return out
}

func (w *writer) typeCode(a op.Assignment) query.Value {
	if a.Value.IsNull() {
		return query.Null()
	}
	if a.Target == nil {
		w.fail("column %s given a row of no table", a.Column.LogicalName)
		return query.Null()
	}
	return query.Int(a.Target.TypeCode)
}

// columnSet holds columns of one table by their ordinal.
type columnSet []uint64

// add reports whether c was not there yet.
func (s *columnSet) add(c *meta.Column) bool {
	at, bit := c.Ordinal/64, uint64(1)<<(c.Ordinal%64)
	for len(*s) <= at {
		*s = append(*s, 0)
	}
	if (*s)[at]&bit != 0 {
		return false
	}
	(*s)[at] |= bit
	return true
}
