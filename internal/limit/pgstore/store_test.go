//go:build unix

package pgstore_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
	"github.com/stead-s2s/stead/internal/limit/pgstore"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, pool *pgxpool.Pool, chunk int) *pgstore.Store {
	t.Helper()
	s, err := pgstore.New(context.Background(), pgstore.Config{Pool: pool, Chunk: chunk})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// One server for all: it takes a second to start.
func TestStore(t *testing.T) {
	pool := server(t)
	t.Run("suite with leases", func(t *testing.T) { limittest.Suite(t, open(t, pool, 0)) })
	t.Run("suite without", func(t *testing.T) { limittest.Suite(t, open(t, pool, -1)) })
	t.Run("nodes", func(t *testing.T) { nodes(t, pool) })
	t.Run("unused places come back", func(t *testing.T) { unused(t, pool) })
	t.Run("leases spare calls", func(t *testing.T) { spared(t, pool) })
	t.Run("flush forgets", func(t *testing.T) { flushed(t, pool) })
	t.Run("created at once", func(t *testing.T) { created(t, pool) })
	t.Run("away", func(t *testing.T) { away(t, pool) })
}

func enter(t testing.TB, s *pgstore.Store, key string, at time.Time, l limit.Limits) limit.Decision {
	t.Helper()
	d, err := s.Enter(context.Background(), key, at, l)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// nodes: three that share a limit let in what it allows, exactly.
func nodes(t *testing.T, pool *pgxpool.Pool) {
	l := limit.Limits{Window: 300 * time.Second, Requests: 600}
	var in atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		s := open(t, pool, 0)
		for range 4 {
			all.Go(func() {
				for range 75 {
					d, err := s.Enter(context.Background(), "nodes", noon, l)
					if err != nil {
						t.Error(err)
						return
					}
					if d.Refused == limit.None {
						in.Add(1)
					}
				}
			})
		}
	}
	all.Wait()
	if n := in.Load(); n != 600 {
		t.Errorf("%d of 900 let in, want 600", n)
	}
}

func unused(t *testing.T, pool *pgxpool.Pool) {
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 100}
	ours, theirs := open(t, pool, 0), open(t, pool, 0)
	for range 5 { // asks, asks for 1 more, uses it, asks for 2 more, uses one of them
		enter(t, ours, "unused", noon, l)
	}
	if d := enter(t, theirs, "unused", noon, l); d.Used != 7 {
		t.Errorf("%d used before the unused came back, want 5 + 1 leased + 1", d.Used)
	}
	if err := ours.Flush(ctx, noon.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if d := enter(t, theirs, "unused", noon.Add(time.Second), l); d.Used != 7 {
		t.Errorf("%d used after, want 5 + 2", d.Used)
	}
}

// spared: of a busy second, few calls reach the database.
func spared(t *testing.T, pool *pgxpool.Pool) {
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 6000, Spent: 1200 * time.Second, Concurrent: 52}
	s := open(t, pool, 0)
	before := pool.Stat().AcquireCount()
	for i := range 1000 {
		d := enter(t, s, "spared", noon, l)
		if d.Used != int64(i+1) || d.Running != 1 || d.Spent != time.Duration(i)*time.Millisecond {
			t.Fatalf("entry %d: %+v", i, d)
		}
		if err := s.Leave(ctx, "spared", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	if n := pool.Stat().AcquireCount() - before; n > 60 {
		t.Errorf("%d calls for 1000 requests", n)
	}
}

func flushed(t *testing.T, pool *pgxpool.Pool) {
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 10, Concurrent: 10}
	ours, theirs := open(t, pool, 0), open(t, pool, 0)
	d := enter(t, ours, "flushed", noon, l)
	if err := ours.Leave(ctx, "flushed", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Second}); err != nil {
		t.Fatal(err)
	}
	if d := enter(t, theirs, "flushed", noon, l); d.Running != 2 || d.Spent != 0 {
		t.Errorf("before the flush: %+v", d)
	}
	if err := ours.Flush(ctx, noon); err != nil {
		t.Fatal(err)
	}
	if d := enter(t, theirs, "flushed", noon, l); d.Running != 2 || d.Spent != time.Second {
		t.Errorf("after the flush: %+v", d)
	}
	for _, s := range []*pgstore.Store{ours, theirs, ours} {
		if err := s.Flush(ctx, noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	if err := ours.Flush(ctx, noon.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := pool.QueryRow(ctx, "SELECT count(*) FROM stead_limit WHERE key = 'flushed'").Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows remain, %v", rows, err)
	}
}

func created(t *testing.T, pool *pgxpool.Pool) {
	if _, err := pool.Exec(context.Background(), "DROP TABLE stead_limit"); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if _, err := pgstore.New(context.Background(), pgstore.Config{Pool: pool}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// away: what happens while the database does not answer is told when it does.
func away(t *testing.T, pool *pgxpool.Pool) {
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Concurrent: 1}
	s := open(t, pool, 0)
	d := enter(t, s, "away", noon, l)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	exit := limit.Exit{Entered: d.Entered, At: noon.Add(2 * time.Second), Spent: time.Second}
	if err := s.Leave(gone, "away", l, exit); err == nil {
		t.Fatal("nobody noticed that the database is away")
	}
	if d := enter(t, s, "away", noon.Add(3*time.Second), l); d.Refused != limit.None || d.Spent != time.Second {
		t.Errorf("after it came back: %+v", d)
	}
}

func BenchmarkEnterLeave(b *testing.B) {
	pool := server(b)
	for name, chunk := range map[string]int{"leases": 0, "none": -1} {
		b.Run(name, func(b *testing.B) {
			s, ctx, l := open(b, pool, chunk), context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 1 << 40, Concurrent: 52}
			for b.Loop() {
				d := enter(b, s, "bench", noon, l)
				if err := s.Leave(ctx, "bench", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Millisecond}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
