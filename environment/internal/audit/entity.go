package audit

import (
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// cells is a row that is in no table, or no longer.
type cells []query.Value

func (c cells) Null(i int) bool          { return c[i].IsNull() }
func (c cells) Int(i int) int64          { return c[i].Int() }
func (c cells) Float(i int) float64      { return c[i].Float() }
func (c cells) Children(int) []query.Row { return nil }

func (c cells) Bytes(i int) []byte {
	if c[i].Storage() == meta.GUID {
		id := c[i].GUID()
		return id[:]
	}
	return []byte(c[i].Text())
}

// maker builds an entity, cell by cell.
type maker struct {
	shape *query.Shape
	cells cells
}

func newMaker(t *meta.Table) *maker {
	return &maker{shape: &query.Shape{Table: t, Version: -1, ID: -1}}
}

func (m *maker) entity() op.Entity { return op.Entity{Shape: m.shape, Row: m.cells} }

// add gives the entity a column. Without a label, or a type code, the value has none.
func (m *maker) add(c *meta.Column, v, typeCode, label query.Value) {
	f := query.Field{Column: c, Value: m.cell(v), Type: -1, Label: -1}
	if !typeCode.IsNull() {
		f.Type = m.cell(typeCode)
	}
	if !label.IsNull() {
		f.Label = m.cell(label)
	}
	m.shape.Fields = append(m.shape.Fields, f)
}

func (m *maker) cell(v query.Value) int {
	m.cells = append(m.cells, v)
	return len(m.cells) - 1
}

// copied keeps the first n fields of a row of an answer, as far as they hold anything.
func copied(row query.Row, shape *query.Shape, n int) op.Entity {
	m := newMaker(shape.Table)
	for _, f := range shape.Fields[:n] {
		if row.Null(f.Value) {
			continue
		}
		var typeCode, label query.Value
		if f.Type >= 0 && !row.Null(f.Type) {
			typeCode = query.Int(row.Int(f.Type))
		}
		if f.Label >= 0 && !row.Null(f.Label) {
			label = query.Text(string(row.Bytes(f.Label)))
		}
		m.add(f.Column, valueOf(row, f), typeCode, label)
	}
	return m.entity()
}

func valueOf(row query.Row, f query.Field) query.Value {
	switch f.Column.Storage() {
	case meta.Int:
		return query.Int(row.Int(f.Value))
	case meta.Float:
		return query.Float(row.Float(f.Value))
	case meta.GUID:
		return query.GUID(meta.ID(row.Bytes(f.Value)))
	default:
		return query.Text(string(row.Bytes(f.Value)))
	}
}

// side makes an entity of one side of changes: what was or what is. Columns that the
// reader may not read are left out, and what is null.
func (r Reader) side(t *meta.Table, changes []Change, which func(Change) Value) (op.Entity, error) {
	m := newMaker(t)
	for _, c := range changes {
		v := which(c)
		if v.IsNull() || access.Masked(r.Caller, c.Column) {
			continue
		}
		var typeCode, label query.Value
		if v.Target != nil {
			typeCode = query.Int(v.Target.TypeCode)
			var err error
			if label, err = r.name(op.Key{Table: v.Target, ID: v.GUID()}); err != nil {
				return op.Entity{}, err
			}
		}
		m.add(c.Column, v.Value, typeCode, label)
	}
	return m.entity(), nil
}

// name gives the name that a row has now; null when it is no more, or when the reader may
// not read names of the table.
func (r Reader) name(key op.Key) (query.Value, error) {
	c := key.Table.PrimaryName
	if c == nil || access.Masked(r.Caller, c) {
		return query.Null(), nil
	}
	s := &query.Select{Table: key.Table}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: c}}}
	s.Where = equal(s, key.Table.PrimaryID, query.GUID(key.ID))
	row, shape, err := r.Tx.One(r.Ctx, access.System("names of rows that audited lookups point to", s))
	if err != nil {
		return query.Null(), fmt.Errorf("name of %s %s: %w", key.Table.LogicalName, key.ID, err)
	}
	if row == nil || row.Null(shape.Fields[0].Value) || c.Storage() != meta.Text {
		return query.Null(), nil
	}
	return query.Text(string(row.Bytes(shape.Fields[0].Value))), nil
}
