package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// associate puts a row into a many-to-many collection.
func (w *work) associate(o *op.Associate) (Result, error) {
	r, err := w.putIn(o)
	if err == nil {
		err = w.noteJoined(o.Link, o.Related, true)
	}
	return r, err
}

// putIn goes by the rules of the relationship.
func (w *work) putIn(o *op.Associate) (Result, error) {
	r := o.Link.Nav.Relationship
	if tie := w.engine.ties[r.SchemaName].Give; tie != nil {
		return Result{Key: o.Related}, tie(w.lend(), o.Link, o.Related)
	}
	if r.Custom {
		return w.join(o.Link, o.Related)
	}
	return Result{}, closed(r)
}

// takeOut takes a row out of a many-to-many collection.
func (w *work) takeOut(o *op.Disassociate) (Result, error) {
	r := o.Link.Nav.Relationship
	if tie := w.engine.ties[r.SchemaName].Take; tie != nil {
		return Result{Key: o.Related}, tie(w.lend(), o.Link, o.Related)
	}
	if r.Custom {
		return w.sever(o.Link, o.Related)
	}
	return Result{}, closed(r)
}

func closed(r *meta.Relationship) error {
	return dverr.NotSupported.With().Helping("Rows of table %s cannot be changed this way.", r.Intersect.LogicalName)
}

// join makes the row that joins two others by a relationship of makers. The caller needs
// Append on the row that the request goes through and AppendTo on the other (Dataverse
// facts 3.7).
func (w *work) join(l op.Link, related op.Key) (Result, error) {
	if err := w.ends(l, related); err != nil {
		return Result{}, err
	}
	return Result{Key: related}, w.Tie("rows are joined", l.Nav.Relationship.Intersect,
		op.Assignment{Column: l.Nav.Near, Value: query.GUID(l.Key.ID)},
		op.Assignment{Column: l.Nav.Far, Value: query.GUID(related.ID)})
}

// ends asks for the rights on both rows.
func (w *work) ends(l op.Link, related op.Key) error {
	if _, err := w.Reach(l.Key, meta.Append, []*meta.Column{l.Key.Table.PrimaryID}); err != nil {
		return err
	}
	_, err := w.Reach(related, meta.AppendTo, []*meta.Column{related.Table.PrimaryID})
	return err
}

// sever removes the row that joins two others.
func (w *work) sever(l op.Link, related op.Key) (Result, error) {
	if err := w.ends(l, related); err != nil {
		return Result{}, err
	}
	joined := l.Nav.Relationship.Intersect
	s := &query.Select{Table: joined}
	n, err := w.DB.Apply(w.Ctx, access.SystemChange("rows are no longer joined", access.Parts{
		Kind: access.Remove, From: s, Table: joined, Where: query.And{Members: []query.Expr{
			rows.Is(s, l.Nav.Near, query.GUID(l.Key.ID)), rows.Is(s, l.Nav.Far, query.GUID(related.ID)),
		}},
	}))
	if err == nil && n == 0 {
		err = dverr.ObjectDoesNotExist.With(joined.LogicalName, related.ID).Helping("%s %s and %s %s are not joined.",
			l.Key.Table.LogicalName, l.Key.ID, related.Table.LogicalName, related.ID)
	}
	return Result{Key: related}, err
}
