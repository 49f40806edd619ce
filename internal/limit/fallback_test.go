package limit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
)

// moody is a store that can be away or slow.
type moody struct {
	limit.Store
	err   error
	slow  time.Duration
	asked int
}

func (m *moody) mood(ctx context.Context) error {
	m.asked++
	if m.slow > 0 {
		select {
		case <-time.After(m.slow):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return m.err
}

func (m *moody) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	if err := m.mood(ctx); err != nil {
		return limit.Decision{}, err
	}
	return m.Store.Enter(ctx, key, at, l)
}

func (m *moody) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	if err := m.mood(ctx); err != nil {
		return err
	}
	return m.Store.Leave(ctx, key, l, e)
}

func TestFallbackPassesTheSuite(t *testing.T) {
	t.Run("store answers", func(t *testing.T) {
		limittest.Suite(t, limit.NewFallback(limit.NewMemory(0), limit.NewMemory(0), limit.FallbackConfig{}))
	})
	t.Run("store is away", func(t *testing.T) {
		away := &moody{Store: limit.NewMemory(0), err: errors.New("away")}
		limittest.Suite(t, limit.NewFallback(unasked{away}, limit.NewMemory(0), limit.FallbackConfig{Pause: time.Hour}))
	})
}

// unasked fails whatever is asked.
type unasked struct{ *moody }

func (u unasked) Add(context.Context, string, time.Time, limit.Limits, int64) (limit.Decision, error) {
	return limit.Decision{}, u.err
}

func TestFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		failures := 0
		store := &moody{Store: limit.NewMemory(0)}
		f := limit.NewFallback(store, limit.NewMemory(0), limit.FallbackConfig{
			Failed: func(error) { failures++ },
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		visit(t, f, "ana", noon, 0)
		visit(t, f, "ana", noon, 0)
		if store.asked != 4 || failures != 0 {
			t.Fatalf("a store that answers: asked %d times, %d failures", store.asked, failures)
		}

		store.err = errors.New("connection refused")
		for i := range 10 {
			if d := visit(t, f, "ana", noon, 0); d.Refused != limit.None || !d.Local || d.Used != int64(i+1) {
				t.Errorf("call %d while the store is away: %+v", i, d)
			}
		}
		if store.asked != 5 || failures != 10 {
			t.Errorf("asked %d times and told %d failures, want one more call and 10", store.asked, failures)
		}
		time.Sleep(30 * time.Second)
		visit(t, f, "ana", noon, 0)
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "connection refused") {
			t.Errorf("%d lines in the first minute:\n%s", n, &log)
		}
		time.Sleep(31 * time.Second)
		visit(t, f, "ana", noon, 0)
		if n := strings.Count(log.String(), "\n"); n != 2 || !strings.Contains(log.String(), "calls=11") {
			t.Errorf("%d lines after a minute:\n%s", n, &log)
		}

		store.err = nil
		time.Sleep(time.Second)
		if d := visit(t, f, "ana", noon, 0); d.Local || d.Used != 3 {
			t.Errorf("after it came back: %+v, want the third of the shared store", d)
		}
	})
}

func TestFallbackDoesNotWaitForASlowStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &moody{Store: limit.NewMemory(0), slow: time.Minute}
		f := limit.NewFallback(store, limit.NewMemory(0), limit.FallbackConfig{})
		start := time.Now()
		for range 100 {
			visit(t, f, "ana", noon, 0)
		}
		if took := time.Since(start); took != 250*time.Millisecond {
			t.Errorf("100 visits took %v, want to wait for one call alone", took)
		}
	})
}

func TestFallbackKeepsAnExitWithItsEntry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared, local := limit.NewMemory(0), limit.NewMemory(0)
		store := &moody{Store: shared, err: errors.New("away")}
		f := limit.NewFallback(store, local, limit.FallbackConfig{})
		ctx, l := t.Context(), limit.Limits{Concurrent: 1}
		d, _ := f.Enter(ctx, "ana", noon, l)
		store.err = nil
		time.Sleep(2 * time.Second)
		shared1, _ := f.Enter(ctx, "ana", noon, l)
		if err := f.Leave(ctx, "ana", l, limit.Exit{Entered: d.Entered, At: noon, Local: d.Local}); err != nil {
			t.Fatal(err)
		}
		if again, _ := f.Enter(ctx, "ana", noon, l); shared1.Local || again.Refused != limit.Concurrent {
			t.Errorf("an exit of the local counters freed a place in the shared ones: %+v", again)
		}
		store.err = errors.New("away again")
		if err := f.Leave(ctx, "ana", l, limit.Exit{Entered: shared1.Entered, At: noon}); err != nil {
			t.Errorf("an exit that nobody hears of: %v", err)
		}
		if d, _ := f.Enter(ctx, "ana", noon, l); d.Refused != limit.None || !d.Local {
			t.Errorf("the local place was not freed: %+v", d)
		}
	})
}

func TestFallbackEndsWithTheRequest(t *testing.T) {
	store := &moody{Store: limit.NewMemory(0), slow: time.Hour}
	f := limit.NewFallback(store, limit.NewMemory(0), limit.FallbackConfig{Failed: func(error) { t.Error("a client that went away is no failure of the store") }})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Enter(ctx, "ana", noon, usual); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A store that bounds its calls itself is not bounded again: it may take its time.
func TestFallbackLeavesPatienceToTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &moody{Store: limit.NewMemory(0), slow: time.Minute}
		f := limit.NewFallback(m, limit.NewMemory(0), limit.FallbackConfig{Patience: -1})
		d, err := f.Enter(t.Context(), "k", noon, limit.Limits{Requests: 1})
		if err != nil || d.Local || d.Used != 1 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}
