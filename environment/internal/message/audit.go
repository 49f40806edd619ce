package message

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/audit"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// mostNoted is how many details one answer holds.
const mostNoted = 5000

// auditFunctions gives the functions that tell what became of rows (Dataverse, retrieve
// the history of audited data changes).
func auditFunctions() map[string]engine.Message {
	return map[string]engine.Message{
		"RetrieveAuditDetails":           auditDetails,
		"RetrieveRecordChangeHistory":    rowHistory,
		"RetrieveAttributeChangeHistory": columnHistory,
		"RetrieveAuditPartitionList":     auditPartitions,
	}
}

func reader(ctx context.Context, call engine.Call, tx *store.Tx) audit.Reader {
	return audit.Reader{Ctx: ctx, Caller: call.Caller, Model: call.Model, Tx: tx}
}

// auditDetails tells what one kept event was, to those who may read the row that it is of.
func auditDetails(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	of, err := bound(m, meta.AuditTable)
	if err != nil {
		return op.Answer{}, err
	}
	r := reader(ctx, call, tx)
	if err := r.MayRead(); err != nil {
		return op.Answer{}, err
	}
	e, err := r.Find(of.ID)
	if err != nil {
		return op.Answer{}, err
	}
	if e.Object.Table == nil {
		return op.Answer{}, dverr.ObjectDoesNotExist.With(meta.AuditTable, of.ID).Helping("The table of the row that this is about is no more.")
	}
	if err := engine.Remembers(ctx, call, tx, e.Object); err != nil {
		return op.Answer{}, err
	}
	d, err := r.Details(e)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AuditDetail", Value: d}}}, err
}

func rowHistory(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	return history(ctx, call, m, tx, target, nil)
}

func columnHistory(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	name, ok := m.Argument("AttributeLogicalName").(string)
	if !ok {
		return op.Answer{}, missingArgument("AttributeLogicalName")
	}
	c := target.Table.Column(name)
	if c == nil || c.Hidden {
		return op.Answer{}, dverr.FetchNoAttribute.With(target.Table.SchemaName, name)
	}
	return history(ctx, call, m, tx, target, c)
}

// history tells what became of a row, or of one of its columns.
func history(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx, target op.Key, c *meta.Column) (op.Answer, error) {
	if m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	r := reader(ctx, call, tx)
	if err := r.MayRead(); err != nil {
		return op.Answer{}, err
	}
	if err := engine.Remembers(ctx, call, tx, target); err != nil {
		return op.Answer{}, err
	}
	part := partOf(m)
	part.Column = c
	told, err := r.History(target, part)
	if err != nil {
		return op.Answer{}, err
	}
	cookie := ""
	if told.More {
		cookie = fmt.Sprintf(`<cookie page="%d"><cookieExtensions ContinuationToken="%d" /></cookie>`, part.Page, part.Page+1)
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AuditDetailCollection", Value: []op.Member{
		{Name: "MoreRecords", Value: told.More}, {Name: "PagingCookie", Value: cookie},
		{Name: "TotalRecordCount", Value: told.Total}, {Name: "AuditDetails", Value: told.Details},
	}}}}, nil
}

// partOf reads PagingInfo. The number of the page says which one it is; the cookie, which
// clients hand back with it, says nothing more.
func partOf(m *op.Message) audit.Part {
	info, _ := m.Argument("PagingInfo").([]op.Member)
	page, _ := member(info, "PageNumber").(int64)
	count, _ := member(info, "Count").(int64)
	total, _ := member(info, "ReturnTotalRecordCount").(bool)
	if count <= 0 || count > mostNoted {
		count = mostNoted
	}
	return audit.Part{Page: int(min(max(page, 1), 1<<31)), Count: int(count), Total: total}
}

// auditPartitions answers that there are none, as an environment of the service does whose
// notes do not lie in partitions (Dataverse, delete audit data).
func auditPartitions(_ context.Context, call engine.Call, m *op.Message, _ *store.Tx) (op.Answer, error) {
	if m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	if err := access.Hold(call.Caller, call.Model.Privilege("prvReadAuditPartitions")); err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "AuditPartitionDetailCollection", Value: op.List{}}}}, nil
}

func deleteHistory(w *engine.Work, m *op.Message) (op.Answer, error) {
	target, err := row(m, "Target")
	if err != nil {
		return op.Answer{}, err
	}
	n, err := w.ForgetHistory(target)
	return op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "DeletedEntriesCount", Value: n}}}, err
}

// deleteAuditData finds no partition to delete, whatever the date: there are none.
func deleteAuditData(w *engine.Work, m *op.Message) (op.Answer, error) {
	if err := access.Hold(w.Call.Caller, w.Call.Model.Privilege("prvDeleteAuditPartitions")); err != nil {
		return op.Answer{}, err
	}
	if m.Argument("EndDate") == nil {
		return op.Answer{}, missingArgument("EndDate")
	}
	return op.Answer{}, dverr.InvalidArgument.Text("There are no partitions ending before the given date")
}
