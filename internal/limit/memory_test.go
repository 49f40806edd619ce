package limit_test

import (
	"context"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	usual = limit.Limits{Window: 300 * time.Second, Requests: 6000, Spent: 1200 * time.Second, Concurrent: 52}
)

// visit lets a key in and out.
func visit(t testing.TB, s limit.Store, key string, at time.Time, spent time.Duration) limit.Decision {
	t.Helper()
	d, err := s.Enter(context.Background(), key, at, usual)
	if err != nil {
		t.Fatal(err)
	}
	if d.Refused == limit.None {
		if err := s.Leave(context.Background(), key, usual, limit.Exit{Entered: d.Entered, At: at, Spent: spent, Local: d.Local}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

func TestIdleKeysAreForgotten(t *testing.T) {
	m := limit.NewMemory(0)
	for i := range 5000 {
		visit(t, m, strconv.Itoa(i), noon, 0)
	}
	for i := range 1000 { // enough to visit every shard
		visit(t, m, "late "+strconv.Itoa(i), noon.Add(301*time.Second), 0)
	}
	if n := m.Len(); n != 1000 {
		t.Errorf("%d keys kept, want the 1000 late ones", n)
	}
}

func TestTheIdlestKeyGivesWay(t *testing.T) {
	m := limit.NewMemory(64) // one a shard
	for i := range 500 {
		visit(t, m, strconv.Itoa(i), noon.Add(time.Duration(i)*time.Millisecond), 0)
	}
	if n := m.Len(); n > 64 {
		t.Errorf("%d keys kept, want 64 at most", n)
	}
	if d := visit(t, m, "499", noon.Add(time.Second), 0); d.Used != 2 {
		t.Errorf("the latest key was forgotten: %+v", d)
	}
}

// A counter that is kept counts with those who name the key, after the key was forgotten too,
// for want of room or idle.
func TestKeptCountersFindForgottenKeysAnew(t *testing.T) {
	m := limit.NewMemory(64) // one a shard
	kept := limit.Keep(m, "ana")
	enter := func(at time.Time) limit.Decision {
		d, err := kept.Enter(t.Context(), at, usual)
		if err == nil {
			err = kept.Leave(t.Context(), usual, limit.Exit{Entered: d.Entered, At: at})
		}
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	enter(noon)
	if d := visit(t, m, "ana", noon, 0); d.Used != 2 {
		t.Errorf("beside a kept counter: %+v", d)
	}
	for i := range 500 { // ana's shard is among theirs
		visit(t, m, strconv.Itoa(i), noon.Add(time.Second), 0)
	}
	if d := enter(noon.Add(2 * time.Second)); d.Used != 1 || m.Len() > 64 {
		t.Errorf("after its key gave way: %+v, %d keys", d, m.Len())
	}
	if d := visit(t, m, "ana", noon.Add(2*time.Second), 0); d.Used != 2 {
		t.Errorf("beside a counter that found its key anew: %+v", d)
	}
	later := noon.Add(time.Hour)
	if first, second := enter(later), visit(t, m, "ana", later, 0); first.Used != 1 || second.Used != 2 {
		t.Errorf("an hour later: %+v, %+v", first, second)
	}
}

// Ten thousand keys that are busy in every slot of the window hold under 100 MiB:
// two thousand hold under a fifth of it.
func TestBusyKeysAreSmall(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m := limit.NewMemory(0)
	for second := range 302 {
		for i := range 2000 {
			visit(t, m, strconv.Itoa(i), noon.Add(time.Duration(second)*time.Second), time.Millisecond)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 20<<20 {
		t.Errorf("%d MiB held", held>>20)
	} else {
		t.Logf("%d MiB held", held>>20)
	}
	runtime.KeepAlive(m)
}

func BenchmarkMemory(b *testing.B) {
	m, now := limit.NewMemory(0), noon
	l := usual
	l.Requests = 1 << 40
	l.Spent = 0
	run := func(b *testing.B, key string, at time.Time) {
		d, _ := m.Enter(b.Context(), key, at, l)
		_ = m.Leave(b.Context(), key, l, limit.Exit{Entered: d.Entered, At: at, Spent: time.Millisecond})
	}
	b.Run("one key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			now = now.Add(20 * time.Microsecond)
			run(b, "one", now)
		}
	})
	b.Run("full window", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			now = now.Add(500 * time.Millisecond)
			run(b, "full", now)
		}
	})
}
