package environment

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/pgstore"
	"github.com/stead-s2s/stead/internal/limit/redisstore"
)

// Counters are where environments count requests. Environments of one tenant that share
// them draw from one entitlement; processes that share them hold users to one limit.
type Counters struct {
	store    limit.Store
	end      func() error
	failures atomic.Int64
}

// CountersConfig says where to count.
type CountersConfig struct {
	// Address of a server that several processes share: redis://…, or that of a
	// database. Empty: the memory of this process.
	Address string
	Logger  *slog.Logger     // told of a server that fails; nothing is logged
	Now     func() time.Time // the clock of the environments; time.Now
}

// OpenCounters makes counters. When their server fails later, requests are let through
// and counted in this process: the log and the metrics say so.
func OpenCounters(ctx context.Context, c CountersConfig) (*Counters, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	counters := &Counters{end: func() error { return nil }}
	if c.Address == "" {
		counters.store = limit.NewMemory(0)
		return counters, nil
	}
	far, end, err := dial(ctx, c)
	if err != nil {
		return nil, err
	}
	counters.end = end
	counters.store = limit.NewFallback(far, limit.NewMemory(0), limit.FallbackConfig{
		Failed: func(error) { counters.failures.Add(1) }, Logger: c.Logger, Patience: -1,
	})
	return counters, nil
}

func dial(ctx context.Context, c CountersConfig) (limit.Store, func() error, error) {
	switch {
	case redisstore.Speaks(c.Address):
		return redisstore.Dial(redisstore.DialConfig{Address: c.Address, Prefix: "stead/", Now: c.Now, Logger: c.Logger})
	case pgstore.Speaks(c.Address):
		return pgstore.Dial(ctx, pgstore.DialConfig{Address: c.Address, Now: c.Now, Logger: c.Logger})
	}
	return nil, nil, errors.New("counters are kept at an address that begins with redis:// or names a database server")
}

// Failures is how many calls the server did not answer.
func (c *Counters) Failures() int64 { return c.failures.Load() }

// Close ends the counters, after the environments that use them.
func (c *Counters) Close() error { return c.end() }
