package lease

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// counter is a key of a Store, with what is held of it at hand.
type counter struct {
	store *Store
	key   string
	last  atomic.Pointer[holding] // it may be gone
}

// Keep gives the counter of a key; see limit.Keep.
func (s *Store) Keep(key string) limit.Counter { return &counter{store: s, key: key} }

func (c *counter) Enter(ctx context.Context, at time.Time, l limit.Limits) (limit.Decision, error) {
	return c.store.enter(ctx, c.holding(), at, l)
}

func (c *counter) Leave(ctx context.Context, l limit.Limits, e limit.Exit) error {
	return c.store.leave(ctx, c.holding(), l, e)
}

// holding gives what is held, locked.
func (c *counter) holding() *holding {
	if h := c.last.Load(); h != nil {
		h.mu.Lock()
		if !h.gone {
			return h
		}
		h.mu.Unlock()
	}
	h := c.store.holding(c.key)
	c.last.Store(h)
	return h
}
