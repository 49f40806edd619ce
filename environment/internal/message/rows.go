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

// one answers with the row of a key, which the caller must be able to read.
func one(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx, key op.Key) (op.Answer, error) {
	if err := engine.Sees(ctx, call, tx, key, meta.Read); err != nil {
		return op.Answer{}, err
	}
	s, err := ask(call, m, key.Table.LogicalName, true)
	if err != nil {
		return op.Answer{}, err
	}
	s.Where = where(s, key.Table.PrimaryID.LogicalName, query.GUID(key.ID))
	a, err := list(ctx, call, tx, s)
	a.One = true
	return a, err
}

// below makes a function that answers with the rows below the one it is called on, by the
// lookup that the table has to itself, and with that one where self says so. The caller must
// be able to read it, and is shown of the others what it can read.
func below(table, parent string, self bool) engine.Message {
	return func(ctx context.Context, call engine.Call, m *op.Message, tx *store.Tx) (op.Answer, error) {
		top, err := bound(m, table)
		if err != nil {
			return op.Answer{}, err
		}
		if err := engine.Sees(ctx, call, tx, top, meta.Read); err != nil {
			return op.Answer{}, err
		}
		s, err := ask(call, m, table, false)
		if err != nil {
			return op.Answer{}, err
		}
		steps := &query.Select{Table: s.Table}
		s.Where = query.Under{
			Col: query.Col{Of: s, C: s.Table.PrimaryID}, Select: steps, Parent: query.Col{Of: steps, C: s.Table.Column(parent)},
			Root: query.GUID(top.ID), Self: self,
		}
		return list(ctx, call, tx, s)
	}
}
