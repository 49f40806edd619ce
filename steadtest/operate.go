package steadtest

import (
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// Faults make things go wrong on purpose, over the operator's API. Those of methods without
// more words happen to the next requests of anybody in any environment; Inject takes whole
// orders.
type Faults struct{ desk *operator.Client }

// Throttle refuses the next n requests with 429, as the service does when the limit of requests
// is passed, and says to come back after so long.
func (f *Faults) Throttle(t testing.TB, n int, retryAfter time.Duration) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "throttle", Count: n, RetryAfter: operator.Duration(retryAfter)})
}

// Fail answers the next n requests with a status from 500 to 599.
func (f *Faults) Fail(t testing.TB, n, status int) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "error", Count: n, Status: status})
}

// Slow keeps the next n requests waiting, by the machine's clock.
func (f *Faults) Slow(t testing.TB, n int, delay time.Duration) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "slow", Count: n, Delay: operator.Duration(delay)})
}

// Drop breaks the connection of the next n requests before they are looked at.
func (f *Faults) Drop(t testing.TB, n int) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "drop", Count: n})
}

// Cut breaks the connection of the next n requests in the midst of their answer: what they
// asked for was done.
func (f *Faults) Cut(t testing.TB, n int) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "cut", Count: n})
}

// ExpireSecret makes the secrets of an application expire now.
func (f *Faults) ExpireSecret(t testing.TB, app string) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "expire-secret", Subject: app})
}

// AdminMode puts an environment into administration mode until the fault is cleared.
func (f *Faults) AdminMode(t testing.TB, environment string) operator.Fault {
	t.Helper()
	return f.Inject(t, operator.Order{Kind: "admin-mode", Environment: environment})
}

// Inject gives any order that docs/faults.md of the project tells of.
func (f *Faults) Inject(t testing.TB, o operator.Order) operator.Fault {
	t.Helper()
	done, err := f.desk.Inject(t.Context(), o)
	if err != nil {
		t.Fatalf("fault %s: %v", o.Kind, err)
	}
	return done
}

// Clear ends every fault.
func (f *Faults) Clear(t testing.TB) {
	t.Helper()
	if _, err := f.desk.Clear(t.Context(), ""); err != nil {
		t.Fatalf("clear faults: %v", err)
	}
}

// Injected tells to how many requests a fault that is in force has happened; 0 of one that is
// over.
func (f *Faults) Injected(t testing.TB, id string) int64 {
	t.Helper()
	all, err := f.desk.Faults(t.Context())
	if err != nil {
		t.Fatalf("faults: %v", err)
	}
	for _, one := range all {
		if one.ID == id {
			return one.Injected
		}
	}
	return 0
}

// Clock is the clock of authority and environments: tokens, limits and the stamps of rows
// follow it. TLS, the delays of faults and the code under test live by the machine's.
type Clock struct{ desk *operator.Client }

// Now is what it shows.
func (c *Clock) Now(t testing.TB) time.Time {
	t.Helper()
	state, err := c.desk.Clock(t.Context())
	if err != nil {
		t.Fatalf("clock: %v", err)
	}
	return state.Now
}

// Advance moves it on.
func (c *Clock) Advance(t testing.TB, by time.Duration) {
	t.Helper()
	c.move(t, operator.ClockMove{Advance: operator.Duration(by)})
}

// Set sets it, and it goes on from there.
func (c *Clock) Set(t testing.TB, to time.Time) {
	t.Helper()
	c.move(t, operator.ClockMove{Set: &to})
}

// Freeze stops it at a time. It can be advanced still; Reset lets it go again.
func (c *Clock) Freeze(t testing.TB, at time.Time) {
	t.Helper()
	c.move(t, operator.ClockMove{Set: &at, Freeze: true})
}

// Reset makes it the machine's.
func (c *Clock) Reset(t testing.TB) {
	t.Helper()
	c.move(t, operator.ClockMove{Reset: true})
}

func (c *Clock) move(t testing.TB, m operator.ClockMove) {
	t.Helper()
	if _, err := c.desk.MoveClock(t.Context(), m); err != nil {
		t.Fatalf("move the clock: %v", err)
	}
}
