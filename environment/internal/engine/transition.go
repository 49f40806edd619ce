package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// anyStatus stands for the default status of a state, as in the service's SetState.
const anyStatus = -1

// ValidState reports that rows of a table can be in a state, which has the name that the
// service's enumerations give it ("InProgress"), with a status.
func ValidState(t *meta.Table, state string, status int64) bool {
	states, statuses := t.Column("statecode"), t.Column("statuscode")
	if states == nil || statuses == nil {
		return false
	}
	at := slices.IndexFunc(states.Options, func(o meta.Option) bool { return strings.EqualFold(nameOf(o), state) })
	if at < 0 {
		return false
	}
	o, ok := statuses.Option(status)
	return status == anyStatus || ok && o.State == states.Options[at].Value
}

// Value reads a column of a row that the caller must be able to read; null for one that it
// may not see.
func Value(ctx context.Context, call Call, tx *store.Tx, key op.Key, c *meta.Column) (query.Value, error) {
	r, err := (&work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}).Reach(key, meta.Read, []*meta.Column{c})
	if err != nil {
		return query.Null(), err
	}
	return r.Value(c), nil
}
