package pgstore

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
)

// Speaks reports whether an address is one that Dial takes: postgres:// or
// postgresql://.
func Speaks(address string) bool {
	scheme, _, found := strings.Cut(address, "://")
	return found && (scheme == "postgres" || scheme == "postgresql")
}

// DialConfig of Dial. Every field is needed.
type DialConfig struct {
	Address string
	Now     func() time.Time // that of those who call the store
	Logger  *slog.Logger     // told of flushes that fail
}

// Dial makes a store at an address, with a pool of its own and a goroutine that flushes
// once a second. close flushes for the last time and ends both. Messages of errors hold
// no password.
func Dial(ctx context.Context, c DialConfig) (s *Store, close func() error, err error) {
	pool, err := pgxpool.New(ctx, c.Address)
	if err != nil {
		return nil, nil, fmt.Errorf("address of the counters: %w", err)
	}
	if s, err = New(ctx, Config{Pool: pool, Patience: limit.Patience}); err != nil {
		pool.Close()
		return nil, nil, err
	}
	done, stop := context.WithCancel(context.Background())
	var flushing sync.WaitGroup
	flushing.Go(func() {
		lease.FlushEvery(done, time.Second, func(ctx context.Context) error { return s.Flush(ctx, c.Now()) }, c.Logger)
	})
	return s, func() error {
		stop()
		flushing.Wait()
		defer pool.Close()
		last, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		return s.Flush(last, c.Now())
	}, nil
}
