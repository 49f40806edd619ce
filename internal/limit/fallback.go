package limit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"
)

// Fallback stands in for a shared store that fails: this process then counts alone,
// so that a fault of the counters refuses nobody. What was counted in one is unknown
// to the other.
type Fallback struct {
	store Store
	local *Memory
	cfg   FallbackConfig

	retry  atomic.Int64 // Unix nanoseconds of Now, before which the store is not asked
	logged atomic.Int64 // when the log was told last
	failed atomic.Int64 // calls since then
}

// FallbackConfig says how to deal with a store that fails.
type FallbackConfig struct {
	Patience time.Duration    // how long one call may take; 0: Patience; negative: the store sees to that itself
	Pause    time.Duration    // for how long a store that failed is left alone; 0: 1 s
	Failed   func(error)      // told of every call that the store did not answer: a metric; may be nil
	Logger   *slog.Logger     // told once a minute; nil: nobody is
	Now      func() time.Time // measures Pause, not what is counted: a clock that nobody sets; nil: time.Now
}

// Patience is for how long a request waits for counters elsewhere.
const Patience = 250 * time.Millisecond

// errPaused is what Failed hears while the store is left alone.
var errPaused = errors.New("store of limits is left alone after a failure")

// NewFallback puts local behind store.
func NewFallback(store Store, local *Memory, c FallbackConfig) *Fallback {
	if c.Patience == 0 {
		c.Patience = Patience
	}
	if c.Pause <= 0 {
		c.Pause = time.Second
	}
	if c.Failed == nil {
		c.Failed = func(error) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Fallback{store: store, local: local, cfg: c}
}

// Enter implements Store; its error is always nil unless ctx has ended.
func (f *Fallback) Enter(ctx context.Context, key string, at time.Time, l Limits) (Decision, error) {
	return f.decide(ctx, func(ctx context.Context, far bool) (Decision, error) { return f.side(far).Enter(ctx, key, at, l) })
}

// Add implements Store.
func (f *Fallback) Add(ctx context.Context, key string, at time.Time, l Limits, n int64) (Decision, error) {
	return f.decide(ctx, func(ctx context.Context, far bool) (Decision, error) { return f.side(far).Add(ctx, key, at, l, n) })
}

// Leave implements Store. An exit that the shared store does not hear of is lost to
// it: the entry counts as being in until a window has passed.
func (f *Fallback) Leave(ctx context.Context, key string, l Limits, e Exit) error {
	return f.leave(ctx, key, e, func(ctx context.Context, far bool) error { return f.side(far).Leave(ctx, key, l, e) })
}

// Keep gives the counter of a key in both stores; see the function of this name.
func (f *Fallback) Keep(key string) Counter {
	return &fallbackKey{f: f, key: key, far: Keep(f.store, key), local: Keep(f.local, key)}
}

type fallbackKey struct {
	f          *Fallback
	key        string
	far, local Counter
}

func (k *fallbackKey) Enter(ctx context.Context, at time.Time, l Limits) (Decision, error) {
	return k.f.decide(ctx, func(ctx context.Context, far bool) (Decision, error) { return k.side(far).Enter(ctx, at, l) })
}

func (k *fallbackKey) Leave(ctx context.Context, l Limits, e Exit) error {
	return k.f.leave(ctx, k.key, e, func(ctx context.Context, far bool) error { return k.side(far).Leave(ctx, l, e) })
}

func (k *fallbackKey) side(far bool) Counter {
	if far {
		return k.far
	}
	return k.local
}

func (f *Fallback) side(far bool) Store {
	if far {
		return f.store
	}
	return f.local
}

func (f *Fallback) leave(ctx context.Context, key string, e Exit, tell func(ctx context.Context, far bool) error) error {
	if e.Local {
		return tell(ctx, false)
	}
	if f.paused() {
		f.note(errPaused)
		return nil
	}
	call, cancel := f.patiently(ctx)
	defer cancel()
	if err := tell(call, true); err != nil && ctx.Err() == nil {
		f.broke(fmt.Errorf("leave %s: %w", key, err))
	}
	return nil
}

func (f *Fallback) decide(ctx context.Context, ask func(ctx context.Context, far bool) (Decision, error)) (Decision, error) {
	if !f.paused() {
		call, cancel := f.patiently(ctx)
		d, err := ask(call, true)
		cancel()
		if err == nil {
			return d, nil
		}
		if ctx.Err() != nil {
			return Decision{}, ctx.Err()
		}
		f.broke(err)
	} else {
		f.note(errPaused)
	}
	d, err := ask(ctx, false)
	d.Local = true
	return d, err
}

// patiently bounds a call, unless the store does so: one that answers nearly all calls from
// memory need not have a timer made for each.
func (f *Fallback) patiently(ctx context.Context) (context.Context, context.CancelFunc) {
	if f.cfg.Patience < 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, f.cfg.Patience)
}

func (f *Fallback) paused() bool {
	retry := f.retry.Load()
	return retry != 0 && f.cfg.Now().UnixNano() < retry
}

func (f *Fallback) broke(err error) {
	f.retry.Store(f.cfg.Now().Add(f.cfg.Pause).UnixNano())
	f.note(err)
}

// note tells the metric of every failure and the log of one a minute.
func (f *Fallback) note(err error) {
	f.cfg.Failed(err)
	n := f.failed.Add(1)
	now, last := f.cfg.Now().UnixNano(), f.logged.Load()
	if last != 0 && now-last < int64(time.Minute) || !f.logged.CompareAndSwap(last, now) {
		return
	}
	f.failed.Add(-n)
	f.cfg.Logger.Warn("limits are counted by this process alone: the shared store does not answer",
		slog.Int64("calls", n), slog.Any("error", err))
}
