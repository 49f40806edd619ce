package environment

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/quota"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
)

// flushEvery is how often usage is written down: what a crash can lose.
const flushEvery = time.Minute

// usageOff is the setting with which nothing is recorded.
const usageOff = "off"

// records are what the environment keeps of what its users do: the book of limits and
// the ledger of usage, which a goroutine writes down until close.
type records struct {
	book     *quota.Book
	ledger   *usage.Ledger
	keeper   usage.Keeper
	counters *Counters
	now      func() time.Time

	stop     context.CancelFunc
	flushing sync.WaitGroup
	once     sync.Once
	closed   error
}

func keepRecords(ctx context.Context, c settled) (*records, error) {
	r := &records{keeper: usage.NewMemory(0), counters: c.Counters, now: c.Now}
	if c.Usage != "" && c.Usage != usageOff {
		kept, err := usage.OpenDatabase(ctx, c.Usage, c.Volatile)
		if err != nil {
			return nil, err
		}
		r.keeper = kept
	}
	if r.counters == nil {
		own, err := OpenCounters(ctx, CountersConfig{Logger: c.Logger, Now: c.Now})
		if err != nil {
			return nil, err
		}
		r.counters = own
	}
	r.ledger = usage.NewLedger(r.keeper)
	recorded := r.ledger
	if c.Usage == usageOff {
		recorded = nil
	}
	r.book = quota.New(quota.Config{
		Environment: c.Name, Limits: c.limits, Servers: c.Servers, Store: r.counters.store, Usage: recorded, Now: c.Now,
		Entitlement: quota.Entitlement{Mode: c.entitlement, Tenant: c.TenantID, Pool: c.Pool},
	})
	running, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.flushing.Go(func() { r.flush(running, c.Logger) })
	return r, nil
}

// flush writes usage down again and again. The ticker has the machine's clock: a clock
// that an operator moved must not hold it up.
func (r *records) flush(ctx context.Context, logger *slog.Logger) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := r.ledger.Flush(ctx, r.now()); err != nil && ctx.Err() == nil {
				logger.Warn("usage is not written down", "error", err)
			}
		}
	}
}

// close writes down what is left. A second call gives what the first gave.
func (r *records) close() error {
	r.once.Do(func() {
		r.stop()
		r.flushing.Wait()
		r.closed = r.ledger.Flush(context.Background(), r.now())
		if kept, ok := r.keeper.(*usage.Database); ok {
			r.closed = errors.Join(r.closed, kept.Close())
		}
	})
	return r.closed
}
