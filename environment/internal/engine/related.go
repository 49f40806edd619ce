package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// lead gives the row that a single-valued link leads to, which need not be one the
// caller may read; a key without ID when the lookup is empty or names a row of another
// table than the link's. The caller must be able to read the row that holds it.
func (w *work) lead(l *op.Link) (op.Key, error) {
	r, err := w.Reach(l.Key, meta.Read, []*meta.Column{l.Nav.From})
	if err != nil {
		return op.Key{}, err
	}
	t := w.Call.Model.TypeCode(r.Target(l.Nav.From))
	if t == nil || l.Nav.Target != nil && l.Nav.Target != t {
		return op.Key{}, nil
	}
	return op.Key{Table: t, ID: r.Value(l.Nav.From).GUID()}, nil
}

// within narrows s to the rows of a collection, whose owner the caller must be able to
// read.
func (w *work) within(s *query.Select, l *op.Link) error {
	if _, err := w.Reach(l.Key, meta.Read, []*meta.Column{l.Key.Table.PrimaryID}); err != nil {
		return err
	}
	where := related(s, l)
	if s.Where != nil {
		where = query.And{Members: []query.Expr{where, s.Where}}
	}
	s.Where = where
	return nil
}

// related is the condition of rows that a collection-valued link leads to.
func related(s *query.Select, l *op.Link) query.Expr {
	id := query.GUID(l.Key.ID)
	if l.Nav.Near != nil {
		between := &query.Select{Table: l.Nav.Relationship.Intersect}
		between.Where = query.And{Members: []query.Expr{
			rows.Is(between, l.Nav.Near, id),
			query.Compare{Col: query.Col{Of: between, C: l.Nav.Far}, Op: query.Equal, Other: &query.Col{Of: s, C: s.Table.PrimaryID}},
		}}
		return query.Exists{Select: between}
	}
	points := rows.Is(s, l.Nav.To, id)
	if l.Nav.To.TypeColumn == nil {
		return points
	}
	return query.And{Members: []query.Expr{points, rows.Is(s, l.Nav.To.TypeColumn, query.Int(l.Key.Table.TypeCode))}}
}

// disassociate clears the lookup of a row that points to the link's owner, or takes
// the row out of a many-to-many collection.
func (w *work) disassociate(o *op.Disassociate) (Result, error) {
	t, column := o.Related.Table, o.Link.Nav.To
	if o.Link.Nav.Near != nil {
		r, err := w.takeOut(o)
		if err == nil {
			err = w.noteJoined(o.Link, o.Related, false)
		}
		return r, err
	}
	if err := rows.Open(t, t.CanUpdate, "update"); err != nil {
		return Result{}, err
	}
	r, err := w.Reach(o.Related, meta.Write, []*meta.Column{column})
	if err != nil {
		return Result{}, err
	}
	if access.Masked(w.Call.Caller, column) || r.Value(column).GUID() != o.Link.Key.ID || r.Target(column) != o.Link.Key.Table.TypeCode {
		return Result{}, dverr.ObjectDoesNotExist.With(t.LogicalName, o.Related.ID).
			Helping("The row is there, but its column %s does not point to %s %s.", column.LogicalName, o.Link.Key.Table.LogicalName, o.Link.Key.ID)
	}
	return w.update(&op.Update{Key: o.Related, Values: []op.Assignment{{Column: column, Value: query.Null()}}, Mode: op.UpdateOnly})
}
