package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/cell"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// A stage works on a draft and may refuse it.
type stage func(*draft) error

func through(d *draft, stages ...stage) error {
	for _, s := range stages {
		if err := s(d); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) create(o *op.Create) (Result, error) {
	values, err := w.Bound(o.Values)
	if err != nil {
		return Result{}, err
	}
	if create := w.forms.tables[o.Table].rules.Create; create != nil {
		return create(w.lend(), &op.Create{Table: o.Table, ID: o.ID, Values: values, Return: o.Return})
	}
	if err := rows.Open(o.Table, o.Table.CanCreate, "create"); err != nil {
		return Result{}, err
	}
	if len(o.Related) > 0 {
		return w.createDeep(o, values)
	}
	made := *o
	made.Values = values
	return w.insert(&made, w.drafted[o])
}

// insert makes a row with the id, or the one that values choose, or a new one. Its draft
// may have been made before.
func (w *work) insert(o *op.Create, d *draft) (Result, error) {
	t := o.Table
	if d == nil {
		var err error
		if d, err = w.draft(t, o.Values, true); err != nil {
			return Result{}, err
		}
	}
	d.ID = o.ID
	err := through(d,
		w.identify,
		w.enumerate,
		w.begin,
		w.own,
		w.stamp,
		w.settleState,
		w.price,
		w.compose,
		w.pictures,
		w.bodies,
		w.complete,
		require,
	)
	if err != nil {
		return Result{}, err
	}
	change, err := access.Create(w.Call.Caller, t, d.Set)
	if err != nil {
		return Result{}, err
	}
	if err := w.checkLinks(d); err != nil {
		return Result{}, err
	}
	if o.Unique {
		if err := w.detect(d); err != nil {
			return Result{}, err
		}
	}
	if err := w.send(t, change); err != nil {
		return Result{}, err
	}
	if err := through(d, w.begun, w.noteCreated); err != nil {
		return Result{}, err
	}
	return w.written(d, o.Return)
}

// update changes a row, or makes it where that is allowed. Whether a row is there
// shows only to those who may write it, except for If-None-Match: *, whose answer it
// is (Dataverse facts 5.8).
func (w *work) update(o *op.Update) (Result, error) {
	u := w.foreseen[o]
	if u == nil {
		if u = w.outset(o); u.err == nil {
			u.err = w.foresee(u)
		}
	}
	if u.err != nil {
		return Result{}, u.err
	}
	o, d := u.op, u.draft
	if d.ID.IsZero() {
		return w.make(o)
	}
	if o.Mode == op.CreateOnly {
		return w.makeOnly(o)
	}
	var err error
	if d.Old, err = w.storedRow(u); err != nil {
		return w.makeInstead(o, err)
	}
	if err := rows.Unchanged(o.Key.Table, d.Old.Version, o.IfVersion); err != nil {
		return Result{}, err
	}
	err = through(d,
		w.guard(o.Values),
		w.own,
		w.stamp,
		w.settleState,
		w.price,
		w.compose,
		w.pictures,
		w.bodies,
		require,
	)
	if err == nil && o.Unique {
		err = w.detect(d)
	}
	if err != nil {
		return Result{}, err
	}
	if err := w.modify(d); err != nil {
		return Result{}, err
	}
	if o.Whole != nil {
		if err := w.replaceParties(d.Key(), o.Whole.Rows); err != nil {
			return Result{}, err
		}
	}
	if err := through(d, w.changed, w.noteUpdated); err != nil {
		return Result{}, err
	}
	return w.written(d, o.Return)
}

// modify asks permission for the draft's values and applies them.
func (w *work) modify(d *draft) error {
	change, err := access.Update(w.Call.Caller, d.table, d.ID, d.Set, d.Old.Version)
	if err != nil {
		return err
	}
	if err := w.checkLinks(d); err != nil {
		return err
	}
	n, err := w.sendOne(d.table, change)
	if err != nil || n > 0 {
		return err
	}
	return w.outOfReach(d)
}

// outOfReach finds which of the rights that an update needs the caller lacks on a
// row that it may write: Assign or Append.
func (w *work) outOfReach(d *draft) error {
	for _, right := range access.Needs(w.Call.Caller, d.table, d.Set) {
		if _, err := w.Reach(d.Key(), right, nil); err != nil {
			return err
		}
	}
	return w.Unreachable(d.Key(), meta.Write)
}

// makeOnly is an update that may only make the row (If-None-Match: *).
func (w *work) makeOnly(o *op.Update) (Result, error) {
	there, err := w.Exists(o.Key)
	if err != nil {
		return Result{}, err
	}
	if there {
		return Result{}, dverr.DuplicateKeyValues.With()
	}
	return w.make(o)
}

// makeInstead makes the row that an upsert did not find; otherwise the refusal
// stands.
func (w *work) makeInstead(o *op.Update, refusal error) (Result, error) {
	if o.Mode != op.Upsert || o.IfVersion != 0 {
		return Result{}, refusal
	}
	if !dverr.ObjectDoesNotExist.Is(refusal) { // else it is known already
		there, err := w.Exists(o.Key)
		if err != nil {
			return Result{}, err
		}
		if there {
			return Result{}, refusal
		}
	}
	return w.make(o)
}

func (w *work) make(o *op.Update) (Result, error) {
	if create := w.forms.tables[o.Key.Table].rules.Create; create != nil {
		return create(w.lend(), &op.Create{Table: o.Key.Table, ID: o.Key.ID, Values: o.Values, Return: o.Return})
	}
	if err := rows.Open(o.Key.Table, o.Key.Table.CanCreate, "create"); err != nil {
		return Result{}, err
	}
	made := &op.Create{Table: o.Key.Table, ID: o.Key.ID, Values: o.Values, Return: o.Return, Unique: o.Unique}
	if o.Whole != nil {
		made.Related = o.Whole.Rows
		return w.createDeep(made, o.Values)
	}
	return w.insert(made, nil)
}

// remove deletes a row and what its relationships take along.
func (w *work) remove(o *op.Delete) (Result, error) {
	t := o.Key.Table
	if err := rows.Open(t, t.CanDelete, "delete"); err != nil {
		return Result{}, err
	}
	old, err := w.Reach(o.Key, meta.Delete, nil)
	if err != nil {
		return Result{}, err
	}
	if err := rows.Unchanged(t, old.Version, o.IfVersion); err != nil {
		return Result{}, err
	}
	change, err := access.Delete(w.Call.Caller, t, o.Key.ID, old.Version)
	if err != nil {
		return Result{}, err
	}
	if err := w.mayGo(o.Key); err != nil {
		return Result{}, err
	}
	gone, err := w.gone(t, []meta.ID{o.Key.ID})
	if err != nil {
		return Result{}, err
	}
	if err := w.cascade(o.Key); err != nil {
		return Result{}, err
	}
	n, err := w.apply(t, change)
	if err == nil && n == 0 {
		err = w.Unreachable(o.Key, meta.Delete)
	}
	if err != nil {
		return Result{}, err
	}
	if err := w.note(gone...); err != nil {
		return Result{}, err
	}
	if err := w.forgetOld(t); err != nil {
		return Result{}, err
	}
	return Result{Key: o.Key}, w.unshare(t, []meta.ID{o.Key.ID})
}

// checkLinks lets a client point only at rows that are there and that it may append
// to (Dataverse facts 3.7).
func (w *work) checkLinks(d *draft) error {
	if d.links == nil {
		links, err := access.Links(w.Call.Caller, d.table, d.Client)
		if err != nil || len(links) == 0 {
			return err
		}
		answers, err := w.DB.Together(w.Ctx, probes(links)...)
		if err != nil {
			return err
		}
		d.links, d.linked = links, answers
	}
	for i, l := range d.links {
		if len(d.linked[i].Rows) == 0 {
			return w.Unreachable(op.Key{Table: l.Target, ID: l.ID}, l.Right)
		}
	}
	return nil
}

func probes(links []access.Link) []access.Granted {
	all := make([]access.Granted, len(links))
	for i, l := range links {
		all[i] = l.Probe
	}
	return all
}

// written is the result of a write, with the row as the caller may read it when its
// representation was asked for. A caller that may not read it gets the refusal, and
// the write is undone with it.
func (w *work) written(d *draft, back *query.Select) (Result, error) {
	return w.represent(Result{Key: d.Key(), Created: d.Creating(), Version: d.Value(d.version).Int()}, back)
}

// represent adds the row to a write's result, if it is asked for.
func (w *work) represent(r Result, back *query.Select) (Result, error) {
	if back == nil {
		return r, nil
	}
	back.Where = nil // a retried transaction comes here again
	read, err := w.read(r.Key, back)
	r.Page = read.Page
	return r, err
}

// wrote notes who is to be told of the rows of a table.
func (w *work) wrote(t *meta.Table) {
	if kept := w.forms.tables[t].rules.Kept; kept != nil {
		w.kept = append(w.kept, kept)
	}
}

// apply executes a change of a row that was asked for.
func (w *work) apply(t *meta.Table, c access.Change) (int64, error) {
	w.wrote(t)
	return w.Apply(t, c)
}

// send is apply for a change whose outcome decides nothing.
func (w *work) send(t *meta.Table, c access.Change) error {
	w.wrote(t)
	return w.Send(t, c)
}

// sendOne is apply for a change that is expected to change a row.
func (w *work) sendOne(t *meta.Table, c access.Change) (int64, error) {
	w.wrote(t)
	return w.SendOne(t, c)
}

// draft takes the values that a client may set and drops the others without a word, as
// the service does (Dataverse facts 5.6). Values are judged and brought to the form in
// which they are kept.
func (w *work) draft(t *meta.Table, values []op.Assignment, creating bool) (*draft, error) {
	f := w.forms.tables[t]
	d := &draft{form: f, Draft: rows.NewDraft(t, len(values)+24)}
	for _, a := range values {
		c := a.Column
		open := c.ForUpdate && c != t.PrimaryID
		if creating {
			open = c.ForCreate
		}
		if !open && !w.places(f, a) {
			continue
		}
		v, err := cell.Keep(a)
		if err != nil {
			return nil, err
		}
		if v.IsNull() {
			a.Target = nil
		}
		d.Assign(op.Assignment{Column: c, Value: v, Target: a.Target})
	}
	d.Client = append(d.Client, d.Set...)
	return d, nil
}
