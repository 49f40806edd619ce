package keys

import (
	"slices"
	"testing"
	"time"
)

const day = 24 * time.Hour

func (c *clock) pass(d time.Duration) { c.at.Add(int64(d / time.Second)) }

func tick(t testing.TB, r *Ring) {
	t.Helper()
	if err := r.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// A year of ticks: every key is published a day or more before it signs, and as long after
// it signed for the last time as tokens live.
func TestSchedule(t *testing.T) {
	c := &clock{}
	of := config(&memory{}, c)
	of.Every = 90 * day
	r := open(t, of)
	begun := c.now()
	first, signed := map[string]time.Time{}, map[string]time.Time{}
	rotations := 0
	for last := r.Signing(); c.now().Sub(begun) < 365*day; c.pass(6 * time.Hour) {
		tick(t, r)
		published := ids(r)
		for _, id := range published {
			if _, seen := first[id]; !seen {
				first[id] = c.now()
			}
		}
		signing := r.Signing()
		signed[signing] = c.now()
		if signing != last {
			rotations++
			if ahead := c.now().Sub(first[signing]); ahead < Ahead {
				t.Errorf("a key signs %s after it was published", ahead)
			}
			last = signing
		}
		for id, at := range signed {
			if c.now().Sub(at) <= day && !slices.Contains(published, id) {
				t.Error("a key is gone whose tokens live")
			}
		}
		if len(published) > 3 {
			t.Errorf("%d keys are published", len(published))
		}
	}
	if rotations != 4 {
		t.Errorf("%d rotations in a year", rotations)
	}
}

func TestTickForgets(t *testing.T) {
	c := &clock{}
	m := &memory{}
	r := open(t, config(m, c))
	old := r.Signing()
	if err := r.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.pass(Retention)
	tick(t, r)
	if !slices.Contains(ids(r), old) {
		t.Error("forgotten too soon")
	}
	c.pass(time.Second)
	tick(t, r)
	if slices.Contains(ids(r), old) || len(m.keys) != 2 {
		t.Errorf("%d keys are kept", len(m.keys))
	}
	c.pass(365 * day)
	now := r.Signing()
	if tick(t, r); r.Signing() != now {
		t.Error("rotated without a schedule")
	}
}

// Many ticks at once rotate once.
func TestTicksAtOnce(t *testing.T) {
	c := &clock{}
	of := config(&memory{}, c)
	of.Every = day
	r := open(t, of)
	c.pass(day)
	done := make(chan error)
	for range 3 {
		go func() { done <- r.Tick(t.Context()) }()
	}
	for range 3 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if len(ids(r)) != 3 {
		t.Errorf("%d keys are published", len(ids(r)))
	}
}
