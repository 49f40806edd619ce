package job

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Requests that run in the background have a row of the table backgroundoperation, whose
// columns and states are those of the service's reference. The row is where a client
// looks for what became of the request, and where it calls the request off.

// OperationTable is the logical name of the table of background operations.
const OperationTable = "backgroundoperation"

// The states of a background operation and their reasons.
const (
	backgroundReady, backgroundLocked, backgroundCompleted = 0, 2, 3

	backgroundWaiting    = 0
	backgroundInProgress = 20
	backgroundCanceling  = 22
	backgroundSucceeded  = 30
	backgroundFailed     = 31
	backgroundCanceled   = 32
)

// backgroundLife is how long the row of an operation is kept.
const backgroundLife = 90 * 24 * time.Hour

// Operation is a request in the background. Input and Output are JSON lists of
// {"Key", "Value"}; State and Status are the values of their columns.
type Operation struct {
	ID            meta.ID
	Name          string
	Input, Output string
	State, Status int64
	Failure       *dverr.Error // nil: none; of its Entry the code alone is known when it was read
}

// Enqueue writes down that a request is to run. Whoever sends one must be allowed to
// read and to write operations.
func (k *Book) Enqueue(ctx context.Context, call engine.Call, o Operation) (meta.ID, error) {
	id, t, users := k.engine.NewID(), call.Model.Table(OperationTable), call.Model.Table("systemuser")
	for _, right := range []meta.Right{meta.Read, meta.Write} {
		if err := access.Hold(call.Caller, t.Privileges[right]); err != nil {
			return id, err
		}
	}
	by, now := call.Caller.Effective.ID, query.Int(call.Now.Unix())
	set := append(progress(t, backgroundReady, backgroundWaiting),
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(id)},
		op.Assignment{Column: t.Column("name"), Value: query.Text(o.Name)},
		op.Assignment{Column: t.Column("displayname"), Value: query.Text(o.Name)},
		op.Assignment{Column: t.Column("inputparameters"), Value: query.Text(o.Input)},
		op.Assignment{Column: t.Column("retrycount"), Value: query.Int(0)},
		op.Assignment{Column: t.Column("runas"), Value: query.Text(by.String())},
		op.Assignment{Column: t.Column("ttlinseconds"), Value: query.Int(int64(backgroundLife / time.Second))},
		op.Assignment{Column: t.Column("createdon"), Value: now},
		op.Assignment{Column: t.Column("modifiedon"), Value: now},
		op.Bind(t.Column("createdby"), op.Key{Table: users, ID: by}),
		op.Bind(t.Column("modifiedby"), op.Key{Table: users, ID: by}),
	)
	if call.Caller.Impersonating() {
		set = append(set, op.Bind(t.Column("createdonbehalfby"), op.Key{Table: users, ID: call.Caller.Authenticated.ID}))
	}
	return id, k.engine.Transact(ctx, call, func(w *engine.Work) error { return w.Put("a request is to run in the background", t, set) })
}

// progress sets the state of an operation.
func progress(t *meta.Table, state, status int64) []op.Assignment {
	return []op.Assignment{
		{Column: t.Column("backgroundoperationstatecode"), Value: query.Int(state)},
		{Column: t.Column("backgroundoperationstatuscode"), Value: query.Int(status)},
	}
}

// Begin says that an operation runs now. It is false for one that was called off: that
// is over and must not run.
func (k *Book) Begin(ctx context.Context, call engine.Call, id meta.ID) (bool, error) {
	t := call.Model.Table(OperationTable)
	status, runs := t.Column("backgroundoperationstatuscode"), false
	err := k.engine.Transact(ctx, call, func(w *engine.Work) error {
		r, err := w.Look("is the operation to run", op.Key{Table: t, ID: id}, status)
		if err != nil || r == nil {
			return err
		}
		set := append(progress(t, backgroundCompleted, backgroundCanceled), op.Assignment{Column: t.Column("endtime"), Value: query.Int(call.Now.Unix())})
		if runs = r.Value(status).Int() == backgroundWaiting; runs {
			set = append(progress(t, backgroundLocked, backgroundInProgress), op.Assignment{Column: t.Column("starttime"), Value: query.Int(call.Now.Unix())})
		}
		return w.Alter("an operation runs", t, set, rows.One(t, id))
	})
	return runs, err
}

// End writes down what came of an operation that ran: o.Output, or o.Failure.
func (k *Book) End(ctx context.Context, call engine.Call, o Operation) (Operation, error) {
	t := call.Model.Table(OperationTable)
	o.State, o.Status = backgroundCompleted, backgroundSucceeded
	given := op.Assignment{Column: t.Column("outputparameters"), Value: query.Text(o.Output)}
	if o.Failure != nil {
		o.Status = backgroundFailed
		given = op.Assignment{Column: t.Column("errormessage"), Value: query.Text(o.Failure.Message)}
	}
	set := append(progress(t, o.State, o.Status), given, op.Assignment{Column: t.Column("endtime"), Value: query.Int(call.Now.Unix())})
	if o.Failure != nil {
		set = append(set, op.Assignment{Column: t.Column("errorcode"), Value: query.Int(o.Failure.Entry.Code.Signed())})
	}
	err := k.engine.Transact(ctx, call, func(w *engine.Work) error {
		return w.Alter("an operation is over", t, set, rows.One(t, o.ID))
	})
	return o, err
}

// Operation reads how far an operation is, for those who may read it.
func (k *Book) Operation(ctx context.Context, call engine.Call, id meta.ID) (Operation, error) {
	t, o := call.Model.Table(OperationTable), Operation{ID: id}
	list := rows.Columns(t, "backgroundoperationstatecode", "backgroundoperationstatuscode", "outputparameters", "errorcode", "errormessage")
	err := k.engine.Read(ctx, call, func(w *rows.Tx) error {
		r, err := w.Reach(op.Key{Table: t, ID: id}, meta.Read, list)
		if err != nil {
			return err
		}
		o.State, o.Status = r.Value(list[0]).Int(), r.Value(list[1]).Int()
		if out := r.Value(list[2]); !out.IsNull() {
			o.Output = out.Text()
		}
		if code := r.Value(list[3]); !code.IsNull() {
			o.Failure = &dverr.Error{Entry: dverr.Entry{Code: dverr.Code(uint32(code.Int()))}, Message: r.Value(list[4]).Text()}
		}
		return nil
	})
	return o, err
}

// Cancellation is the write that calls an operation off.
func Cancellation(m *meta.Model, id meta.ID) *op.Update {
	t := m.Table(OperationTable)
	return &op.Update{Key: op.Key{Table: t, ID: id}, Mode: op.UpdateOnly, Values: progress(t, backgroundLocked, backgroundCanceling)}
}

// Canceling is what an operation is from its Cancellation until it would have run.
func Canceling() Operation { return Operation{State: backgroundLocked, Status: backgroundCanceling} }

// Abandon ends the operations that were cut off when the environment was closed, as
// failed, and removes those whose time is over. Nothing may run meanwhile.
func (k *Book) Abandon(ctx context.Context, call engine.Call) error {
	t := call.Model.Table(OperationTable)
	now := query.Int(call.Now.Unix())
	set := append(progress(t, backgroundCompleted, backgroundFailed),
		op.Assignment{Column: t.Column("errorcode"), Value: query.Int(0)},
		op.Assignment{Column: t.Column("errormessage"), Value: query.Text("The operation was interrupted: the environment was restarted.")},
		op.Assignment{Column: t.Column("endtime"), Value: now})
	old := func(s *query.Select) query.Expr {
		return query.Compare{Col: query.Col{Of: s, C: t.Column("createdon")}, Op: query.Less, Value: query.Int(call.Now.Add(-backgroundLife).Unix())}
	}
	cut := func(s *query.Select) query.Expr {
		return query.In{
			Col:    query.Col{Of: s, C: t.Column("backgroundoperationstatecode")},
			Values: []query.Value{query.Int(backgroundReady), query.Int(backgroundLocked)},
		}
	}
	if err := k.abandonJobs(ctx, call); err != nil {
		return err
	}
	some, err := k.anyOf(ctx, call, t, func(s *query.Select) query.Expr { return query.Or{Members: []query.Expr{old(s), cut(s)}} })
	if err != nil || !some {
		return err
	}
	return k.engine.Transact(ctx, call, func(w *engine.Work) error {
		if err := w.Drop("operations are kept for a time", t, old); err != nil {
			return err
		}
		return w.Alter("operations that were cut off", t, set, cut)
	})
}

// anyOf asks without writing, for most starts find nothing to do.
func (k *Book) anyOf(ctx context.Context, call engine.Call, t *meta.Table, where func(*query.Select) query.Expr) (bool, error) {
	there := false
	err := k.engine.Read(ctx, call, func(w *rows.Tx) (err error) {
		there, err = w.DB.Exists(ctx, access.System("operations that a restart cut off", rows.Chosen(t, where, t.PrimaryID.LogicalName)))
		return err
	})
	return there, err
}

// guardOperation lets clients do nothing to an operation but call it off, while it is not
// over, and only who sent it.
func guardOperation(w *engine.Work, d *rows.Draft, _ []op.Assignment) error {
	state, status, runAs := d.Table.Column("backgroundoperationstatecode"), d.Table.Column("backgroundoperationstatuscode"), d.Table.Column("runas")
	if d.Old.Value(state).Int() == backgroundCompleted {
		return dverr.CancelNotAllowed.With()
	}
	if d.Value(state).Int() != backgroundLocked || d.Value(status).Int() != backgroundCanceling {
		return dverr.InvalidOperation.With().Helping("a background operation takes one change: backgroundoperationstatecode 2 with backgroundoperationstatuscode 22 calls it off")
	}
	if by := w.Call.Caller.Effective.ID.String(); d.Old.Value(runAs).Text() != by {
		return dverr.AccessDenied.With("Access is denied.").Helping("whoever sent a background operation may call it off, and %s did not", by)
	}
	return nil
}
