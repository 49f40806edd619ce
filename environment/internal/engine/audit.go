package engine

import (
	"context"
	"slices"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/audit"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Where the organization and a table are audited, what happens to the table's rows is
// noted in the transaction in which it happens: what is taken back leaves no note. Where
// they are not, nothing of this is on the way of a write.

// defaultRetention is for how many days notes stay where nobody says otherwise
// (organization.auditretentionperiodv2); a negative number keeps them for good.
const defaultRetention = 30

// audits reports whether what happens to the table's rows is noted.
func (w *work) audits(t *meta.Table) (bool, error) {
	if !t.Audited {
		return false, nil
	}
	o, err := w.org()
	return err == nil && o != nil && o.audits, err
}

// watchedByAudit lists what a note of an update must know of the stored row.
func (w *work) watchedByAudit(t *meta.Table) ([]*meta.Column, error) {
	if on, err := w.audits(t); !on && (err != nil || t.LogicalName != "organization") {
		return nil, err
	}
	return audit.Columns(t), nil
}

// note keeps events.
func (w *work) note(events ...audit.Event) error {
	t := w.Call.Model.Table(meta.AuditTable)
	if t == nil || len(events) == 0 {
		return nil
	}
	if w.transaction.IsZero() {
		w.transaction = w.NewID()
	}
	by := audit.By{User: w.Call.Caller.Effective.ID, At: w.Call.Now.Unix(), Transaction: w.transaction}
	if w.Call.Caller.Impersonating() {
		by.Calling = w.Call.Caller.Authenticated.ID
	}
	for _, e := range events {
		if err := w.Put("what happened is noted", t, audit.Row(t, w.NewID(), e, by)); err != nil {
			return err
		}
	}
	return w.forgetNotes(t)
}

// noteCreated notes a row that was made.
func (w *work) noteCreated(d *draft) error {
	if on, err := w.audits(d.table); !on {
		return err
	}
	return w.note(audit.Event{Action: audit.Create, Object: d.Key(), Changes: audit.Changes(d.Set, nil)})
}

// noteUpdated notes what an update changed, if it changed anything. The organization's own
// switch is noted whichever way it was turned.
func (w *work) noteUpdated(d *draft) error {
	isOrganization := d.table.LogicalName == "organization"
	if on, err := w.audits(d.table); !on && (err != nil || !isOrganization) {
		return err
	}
	changes := audit.Changes(d.Set, w.heldBy(d.Old))
	if !isOrganization {
		return w.note(audit.Updates(d.Key(), changes)...)
	}
	was := d.Old.Value(d.table.Column("isauditenabled")).Int() == 1
	e := audit.Switches(d.Key(), changes)
	if len(changes) == 0 || !was && e.Action != audit.Started {
		return nil
	}
	return w.note(e)
}

// heldBy gives what a stored row holds. A lookup of one target has no type of its own.
func (w *work) heldBy(r *rows.Record) func(*meta.Column) audit.Value {
	return func(c *meta.Column) audit.Value {
		v := audit.Value{Value: r.Value(c)}
		if c.IsLookup() && !v.IsNull() {
			v.Target = w.Call.Model.TypeCode(r.Target(c))
		}
		return v
	}
}

// gone reads what rows hold that are about to be deleted, as events to be noted when they
// are.
func (w *work) gone(t *meta.Table, ids []meta.ID) ([]audit.Event, error) {
	if on, err := w.audits(t); !on || len(ids) == 0 {
		return nil, err
	}
	columns := append(audit.Columns(t), t.PrimaryID)
	var events []audit.Event
	for part := range slices.Chunk(ids, rows.Chunk) {
		s := rows.Pick(op.Key{Table: t}, columns)
		s.Where = query.In{Col: query.Col{Of: s, C: t.PrimaryID}, Values: rows.GUIDs(part)}
		held, err := w.Gather("what deleted rows held", s)
		if err != nil {
			return nil, err
		}
		for _, r := range held {
			key := op.Key{Table: t, ID: r.Value(t.PrimaryID).GUID()}
			events = append(events, audit.Event{Action: audit.Delete, Object: key, Changes: audit.Gone(t, w.heldBy(r))})
		}
	}
	return events, nil
}

// noteShared notes that what a principal has of a row is something else now.
func (w *work) noteShared(target, principal op.Key, had, has int64) error {
	return w.noteWanted(audit.Sharings(target, audit.Sharing{Principal: principal, Had: had, Has: has}))
}

// noteJoined notes that two rows were joined, or no longer are. Members of teams come and
// go by messages too: their room notes them.
func (w *work) noteJoined(l op.Link, related op.Key, joined bool) error {
	name := l.Nav.Relationship.SchemaName
	if name == audit.Members {
		return nil
	}
	return w.noteWanted(audit.Joins(name, l.Key, related, joined)...)
}

// noteWanted keeps the events of rows that are audited.
func (w *work) noteWanted(events ...audit.Event) error {
	for _, e := range events {
		on, err := w.audits(e.Object.Table)
		if err == nil && on {
			err = w.note(e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Audits reports whether what happens to the table's rows is noted.
func (w *Work) Audits(t *meta.Table) (bool, error) { return w.work.audits(t) }

// Note notes events of rows that are audited, and passes over others.
func (w *Work) Note(events ...audit.Event) error { return w.work.noteWanted(events...) }

// forgetNotes drops notes that the organization no longer wants, once in a while.
func (w *work) forgetNotes(t *meta.Table) error {
	o, err := w.org()
	if err != nil || o == nil || o.retention < 0 {
		return err
	}
	now, last := w.Call.Now.Unix(), w.engine.notesForgot.Load()
	if now-last < int64(forgetEvery/time.Second) || !w.engine.notesForgot.CompareAndSwap(last, now) {
		return nil
	}
	before := query.Int(w.Call.Now.AddDate(0, 0, -o.retention).Unix())
	return w.Drop("notes that are too old", t, func(s *query.Select) query.Expr {
		return query.Compare{Col: query.Col{Of: s, C: t.Column("createdon")}, Op: query.Less, Value: before}
	})
}

// ForgetHistory deletes what is noted of a row and tells how many notes there were. The
// caller needs prvDeleteRecordChangeHistory. That it was done is noted.
func (w *Work) ForgetHistory(of op.Key) (int64, error) {
	do, t := w.work, w.work.Call.Model.Table(meta.AuditTable)
	if err := access.Hold(do.Call.Caller, do.Call.Model.Privilege("prvDeleteRecordChangeHistory")); err != nil {
		return 0, err
	}
	s := &query.Select{Table: t}
	n, err := do.apply(t, access.SystemChange("the history of a row is deleted", access.Parts{
		Kind: access.Remove, From: s, Table: t, Where: rows.All(
			rows.Is(s, t.Column("objectid"), query.GUID(of.ID)), rows.Is(s, t.Column("objecttypecode"), query.Text(of.Table.LogicalName)),
			query.Compare{Col: query.Col{Of: s, C: t.Column("action")}, Op: query.NotEqual, Value: query.Int(int64(audit.Forgotten))}),
	}))
	if err != nil || n == 0 {
		return n, err
	}
	return n, do.note(audit.Event{Action: audit.Forgotten, Object: of})
}

// Remembers refuses a caller that may not know what became of a row: who cannot read it
// (403), and, when it is no more, who does not read every row of its table (404).
func Remembers(ctx context.Context, call Call, tx *store.Tx, key op.Key) error {
	err := Sees(ctx, call, tx, key, meta.Read)
	if p := key.Table.Privileges[meta.Read]; dverr.ObjectDoesNotExist.Is(err) && p != nil && call.Caller.Has(p) == access.Global {
		return nil
	}
	return err
}
