package lease_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/lease"
	"github.com/stead-s2s/stead/internal/limit/limittest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// far keeps windows in memory, counts calls and can be away.
type far struct {
	mu      sync.Mutex
	windows map[string]*limit.Window
	calls   int
	away    error
}

func (f *far) Tell(_ context.Context, c *lease.Call) (d limit.Decision, places int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.away != nil {
		return d, 0, f.away
	}
	if f.windows == nil {
		f.windows = map[string]*limit.Window{}
	}
	w := f.windows[c.Key]
	if w == nil {
		w = &limit.Window{}
		f.windows[c.Key] = w
	}
	d, places = c.Apply(w)
	return d, places, nil
}

func TestSuite(t *testing.T) {
	for name, chunk := range map[string]int{"leases": 0, "few": 2, "none": -1} {
		t.Run(name, func(t *testing.T) { limittest.Suite(t, lease.New(&far{}, chunk)) })
	}
}

// Nodes that come and go as they please, at any pace: never more are let in than the limit, and when all have told
// what they hold, exactly the limit is.
func TestNodesNeverLetInMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shared, l := &far{}, limit.Limits{Window: 300 * time.Second, Requests: int64(rapid.IntRange(1, 400).Draw(t, "limit"))}
		nodes := []*lease.Store{lease.New(shared, 0), lease.New(shared, 0), lease.New(shared, 7)}
		at, in := noon, int64(0)
		enter := func(s *lease.Store) bool {
			d, err := s.Enter(context.Background(), "k", at, l)
			if err != nil {
				t.Fatal(err)
			}
			if d.Refused != limit.None {
				return false
			}
			in++
			if err := s.Leave(context.Background(), "k", l, limit.Exit{Entered: d.Entered, At: at}); err != nil {
				t.Fatal(err)
			}
			return true
		}
		for range rapid.IntRange(1, 30).Draw(t, "turns") {
			s := rapid.SampledFrom(nodes).Draw(t, "node")
			for range rapid.IntRange(1, 60).Draw(t, "entries") {
				enter(s)
			}
			at = at.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "ms")) * time.Millisecond)
		}
		for _, s := range nodes {
			if err := s.Flush(context.Background(), at); err != nil {
				t.Fatal(err)
			}
		}
		for enter(nodes[0]) {
		}
		if in != l.Requests {
			t.Fatalf("%d of %d let in", in, l.Requests)
		}
	})
}

// A slot's lease is of no use in the next one, and a node that only has places of others' asks.
func TestALeaseEndsWithItsSlot(t *testing.T) {
	shared, l := &far{}, limit.Limits{Window: 300 * time.Second, Requests: 6000}
	s := lease.New(shared, 0)
	for _, c := range []struct {
		at    time.Duration
		calls int
	}{{0, 1}, {0, 2}, {0, 2}, {999 * time.Millisecond, 3}, {999 * time.Millisecond, 3}, {time.Second, 4}, {time.Second, 5}} {
		if _, err := s.Enter(t.Context(), "k", noon.Add(c.at), l); err != nil || shared.calls != c.calls {
			t.Fatalf("at %v: %d calls, %v; want %d", c.at, shared.calls, err, c.calls)
		}
	}
}

// Who was busy in one slot is soon as far in the next; who was not is forgotten by halves.
func TestTheNextSlotBeginsWhereTheLastEnded(t *testing.T) {
	shared, l := &far{}, limit.Limits{Window: 300 * time.Second, Requests: 1 << 20}
	s := lease.New(shared, 0)
	for _, c := range []struct {
		second  int
		entries int
		calls   int
	}{{0, 1000, 12}, {1, 1000, 5}, {2, 1, 1}, {3, 1, 1}, {4, 1, 1}, {5, 1000, 8}} {
		before := shared.calls
		for range c.entries {
			if _, err := s.Enter(t.Context(), "k", noon.Add(time.Duration(c.second)*time.Second), l); err != nil {
				t.Fatal(err)
			}
		}
		if got := shared.calls - before; got != c.calls {
			t.Errorf("second %d: %d calls for %d entries, want %d", c.second, got, c.entries, c.calls)
		}
	}
}

// What is not heard is told again, and counted once.
func TestAway(t *testing.T) {
	shared, l := &far{}, limit.Limits{Window: 300 * time.Second, Requests: 100, Concurrent: 2}
	s := lease.New(shared, 0)
	for range 2 {
		d, err := s.Enter(t.Context(), "k", noon, l)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Leave(t.Context(), "k", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Second}); err != nil {
			t.Fatal(err)
		}
	}
	shared.away = errors.New("nobody listens")
	for range 3 {
		if err := s.Flush(t.Context(), noon); !errors.Is(err, shared.away) {
			t.Errorf("flush: %v", err)
		}
	}
	if _, err := s.Add(t.Context(), "k", noon, l, 1); !errors.Is(err, shared.away) {
		t.Errorf("add: %v", err)
	}
	shared.away = nil
	d, err := s.Enter(t.Context(), "k", noon.Add(time.Second), l)
	if err != nil || d.Used != 3 || d.Running != 1 || d.Spent != 2*time.Second {
		t.Errorf("after it came back: %+v, %v", d, err)
	}
}

// Forgotten keys are known again when they come back.
func TestFlushForgetsIdleKeys(t *testing.T) {
	shared, l := &far{}, limit.Limits{Window: 10 * time.Second, Requests: 2}
	s := lease.New(shared, 0)
	for i, at := range []time.Duration{0, 30 * time.Second} {
		if d, err := s.Enter(t.Context(), "k", noon.Add(at), l); err != nil || d.Used != 1 {
			t.Errorf("visit %d: %+v, %v", i, d, err)
		}
		for range 2 { // tells, then forgets
			if err := s.Flush(t.Context(), noon.Add(at+11*time.Second)); err != nil {
				t.Fatal(err)
			}
		}
	}
	calls := shared.calls
	if err := s.Flush(t.Context(), noon.Add(time.Hour)); err != nil || shared.calls != calls {
		t.Errorf("%d calls for nothing, %v", shared.calls-calls, err)
	}
}

// silent never answers.
type silent struct{}

func (silent) Tell(ctx context.Context, _ *lease.Call) (limit.Decision, int64, error) {
	<-ctx.Done()
	return limit.Decision{}, 0, ctx.Err()
}

func TestWithinGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, begun := lease.New(lease.Within(silent{}, 3*time.Second), 0), time.Now()
		_, err := s.Enter(t.Context(), "k", noon, limit.Limits{Requests: 1})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 3*time.Second {
			t.Errorf("after %v: %v", time.Since(begun), err)
		}
	})
}
