package engine

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// record is a copy of some columns of a stored row.
type record struct {
	columns []*meta.Column
	values  []query.Value
	types   []int64 // type code of a polymorphic lookup's target, else 0
	version int64
}

// value gives a column of the row; null when it was not asked for, or for nil.
func (r *record) value(c *meta.Column) query.Value {
	if r != nil && c != nil {
		for i, have := range r.columns {
			if have == c {
				return r.values[i]
			}
		}
	}
	return query.Null()
}

// target gives the object type code of the row that a lookup names.
func (r *record) target(c *meta.Column) int64 {
	if r == nil || c == nil {
		return 0
	}
	for i, have := range r.columns {
		if have == c && !r.values[i].IsNull() {
			if len(c.Targets) == 1 {
				return c.Targets[0].TypeCode
			}
			return r.types[i]
		}
	}
	return 0
}

// look reads columns of one row on the environment's own behalf; nil when there is
// no such row. Columns may be nil: those a table does not have.
func (w *work) look(reason string, key op.Key, columns ...*meta.Column) (*record, error) {
	return w.fetch(access.System(reason, pick(key, columns)))
}

// fetchOnly is look for a table of one row.
func (w *work) fetchOnly(reason string, t *meta.Table, columns ...*meta.Column) (*record, error) {
	s := pick(op.Key{Table: t}, columns)
	s.Where = nil
	return w.fetch(access.System(reason, s))
}

// reach reads columns of a row on which the caller must have a right: 403 or 404
// otherwise. For Read, columns are masked as they would be in an answer; for other
// rights they are what the environment itself must know.
func (w *work) reach(key op.Key, right meta.Right, columns []*meta.Column) (*record, error) {
	ask := access.Probe
	if right == meta.Read {
		ask = func(c access.Caller, _ meta.Right, s *query.Select) (access.Granted, error) { return access.Read(c, s) }
	}
	owner, unit := key.Table.Column("ownerid"), key.Table.Column("owningbusinessunit")
	g, err := ask(w.call.Caller, right, pick(key, append(slices.Clip(columns), owner, unit)))
	if err != nil {
		return nil, err
	}
	r, err := w.fetch(g)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, w.unreachable(key, right)
	}
	if key.Table.Ownership == meta.UserOwned {
		access.Reached(w.call.Caller, right, key.Table, access.Row{ID: key.ID, Owner: r.value(owner).GUID(), Unit: r.value(unit).GUID()})
	}
	return r, nil
}

func (w *work) fetch(g access.Granted) (*record, error) {
	row, shape, err := w.tx.One(w.ctx, g)
	if err != nil || row == nil {
		return nil, err
	}
	return recordOf(row, shape), nil
}

func recordOf(row query.Row, shape *query.Shape) *record {
	r := &record{
		columns: make([]*meta.Column, len(shape.Fields)),
		values:  make([]query.Value, len(shape.Fields)),
		types:   make([]int64, len(shape.Fields)),
		version: version(row, shape),
	}
	for i, f := range shape.Fields {
		r.columns[i] = f.Column
		r.values[i] = cell(row, f.Value, f.Column.Storage())
		if f.Type >= 0 && !row.Null(f.Type) {
			r.types[i] = row.Int(f.Type)
		}
	}
	return r
}

func cell(row query.Row, at int, storage meta.Storage) query.Value {
	if row.Null(at) {
		return query.Null()
	}
	switch storage {
	case meta.Int:
		return query.Int(row.Int(at))
	case meta.Float:
		return query.Float(row.Float(at))
	case meta.GUID:
		var id meta.ID
		copy(id[:], row.Bytes(at))
		return query.GUID(id)
	case meta.Bytes:
		return query.Bytes(row.Bytes(at))
	default:
		return query.Text(string(row.Bytes(at)))
	}
}

// pick asks for columns of one row; nil and repeated ones are left out.
func pick(key op.Key, columns []*meta.Column) *query.Select {
	s := &query.Select{Table: key.Table, Columns: make([]query.Output, 0, len(columns))}
	s.Where = is(s, key.Table.PrimaryID, query.GUID(key.ID))
	for i, c := range columns {
		if c != nil && !contains(columns[:i], c) {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}, Type: c.TypeColumn != nil})
		}
	}
	return s
}

func contains(columns []*meta.Column, c *meta.Column) bool {
	for _, have := range columns {
		if have == c {
			return true
		}
	}
	return false
}

// is compares a column of s with a value.
func is(s *query.Select, c *meta.Column, v query.Value) query.Compare {
	return query.Compare{Col: query.Col{Of: s, C: c}, Op: query.Equal, Value: v}
}
