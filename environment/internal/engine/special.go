package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Rules is what a table demands of its rows beside what all tables do; the stages of a
// write ask in the order of the fields. Members may be nil.
type Rules struct {
	// Create makes a row in the place of the stages, of which it may use those of
	// Work.Make.
	Create func(*Work, *op.Create) (Result, error)
	// Begin fills in and refuses what a new row demands, before it has an owner and
	// stamps; Begun makes what comes with a row that is there now.
	Begin, Begun func(*Work, *rows.Draft) error
	// Watch names the columns that Guard must know of a stored row. Guard refuses what a
	// change must not do; given are the client's values, those among them that nobody may
	// set. Changed does what follows from a change that was made.
	Watch   []string
	Guard   func(w *Work, d *rows.Draft, given []op.Assignment) error
	Changed func(*Work, *rows.Draft) error
	// End refuses a deletion, and takes along what relationships do not know of.
	End func(*Work, op.Key) error
	// Kept is called when a transaction that wrote rows of the table was kept.
	Kept func()
}

// Tie is how rows come to be joined by a many-to-many relationship, and to be no longer.
type Tie struct {
	Give, Take func(w *Work, link op.Link, related op.Key) error
}

// The functions here are where the stages of a write ask what single tables demand: the
// rooms beside engine, else the files of their tables.

// begin fills in and refuses what a new row's table demands.
func (w *work) begin(d *draft) error {
	if d.rules.Begin != nil {
		return d.rules.Begin(w.lend(), &d.Draft)
	}
	return nil
}

// begun makes what comes with a new row, which is there now.
func (w *work) begun(d *draft) error {
	if d.rules.Begun != nil {
		return d.rules.Begun(w.lend(), &d.Draft)
	}
	return w.settleInheritance(d)
}

// watched lists what guard must know of a stored row.
func (f *form) watched() []*meta.Column {
	if f.rules.Watch == nil {
		return nil
	}
	return rows.Columns(f.table, f.rules.Watch...)
}

// guard refuses what a change of a row must not do. given are the client's values before
// those that nobody may set were dropped.
func (w *work) guard(given []op.Assignment) stage {
	return func(d *draft) error {
		if d.rules.Guard != nil {
			return d.rules.Guard(w.lend(), &d.Draft, given)
		}
		if d.table.LogicalName == "account" {
			return w.guardAccount(d)
		}
		return nil
	}
}

// changed does what follows from a change that was made.
func (w *work) changed(d *draft) error {
	if d.rules.Changed != nil {
		if err := d.rules.Changed(w.lend(), &d.Draft); err != nil {
			return err
		}
	}
	if d.table.LogicalName == "organization" {
		w.reorganized = true
		w.engine.organization.Store(nil)
	}
	return w.settleInheritance(d)
}

// mayGo refuses a deletion that the row's table forbids, and takes along what
// relationships do not know of.
func (w *work) mayGo(key op.Key) error {
	if end := w.forms.tables[key.Table].rules.End; end != nil {
		return end(w.lend(), key)
	}
	return nil
}
