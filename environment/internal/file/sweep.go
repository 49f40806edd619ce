package file

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// Swept counts what Sweep removed: contents, and chunks and blocks of uploads.
type Swept struct{ Contents, Pieces int }

// Sweep removes contents that no row holds, which a crash leaves behind, and uploads
// that were given up. Nothing may be written meanwhile.
func (k *Desk) Sweep(ctx context.Context, call engine.Call) (s Swept, err error) {
	all, err := k.contents.Shelf.List(ctx, content.Word)
	if err != nil {
		return s, err
	}
	for _, entry := range all {
		id, err := content.ID(entry.Key)
		if err != nil {
			continue // nobody's that is known here
		}
		var held *rows.Record
		err = k.engine.Read(ctx, call, func(w *rows.Tx) error {
			held, err = w.Look("sweep: does a row hold the content", op.Key{Table: call.Model.Table(meta.AttachmentTable), ID: id})
			return err
		})
		if err == nil && held == nil {
			s.Contents++
			err = k.contents.Shelf.Remove(ctx, entry.Key)
		}
		if err != nil {
			return s, fmt.Errorf("sweep content %s: %w", id, err)
		}
	}
	s.Pieces, err = k.expire(ctx, call.Now)
	return s, err
}
