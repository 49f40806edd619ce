package usage

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	sales = Who{User: meta.ID{1}, Application: meta.ID{0xa}}
	ana   = Who{User: meta.ID{2}}
	ever  = Query{To: noon.Add(1000 * 24 * time.Hour)}
)

func event(who Who, at time.Duration, elapsed time.Duration) Event {
	return Event{Who: who, At: noon.Add(at), Operations: 2, Elapsed: elapsed, Running: 1, In: 10, Out: 100}
}

func rows(t testing.TB, l *Ledger, q Query) []Row {
	t.Helper()
	found, err := l.Rows(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// keepers runs a test with both keepers.
func keepers(t *testing.T, test func(*testing.T, Keeper)) {
	t.Run("memory", func(t *testing.T) { test(t, NewMemory(0)) })
	t.Run("database", func(t *testing.T) { test(t, openDatabase(t, filepath.Join(t.TempDir(), "usage.db"))) })
}

func openDatabase(t testing.TB, path string) *Database {
	t.Helper()
	d, err := OpenDatabase(context.Background(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestRowsAreByUserAndMinute(t *testing.T) {
	keepers(t, func(t *testing.T, k Keeper) {
		l, ctx := NewLedger(k), context.Background()
		l.Record(event(sales, 0, 3*time.Millisecond))
		l.Record(event(sales, 59*time.Second, 5*time.Millisecond))
		l.Record(Event{Who: sales, At: noon.Add(59 * time.Second), Refused: ByTime, Running: 52})
		l.Record(event(ana, 61*time.Second, time.Second))
		if err := l.Flush(ctx, noon.Add(62*time.Second)); err != nil {
			t.Fatal(err)
		}
		faulty := event(ana, 63*time.Second, 0)
		faulty.Fault = true
		l.Record(faulty)
		l.Record(event(sales, 120*time.Second, 0))

		first := Counts{Requests: 2, Operations: 4, Execution: 8 * time.Millisecond, Peak: 52, In: 20, Out: 200}
		first.Refused[ByTime] = 1
		first.Latency.Add(3 * time.Millisecond)
		first.Latency.Add(5 * time.Millisecond)
		got := rows(t, l, ever)
		if len(got) != 3 || !reflect.DeepEqual(got[0], Row{sales, noon, time.Minute, first}) {
			t.Fatalf("got %+v", got)
		}
		if r := got[1]; r.Who != ana || r.Start != noon.Add(time.Minute) || r.Requests != 2 || r.Faults != 1 {
			t.Errorf("ana's minute, half of it kept: %+v", r)
		}
		if got := rows(t, l, Query{User: sales.User, From: noon.Add(time.Second), To: ever.To}); len(got) != 1 || got[0].Start != noon.Add(2*time.Minute) {
			t.Errorf("sales from 12:00:01: %+v", got)
		}
		if got := rows(t, l, Query{From: noon, To: noon}); len(got) != 0 {
			t.Errorf("no time at all: %+v", got)
		}
	})
}

func TestRowsGrowOld(t *testing.T) {
	keepers(t, func(t *testing.T, k Keeper) {
		l, ctx := NewLedger(k), context.Background()
		for i := range 180 {
			l.Record(event(sales, time.Duration(i)*time.Minute, time.Millisecond))
		}
		for _, c := range []struct {
			later time.Duration
			rows  int
		}{{3 * time.Hour, 180}, {25 * time.Hour, 1 + 120}, {27 * time.Hour, 3}, {30*24*time.Hour + time.Minute, 2}, {31 * 24 * time.Hour, 0}} {
			if err := l.Flush(ctx, noon.Add(c.later)); err != nil {
				t.Fatal(err)
			}
			got := rows(t, l, ever)
			if len(got) != c.rows {
				t.Errorf("%v later: %d rows, want %d", c.later, len(got), c.rows)
			}
			if c.rows == 3 && (got[0].Requests != 60 || got[0].Span != time.Hour || got[0].Latency.Percentile(50) == 0) {
				t.Errorf("an hour of minutes: %+v", got[0])
			}
		}
		if n := len(l.Totals()); n != 0 {
			t.Errorf("%d users idle for a month are known", n)
		}
	})
}

func TestDatabaseSurvivesARestart(t *testing.T) {
	path, ctx := filepath.Join(t.TempDir(), "usage.db"), context.Background()
	for i := range 3 {
		d, err := OpenDatabase(ctx, path, false)
		if err != nil {
			t.Fatal(err)
		}
		l := NewLedger(d)
		l.Record(event(sales, 0, time.Second))
		if err := l.Flush(ctx, noon); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, l, ever); len(got) != 1 || got[0].Requests != int64(i+1) {
			t.Errorf("start %d: %+v", i, got)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// broken is a keeper that cannot write at the moment.
type broken struct {
	Keeper
	err error
}

func (b *broken) Save(ctx context.Context, rows []Row) error {
	if b.err != nil {
		return b.err
	}
	return b.Keeper.Save(ctx, rows)
}

func TestAFailedFlushLosesNothing(t *testing.T) {
	b := &broken{NewMemory(0), errors.New("disk full")}
	l, ctx := NewLedger(b), context.Background()
	l.Record(event(sales, 0, 0))
	if err := l.Flush(ctx, noon); !errors.Is(err, b.err) {
		t.Errorf("got %v", err)
	}
	l.Record(event(sales, time.Second, 0))
	b.err = nil
	for range 2 {
		if err := l.Flush(ctx, noon); err != nil {
			t.Fatal(err)
		}
		if got := rows(t, l, ever); len(got) != 1 || got[0].Requests != 2 {
			t.Errorf("got %+v", got)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	m, ctx := NewMemory(100), context.Background()
	l := NewLedger(m)
	for hour := range 48 {
		for minute := range 60 {
			l.Record(event(sales, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute, 0))
		}
		if err := l.Flush(ctx, noon.Add(time.Duration(hour+1)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if n := len(m.rows); n > 100 {
			t.Fatalf("%d rows kept after %d hours", n, hour)
		}
	}
	sum := int64(0)
	for _, r := range rows(t, l, ever) {
		sum += r.Requests
	}
	if sum != 48*60 {
		t.Errorf("%d requests left of %d: hours were dropped while minutes could give way", sum, 48*60)
	}
}

func TestWaitingRowsAreBounded(t *testing.T) {
	l := NewLedger(NewMemory(0))
	for i := range mostWaiting + 100 {
		l.Record(event(sales, time.Duration(i)*time.Minute, 0))
	}
	if n := len(l.waiting); n != mostWaiting {
		t.Errorf("%d rows wait", n)
	}
}

// A tally may be kept for longer than the ledger knows its user.
func TestTalliesOfForgottenUsers(t *testing.T) {
	l, ctx := NewLedger(NewMemory(0)), context.Background()
	kept := l.Tally(sales)
	kept.Record(event(sales, 0, 0))
	for range 2 { // takes the row, then forgets the user
		if err := l.Flush(ctx, noon.Add(25*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	kept.Record(event(sales, 25*time.Hour, 0))
	l.Record(event(sales, 25*time.Hour, 0))
	if got := rows(t, l, Query{From: noon.Add(25 * time.Hour), To: ever.To}); len(got) != 1 || got[0].Requests != 2 {
		t.Errorf("a day later: %+v", got)
	}
}

// However events are cut into minutes, flushes and keepers, nothing is lost.
func TestSumsStay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, ctx, now := NewLedger(NewMemory(rapid.IntRange(30, 60).Draw(r, "most"))), context.Background(), noon
		var want Counts
		tallies := map[Who]*Tally{sales: l.Tally(sales), ana: l.Tally(ana)}
		for range rapid.IntRange(0, 60).Draw(r, "events") {
			now = now.Add(time.Duration(rapid.IntRange(-30, 2000).Draw(r, "seconds")) * time.Second)
			e := Event{
				Who: rapid.SampledFrom([]Who{sales, ana}).Draw(r, "who"), At: now, Operations: 1,
				Refused: Refusal(rapid.IntRange(0, int(refusals)-1).Draw(r, "refused")), Elapsed: time.Duration(rapid.Int64Range(0, 1e11).Draw(r, "elapsed")),
			}
			want.count(&e)
			if rapid.Bool().Draw(r, "tally") {
				tallies[e.Who].Record(e)
			} else {
				l.Record(e)
			}
			if rapid.Bool().Draw(r, "flush") {
				if err := l.Flush(ctx, now); err != nil {
					r.Fatal(err)
				}
			}
		}
		var got Counts
		found, _ := l.Rows(ctx, ever)
		for _, row := range found {
			got.Plus(row.Counts)
		}
		if got != want {
			r.Fatalf("got %+v\nwant %+v", got, want)
		}
	})
}

func TestTogether(t *testing.T) {
	l, ctx := NewLedger(NewMemory(0)), context.Background()
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 1000 {
				l.Record(event(Who{User: meta.ID{byte(i % 7)}}, time.Duration(i)*time.Second, 0))
				if i%100 == g {
					if err := l.Flush(ctx, noon.Add(time.Hour)); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
	sum, total := int64(0), int64(0)
	for _, r := range rows(t, l, ever) {
		sum += r.Requests
	}
	for _, r := range l.Totals() {
		total += r.Requests
	}
	if sum != 4000 || total != 4000 {
		t.Errorf("%d and %d requests of 4000", sum, total)
	}
}

func FuzzCounts(f *testing.F) {
	f.Add([]byte(nil))
	c := Counts{Requests: 300, Peak: 1 << 40}
	c.Latency.Add(time.Second)
	f.Add(c.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		var c, again Counts
		if c.decode(b) != nil {
			return
		}
		if err := again.decode(c.encode()); err != nil || c != again {
			t.Errorf("%x: %+v, %+v, %v", b, c, again, err)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	l, e := NewLedger(NewMemory(0)), event(sales, 0, time.Millisecond)
	b.ReportAllocs()
	for b.Loop() {
		l.Record(e)
	}
}
