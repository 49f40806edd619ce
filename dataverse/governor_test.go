package dataverse_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	stead "github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
)

// limiting is a web server's refusing, exact: requests and time within a sliding window, and at once.
type limiting struct {
	mu       sync.Mutex
	requests int64
	spent    time.Duration
	most     int
	window   time.Duration
	took     time.Duration // each request
	silent   bool          // tells nothing
	in       []time.Time
	running  int
	refused  int
	served   int
}

func (l *limiting) left(now time.Time) (n int64, spent time.Duration) {
	for len(l.in) > 0 && !l.in[0].After(now.Add(-l.window)) {
		l.in = l.in[1:]
	}
	n = int64(len(l.in))
	return l.requests - n, l.spent - time.Duration(n)*l.took
}

// do is one request, as a governed client sends it.
func (l *limiting) do(t *testing.T, g dataverse.Governor) {
	leave, err := g.Enter(t.Context(), "user")
	if err != nil {
		t.Error(err)
		return
	}
	s := dataverse.Sent{Answered: true, RemainingRequests: -1, RemainingTime: -1}
	l.mu.Lock()
	n, spent := l.left(time.Now())
	switch {
	case l.running >= l.most:
		s.Throttled = dataverse.LimitConcurrent
	case n <= 0:
		s.Throttled, s.RetryAfter = dataverse.LimitRequests, time.Until(l.in[0].Add(l.window))
	case spent <= 0:
		s.Throttled, s.RetryAfter = dataverse.LimitTime, time.Until(l.in[0].Add(l.window))
	}
	if s.Throttled != "" {
		l.refused++
		l.mu.Unlock()
		leave(s)
		return
	}
	l.served++
	l.running++
	l.in = append(l.in, time.Now())
	l.mu.Unlock()
	time.Sleep(l.took)
	l.mu.Lock()
	l.running--
	if n, spent = l.left(time.Now()); !l.silent {
		s.RemainingRequests, s.RemainingTime = max(n, 0), max(spent, 0)
	}
	l.mu.Unlock()
	s.Took = l.took
	leave(s)
}

// Whatever the environment's limits are, few requests are refused and most of the budget is used.
func TestGovernorStaysBelow(t *testing.T) {
	for name, c := range map[string]struct {
		server   *limiting
		senders  int
		foreign  bool // somebody else uses half of it
		atLeast  int  // served in 15 minutes
		refusals int
	}{
		"the service's":        {server: &limiting{requests: 6000, spent: 20 * time.Minute, most: 52, took: 30 * time.Millisecond}, senders: 80, atLeast: 16500},
		"a hundredth":          {server: &limiting{requests: 60, spent: 12 * time.Second, most: 52, took: 30 * time.Millisecond}, senders: 4, atLeast: 150},
		"more than it assumes": {server: &limiting{requests: 24000, spent: 80 * time.Minute, most: 52, took: 30 * time.Millisecond}, senders: 80, atLeast: 60000},
		"of time":              {server: &limiting{requests: 6000, spent: 100 * time.Second, most: 52, took: time.Second}, senders: 10, atLeast: 240},
		"at once":              {server: &limiting{requests: 6000, spent: 20 * time.Minute, most: 4, took: 900 * time.Millisecond}, senders: 20, atLeast: 3000, refusals: 120},
		"not told":             {server: &limiting{requests: 1e9, spent: 1e6 * time.Hour, most: 1e6, took: 30 * time.Millisecond, silent: true}, senders: 10, atLeast: 100_000},
		"shared with others":   {server: &limiting{requests: 6000, spent: 20 * time.Minute, most: 52, took: 30 * time.Millisecond}, senders: 20, foreign: true, atLeast: 7000, refusals: 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := dataverse.NewGovernor(nil)
				server := c.server
				server.window = 5 * time.Minute
				end := time.Now().Add(15 * time.Minute)
				var all sync.WaitGroup
				for range c.senders {
					all.Go(func() {
						for time.Now().Before(end) {
							server.do(t, g)
						}
					})
				}
				if c.foreign {
					all.Go(func() {
						for time.Now().Before(end) {
							server.mu.Lock()
							server.in = append(server.in, time.Now())
							server.mu.Unlock()
							time.Sleep(100 * time.Millisecond)
						}
					})
				}
				all.Wait()
				t.Logf("%d served, %d refused", server.served, server.refused)
				if server.served < c.atLeast || server.refused > c.refusals {
					t.Errorf("%d served of at least %d, %d refused", server.served, c.atLeast, server.refused)
				}
			})
		})
	}
}

// After a refusal nobody goes before the server's time is up, and users do not disturb each other.
func TestGovernorPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := dataverse.NewGovernor(nil)
		leave, _ := g.Enter(t.Context(), "a")
		leave(dataverse.Sent{Answered: true, Throttled: dataverse.LimitRequests, RetryAfter: 90 * time.Second, RemainingRequests: -1, RemainingTime: -1})
		began := time.Now()
		if leave, err := g.Enter(t.Context(), "b"); err != nil || time.Since(began) != 0 {
			t.Error("another user waits")
		} else {
			leave(dataverse.Sent{})
		}
		if _, err := g.Enter(t.Context(), "a"); err != nil || time.Since(began) != 90*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestGovernorIsCancelledAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := dataverse.NewGovernor(&dataverse.GovernorOptions{Requests: 1})
		for range 1 {
			leave, _ := g.Enter(t.Context(), "a")
			leave(dataverse.Sent{Answered: true, RemainingRequests: 0, RemainingTime: time.Minute})
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := g.Enter(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// refusing counts refusals on the way back.
type refusing struct {
	to        policy.Transporter
	throttled atomic.Int64
	kinds     sync.Map
}

func (c *refusing) Do(r *http.Request) (*http.Response, error) {
	answer, err := c.to.Do(r)
	if err == nil && answer.StatusCode == http.StatusTooManyRequests {
		body, _ := runtime.Payload(answer)
		c.kinds.Store(string(body), true)
		c.throttled.Add(1)
	}
	return answer, err
}

// At a real environment with small limits, two clients of one user meet no refusal with a governor between
// them, and several without.
func TestGovernorAtAnEnvironment(t *testing.T) {
	system, err := stead.Start(t.Context(), stead.Config{Ephemeral: true, Limits: "requests=60 time=60s concurrent=52 window=2s"})
	if err != nil {
		t.Fatal(err)
	}
	defer system.Close()
	via, err := trusting(system.World.CA)
	if err != nil {
		t.Fatal(err)
	}
	defer via.CloseIdleConnections()
	run := func(g dataverse.Governor) (throttled int64) {
		way := &refusing{to: via}
		var all sync.WaitGroup
		for range 2 {
			c := dialIn(system.World, via, "contoso-app", "contoso", &dataverse.ClientOptions{
				ClientOptions: azcore.ClientOptions{Transport: way}, Governor: g,
			})
			for range 5 {
				all.Go(func() {
					for range 15 {
						if _, err := c.WhoAmI(t.Context()); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		all.Wait()
		way.kinds.Range(func(kind, _ any) bool { t.Log(kind); return true })
		return way.throttled.Load()
	}
	if n := run(dataverse.NewGovernor(&dataverse.GovernorOptions{Requests: 60, Window: 2 * time.Second})); n > 0 {
		t.Errorf("%d refusals with a governor", n)
	}
	if n := run(nil); n == 0 {
		t.Error("the limits refuse nobody: the test shows nothing")
	}
}
