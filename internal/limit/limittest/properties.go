package limittest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/internal/limit"
)

// history is the oracle: all that was let in, as a list.
type history struct {
	l     limit.Limits
	slot  time.Duration
	in    []time.Time
	spent []spending
}

type spending struct {
	at  time.Time
	how time.Duration
}

// within counts what happened during the span that ends now, its beginning excluded.
func (h *history) within(now time.Time, span time.Duration) (n int64, spent time.Duration) {
	for _, e := range h.in {
		if e.After(now.Add(-span)) {
			n++
		}
	}
	for _, s := range h.spent {
		if s.at.After(now.Add(-span)) {
			spent += s.how
		}
	}
	return n, spent
}

// judge compares a decision with the history before it.
func (h *history) judge(t *rapid.T, now time.Time, d limit.Decision, running int64) {
	n, spent := h.within(now, h.l.Window)
	longN, longSpent := h.within(now, h.l.Window+h.slot)
	mayRefuse := longN >= h.l.Requests || longSpent >= h.l.Spent || running >= h.l.Concurrent
	mustRefuse := n >= h.l.Requests || spent >= h.l.Spent || running >= h.l.Concurrent
	if d.Refused == limit.None && mustRefuse {
		t.Fatalf("let in with %d requests, %v spent and %d in: %+v", n, spent, running, d)
	}
	if d.Refused != limit.None && !mayRefuse {
		t.Fatalf("refused with %d requests, %v spent and %d in: %+v", longN, longSpent, running, d)
	}
}

// properties: never more than the limit in any window; never refused who stayed
// below it; who waits as told is let in.
func properties(t *testing.T, s limit.Store) {
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		l := limit.Limits{
			Window:     time.Duration(rapid.IntRange(1, 400).Draw(r, "window")) * time.Second,
			Requests:   int64(rapid.IntRange(1, 8).Draw(r, "requests")),
			Spent:      time.Duration(rapid.IntRange(100, 9000).Draw(r, "spent")) * time.Millisecond,
			Concurrent: int64(rapid.IntRange(1, 4).Draw(r, "concurrent")),
		}
		_, width, _ := l.Milliseconds()
		h := &history{l: l, slot: time.Duration(width) * time.Millisecond}
		k := newKey(t, s, "property", l)
		now := noon
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 37, 400, 1000, 12_345, 100_000}).Draw(r, "pass")) * time.Millisecond)
			now = h.step(r, k, now)
		}
	})
}

// step is an exit or an entry; after a refusal that names a wait, the next entry comes
// when the wait is over.
func (h *history) step(r *rapid.T, k *key, now time.Time) time.Time {
	if len(k.in) > 0 && rapid.Bool().Draw(r, "leave") {
		how := time.Duration(rapid.IntRange(0, 3000).Draw(r, "how long")) * time.Millisecond
		k.leave(now, how)
		h.spent = append(h.spent, spending{now, how})
		return now
	}
	k.lose(now, h.l.Window)
	running := int64(len(k.in))
	d := k.enter(now)
	h.judge(r, now, d, running)
	if d.Refused == limit.None {
		h.in = append(h.in, now)
	}
	if d.RetryAfter == 0 {
		return now
	}
	now = now.Add(d.RetryAfter)
	k.lose(now, h.l.Window)
	again := k.enter(now)
	if again.Refused != limit.None && again.Refused != limit.Concurrent {
		r.Fatalf("waited %v as told and was refused: %+v", d.RetryAfter, again)
	}
	if again.Refused == limit.None {
		h.in = append(h.in, now)
	}
	return now
}

// lose ends those that will count as lost, before a store and the oracle could
// differ about the slot in which they are.
func (k *key) lose(now time.Time, window time.Duration) {
	for len(k.in) > 0 && !k.in[0].Entered.After(now.Add(-window)) {
		k.leave(now, 0)
	}
}
