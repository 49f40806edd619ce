package pgstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/stead-s2s/stead/internal/limit"
)

const defaultChunk = 50

// Store is limit.Store in PostgreSQL. It is safe for many goroutines; of one key,
// one calls the database at a time.
type Store struct {
	table table
	chunk int64

	mu       sync.Mutex
	holdings map[string]*holding
}

var _ limit.Store = (*Store)(nil)

// Config of New.
type Config struct {
	Pool  *pgxpool.Pool // the caller's to close, after Flush
	Chunk int           // places leased at once at most; 0: 50; negative: none, every call asks
}

// New makes the table if there is none.
func New(ctx context.Context, c Config) (*Store, error) {
	if c.Chunk == 0 {
		c.Chunk = defaultChunk
	}
	s := &Store{table: table{c.Pool}, chunk: int64(max(c.Chunk, 0)), holdings: map[string]*holding{}}
	if err := s.table.create(ctx); err != nil {
		return nil, fmt.Errorf("make the table of limits: %w", err)
	}
	return s, nil
}

// Enter implements limit.Store.
func (s *Store) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	h := s.holding(key)
	defer h.mu.Unlock()
	if h.covers(at, l) {
		return h.take(at), nil
	}
	return s.tell(ctx, h, at, l, func(w *limit.Window) limit.Decision { return w.Enter(at, l) })
}

// Leave implements limit.Store. The database hears of it with the next call in
// another slot of time, or by Flush.
func (s *Store) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	h := s.holding(key)
	defer h.mu.Unlock()
	h.leave(e)
	if h.told == slotOf(e.At, l) && len(h.exits) < defaultChunk {
		return nil
	}
	_, err := s.tell(ctx, h, e.At, l, nil)
	return err
}

// Add implements limit.Store.
func (s *Store) Add(ctx context.Context, key string, at time.Time, l limit.Limits, n int64) (limit.Decision, error) {
	h := s.holding(key)
	defer h.mu.Unlock()
	return s.tell(ctx, h, at, l, func(w *limit.Window) limit.Decision { return w.Add(at, l, n) })
}

// Flush tells the database what it does not know yet, hands back unused places and
// forgets keys that are idle, here and there. Call it every second or so, and
// before the pool is closed.
func (s *Store) Flush(ctx context.Context, at time.Time) error {
	for _, h := range s.all() {
		if err := s.flush(ctx, h, at); err != nil {
			return err
		}
	}
	return s.table.sweep(ctx, at)
}

func (s *Store) flush(ctx context.Context, h *holding, at time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.dirty() {
		_, err := s.tell(ctx, h, at, h.limits, nil)
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

// tell brings the row up to date, asks it (nil: nothing) and takes the next lease.
// When it fails, the holding stays as it was.
func (s *Store) tell(ctx context.Context, h *holding, at time.Time, l limit.Limits, ask func(*limit.Window) limit.Decision) (limit.Decision, error) {
	var d limit.Decision
	var lease int64
	err := s.table.change(ctx, h.key, at, l, func(w *limit.Window) {
		h.settle(w)
		if ask == nil {
			d = w.Add(at, l, 0)
			return
		}
		d = ask(w)
		if lease = h.next(d, l, s.chunk); lease > 0 {
			w.Reserve(at, l, lease)
		}
	})
	if err != nil {
		return limit.Decision{}, fmt.Errorf("count %s in the database: %w", h.key, err)
	}
	h.renew(d, l, lease, ask != nil)
	return d, nil
}
