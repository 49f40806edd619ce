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
	return n, worded(t, err)
}

// Send is Apply for a change whose outcome decides nothing (store.Tx.Send).
func (w *Tx) Send(t *meta.Table, c access.Change) error {
	return worded(t, w.DB.Send(w.Ctx, c))
}

// SendOne is Apply for a change that is expected to change a row (store.Tx.SendOne).
func (w *Tx) SendOne(t *meta.Table, c access.Change) (int64, error) {
	n, err := w.DB.SendOne(w.Ctx, c)
	return n, worded(t, err)
}

// worded words what the database refuses.
func worded(t *meta.Table, err error) error {
	var taken *store.Duplicate
	if errors.As(err, &taken) {
		return violated(t, taken).Because(err)
	}
	return err
}
