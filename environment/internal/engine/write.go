package engine

import (
	"errors"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
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
	values, err := w.bound(o.Values)
	if err != nil {
		return Result{}, err
	}
	if isUsers(o.Table) {
		return w.createUser(o.ID, values, o.Return)
	}
	if err := open(o.Table, o.Table.CanCreate, "create"); err != nil {
		return Result{}, err
	}
	if len(o.Related) > 0 {
		return w.createDeep(o, values)
	}
	made := *o
	made.Values = values
	return w.insert(&made)
}

// insert makes a row with the id, or the one that values choose, or a new one.
func (w *work) insert(o *op.Create) (Result, error) {
	t := o.Table
	d, err := w.draft(t, o.Values, true)
	if err != nil {
		return Result{}, err
	}
	d.id = o.ID
	err = through(d,
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
	change, err := access.Create(w.call.Caller, t, d.set)
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
	if _, err := w.apply(t, change); err != nil {
		return Result{}, err
	}
	if err := w.begun(d); err != nil {
		return Result{}, err
	}
	return w.written(d, o.Return)
}

// update changes a row, or makes it where that is allowed. Whether a row is there
// shows only to those who may write it, except for If-None-Match: *, whose answer it
// is (Dataverse facts 5.8).
func (w *work) update(o *op.Update) (Result, error) {
	if err := open(o.Key.Table, o.Key.Table.CanUpdate, "update"); err != nil {
		return Result{}, err
	}
	o, err := w.located(o)
	if err != nil {
		return Result{}, err
	}
	d, err := w.draft(o.Key.Table, o.Values, false)
	if err != nil {
		return Result{}, err
	}
	if d.id = o.Key.ID; d.id.IsZero() {
		return w.make(o)
	}
	if o.Mode == op.CreateOnly {
		return w.makeOnly(o)
	}
	d.old, err = w.reach(o.Key, meta.Write, append(d.loads(d), watched(o.Key.Table)...))
	if err != nil {
		return w.makeInstead(o, err)
	}
	if err := unchanged(o.Key.Table, d.old.version, o.IfVersion); err != nil {
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
	if err := w.changed(d); err != nil {
		return Result{}, err
	}
	return w.written(d, o.Return)
}

// modify asks permission for the draft's values and applies them.
func (w *work) modify(d *draft) error {
	change, err := access.Update(w.call.Caller, d.table, d.id, d.set, d.old.version)
	if err != nil {
		return err
	}
	if err := w.checkLinks(d); err != nil {
		return err
	}
	n, err := w.apply(d.table, change)
	if err != nil || n > 0 {
		return err
	}
	return w.outOfReach(d)
}

// outOfReach finds which of the rights that an update needs the caller lacks on a
// row that it may write: Assign or Append.
func (w *work) outOfReach(d *draft) error {
	for _, right := range access.Needs(w.call.Caller, d.table, d.set) {
		if _, err := w.reach(d.key(), right, nil); err != nil {
			return err
		}
	}
	return w.unreachable(d.key(), meta.Write)
}

// makeOnly is an update that may only make the row (If-None-Match: *).
func (w *work) makeOnly(o *op.Update) (Result, error) {
	there, err := w.exists(o.Key)
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
	there, err := w.exists(o.Key)
	if err != nil {
		return Result{}, err
	}
	if there {
		return Result{}, refusal
	}
	return w.make(o)
}

func (w *work) make(o *op.Update) (Result, error) {
	if isUsers(o.Key.Table) {
		return w.createUser(o.Key.ID, o.Values, o.Return)
	}
	if err := open(o.Key.Table, o.Key.Table.CanCreate, "create"); err != nil {
		return Result{}, err
	}
	return w.insert(&op.Create{Table: o.Key.Table, ID: o.Key.ID, Values: o.Values, Return: o.Return, Unique: o.Unique})
}

// remove deletes a row and what its relationships take along.
func (w *work) remove(o *op.Delete) (Result, error) {
	t := o.Key.Table
	if err := open(t, t.CanDelete, "delete"); err != nil {
		return Result{}, err
	}
	old, err := w.reach(o.Key, meta.Delete, nil)
	if err != nil {
		return Result{}, err
	}
	if err := unchanged(t, old.version, o.IfVersion); err != nil {
		return Result{}, err
	}
	change, err := access.Delete(w.call.Caller, t, o.Key.ID, old.version)
	if err != nil {
		return Result{}, err
	}
	if err := w.mayGo(o.Key); err != nil {
		return Result{}, err
	}
	if err := w.cascade(o.Key); err != nil {
		return Result{}, err
	}
	n, err := w.apply(t, change)
	if err == nil && n == 0 {
		err = w.unreachable(o.Key, meta.Delete)
	}
	if err != nil {
		return Result{}, err
	}
	if err := w.forgetOld(t); err != nil {
		return Result{}, err
	}
	return Result{Key: o.Key}, w.unshare(t, []meta.ID{o.Key.ID})
}

// open refuses a table whose rows have a life of their own: users are not made by
// POST, privileges not at all.
func open(t *meta.Table, may bool, verb string) error {
	if may {
		return nil
	}
	return dverr.NotSupported.With().Helping("Rows of table %s cannot be changed this way: %s is closed for it.", t.LogicalName, verb)
}

// unchanged compares the version a row has with the one that the client saw
// (Dataverse facts 5.11).
func unchanged(t *meta.Table, have, want int64) error {
	switch {
	case want == 0:
		return nil
	case !t.OptimisticConcurrency:
		return dverr.OptimisticNotEnabled.With(t.LogicalName)
	case have != want:
		return dverr.VersionMismatch.With()
	default:
		return nil
	}
}

// checkLinks lets a client point only at rows that are there and that it may append
// to (Dataverse facts 3.7).
func (w *work) checkLinks(d *draft) error {
	links, err := access.Links(w.call.Caller, d.table, d.client)
	if err != nil {
		return err
	}
	for _, l := range links {
		there, err := w.tx.Exists(w.ctx, l.Probe)
		if err != nil {
			return err
		}
		if !there {
			return w.unreachable(op.Key{Table: l.Target, ID: l.ID}, l.Right)
		}
	}
	return nil
}

func (w *work) exists(key op.Key) (bool, error) {
	return w.tx.Exists(w.ctx, access.System("upsert: is the row there", pick(key, []*meta.Column{key.Table.PrimaryID})))
}

// apply executes a change and words what the database refuses.
func (w *work) apply(t *meta.Table, c access.Change) (int64, error) {
	n, err := w.tx.Apply(w.ctx, c)
	w.declared = w.declared || declaresAPIs(t)
	var taken *store.Duplicate
	if errors.As(err, &taken) {
		return 0, violated(t, taken).Because(err)
	}
	return n, err
}

// written is the result of a write, with the row as the caller may read it when its
// representation was asked for. A caller that may not read it gets the refusal, and
// the write is undone with it.
func (w *work) written(d *draft, back *query.Select) (Result, error) {
	return w.represent(Result{Key: d.key(), Created: d.creating(), Version: d.value(d.version).Int()}, back)
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
