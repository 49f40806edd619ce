package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Making is what a table adds to the making of its rows by Work.Make. Members may be nil.
type Making struct {
	Judge func(*rows.Draft) error // refuses before anything is filled in
	Begin func(*rows.Draft) error // fills in before stamps
	// Allowed judges when the caller's permission is established, Begun makes what comes
	// with the row, which is there then.
	Allowed, Begun func(*rows.Draft) error
}

func (f Making) ask(hook func(*rows.Draft) error) stage {
	return func(d *draft) error {
		if hook == nil {
			return nil
		}
		return hook(&d.Draft)
	}
}

// Make makes a row of a table whose rows have neither owners nor prices, in the place of
// the stages of a create.
func (w *Work) Make(o *op.Create, m Making) (Result, error) {
	do := w.work
	d, err := do.draft(o.Table, o.Values, true)
	if err != nil {
		return Result{}, err
	}
	d.ID = o.ID
	err = through(d, m.ask(m.Judge), do.identify, m.ask(m.Begin), do.stamp, do.compose, do.pictures, do.complete, require)
	if err != nil {
		return Result{}, err
	}
	change, err := access.Create(w.Call.Caller, o.Table, d.Set)
	if err != nil {
		return Result{}, err
	}
	if err := through(d, m.ask(m.Allowed), do.checkLinks); err != nil {
		return Result{}, err
	}
	if err := do.send(o.Table, change); err != nil {
		return Result{}, err
	}
	if err := through(d, m.ask(m.Begun), do.noteCreated); err != nil {
		return Result{}, err
	}
	return do.written(d, o.Return)
}

// Add makes a row that a rule demands, with id, stamps and defaults; fill sets the rest.
func (w *Work) Add(reason string, t *meta.Table, fill func(*rows.Draft)) error {
	do := w.work
	d, err := do.draft(t, nil, true)
	if err != nil {
		return err
	}
	fill(&d.Draft)
	if err := through(d, do.identify, do.stamp, do.complete); err != nil {
		return err
	}
	return do.send(t, access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: t, Set: d.Set}))
}

// Fell deletes rows by a rule, with what their relationships take along.
func (w *Work) Fell(reason string, t *meta.Table, ids []meta.ID) error {
	gone := fallen{}
	for _, id := range ids {
		gone.add(t, id)
	}
	events, err := w.work.gone(t, ids)
	if err != nil {
		return err
	}
	if err := w.work.fell(t, ids, gone); err != nil {
		return err
	}
	if err := w.Erase(reason, t, t.PrimaryID, ids); err != nil {
		return err
	}
	return w.work.note(events...)
}
