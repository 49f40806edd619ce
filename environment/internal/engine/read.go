package engine

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

func (w *work) list(o *op.RetrieveMultiple, answer func(Result) error) error {
	if o.Of != nil {
		of, err := w.FindLink(o.Of, meta.Read)
		if err != nil {
			return err
		}
		if err := w.within(o.Select, of); err != nil {
			return err
		}
	}
	page, err := w.page(o)
	if err != nil {
		return err
	}
	return answer(Result{Page: &page})
}

func (w *work) retrieve(o *op.Retrieve, answer func(Result) error) error {
	key, err := w.whose(o)
	if err != nil {
		return err
	}
	if key.ID.IsZero() && o.Via != nil || o.Select == nil {
		return answer(Result{Key: key})
	}
	return w.show(key, o, func(r Result) error {
		if unmodified(o, r.Version) {
			r = Result{Key: key, Version: r.Version, NotModified: true}
		}
		return answer(r)
	})
}

// whose finds the row that is asked for: by its key, or through a link.
func (w *work) whose(o *op.Retrieve) (op.Key, error) {
	if o.Via == nil {
		return w.Find(o.Key, meta.Read)
	}
	via, err := w.FindLink(o.Via, meta.Read)
	if err != nil {
		return op.Key{}, err
	}
	return w.lead(via)
}

// unmodified decides between 304 and the row: never 304 when related rows were asked
// for, nor for tables without optimistic concurrency (Dataverse facts 5.11).
func unmodified(o *op.Retrieve, version int64) bool {
	return o.UnlessVersion != 0 && o.UnlessVersion == version &&
		len(o.Select.Expands) == 0 && o.Key.Table.OptimisticConcurrency
}

// read answers one row as the caller may read it, or why not: 403 for want of the
// privilege or of reach, 404 for a row that is not there. It adds the key to s.
func (w *work) read(key op.Key, s *query.Select) (Result, error) {
	narrowTo(s, query.GUID(key.ID))
	g, err := w.granted(s)
	if err != nil {
		return Result{}, err
	}
	row, shape, err := w.DB.One(w.Ctx, g)
	if err != nil {
		return Result{}, err
	}
	return w.reached(key, row, shape)
}

// reached gives the row of a key as a result; without one, why.
func (w *work) reached(key op.Key, row query.Row, shape *query.Shape) (Result, error) {
	if row == nil {
		return Result{}, w.Unreachable(key, meta.Read)
	}
	return w.rowOf(key, row, shape), nil
}

// rowOf is a row as a result.
func (w *work) rowOf(key op.Key, row query.Row, shape *query.Shape) Result {
	r := Result{Key: key, Version: rows.VersionOf(row, shape), Page: single(row, shape)}
	w.unfold(r.Page)
	return r
}

// single is the page of one row.
func single(row query.Row, shape *query.Shape) *query.Page {
	return &query.Page{
		Shape: shape,
		One:   row,
		Rows:  func(yield func(query.Row, error) bool) { yield(row, nil) },
		More:  func() bool { return false },
	}
}

// Unreachable gives messages the refusal for a row that they did not find under the
// caller's scope for a right.
func Unreachable(ctx context.Context, call Call, tx *store.Tx, key op.Key, right meta.Right) error {
	return (&work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}).Unreachable(key, right)
}
