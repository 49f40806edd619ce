package rows

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Record is a copy of some columns of a stored row.
type Record struct {
	columns []*meta.Column
	values  []query.Value
	types   []int64 // type code of a polymorphic lookup's target, else 0
	Version int64
}

// Value gives a column of the row; null when it was not asked for, or for nil.
func (r *Record) Value(c *meta.Column) query.Value {
	if r != nil && c != nil {
		for i, have := range r.columns {
			if have == c {
				return r.values[i]
			}
		}
	}
	return query.Null()
}

// Target gives the object type code of the row that a lookup names.
func (r *Record) Target(c *meta.Column) int64 {
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

// Look reads columns of one row on the environment's own behalf; nil when there is
// no such row. Columns may be nil: those a table does not have.
func (w *Tx) Look(reason string, key op.Key, columns ...*meta.Column) (*Record, error) {
	return w.Fetch(access.System(reason, Pick(key, columns)))
}

// FetchOnly is look for a table of one row.
func (w *Tx) FetchOnly(reason string, t *meta.Table, columns ...*meta.Column) (*Record, error) {
	s := Pick(op.Key{Table: t}, columns)
	s.Where = nil
	return w.Fetch(access.System(reason, s))
}

// Reach reads columns of a row on which the caller must have a right: 403 or 404
// otherwise. For Read, columns are masked as they would be in an answer; for other
// rights they are what the environment itself must know.
func (w *Tx) Reach(key op.Key, right meta.Right, columns []*meta.Column) (*Record, error) {
	g, err := w.Reaching(key, right, columns)
	if err != nil {
		return nil, err
	}
	r, err := w.Fetch(g)
	if err != nil {
		return nil, err
	}
	return w.Admitted(key, right, r)
}

// Reaching is the question that Reach asks, for who asks it together with others. What
// comes of it is for Admitted to judge.
func (w *Tx) Reaching(key op.Key, right meta.Right, columns []*meta.Column) (access.Granted, error) {
	owner, unit := key.Table.Column("ownerid"), key.Table.Column("owningbusinessunit")
	s := Pick(key, append(slices.Clip(columns), owner, unit))
	if right == meta.Read {
		return access.Read(w.Call.Caller, s)
	}
	return access.Probe(w.Call.Caller, right, s)
}

// Admitted gives the row that Reaching found, nil for none, or why it is refused.
func (w *Tx) Admitted(key op.Key, right meta.Right, r *Record) (*Record, error) {
	if r == nil {
		return nil, w.Unreachable(key, right)
	}
	if key.Table.Ownership == meta.UserOwned {
		owner, unit := key.Table.Column("ownerid"), key.Table.Column("owningbusinessunit")
		access.Reached(w.Call.Caller, right, key.Table, access.Row{ID: key.ID, Owner: r.Value(owner).GUID(), Unit: r.Value(unit).GUID()})
	}
	return r, nil
}

func (w *Tx) Fetch(g access.Granted) (*Record, error) {
	row, shape, err := w.DB.One(w.Ctx, g)
	if err != nil || row == nil {
		return nil, err
	}
	return RecordOf(row, shape), nil
}

func RecordOf(row query.Row, shape *query.Shape) *Record {
	r := &Record{
		columns: make([]*meta.Column, len(shape.Fields)),
		values:  make([]query.Value, len(shape.Fields)),
		types:   make([]int64, len(shape.Fields)),
		Version: VersionOf(row, shape),
	}
	for i, f := range shape.Fields {
		r.columns[i] = f.Column
		r.values[i] = Cell(row, f.Value, f.Column.Storage())
		if f.Type >= 0 && !row.Null(f.Type) {
			r.types[i] = row.Int(f.Type)
		}
	}
	return r
}

// RecordsOf copies the rows of an answer.
func RecordsOf(a store.Answer) []*Record {
	all := make([]*Record, len(a.Rows))
	for i, row := range a.Rows {
		all[i] = RecordOf(row, a.Shape)
	}
	return all
}

func Cell(row query.Row, at int, storage meta.Storage) query.Value {
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

func VersionOf(row query.Row, shape *query.Shape) int64 {
	if shape.Version < 0 {
		return 0
	}
	return row.Int(shape.Version)
}

// Assignments are the values of a row that has any, for another like it.
func (r *Record) Assignments() []op.Assignment {
	var set []op.Assignment
	for i, c := range r.columns {
		if r.values[i].IsNull() {
			continue
		}
		a := op.Assignment{Column: c, Value: r.values[i]}
		if len(c.Targets) > 0 {
			a.Target = c.Targets[0]
		}
		set = append(set, a)
	}
	return set
}
