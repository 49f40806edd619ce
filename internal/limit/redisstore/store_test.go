package redisstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/limit/limittest"
	"github.com/stead-s2s/stead/internal/limit/redisstore"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, chunk int) (*redisstore.Store, *redis.Client) {
	client := redis.NewClient(&redis.Options{Addr: limittest.Redis(t)})
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client, "test:", chunk), client
}

func TestSuite(t *testing.T) {
	s, client := open(t, 0)
	t.Run("with leases", func(t *testing.T) { limittest.Suite(t, s) })
	t.Run("without", func(t *testing.T) { limittest.Suite(t, redisstore.New(client, "test:", -1)) })
}

// counted passes scripts on and counts the calls of one.
type counted struct {
	redis.UniversalClient
	calls int
}

func (c *counted) Process(ctx context.Context, cmd redis.Cmder) error {
	c.calls++
	return c.UniversalClient.Process(ctx, cmd)
}

func (c *counted) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	c.calls++
	return c.UniversalClient.EvalSha(ctx, sha, keys, args...)
}

// One call a request at most; keys go away by themselves.
func TestCallsAndExpiry(t *testing.T) {
	_, client := open(t, 0)
	c := &counted{UniversalClient: client}
	s := redisstore.New(c, "p:", -1)
	ctx, l := context.Background(), limit.Limits{Window: 2 * time.Second, Requests: 5}
	for i := range 3 {
		before := c.calls
		d, err := s.Enter(ctx, "env:app", noon, l)
		if err == nil {
			err = s.Leave(ctx, "env:app", l, limit.Exit{Entered: d.Entered, At: noon})
		}
		if err != nil || c.calls-before != 1 {
			t.Errorf("visit %d: %d calls, %v", i, c.calls-before, err)
		}
	}
	keys := client.Keys(ctx, "*").Val()
	if len(keys) != 1 || keys[0] != "p:{env:app}" {
		t.Fatalf("keys %q, want one with its hash tag", keys)
	}
	if left := client.PTTL(ctx, keys[0]).Val(); left <= 4*time.Second || left > 5*time.Second {
		t.Errorf("the key lives for %v, want two windows and a slot", left)
	}
}

// Of a busy second few requests ask, and each is told what it would be told if it asked, until half of the
// limit is used: from there on all ask.
func TestLeasesSpareCalls(t *testing.T) {
	_, client := open(t, 0)
	c := &counted{UniversalClient: client}
	s := redisstore.New(c, "p:", 0)
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 2000, Spent: 1200 * time.Second, Concurrent: 52}
	visit := func(i int) {
		d, err := s.Enter(ctx, "spared", noon, l)
		if err != nil || d.Used != int64(i+1) || d.Running != 1 || d.Spent != time.Duration(i)*time.Millisecond {
			t.Fatalf("entry %d: %+v, %v", i, d, err)
		}
		if err := s.Leave(ctx, "spared", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Millisecond}); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1000 {
		visit(i)
	}
	if c.calls > 80 {
		t.Errorf("%d calls for 1000 requests below half of the limit", c.calls)
	}
	before := c.calls
	for i := 1000; i < 1100; i++ {
		visit(i)
	}
	if n := c.calls - before; n < 100 {
		t.Errorf("%d calls for 100 requests above half of the limit", n)
	}
}

// Places that a process leased and did not use count for the others until it calls or flushes.
func TestUnusedPlacesComeBack(t *testing.T) {
	ours, client := open(t, 0)
	theirs := redisstore.New(client, "test:", 0)
	ctx, l := context.Background(), limit.Limits{Window: 300 * time.Second, Requests: 100}
	enter := func(s *redisstore.Store, at time.Time) limit.Decision {
		d, err := s.Enter(ctx, "unused", at, l)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for range 5 { // asks, asks for 1 more, uses it, asks for 2 more, uses one of them
		enter(ours, noon)
	}
	if d := enter(theirs, noon); d.Used != 7 || d.Running != 4+1 {
		t.Errorf("before the unused came back: %+v, want 5 + 1 leased + 1 used", d)
	}
	if err := ours.Flush(ctx, noon.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if d := enter(theirs, noon.Add(time.Second)); d.Used != 7 || d.Running != 7 {
		t.Errorf("after: %+v, want 5 + 2", d)
	}
	if err := ours.Flush(ctx, noon.Add(time.Hour)); err != nil { // idle: forgotten
		t.Fatal(err)
	}
	if d := enter(ours, noon.Add(time.Hour)); d.Used != 1 {
		t.Errorf("an hour later: %+v", d)
	}
}

// A server that lost its scripts is sent them again; one that is away is an error.
func TestServerForgetsAndGoes(t *testing.T) {
	s, client := open(t, -1)
	ctx, l := context.Background(), limit.Limits{Requests: 5}
	for i := range 2 {
		if d, err := s.Enter(ctx, "k", noon, l); err != nil || d.Used != int64(i+1) {
			t.Errorf("%+v, %v", d, err)
		}
		if err := client.ScriptFlush(ctx).Err(); err != nil {
			t.Fatal(err)
		}
	}
	_ = client.Close()
	if _, err := s.Add(ctx, "k", noon, l, 1); !errors.Is(err, redis.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func BenchmarkEnterLeave(b *testing.B) {
	_, client := open(b, 0)
	for name, chunk := range map[string]int{"leases": 0, "none": -1} {
		b.Run(name, func(b *testing.B) {
			s, ctx, l := redisstore.New(client, "bench:", chunk), context.Background(), limit.Limits{Requests: 1 << 40, Concurrent: 52}
			at := noon
			for b.Loop() {
				at = at.Add(100 * time.Microsecond)
				d, err := s.Enter(ctx, name, at, l)
				if err == nil {
					err = s.Leave(ctx, name, l, limit.Exit{Entered: d.Entered, At: at, Spent: time.Millisecond})
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
