package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// draft is a row on its way to the database: what a write sets, over what the row
// holds. Methods take nil for a column that the table does not have: setting it does
// nothing, its value is null.
type draft struct {
	*form
	id     meta.ID
	old    *record // nil for a new row
	set    []op.Assignment
	slot   []int16         // by Column.Ordinal: one more than the index in set
	client []op.Assignment // what of set the client gave
}

// draft takes the values that a client may set and drops the others without a word, as
// the service does (Dataverse facts 5.6). Values are judged and brought to the form in
// which they are kept.
func (w *work) draft(t *meta.Table, values []op.Assignment, creating bool) (*draft, error) {
	f := w.forms.tables[t]
	d := &draft{form: f, slot: make([]int16, len(t.Columns)), set: make([]op.Assignment, 0, len(values)+24)}
	for _, a := range values {
		c := a.Column
		open := c.ForUpdate && c != t.PrimaryID
		if creating {
			open = c.ForCreate
		}
		if !open && !w.places(f, a) {
			continue
		}
		v, err := validate(a)
		if err != nil {
			return nil, err
		}
		if v.IsNull() {
			a.Target = nil
		}
		d.assign(op.Assignment{Column: c, Value: v, Target: a.Target})
	}
	d.client = append(d.client, d.set...)
	return d, nil
}

func (d *draft) creating() bool { return d.old == nil }

func (d *draft) key() op.Key { return op.Key{Table: d.table, ID: d.id} }

func (d *draft) assign(a op.Assignment) {
	if at := d.slot[a.Column.Ordinal]; at > 0 {
		a.ByRule = a.ByRule && d.set[at-1].ByRule // what the client set stays the client's
		d.set[at-1] = a
		return
	}
	d.set = append(d.set, a)
	d.slot[a.Column.Ordinal] = int16(len(d.set))
}

// put sets a column.
func (d *draft) put(c *meta.Column, v query.Value) {
	if c != nil {
		d.assign(op.Assignment{Column: c, Value: v, ByRule: true})
	}
}

// link points a lookup at a row; a zero id clears it.
func (d *draft) link(c *meta.Column, t *meta.Table, id meta.ID) {
	if c == nil {
		return
	}
	if id.IsZero() || t == nil {
		d.put(c, query.Null())
		return
	}
	d.assign(op.Assignment{Column: c, Value: query.GUID(id), Target: t, ByRule: true})
}

// fill sets a column of a new row that nobody set.
func (d *draft) fill(c *meta.Column, v query.Value) {
	if c != nil && d.value(c).IsNull() {
		d.put(c, v)
	}
}

// sets reports whether the write sets the column, to null or to a value.
func (d *draft) sets(c *meta.Column) bool { return c != nil && d.slot[c.Ordinal] > 0 }

// gives reports whether the write gives the column a value.
func (d *draft) gives(c *meta.Column) bool { return d.sets(c) && !d.value(c).IsNull() }

// value gives what the column holds after the write, as far as the draft knows the
// row.
func (d *draft) value(c *meta.Column) query.Value {
	if c == nil {
		return query.Null()
	}
	if at := d.slot[c.Ordinal]; at > 0 {
		return d.set[at-1].Value
	}
	return d.old.value(c)
}

// targetOf gives the table that a lookup set by the write points to.
func (d *draft) targetOf(c *meta.Column) *meta.Table {
	if !d.sets(c) {
		return nil
	}
	return d.set[d.slot[c.Ordinal]-1].Target
}

// keep takes back a setting that changes nothing.
func (d *draft) keep(c *meta.Column) {
	at := int(d.slot[c.Ordinal])
	if at == 0 {
		return
	}
	last := len(d.set)
	d.set[at-1] = d.set[last-1]
	d.slot[d.set[at-1].Column.Ordinal] = int16(at)
	d.slot[c.Ordinal] = 0
	d.set = d.set[:last-1]
}
