package limittest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// Suite runs all tests over one store; its keys are new in each.
func Suite(t *testing.T, s limit.Store) {
	t.Run("sequences", func(t *testing.T) { sequences(t, s) })
	t.Run("hammering", func(t *testing.T) { hammering(t, s) })
	t.Run("clock", func(t *testing.T) { clock(t, s) })
	t.Run("add", func(t *testing.T) { add(t, s) })
	t.Run("keys", func(t *testing.T) { keys(t, s) })
	t.Run("together", func(t *testing.T) { together(t, s) })
	t.Run("properties", func(t *testing.T) { properties(t, s) })
	kept := &keeping{Store: s, counters: map[string]limit.Counter{}}
	t.Run("sequences by counter and name", func(t *testing.T) { sequences(t, kept) })
	t.Run("together by counter and name", func(t *testing.T) { together(t, kept) })
}

// keeping is a store whose keys are asked by name and by a kept counter, in turn.
type keeping struct {
	limit.Store
	calls    atomic.Int64
	mu       sync.Mutex
	counters map[string]limit.Counter
}

func (k *keeping) counter(key string) limit.Counter {
	k.mu.Lock()
	defer k.mu.Unlock()
	c := k.counters[key]
	if c == nil {
		c = limit.Keep(k.Store, key)
		k.counters[key] = c
	}
	return c
}

func (k *keeping) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	if k.calls.Add(1)%3 == 0 {
		return k.Store.Enter(ctx, key, at, l)
	}
	return k.counter(key).Enter(ctx, at, l)
}

func (k *keeping) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	if k.calls.Add(1)%3 == 0 {
		return k.Store.Leave(ctx, key, l, e)
	}
	return k.counter(key).Leave(ctx, l, e)
}

// Noon is when the tests begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }

// key is one key of a store and the instants its entries are in since.
type key struct {
	t     testing.TB
	store limit.Store
	name  string
	l     limit.Limits
	in    []limit.Decision
}

func newKey(t testing.TB, s limit.Store, name string, l limit.Limits) *key {
	return &key{t: t, store: s, name: fmt.Sprintf("%s %s %d", t.Name(), name, time.Now().UnixNano()), l: l}
}

func (k *key) enter(at time.Time) limit.Decision {
	k.t.Helper()
	d, err := k.store.Enter(context.Background(), k.name, at, k.l)
	if err != nil {
		k.t.Fatal(err)
	}
	if d.Refused == limit.None {
		k.in = append(k.in, d)
	}
	return d
}

// leave ends the entry that is in for longest.
func (k *key) leave(at time.Time, spent time.Duration) {
	k.t.Helper()
	d := k.in[0]
	k.in = k.in[1:]
	if err := k.store.Leave(context.Background(), k.name, k.l, limit.Exit{Entered: d.Entered, At: at, Spent: spent, Local: d.Local}); err != nil {
		k.t.Fatal(err)
	}
}

// step is one line of a sequence worked out by hand: n entries (each leaves at once
// with spent) of which ok are let in, the others refused for a reason and told to
// wait between wait and wait and a slot; or n exits with spent.
type step struct {
	at    float64
	enter int
	stay  bool
	ok    int
	why   limit.Reason
	wait  float64
	exit  int
	spent time.Duration
}

func sequences(t *testing.T, s limit.Store) {
	per300 := func(n int64) limit.Limits { return limit.Limits{Window: 300 * time.Second, Requests: n} }
	for _, c := range []struct {
		name  string
		l     limit.Limits
		slot  float64
		steps []step
	}{
		{"a burst frees all places together", per300(100), 1, []step{
			{at: 0, enter: 101, ok: 100, why: limit.Requests, wait: 300},
			{at: 299.999, enter: 1, why: limit.Requests, wait: 0.001 + 0.5}, // the second refusal is told half a second more
			{at: 301, enter: 101, ok: 100, why: limit.Requests, wait: 300},
		}},
		{"places come free one by one", per300(3), 1, []step{
			{at: 10, enter: 1, ok: 1}, {at: 20, enter: 1, ok: 1}, {at: 30, enter: 1, ok: 1},
			{at: 100, enter: 1, why: limit.Requests, wait: 210},
			{at: 310, enter: 2, ok: 1, why: limit.Requests, wait: 10},
			{at: 320, enter: 1, ok: 1}, {at: 330, enter: 1, ok: 1}, {at: 609, enter: 1, why: limit.Requests, wait: 1},
		}},
		{"a steady pace below the limit is never held up", per300(300), 1, steady(1000)},
		{"time spent counts when it is told, and may overshoot", limit.Limits{Window: 300 * time.Second, Spent: 60 * time.Second}, 1, []step{
			{at: 0, enter: 2, ok: 2, stay: true},
			{at: 5, exit: 1, spent: 50 * time.Second},
			{at: 6, enter: 1, ok: 1, stay: true},
			{at: 40, exit: 1, spent: 40 * time.Second},
			{at: 41, enter: 1, why: limit.Spent, wait: 264}, // the 50 s of second 5 are forgotten at 305: 40 remain
			{at: 304, enter: 1, why: limit.Spent, wait: 1 + 0.5},
			{at: 305, enter: 1, ok: 1},
		}},
		{"exactly the limit of time spent is too much", limit.Limits{Window: 300 * time.Second, Spent: 60 * time.Second}, 1, []step{
			{at: 5, enter: 1, ok: 1, spent: 50 * time.Second},
			{at: 40, enter: 1, ok: 1, spent: 60 * time.Second},
			{at: 41, enter: 1, why: limit.Spent, wait: 299}, // at 305 the 60 s of second 40 remain
			{at: 339, enter: 1, why: limit.Spent, wait: 1 + 0.5},
			{at: 340, enter: 1, ok: 1},
		}},
		{"of two limits the longer wait is told", limit.Limits{Window: 300 * time.Second, Requests: 2, Spent: time.Second}, 1, []step{
			{at: 0, enter: 1, ok: 1},
			{at: 50, enter: 1, ok: 1, spent: 2 * time.Second},
			{at: 60, enter: 1, why: limit.Spent, wait: 290},
		}},
		{"places at once are free when somebody leaves", limit.Limits{Window: 300 * time.Second, Concurrent: 2}, 1, []step{
			{at: 0, enter: 3, ok: 2, stay: true, why: limit.Concurrent},
			{at: 1, exit: 1}, {at: 1, enter: 2, ok: 1, stay: true, why: limit.Concurrent},
			{at: 2, exit: 2}, {at: 2, enter: 3, ok: 3},
		}},
		{"who never left is lost after a window", limit.Limits{Window: 300 * time.Second, Concurrent: 2}, 1, []step{
			{at: 0, enter: 2, ok: 2, stay: true},
			{at: 299, enter: 1, why: limit.Concurrent},
			{at: 301, enter: 3, ok: 2, stay: true, why: limit.Concurrent},
			{at: 302, exit: 2}, // those that were lost: nothing to give back
			{at: 302, enter: 1, why: limit.Concurrent},
		}},
		{"no figures, no limits", limit.Limits{}, 1, []step{{at: 0, enter: 500, ok: 500, stay: true}}},
		{"a day has slots of 288 seconds", limit.Limits{Window: 24 * time.Hour, Requests: 10}, 288, []step{
			{at: 0, enter: 11, ok: 10, why: limit.Requests, wait: 86400},
			{at: 86399, enter: 1, why: limit.Requests, wait: 1 + 144},
			{at: 86400 + 288, enter: 10, ok: 10},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := newKey(t, s, c.name, c.l)
			for i, st := range c.steps {
				k.walk(i, st, c.slot)
			}
		})
	}
}

func steady(n int) (steps []step) {
	for i := range n {
		steps = append(steps, step{at: float64(i) * 1.004, enter: 1, ok: 1})
	}
	return steps
}

func (k *key) walk(i int, s step, slot float64) {
	k.t.Helper()
	for range s.exit {
		k.leave(at(s.at), s.spent)
	}
	ok := 0
	for range s.enter {
		d := k.enter(at(s.at))
		if d.Refused == limit.None {
			ok++
			if !s.stay {
				k.leave(at(s.at), s.spent)
			}
			continue
		}
		if d.Refused != s.why {
			k.t.Errorf("step %d at %v: refused for %s, want %s", i, s.at, d.Refused, s.why)
		}
		if got := d.RetryAfter.Seconds(); got < s.wait-0.0005 || got >= s.wait+slot {
			k.t.Errorf("step %d at %v: told to wait %v s, want %v to a slot more", i, s.at, got, s.wait)
		}
	}
	if ok != s.ok {
		k.t.Errorf("step %d at %v: %d let in, want %d", i, s.at, ok, s.ok)
	}
}

func hammering(t *testing.T, s limit.Store) {
	k := newKey(t, s, "", limit.Limits{Window: 300 * time.Second, Requests: 5})
	for range 5 {
		k.enter(at(0))
	}
	before := time.Duration(0)
	for i := range 1000 {
		d := k.enter(at(10))
		if i > 0 && i <= 600 && d.RetryAfter <= before {
			t.Fatalf("refusal %d is told to wait %v after %v", i, d.RetryAfter, before)
		}
		before = d.RetryAfter
	}
	if before < 590*time.Second || before >= 591*time.Second {
		t.Errorf("the thousandth is told to wait %v, want the true wait and one window", before)
	}
	if d := k.enter(at(301)); d.Refused != limit.None {
		t.Errorf("the wait needed has grown: refused for %s", d.Refused)
	}
	for range 4 {
		k.enter(at(301))
	}
	if d := k.enter(at(301)); d.RetryAfter >= 301*time.Second {
		t.Errorf("refusals before the last admission still count: told to wait %v", d.RetryAfter)
	}
}

func clock(t *testing.T, s limit.Store) {
	k := newKey(t, s, "", limit.Limits{Window: 300 * time.Second, Requests: 2})
	k.enter(at(1000))
	k.enter(at(990))
	if d := k.enter(at(990)); d.Refused != limit.Requests || d.Used != 2 {
		t.Errorf("set back a little: %+v", d)
	}
	if d := k.enter(at(0)); d.Refused != limit.None || d.Used != 1 {
		t.Errorf("set back by more than a window: %+v, want a new start", d)
	}
	if d := k.enter(at(90_000)); d.Refused != limit.None || d.Used != 1 {
		t.Errorf("25 hours later: %+v", d)
	}
}

func add(t *testing.T, s limit.Store) {
	ctx, l := context.Background(), limit.Limits{Window: 24 * time.Hour, Requests: 1000}
	k := newKey(t, s, "", l)
	for _, c := range []struct {
		at      float64
		n, used int64
	}{{0, 600, 600}, {3600, 600, 1200}, {3600, -100, 1100}, {3600, -900, 600}, {86400 + 288, 1, 1}} {
		d, err := s.Add(ctx, k.name, at(c.at), l, c.n)
		if err != nil || d.Used != c.used || d.Refused != limit.None {
			t.Errorf("add %d at %v: %+v, %v; want %d used", c.n, c.at, d, err, c.used)
		}
		if d := k.enter(at(c.at)); (d.Refused == limit.Requests) != (c.used >= 1000) {
			t.Errorf("enter after %d: %+v", c.used, d)
		} else if d.Refused == limit.None {
			if _, err := s.Add(ctx, k.name, at(c.at), l, -1); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func keys(t *testing.T, s limit.Store) {
	l := limit.Limits{Window: 300 * time.Second, Requests: 1}
	sales, stock := newKey(t, s, "sales", l), newKey(t, s, "stock", l)
	if sales.enter(at(0)).Refused != limit.None || stock.enter(at(0)).Refused != limit.None {
		t.Error("one key holds up another")
	}
	if sales.enter(at(1)).Refused != limit.Requests {
		t.Error("a key forgot")
	}
}

// together: many at once, and not one more than the limit.
func together(t *testing.T, s limit.Store) {
	k := newKey(t, s, "", limit.Limits{Window: 300 * time.Second, Requests: 600, Concurrent: 700})
	var in, refused atomic.Int64
	var all sync.WaitGroup
	for range 7 {
		all.Go(func() {
			for range 100 {
				d, err := s.Enter(context.Background(), k.name, at(0), k.l)
				switch {
				case err != nil:
					t.Error(err)
				case d.Refused == limit.None:
					in.Add(1)
					if err := s.Leave(context.Background(), k.name, k.l, limit.Exit{Entered: d.Entered, At: at(0)}); err != nil {
						t.Error(err)
					}
				default:
					refused.Add(1)
				}
			}
		})
	}
	all.Wait()
	if in.Load() != 600 || refused.Load() != 100 {
		t.Errorf("%d let in and %d refused, want 600 and 100", in.Load(), refused.Load())
	}
}
