package pgstore

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
)

// Store is limit.Store in PostgreSQL. It is safe for many goroutines; of one key,
// one calls the database at a time.
type Store struct {
	*lease.Store
	table table
}

var _ limit.Store = (*Store)(nil)

// Config of New.
type Config struct {
	Pool  *pgxpool.Pool // the caller's to close, after Flush
	Chunk int           // places leased at once at most; 0: 250; negative: none, every call asks
	// Patience bounds each call, if positive.
	Patience time.Duration
}

// New makes the table if there is none.
func New(ctx context.Context, c Config) (*Store, error) {
	s := &Store{table: table{c.Pool}}
	far := lease.Far(s.table)
	if c.Patience > 0 {
		far = lease.Within(far, c.Patience)
	}
	s.Store = lease.New(far, c.Chunk)
	if err := s.table.create(ctx); err != nil {
		return nil, fmt.Errorf("make the table of limits: %w", err)
	}
	return s, nil
}

// Flush tells the database what it does not know yet, hands back unused places and
// forgets keys that are idle, here and there. Call it every second or so, and
// before the pool is closed.
func (s *Store) Flush(ctx context.Context, at time.Time) error {
	if err := s.Store.Flush(ctx, at); err != nil {
		return err
	}
	return s.table.sweep(ctx, at)
}
