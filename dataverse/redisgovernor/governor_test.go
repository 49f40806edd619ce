package redisgovernor_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/redisgovernor"
	"github.com/stead-s2s/stead/internal/limit/limittest"
)

// two gives the governors of two processes that share a server.
func two(t *testing.T, o redisgovernor.Options) [2]*redisgovernor.Governor {
	addr := limittest.Redis(t)
	o.OnError = func(err error) { t.Error(err) }
	var both [2]*redisgovernor.Governor
	for i := range both {
		client := redis.NewClient(&redis.Options{Addr: addr})
		t.Cleanup(func() { _ = client.Close() })
		both[i] = redisgovernor.New(client, &o)
	}
	return both
}

// quickly enters if there is room now.
func quickly(t *testing.T, g dataverse.Governor, user string) (leave func(dataverse.Sent), room bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 800*time.Millisecond)
	defer cancel()
	leave, err := g.Enter(ctx, user)
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	return leave, err == nil
}

func fine(left int64) dataverse.Sent {
	return dataverse.Sent{Answered: true, Took: time.Millisecond, RemainingRequests: left, RemainingTime: time.Hour}
}

func TestTwoProcessesShareABudget(t *testing.T) {
	both := two(t, redisgovernor.Options{GovernorOptions: dataverse.GovernorOptions{Requests: 40, Concurrent: 30}})
	n := 0
	for i := range 60 {
		leave, room := quickly(t, both[i%2], "ada")
		if !room {
			break
		}
		n++
		leave(fine(int64(40 - n)))
	}
	if n < 18 || n > 40 { // as long as the server may count what is on its way, half is held back
		t.Errorf("%d requests of 40", n)
	}
	for _, g := range both {
		if _, room := quickly(t, g, "ada"); room {
			t.Error("one more goes")
		}
		if leave, room := quickly(t, g, "ben"); !room {
			t.Error("another user waits")
		} else {
			leave(fine(39))
		}
	}
}

func TestAtOnce(t *testing.T) {
	both := two(t, redisgovernor.Options{GovernorOptions: dataverse.GovernorOptions{Concurrent: 3}, Lease: 3 * time.Second})
	var leave func(dataverse.Sent)
	for i := range 3 {
		l, room := quickly(t, both[i%2], "ada")
		if !room {
			t.Fatalf("request %d waits", i)
		}
		leave = l
	}
	if _, room := quickly(t, both[1], "ada"); room {
		t.Error("a fourth goes")
	}
	leave(fine(5000))
	l, room := quickly(t, both[1], "ada")
	if !room {
		t.Fatal("an end makes no room")
	}
	l(dataverse.Sent{Answered: true, Throttled: dataverse.LimitConcurrent, RemainingRequests: -1, RemainingTime: -1})
	if _, room := quickly(t, both[0], "ada"); room {
		t.Error("the server refused at three, and three go at once")
	}
	// The two that never ended are those of a process that died.
	began := time.Now()
	if _, err := both[0].Enter(t.Context(), "ada"); err != nil || time.Since(began) > 4*time.Second {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

func TestARefusalStopsBoth(t *testing.T) {
	both := two(t, redisgovernor.Options{GovernorOptions: dataverse.GovernorOptions{Window: 10 * time.Second}})
	leave, err := both[0].Enter(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	leave(dataverse.Sent{Answered: true, Throttled: dataverse.LimitRequests, RetryAfter: 1500 * time.Millisecond, RemainingRequests: 0, RemainingTime: time.Minute})
	began := time.Now()
	if _, room := quickly(t, both[1], "ada"); room {
		t.Error("the other process goes on")
	}
	if _, err := both[1].Enter(t.Context(), "ada"); err != nil || time.Since(began) < 1400*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(began))
	}
}

// An environment that has more than the governor was told gives more, one that tells nothing sets no bounds.
func TestLearns(t *testing.T) {
	for name, left := range map[string]int64{"more": 500, "nothing": -1} {
		both := two(t, redisgovernor.Options{GovernorOptions: dataverse.GovernorOptions{Requests: 20}})
		for i := range 60 {
			leave, room := quickly(t, both[i%2], "ada")
			if !room {
				t.Fatalf("%s: request %d waits", name, i)
			}
			s := fine(left)
			if left < 0 {
				s.RemainingTime = -1
			}
			leave(s)
		}
	}
}

// Without a server the process keeps to the limits by itself, and says so.
func TestAlone(t *testing.T) {
	client := redis.NewClient(&redis.Options{Addr: limittest.FreeAddr(t), MaxRetries: -1, DialTimeout: 200 * time.Millisecond})
	defer func() { _ = client.Close() }()
	var mu sync.Mutex
	told := 0
	g := redisgovernor.New(client, &redisgovernor.Options{GovernorOptions: dataverse.GovernorOptions{Concurrent: 2}, OnError: func(error) {
		mu.Lock()
		defer mu.Unlock()
		told++
	}})
	for range 2 {
		if _, err := g.Enter(t.Context(), "ada"); err != nil {
			t.Fatal(err)
		}
	}
	if _, room := quickly(t, g, "ada"); room || told == 0 {
		t.Errorf("a third goes; told %d times", told)
	}
}
