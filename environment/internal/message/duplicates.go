package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// mostDuplicates is how many duplicates one answer holds.
const mostDuplicates = 5000

// retrieveDuplicates answers with the rows that published rules find duplicates of a row,
// as far as the caller may read them. Of PagingInfo the number of rows counts, and the
// first page.
func retrieveDuplicates(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	if m.Bound != nil || m.Ask == nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	row, ok := m.Argument("BusinessEntity").(op.Row)
	if !ok {
		return op.Answer{}, badArgument("BusinessEntity")
	}
	name, _ := m.Argument("MatchingEntityName").(string)
	t := call.Model.Table(name)
	if t == nil {
		return op.Answer{}, dverr.InvalidArgument.Text("The entity with a name = '%s' was not found.", name)
	}
	limit, err := pageSize(m)
	if err != nil {
		return op.Answer{}, err
	}
	s, err := m.Ask(t, false)
	if err != nil {
		return op.Answer{}, err
	}
	s.Limit = limit
	if err := engine.Duplicates(ctx, call, tx, row, s); err != nil {
		return op.Answer{}, err
	}
	return list(ctx, call, tx, s)
}

// pageSize reads PagingInfo.
func pageSize(m *op.Message) (int, error) {
	info, ok := m.Argument("PagingInfo").([]op.Member)
	if !ok {
		return mostDuplicates, nil
	}
	if page, _ := member(info, "PageNumber").(int64); page > 1 {
		return 0, dverr.NotImplemented.Text("Pages of RetrieveDuplicates after the first are not yet implemented.")
	}
	n, _ := member(info, "Count").(int64)
	if n <= 0 || n > mostDuplicates {
		n = mostDuplicates
	}
	return int(n), nil
}

// publishRule puts a duplicate detection rule into force. The service does so in the
// background and tells the job; here it is done at once, and no row tells of the job.
func publishRule(w *engine.Work, m *op.Message) (op.Answer, error) {
	id, err := guid(m, "DuplicateRuleId")
	if err != nil {
		return op.Answer{}, err
	}
	if err := w.PublishDuplicateRule(id, true); err != nil {
		return op.Answer{}, err
	}
	return op.Answer{Type: "PublishDuplicateRuleResponse", Members: []op.Member{{Name: "JobId", Value: w.NewID()}}}, nil
}

func unpublishRule(w *engine.Work, m *op.Message) (op.Answer, error) {
	id, err := guid(m, "DuplicateRuleId")
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, w.PublishDuplicateRule(id, false)
}
