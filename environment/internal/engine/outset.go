package engine

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Where a question costs a journey to a server, what writes ask is asked for many of them
// at once, before the first is carried out: the rows to update, and those that lookups are
// to name. What was learned so early may be no longer true when a write's turn comes. That
// does no harm: an update holds only for the version that was learned, and any refusal
// after a write makes the transaction's function run again (store.Tx.Send), when nothing
// is asked early.

// ahead is how many writes are looked at together.
const ahead = 64

// outset is a write before its turn.
type outset struct {
	op    *op.Update // with its rows found; nil for a create
	draft *draft
	err   error

	columns []*meta.Column // what an update must know of its row

	refusal error         // why the row may not be asked for
	row     *store.Answer // nil when it was not asked for
	asked   []access.Granted
}

// outset judges what can be judged of an update without its row.
func (w *work) outset(o *op.Update) *outset {
	u := &outset{op: o}
	if u.err = rows.Open(o.Key.Table, o.Key.Table.CanUpdate, "update"); u.err != nil {
		return u
	}
	if u.op, u.err = w.Located(o); u.err != nil {
		return u
	}
	if u.draft, u.err = w.draft(o.Key.Table, u.op.Values, false); u.err != nil {
		return u
	}
	d := u.draft
	d.ID = u.op.Key.ID
	var noted []*meta.Column
	noted, u.err = w.watchedByAudit(d.table)
	u.columns = slices.Concat(d.loads(d), d.watched(), noted)
	return u
}

// foresee asks what several writes need to know.
func (w *work) foresee(all ...*outset) error {
	if !w.DB.Far() {
		return nil
	}
	var questions []access.Granted
	for _, u := range all {
		w.prepare(u)
		questions = append(questions, u.asked...)
	}
	if len(questions) == 0 {
		return nil
	}
	answers, err := w.DB.Together(w.Ctx, questions...)
	if err != nil {
		return err
	}
	for _, u := range all {
		mine := answers[:len(u.asked)]
		answers = answers[len(u.asked):]
		if u.op != nil && len(mine) > 0 {
			u.row, mine = &mine[0], mine[1:]
		}
		u.draft.linked = mine
	}
	return nil
}

// prepare lists what a write asks: its row first, then those that it links.
func (w *work) prepare(u *outset) {
	d := u.draft
	if u.op != nil {
		if d.ID.IsZero() || u.op.Mode == op.CreateOnly {
			return
		}
		row, err := w.Reaching(d.Key(), meta.Write, u.columns)
		if u.refusal = err; err != nil {
			return
		}
		u.asked = append(u.asked, row)
	}
	if links, err := access.Links(w.Call.Caller, d.table, d.Client); err == nil { // a refusal comes at its place
		d.links = links
		u.asked = append(u.asked, probes(links)...)
	}
}

// storedRow is the row of an update.
func (w *work) storedRow(u *outset) (*rows.Record, error) {
	key := u.draft.Key()
	switch {
	case u.refusal != nil:
		return nil, u.refusal
	case u.row == nil:
		return w.Reach(key, meta.Write, u.columns)
	case len(u.row.Rows) == 0:
		return w.Admitted(key, meta.Write, nil)
	}
	return w.Admitted(key, meta.Write, rows.RecordOf(u.row.Rows[0], u.row.Shape))
}

// multiple does writes one after the other (Dataverse facts 5.16).
func (w *work) multiple(o *op.Multiple) (Result, error) {
	r := Result{IDs: make([]meta.ID, 0, len(o.Ops))}
	for part := range slices.Chunk(o.Ops, ahead) {
		if err := w.lookAhead(part); err != nil {
			return Result{}, err
		}
		for _, one := range part {
			if err := w.Ctx.Err(); err != nil {
				return Result{}, err
			}
			done, err := w.write(one)
			if err != nil {
				return Result{}, err
			}
			r.IDs = append(r.IDs, done.Key.ID)
		}
	}
	return r, nil
}

// lookAhead foresees writes that are to follow each other. A write that asks for rows by
// alternate keys is left alone, as is one of a table whose rows have no versions.
func (w *work) lookAhead(ops []op.Op) error {
	w.foreseen, w.drafted = nil, nil
	if len(ops) < 2 || !w.DB.Far() {
		return nil
	}
	w.foreseen, w.drafted = map[*op.Update]*outset{}, map[*op.Create]*draft{}
	var all []*outset
	for _, o := range ops {
		if u := w.early(o); u != nil {
			all = append(all, u)
		}
	}
	return w.foresee(all...)
}

// early is the outset of a write among several; nil for one that is to begin when its turn comes.
func (w *work) early(o op.Op) *outset {
	switch o := o.(type) {
	case *op.Update:
		if o.Key.Alternate != nil || o.Key.Table.Column("versionnumber") == nil || rows.ByKeys(o.Values) {
			return nil
		}
		if u := w.outset(o); u.err == nil {
			w.foreseen[o] = u
			return u
		}
	case *op.Create:
		if w.forms.tables[o.Table].rules.Create != nil || len(o.Related) > 0 || rows.ByKeys(o.Values) {
			return nil
		}
		if d, err := w.draft(o.Table, o.Values, true); err == nil {
			w.drafted[o] = d
			return &outset{draft: d}
		}
	}
	return nil
}
