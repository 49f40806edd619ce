package message

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// list answers with the rows of a selection, as far as the caller may read them.
func list(ctx context.Context, call engine.Call, tx *store.Tx, s *query.Select) (op.Answer, error) {
	g, err := access.Read(call.Caller, s)
	if err != nil {
		return op.Answer{}, err
	}
	page, err := tx.Page(ctx, g)
	page.More = func() bool { return false } // no link leads on from here
	return op.Answer{Rows: &page}, err
}

// ask is the selection of a table's rows that the client of m is to see.
func ask(call engine.Call, m *op.Message, table string, one bool, columns ...string) (*query.Select, error) {
	t := call.Model.Table(table)
	if t == nil || m.Ask == nil {
		return nil, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	return m.Ask(t, one, columns...)
}

// where compares a column of a selection's table.
func where(s *query.Select, column string, v query.Value) query.Expr {
	return query.Compare{Col: query.Col{Of: s, C: s.Table.Column(column)}, Op: query.Equal, Value: v}
}
