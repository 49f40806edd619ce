package rows

import (
	"context"
	"errors"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// Call is what one request pins: for whom it runs, the model it was bound to, and
// the time that its stamps carry.
type Call struct {
	Caller access.Caller
	Model  *meta.Model
	Now    time.Time
	// Solution is the unique name of the solution that new components join; "": none.
	Solution string
}

// Tx is a transaction with the call that it runs for. DB takes what access granted; the
// methods ask for that themselves. NewID gives the ids of new rows.
type Tx struct {
	Ctx   context.Context
	Call  Call
	DB    *store.Tx
	NewID func() meta.ID
}

// Apply executes a change and words what the database refuses.
func (w *Tx) Apply(t *meta.Table, c access.Change) (int64, error) {
	n, err := w.DB.Apply(w.Ctx, c)
	var taken *store.Duplicate
	if errors.As(err, &taken) {
		return 0, violated(t, taken).Because(err)
	}
	return n, err
}
