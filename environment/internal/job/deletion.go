package job

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Bulk deletions run behind the answers as system jobs: a row of asyncoperation tells how
// far one is and takes it off, a row of bulkdeleteoperation what it did, rows of
// bulkdeletefailure what it could not (Microsoft Learn, "Delete data in bulk").

// The tables of system jobs.
const (
	jobTable        = "asyncoperation"
	bulkDeleteTable = "bulkdeleteoperation"
	failureTable    = "bulkdeletefailure"
)

// The states of a job and their reasons, of both tables.
const (
	jobReady, jobLocked, jobCompleted = 0, 2, 3

	jobWaiting    = 0
	jobInProgress = 20
	jobSucceeded  = 30
	jobFailed     = 31
	jobCanceled   = 32
)

// bulkDeleteType is the operationtype of bulk deletions.
const bulkDeleteType = 13

// doomed is how many rows are deleted together.
const doomed = 100

// BulkDeletion says which rows to delete. It can be run once.
type BulkDeletion struct {
	ID      meta.ID // of the job; Submit sets it
	Name    string
	Queries []*query.Select
	Fetches []string // the queries as FetchXML, for the row

	operation meta.ID
}

// Submit writes a bulk deletion down. Whoever asks for one must hold prvBulkDelete, and
// the privilege to delete rows of each table.
func (k *Book) Submit(ctx context.Context, call engine.Call, b *BulkDeletion) error {
	if err := access.Hold(call.Caller, call.Model.Privilege("prvBulkDelete")); err != nil {
		return err
	}
	for _, s := range b.Queries {
		if err := rows.Open(s.Table, s.Table.CanDelete, "delete"); err != nil {
			return err
		}
		for _, right := range []meta.Right{meta.Read, meta.Delete} {
			if err := access.Hold(call.Caller, s.Table.Privileges[right]); err != nil {
				return err
			}
		}
	}
	b.ID, b.operation = k.engine.NewID(), k.engine.NewID()
	return k.engine.Transact(ctx, call, func(w *engine.Work) error {
		t := call.Model.Table(jobTable)
		err := w.Put("a system job is submitted", t, append(jobRow(w, t, b.ID, b.Name),
			op.Assignment{Column: t.Column("operationtype"), Value: query.Int(bulkDeleteType)},
			op.Assignment{Column: t.Column("messagename"), Value: query.Text("BulkDelete")},
			op.Assignment{Column: t.Column("retrycount"), Value: query.Int(0)},
			op.Assignment{Column: t.Column("depth"), Value: query.Int(1)},
			op.Assignment{Column: t.Column("correlationid"), Value: query.GUID(k.engine.NewID())},
		))
		if err != nil {
			return err
		}
		t = call.Model.Table(bulkDeleteTable)
		return w.Put("a bulk deletion is submitted", t, append(jobRow(w, t, b.operation, b.Name),
			op.Bind(t.Column("asyncoperationid"), op.Key{Table: call.Model.Table(jobTable), ID: b.ID}),
			op.Assignment{Column: t.Column("orderedquerysetxml"), Value: query.Text(strings.Join(b.Fetches, ""))},
			op.Assignment{Column: t.Column("isrecurring"), Value: query.Int(0)},
			op.Assignment{Column: t.Column("successcount"), Value: query.Int(0)},
			op.Assignment{Column: t.Column("failurecount"), Value: query.Int(0)},
			op.Assignment{Column: t.Column("processingqeindex"), Value: query.Int(0)},
		))
	})
}

// jobRow is what the rows of a job have in common. They belong to who submits it.
func jobRow(w *engine.Work, t *meta.Table, id meta.ID, name string) []op.Assignment {
	me, users, now := w.Call.Caller.Effective, w.Call.Model.Table("systemuser"), query.Int(w.Call.Now.Unix())
	user := op.Key{Table: users, ID: me.ID}
	set := append(jobProgress(t, jobReady, jobWaiting),
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(id)},
		op.Assignment{Column: t.Column("name"), Value: query.Text(name)},
		op.Assignment{Column: t.Column("createdon"), Value: now},
		op.Assignment{Column: t.Column("modifiedon"), Value: now},
		op.Bind(t.Column("createdby"), user), op.Bind(t.Column("modifiedby"), user),
		op.Bind(t.Column("ownerid"), user), op.Bind(t.Column("owninguser"), user),
		op.Bind(t.Column("owningbusinessunit"), op.Key{Table: w.Call.Model.Table("businessunit"), ID: me.Unit}),
	)
	if w.Call.Caller.Impersonating() {
		set = append(set, op.Bind(t.Column("createdonbehalfby"), op.Key{Table: users, ID: w.Call.Caller.Authenticated.ID}))
	}
	return set
}

func jobProgress(t *meta.Table, state, status int64) []op.Assignment {
	return []op.Assignment{
		{Column: t.Column("statecode"), Value: query.Int(state)}, {Column: t.Column("statuscode"), Value: query.Int(status)},
	}
}

// deletion is a bulk deletion that runs.
type deletion struct {
	*Book
	*BulkDeletion
	ctx           context.Context
	call          engine.Call
	now           func() time.Time
	since         int64 // rows that are made later stay
	done, refused int64
	off           bool // it was called off
}

// errCalledOff says that a job was taken off.
var errCalledOff = errors.New("the job was called off")

// Delete runs a bulk deletion that was submitted, for who submitted it: rows as far as the
// caller may read them. What cannot be deleted is written down, and the rest goes all
// the same. Nothing is written when the context ends: the next start says so.
func (k *Book) Delete(ctx context.Context, call engine.Call, b *BulkDeletion, now func() time.Time) error {
	d := &deletion{Book: k, BulkDeletion: b, ctx: ctx, call: call, now: now, since: now().Unix()}
	err := d.advance(jobReady, jobLocked, jobInProgress, "startedon")
	for i, s := range b.Queries {
		if err == nil {
			err = d.query(i, s)
		}
	}
	if ctx.Err() != nil || errors.Is(err, errCalledOff) {
		return ctx.Err()
	}
	status, failure := int64(jobSucceeded), error(nil)
	if err != nil {
		status, failure = jobFailed, err
	}
	return d.end(status, failure)
}

// advance takes the job from a state to the next, unless it was called off.
func (d *deletion) advance(from, state, status int64, moment string) error {
	t := d.call.Model.Table(jobTable)
	return d.engine.Transact(d.ctx, d.call, func(w *engine.Work) error {
		r, err := w.Look("is the job still wanted", op.Key{Table: t, ID: d.ID}, t.Column("statecode"))
		if err != nil {
			return err
		}
		if r == nil || r.Value(t.Column("statecode")).Int() != from {
			return errCalledOff
		}
		return tell(w, d.BulkDeletion, state, status,
			op.Assignment{Column: t.Column(moment), Value: query.Int(d.now().Unix())})
	})
}

// tell writes how far the job is into both rows; more is the job's alone.
func tell(w *engine.Work, b *BulkDeletion, state, status int64, more ...op.Assignment) error {
	t := w.Call.Model.Table(jobTable)
	if err := w.Alter("a system job goes on", t, append(jobProgress(t, state, status), more...), rows.One(t, b.ID)); err != nil {
		return err
	}
	t = w.Call.Model.Table(bulkDeleteTable)
	return w.Alter("a bulk deletion goes on", t, jobProgress(t, state, status), rows.One(t, b.operation))
}

// end says what came of the job.
func (d *deletion) end(status int64, failure error) error {
	t := d.call.Model.Table(jobTable)
	more := []op.Assignment{{Column: t.Column("completedon"), Value: query.Int(d.now().Unix())}}
	if failure != nil {
		e := dverr.From(failure)
		more = append(more, op.Assignment{Column: t.Column("errorcode"), Value: query.Int(e.Entry.Code.Signed())},
			op.Assignment{Column: t.Column("message"), Value: query.Text(e.Message)},
			op.Assignment{Column: t.Column("friendlymessage"), Value: query.Text(e.Message)})
	}
	return d.engine.Transact(d.ctx, d.call, func(w *engine.Work) error { return tell(w, d.BulkDeletion, jobCompleted, status, more...) })
}

// query deletes the rows of one query, in the order of their ids: those that stay do not
// come twice.
func (d *deletion) query(index int, s *query.Select) error {
	id, where := query.Col{Of: s, C: s.Table.PrimaryID}, s.Where
	s.Order, s.Limit, s.Count = []query.Order{{Col: id}}, doomed, false
	s.Columns = []query.Output{{Col: id}}
	if made := s.Table.Column("createdon"); made != nil {
		where = both(where, query.Compare{Col: query.Col{Of: s, C: made}, Op: query.LessOrEqual, Value: query.Int(d.since)})
	}
	s.Where = where
	for {
		ids, err := d.page(s)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := d.remove(index, s.Table, ids); err != nil {
			return err
		}
		if d.off {
			return errCalledOff
		}
		s.Where = both(where, query.Compare{Col: id, Op: query.Greater, Value: query.GUID(ids[len(ids)-1])})
	}
}

func both(a, b query.Expr) query.Expr {
	if a == nil {
		return b
	}
	return rows.All(a, b)
}

// page reads the ids of the next rows, each once, as the caller.
func (d *deletion) page(s *query.Select) (ids []meta.ID, err error) {
	err = d.engine.Read(d.ctx, d.call, func(w *rows.Tx) error {
		ids = nil
		g, err := access.Read(d.call.Caller, s)
		if err != nil {
			return err
		}
		page, err := w.DB.Page(d.ctx, g)
		if err != nil {
			return err
		}
		for row, err := range page.Rows {
			if err != nil {
				return err
			}
			id := rows.RecordOf(row, page.Shape).Value(s.Table.PrimaryID).GUID()
			if len(ids) == 0 || ids[len(ids)-1] != id { // links may repeat a row
				ids = append(ids, id)
			}
		}
		return nil
	})
	return ids, err
}

// remove deletes rows together or, when one of them cannot go, one by one.
func (d *deletion) remove(index int, t *meta.Table, ids []meta.ID) error {
	d.call.Now = d.now()
	ops := make([]op.Op, len(ids))
	for i, id := range ids {
		ops[i] = &op.Delete{Key: op.Key{Table: t, ID: id}}
	}
	if _, err := d.engine.DoAll(d.ctx, d.call, ops); err == nil {
		d.done += int64(len(ids))
		return d.count(index)
	}
	for i, o := range ops {
		_, err := d.engine.DoAll(d.ctx, d.call, []op.Op{o})
		switch {
		case d.ctx.Err() != nil:
			return d.ctx.Err()
		case err == nil:
			d.done++
		case dverr.ObjectDoesNotExist.Is(err): // it went along with another
		default:
			d.refused++
			if err := d.fail(index, op.Key{Table: t, ID: ids[i]}, err); err != nil {
				return err
			}
		}
	}
	return d.count(index)
}

// fail writes down why a row stays.
func (d *deletion) fail(index int, row op.Key, why error) error {
	t, e := d.call.Model.Table(failureTable), dverr.From(why)
	set := []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(d.engine.NewID())},
		op.Bind(t.Column("asyncoperationid"), op.Key{Table: d.call.Model.Table(jobTable), ID: d.ID}),
		op.Bind(t.Column("bulkdeleteoperationid"), op.Key{Table: d.call.Model.Table(bulkDeleteTable), ID: d.operation}),
		{Column: t.Column("errornumber"), Value: query.Int(e.Entry.Code.Signed())},
		{Column: t.Column("errordescription"), Value: query.Text(e.Message)},
		{Column: t.Column("orderedqueryindex"), Value: query.Int(int64(index))},
	}
	if c := t.Column("regardingobjectid"); slices.Contains(c.Targets, row.Table) {
		set = append(set, op.Bind(c, row))
	}
	return d.engine.Transact(d.ctx, d.call, func(w *engine.Work) error { return w.Put("a row is not deleted in bulk", t, set) })
}

// count writes down how many rows went and stayed, and stops when the job was called off.
func (d *deletion) count(index int) error {
	t, job := d.call.Model.Table(bulkDeleteTable), d.call.Model.Table(jobTable)
	return d.engine.Transact(d.ctx, d.call, func(w *engine.Work) error {
		if err := w.Alter("a bulk deletion goes on", t, []op.Assignment{
			{Column: t.Column("successcount"), Value: query.Int(d.done)}, {Column: t.Column("failurecount"), Value: query.Int(d.refused)},
			{Column: t.Column("processingqeindex"), Value: query.Int(int64(index))},
		}, rows.One(t, d.operation)); err != nil {
			return err
		}
		r, err := w.Look("is the job still wanted", op.Key{Table: job, ID: d.ID}, job.Column("statecode"))
		if err == nil && (r == nil || r.Value(job.Column("statecode")).Int() != jobLocked) {
			d.off = true
		}
		return err
	})
}

// guardJob lets clients do nothing to a job but call it off while it is not over.
func guardJob(_ *engine.Work, d *rows.Draft, _ []op.Assignment) error {
	state, status := d.Table.Column("statecode"), d.Table.Column("statuscode")
	if d.Old.Value(state).Int() == jobCompleted {
		return dverr.JobStateChange.With().Helping("the job is over")
	}
	if d.Sets(state) || d.Sets(status) {
		if d.Value(state).Int() != jobCompleted || d.Value(status).Int() != jobCanceled {
			return dverr.JobStateChange.With().Helping("a job is called off by statecode 3 with statuscode 32; nothing else is built")
		}
	}
	return nil
}

// changedJob tells the bulk deletion that its job was called off.
func changedJob(w *engine.Work, d *rows.Draft) error {
	if d.Value(d.Table.Column("statecode")).Int() != jobCompleted {
		return nil
	}
	now := query.Int(w.Call.Now.Unix())
	if err := w.Alter("a job is called off", d.Table, []op.Assignment{{Column: d.Table.Column("completedon"), Value: now}}, rows.One(d.Table, d.ID)); err != nil {
		return err
	}
	t := w.Call.Model.Table(bulkDeleteTable)
	return w.Alter("the job of a bulk deletion is called off", t, jobProgress(t, jobCompleted, jobCanceled), func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("asyncoperationid"), query.GUID(d.ID))
	})
}

// abandonJobs ends the jobs that were cut off when the environment was closed, as failed.
func (k *Book) abandonJobs(ctx context.Context, call engine.Call) error {
	t, of := call.Model.Table(jobTable), call.Model.Table(bulkDeleteTable)
	cut := func(t *meta.Table) func(*query.Select) query.Expr {
		return func(s *query.Select) query.Expr {
			return query.In{Col: query.Col{Of: s, C: t.Column("statecode")}, Values: []query.Value{query.Int(jobReady), query.Int(jobLocked)}}
		}
	}
	some, err := k.anyOf(ctx, call, t, cut(t))
	if err != nil || !some {
		return err
	}
	const why = "The job was interrupted: the environment was restarted."
	return k.engine.Transact(ctx, call, func(w *engine.Work) error {
		if err := w.Alter("jobs that were cut off", of, jobProgress(of, jobCompleted, jobFailed), cut(of)); err != nil {
			return err
		}
		return w.Alter("jobs that were cut off", t, append(jobProgress(t, jobCompleted, jobFailed),
			op.Assignment{Column: t.Column("message"), Value: query.Text(why)}, op.Assignment{Column: t.Column("friendlymessage"), Value: query.Text(why)},
			op.Assignment{Column: t.Column("completedon"), Value: query.Int(call.Now.Unix())}), cut(t))
	})
}
