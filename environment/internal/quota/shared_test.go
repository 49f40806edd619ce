package quota

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
	"github.com/stead-s2s/stead/internal/limit/redisstore"
)

func shared(t testing.TB, addr string) limit.Store {
	client := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { _ = client.Close() })
	return limit.NewFallback(redisstore.New(client, "", 0), limit.NewMemory(0), limit.FallbackConfig{
		Patience: time.Minute, // a slow machine is no fault here
		Failed:   func(err error) { t.Error(err) },
	})
}

// Of 7,000 requests over three nodes 6,000 pass, exactly.
func TestThreeNodesShareOneLimit(t *testing.T) {
	addr := limittest.Redis(t)
	var in, refused, todo atomic.Int64
	todo.Store(7000)
	var all sync.WaitGroup
	for range 3 {
		w := newWorld(t, func(c *Config) { c.Store = shared(t, addr) })
		for range 8 {
			all.Go(func() {
				for todo.Add(-1) >= 0 {
					ticket, err := w.book.Enter(context.Background(), app(1), "", w.now)
					switch {
					case err == nil:
						in.Add(1)
						if err := ticket.Leave(context.Background(), Outcome{}); err != nil {
							t.Error(err)
						}
					case dverr.Throttled.Is(err):
						refused.Add(1)
					default:
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	if in.Load() != 6000 || refused.Load() != 1000 {
		t.Errorf("%d let in and %d refused, want 6000 and 1000", in.Load(), refused.Load())
	}
}

// Ten thousand users at once are counted each alone.
func TestTenThousandUsers(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Requests = 2 })
	for range 3 {
		for i := range 10_000 {
			u := access.User{UserRow: access.UserRow{ID: [16]byte{byte(i), byte(i >> 8), 1}, ApplicationID: [16]byte{1}}}
			w.request(u, Outcome{})
		}
	}
	let := int64(0)
	for _, total := range w.cfg.Usage.Totals() {
		let += total.Requests
	}
	if let != 20_000 {
		t.Errorf("%d let in, want two of each", let)
	}
}

func BenchmarkMemory(b *testing.B) {
	w := newWorld(b, func(c *Config) { c.Limits.Requests = 1 << 40; entitled(Warn, 1<<40)(c) })
	bench(b, w)
}

func BenchmarkRedis(b *testing.B) {
	addr := limittest.Redis(b)
	w := newWorld(b, func(c *Config) { c.Store = shared(b, addr); c.Limits.Requests = 1 << 40 })
	bench(b, w)
}

func bench(b *testing.B, w *world) {
	b.ReportAllocs()
	for b.Loop() {
		w.now = w.now.Add(25 * time.Microsecond)
		t, err := w.book.Enter(context.Background(), app(1), "", w.now)
		if err != nil {
			b.Fatal(err)
		}
		t.Remaining()
		if err := t.Leave(context.Background(), Outcome{Elapsed: 20 * time.Microsecond, Operations: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
