package engine

import (
	"context"
	"iter"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Outside is a named message that makes its transactions itself, since nobody may wait for
// a transaction that moves bytes.
type Outside func(ctx context.Context, call Call, m *op.Message) (op.Answer, error)

// Serve adds such messages, which need an engine themselves. It is called before the
// first request.
func (e *Engine) Serve(messages map[string]Outside) { e.outside = messages }

func (e *Engine) runOutside(ctx context.Context, call Call, m *op.Message, run Outside, answer func(Result) error) error {
	if m.Bound != nil {
		return dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	a, err := run(ctx, call, m)
	if err != nil {
		return err
	}
	return answer(Result{Answer: a})
}

func opsOf(steps []Step) iter.Seq[op.Op] {
	return func(yield func(op.Op) bool) {
		for _, s := range steps {
			if !yield(s.Op) {
				return
			}
		}
	}
}

// DoKept executes a write whose body lies on the shelf.
func (e *Engine) DoKept(ctx context.Context, s Step, kept content.Staged) error {
	_, err := e.doStaged(ctx, []Step{s}, kept, nil)
	return err
}

// contents gives what becomes of contents in the transaction.
func (w *work) contents() *content.Moves {
	if w.moves == nil {
		w.moves = w.engine.contents.Moves(&w.Tx, w.staged)
	}
	return w.moves
}

// Contents gives what becomes of contents in the transaction.
func (w *Work) Contents() *content.Moves { return w.work.contents() }

// Change sets columns of a row that the caller may write by a rule, with stamps. fill finds
// of the stored row what known names.
func (w *Work) Change(key op.Key, known []*meta.Column, fill func(*rows.Draft)) error {
	do := w.work
	d, err := do.draft(key.Table, nil, false)
	if err != nil {
		return err
	}
	d.ID = key.ID
	if d.Old, err = w.Reach(key, meta.Write, append(d.loads(d), known...)); err != nil {
		return err
	}
	fill(&d.Draft)
	if err := do.stamp(d); err != nil {
		return err
	}
	return do.modify(d)
}

func (w *work) pictures(d *draft) error {
	if !slices.ContainsFunc(d.Client, func(a op.Assignment) bool { return a.Column.Kind == meta.Image }) {
		return nil
	}
	return w.contents().Pictures(&d.Draft)
}

func (w *work) bodies(d *draft) error {
	if d.body == nil {
		return nil
	}
	return w.contents().Bodies(&d.Draft, d.body)
}

// unfold puts the bodies of a page's rows in place of what the rows hold.
func (w *work) unfold(p *query.Page) { w.engine.contents.Unfold(w.Ctx, p) }

// settle draws the consequences of a transaction that are not rows.
func (e *Engine) settle(ctx context.Context, w *work, failed error) {
	if w == nil {
		return // it never began
	}
	if w.reorganized {
		e.organization.Store(nil) // another write may have read what this one took back
	}
	if failed == nil {
		for _, tell := range w.kept {
			tell()
		}
	}
	if w.moves != nil || len(w.staged) > 0 {
		w.contents().Settle(ctx, failed)
	}
}

// transact runs a write that is not spelled as an op.
func (e *Engine) transact(ctx context.Context, call Call, run func(*work) error) error {
	var w *work
	err := e.store.Write(ctx, func(tx *store.Tx) error {
		w = &work{engine: e, Tx: e.tx(ctx, call, tx), forms: e.formsOf(call.Model)}
		return run(w)
	})
	e.settle(ctx, w, err)
	return err
}
