package engine

import (
	"context"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Sees refuses a caller without a right on a row, as the row's own message would: 403,
// or 404 where there is no such row.
func Sees(ctx context.Context, call Call, tx *store.Tx, key op.Key, right meta.Right) error {
	w := &work{Tx: rows.Tx{Ctx: ctx, Call: call, DB: tx}}
	_, err := w.Reach(key, right, []*meta.Column{key.Table.PrimaryID})
	return err
}
