package lease

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

const defaultChunk = 250

// Store is limit.Store over a Far. It is safe for many goroutines; of one key, one calls
// at a time.
type Store struct {
	far   Far
	chunk int64

	mu       sync.Mutex
	holdings map[string]*holding
}

var _ limit.Store = (*Store)(nil)

// New leases at most chunk places at once; 0: 250; negative: none, every entry asks.
func New(far Far, chunk int) *Store {
	if chunk == 0 {
		chunk = defaultChunk
	}
	return &Store{far: far, chunk: int64(max(chunk, 0)), holdings: map[string]*holding{}}
}

// Enter implements limit.Store.
func (s *Store) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	return s.enter(ctx, s.holding(key), at, l)
}

// Leave implements limit.Store. The far store hears of it with the next call in
// another slot of time, or by Flush.
func (s *Store) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	return s.leave(ctx, s.holding(key), l, e)
}

// enter unlocks the holding.
func (s *Store) enter(ctx context.Context, h *holding, at time.Time, l limit.Limits) (limit.Decision, error) {
	defer h.mu.Unlock()
	if h.covers(at, l) {
		return h.take(at), nil
	}
	return s.tell(ctx, h, h.call(at, l, Enter, 0, s.chunk))
}

// leave unlocks the holding.
func (s *Store) leave(ctx context.Context, h *holding, l limit.Limits, e limit.Exit) error {
	defer h.mu.Unlock()
	h.leave(e)
	if h.told == slotOf(e.At, l) && len(h.exits) < defaultChunk {
		return nil
	}
	_, err := s.tell(ctx, h, h.call(e.At, l, Nothing, 0, 0))
	return err
}

// Add implements limit.Store.
func (s *Store) Add(ctx context.Context, key string, at time.Time, l limit.Limits, n int64) (limit.Decision, error) {
	h := s.holding(key)
	defer h.mu.Unlock()
	return s.tell(ctx, h, h.call(at, l, Add, n, s.chunk))
}

// Flush tells the far store what it does not know yet, hands back unused places and
// forgets keys that are idle here. Call it every second or so, and at the end.
func (s *Store) Flush(ctx context.Context, at time.Time) error {
	for _, h := range s.all() {
		if err := s.flush(ctx, h, at); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) flush(ctx context.Context, h *holding, at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dirty() {
		_, err := s.tell(ctx, h, h.call(at, h.limits, Nothing, 0, 0))
		return err
	}
	if window, _, _ := h.limits.Milliseconds(); at.UnixMilli()-h.known.Entered.UnixMilli() > window {
		h.gone = true
		s.mu.Lock()
		delete(s.holdings, h.key)
		s.mu.Unlock()
	}
	return nil
}

func (s *Store) all() []*holding {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*holding, 0, len(s.holdings))
	for _, h := range s.holdings {
		list = append(list, h)
	}
	return list
}

// holding gives what this process holds of a key, locked.
func (s *Store) holding(key string) *holding {
	for {
		s.mu.Lock()
		h := s.holdings[key]
		if h == nil {
			h = &holding{key: key}
			s.holdings[key] = h
		}
		s.mu.Unlock()
		h.mu.Lock()
		if !h.gone {
			return h
		}
		h.mu.Unlock()
	}
}

// tell makes a call. When it fails, the holding stays as it was.
func (s *Store) tell(ctx context.Context, h *holding, c *Call) (limit.Decision, error) {
	d, lease, err := s.far.Tell(ctx, c)
	if err != nil {
		return limit.Decision{}, fmt.Errorf("count %s: %w", c.Key, err)
	}
	h.renew(d, c.l, lease, c.Ask != Nothing)
	return d, nil
}

// FlushEvery flushes again and again until ctx ends. The ticker has the machine's clock: a
// clock that stands still must not hold up what is to be told.
func FlushEvery(ctx context.Context, every time.Duration, flush func(context.Context) error, logger *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := flush(ctx); err != nil && ctx.Err() == nil {
				logger.Debug("flush counters", "error", err)
			}
		}
	}
}
