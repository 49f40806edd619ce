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

func open(t testing.TB) (*redisstore.Store, *redis.Client) {
	client := redis.NewClient(&redis.Options{Addr: limittest.Redis(t)})
	t.Cleanup(func() { _ = client.Close() })
	return redisstore.New(client, "test:"), client
}

func TestSuite(t *testing.T) {
	s, _ := open(t)
	limittest.Suite(t, s)
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

// One call a request to enter and one to leave; keys go away by themselves.
func TestCallsAndExpiry(t *testing.T) {
	_, client := open(t)
	c := &counted{UniversalClient: client}
	s := redisstore.New(c, "p:")
	ctx, l := context.Background(), limit.Limits{Window: 2 * time.Second, Requests: 5}
	for i := range 3 {
		before := c.calls
		d, err := s.Enter(ctx, "env:app", noon, l)
		if err == nil {
			err = s.Leave(ctx, "env:app", l, limit.Exit{Entered: d.Entered, At: noon})
		}
		if err != nil || c.calls-before != 2 {
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

// A server that lost its scripts is sent them again; one that is away is an error.
func TestServerForgetsAndGoes(t *testing.T) {
	s, client := open(t)
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
	s, _ := open(b)
	ctx, l := context.Background(), limit.Limits{Requests: 1 << 40, Concurrent: 52}
	for b.Loop() {
		d, err := s.Enter(ctx, "bench", noon, l)
		if err == nil {
			err = s.Leave(ctx, "bench", l, limit.Exit{Entered: d.Entered, At: noon, Spent: time.Millisecond})
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
