package rows

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Draft is a row on its way to the database: what a write sets, over what the row
// holds. Methods take nil for a column that the table does not have: setting it does
// nothing, its value is null.
type Draft struct {
	Table  *meta.Table
	ID     meta.ID
	Old    *Record // nil for a new row
	Set    []op.Assignment
	Client []op.Assignment // what of Set the client gave
	slot   []int16         // by Column.Ordinal: one more than the index in Set
}

// NewDraft is a draft that sets nothing yet; room is for how many columns.
func NewDraft(t *meta.Table, room int) Draft {
	return Draft{Table: t, slot: make([]int16, len(t.Columns)), Set: make([]op.Assignment, 0, room)}
}

func (d *Draft) Creating() bool { return d.Old == nil }

func (d *Draft) Key() op.Key { return op.Key{Table: d.Table, ID: d.ID} }

func (d *Draft) Assign(a op.Assignment) {
	if at := d.slot[a.Column.Ordinal]; at > 0 {
		a.ByRule = a.ByRule && d.Set[at-1].ByRule // what the client set stays the client's
		d.Set[at-1] = a
		return
	}
	d.Set = append(d.Set, a)
	d.slot[a.Column.Ordinal] = int16(len(d.Set))
}

// Put sets a column.
func (d *Draft) Put(c *meta.Column, v query.Value) {
	if c != nil {
		d.Assign(op.Assignment{Column: c, Value: v, ByRule: true})
	}
}

// Link points a lookup at a row; a zero id clears it.
func (d *Draft) Link(c *meta.Column, t *meta.Table, id meta.ID) {
	if c == nil {
		return
	}
	if id.IsZero() || t == nil {
		d.Put(c, query.Null())
		return
	}
	d.Assign(op.Assignment{Column: c, Value: query.GUID(id), Target: t, ByRule: true})
}

// Fill sets a column of a new row that nobody set.
func (d *Draft) Fill(c *meta.Column, v query.Value) {
	if c != nil && d.Value(c).IsNull() {
		d.Put(c, v)
	}
}

// Sets reports whether the write sets the column, to null or to a value.
func (d *Draft) Sets(c *meta.Column) bool { return c != nil && d.slot[c.Ordinal] > 0 }

// Gives reports whether the write gives the column a value.
func (d *Draft) Gives(c *meta.Column) bool { return d.Sets(c) && !d.Value(c).IsNull() }

// Value gives what the column holds after the write, as far as the draft knows the
// row.
func (d *Draft) Value(c *meta.Column) query.Value {
	if c == nil {
		return query.Null()
	}
	if at := d.slot[c.Ordinal]; at > 0 {
		return d.Set[at-1].Value
	}
	return d.Old.Value(c)
}

// TargetOf gives the table that a lookup set by the write points to.
func (d *Draft) TargetOf(c *meta.Column) *meta.Table {
	if !d.Sets(c) {
		return nil
	}
	return d.Set[d.slot[c.Ordinal]-1].Target
}

// Record gives columns as the row has them after the write, as far as the draft knows it.
func (d *Draft) Record(columns []*meta.Column) *Record {
	r := &Record{columns: columns, values: make([]query.Value, len(columns)), types: make([]int64, len(columns))}
	for i, c := range columns {
		r.values[i] = d.Value(c)
		if t := d.TargetOf(c); t != nil {
			r.types[i] = t.TypeCode
		}
	}
	return r
}

// Keep takes back a setting that changes nothing.
func (d *Draft) Keep(c *meta.Column) {
	at := int(d.slot[c.Ordinal])
	if at == 0 {
		return
	}
	last := len(d.Set)
	d.Set[at-1] = d.Set[last-1]
	d.slot[d.Set[at-1].Column.Ordinal] = int16(at)
	d.slot[c.Ordinal] = 0
	d.Set = d.Set[:last-1]
}
