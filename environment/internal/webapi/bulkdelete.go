package webapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/expression"
	"github.com/stead-s2s/stead/environment/internal/job"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// bulkDeleteMessage is the action that deletes what queries find, behind its answer.
const bulkDeleteMessage = "BulkDelete"

// soon is how far ahead of the environment's clock a job may be ordered to start.
const soon = 5 * time.Minute

// bulkDelete reads the order of a bulk deletion (Microsoft Learn, BulkDelete action).
func (q *request) bulkDelete() (*asked, error) {
	body, err := readParameters(q.http, q.path.Message)
	if err != nil {
		return nil, err
	}
	parameters, err := q.odata.ReadParameters(q.path.Message, body)
	if err != nil {
		return nil, err
	}
	m := &op.Message{Name: bulkDeleteMessage, Arguments: parameters}
	b := &job.BulkDeletion{}
	if b.Name, _ = m.Argument("JobName").(string); b.Name == "" {
		return nil, missingField("JobName")
	}
	if err := q.startsNow(m); err != nil {
		return nil, err
	}
	set, _ := m.Argument("QuerySet").(op.List)
	if len(set) == 0 {
		return nil, missingField("QuerySet")
	}
	for _, one := range set {
		if err := q.doom(b, one); err != nil {
			return nil, err
		}
	}
	return &asked{fixed: func(w http.ResponseWriter) error { return q.api.deleteInBulk(w, q, b) }}, nil
}

func missingField(name string) error {
	return dverr.InvalidArgument.Text("Required field '%s' is missing for RequestName='%s'", name, bulkDeleteMessage)
}

// startsNow refuses jobs that are to run again and again, or later: nothing here waits for
// a time.
func (q *request) startsNow(m *op.Message) error {
	if pattern, _ := m.Argument("RecurrencePattern").(string); pattern != "" {
		return dverr.NotImplemented.Text("A RecurrencePattern of BulkDelete is not yet implemented.")
	}
	text, given := m.Argument("StartDateTime").(string)
	if !given {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return dverr.InvalidArgument.Text("The StartDateTime '%s' is no date and time.", text)
	}
	if now, _ := m.Argument("RunNow").(bool); !now && at.After(q.call.Now.Add(soon)) {
		return dverr.NotImplemented.Text("A StartDateTime of BulkDelete in the future is not yet implemented.")
	}
	return nil
}

// doom adds a query to a bulk deletion.
func (q *request) doom(b *job.BulkDeletion, one any) error {
	members, ok := one.([]op.Member)
	if !ok {
		return dverr.InvalidArgument.Text("The QuerySet of BulkDelete must hold QueryExpressions.")
	}
	table, fetch, err := expression.Spell(members, schema{q.odata.Model}.PrimaryID)
	if err != nil {
		return err
	}
	t := q.odata.Model.Table(table)
	if t == nil {
		return dverr.InvalidArgument.Text("The entity with a name = '%s' was not found.", table)
	}
	f, err := q.fetchRequest().Read(t, fetch)
	if err != nil {
		return err
	}
	b.Queries, b.Fetches = append(b.Queries, f.Select), append(b.Fetches, fetch)
	return nil
}

// deleteInBulk writes a bulk deletion down, starts it and answers with the id of its job.
func (a *API) deleteInBulk(w http.ResponseWriter, q *request, b *job.BulkDeletion) error {
	if err := a.Jobs.Submit(q.http.Context(), q.call, b); err != nil {
		return err
	}
	run := func(ctx context.Context) {
		err := a.Jobs.Delete(ctx, q.call, b, a.Now)
		if err != nil && a.Logger != nil {
			a.Logger.Info("bulk deletion", slog.String("id", b.ID.String()), slog.String("error", err.Error()))
		}
	}
	if a.Background == nil {
		run(q.http.Context())
	} else if !a.Background.Go(run) {
		return dverr.ServiceUnavailable.With("Too many background operations are waiting.")
	}
	return odata.NewWriter(&reply{w: w, status: http.StatusOK}, q.odata).Answer(op.Answer{
		Type: "BulkDeleteResponse", Members: []op.Member{{Name: "JobId", Value: b.ID}},
	})
}
