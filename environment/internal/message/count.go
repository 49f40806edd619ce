package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// totalRecordCount counts all rows of tables, those that the caller may not read
// among them: it needs the privilege to read each table, at any depth. The service
// answers from a snapshot of the last day; here the count is of now.
func totalRecordCount(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
	names, ok := m.Argument("EntityNames").(op.List)
	if !ok || m.Bound != nil {
		return op.Answer{}, dverr.SegmentNotFound.With(m.Name)
	}
	counts := make(op.List, len(names))
	for i, name := range names {
		text, _ := name.(string)
		t := call.Model.Table(text)
		if t == nil {
			return op.Answer{}, dverr.InvalidArgument.Text("The entity with a name = '%s' was not found.", text)
		}
		n, err := count(ctx, call, t, tx)
		if err != nil {
			return op.Answer{}, err
		}
		counts[i] = n
	}
	return op.Answer{Type: "RetrieveTotalRecordCountResponse", Members: []op.Member{
		{Name: "EntityRecordCountCollection", Value: []op.Member{
			{Name: "Count", Value: int64(len(names))},
			{Name: "IsReadOnly", Value: false},
			{Name: "Keys", Value: names},
			{Name: "Values", Value: counts},
		}},
	}}, nil
}

func count(ctx context.Context, call engine.Call, t *meta.Table, tx *store.Tx) (int64, error) {
	s := &query.Select{Table: t, Limit: 1, Count: true}
	id := query.Col{Of: s, C: t.PrimaryID}
	s.Columns, s.Order = []query.Output{{Col: id}}, []query.Order{{Col: id}}
	if _, err := access.Read(call.Caller, s); err != nil {
		return 0, err
	}
	page, err := tx.Page(ctx, access.System("RetrieveTotalRecordCount counts whole tables", s))
	if err != nil {
		return 0, err
	}
	for _, err := range page.Rows { // one at most, so that the statement ends
		if err != nil {
			return 0, err
		}
	}
	return page.Count, nil
}
