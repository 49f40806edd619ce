package quota

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
	"github.com/stead-s2s/stead/internal/limit"
)

func entitled(mode Mode, pool int64) func(*Config) {
	return func(c *Config) { c.Entitlement = Entitlement{Mode: mode, Tenant: "contoso", Pool: pool} }
}

func TestPoolIsSharedAndEnforced(t *testing.T) {
	w := newWorld(t, entitled(Enforce, 100))
	nobody := access.User{UserRow: access.UserRow{ID: meta.ID{7}, AccessMode: 4}}
	w.times(40, app(1), Outcome{Operations: 1})
	w.at(3600)
	w.times(40, app(2), Outcome{Operations: 1})
	w.times(20, nobody, Outcome{Operations: 1})
	_, refusal := w.request(app(1), Outcome{Operations: 1})
	w.refused(refusal, byMany, "Number of requests exceeded the limit of 100 over time window of 86400 seconds.", 82800*time.Second, 82800*time.Second+288*time.Second)
	if in, refusal := w.times(30, person(9), Outcome{Operations: 1}); in != 30 {
		t.Errorf("a person draws from the pool: %v", refusal)
	}
	w.now = w.now.Add(refusal.RetryAfter)
	if in, _ := w.times(60, app(2), Outcome{Operations: 1}); in != 40 {
		t.Errorf("%d let in when the first 40 are a day ago", in)
	}
	rows, _ := w.cfg.Usage.Rows(context.Background(), usage.Query{User: app(2).ID, From: w.now.Add(-time.Hour), To: w.now.Add(time.Hour)})
	if len(rows) != 1 || rows[0].Refused[usage.ByEntitlement] != 20 || rows[0].Refused[usage.ByRequests] != 0 {
		t.Errorf("usage: %+v", rows)
	}
}

// Each operation of a batch counts here, and the batch as one request there.
func TestBatchesDoNotEvade(t *testing.T) {
	w := newWorld(t, entitled(Enforce, 1000))
	if in, _ := w.times(12, app(1), Outcome{Operations: 100}); in != 10 {
		t.Errorf("%d batches of 100 let in of 1000 operations", in)
	}
	w = newWorld(t, entitled(Enforce, 1000))
	if in, refusal := w.times(3000, app(1), Outcome{Operations: 0}); in != 3000 {
		t.Errorf("what does not count is refused: %v", refusal)
	}
	ticket, _ := w.request(app(1), Outcome{Operations: 999})
	if left, _ := ticket.Remaining(); left != "2999" {
		t.Errorf("a batch is one request: %s left", left)
	}
}

func TestAllowancesOfPersons(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		entitled(Enforce, 0)(c)
		c.Entitlement.Licences = func(user meta.ID) []Licence {
			return map[meta.ID][]Licence{person(1).ID: {Portal}, person(2).ID: {Portal, Portal}}[user]
		}
	})
	for n, want := range map[byte]int{1: 200, 2: 400, 3: 500} {
		if in, _ := w.times(500, person(n), Outcome{Operations: 1}); in != want {
			t.Errorf("person %d: %d let in, want %d", n, in, want)
		}
	}
}

func TestWarning(t *testing.T) {
	w := newWorld(t, entitled(Warn, 10))
	for i := range 30 {
		ticket, refusal := w.request(app(1), Outcome{Operations: 1})
		if refusal != nil || (ticket.Warning() != "") != (i >= 10) {
			t.Errorf("request %d: %v, warned %q", i, refusal, ticket.Warning())
		}
	}
	ticket, _ := w.request(app(1), Outcome{})
	if !strings.Contains(ticket.Warning(), "entitlement of 10 requests in 24 hours") {
		t.Errorf("warned %q", ticket.Warning())
	}
	w.at(86400 + 300)
	w.request(app(1), Outcome{})
	if ticket, _ := w.request(app(1), Outcome{}); ticket.Warning() != "" {
		t.Errorf("a day later: %q", ticket.Warning())
	}
}

// What another limit refuses is not counted on the pool.
func TestRefusedRequestsAreNotDrawn(t *testing.T) {
	w := newWorld(t, func(c *Config) { entitled(Enforce, 10)(c); c.Limits.Requests = 1; c.Limits.Window = 10 * time.Second })
	w.request(app(1), Outcome{Operations: 10})
	w.at(86400 + 300)
	w.request(app(1), Outcome{Operations: 9})
	for range 5 {
		_, refusal := w.request(app(1), Outcome{Operations: 1})
		w.refused(refusal, byMany, "Number of requests exceeded the limit of 1 over time window of 10 seconds.", time.Second, time.Minute)
	}
	if _, refusal := w.request(app(2), Outcome{Operations: 1}); refusal != nil {
		t.Errorf("the tenth operation: %v", refusal)
	}
	if _, refusal := w.request(app(3), Outcome{Operations: 1}); refusal == nil {
		t.Error("an eleventh operation was let in")
	}
}

// odd is a store that is away at times, and may be told what to say of a pool.
type odd struct {
	limit.Store
	err   error
	used  int64 // what Add answers, when set
	asked int
	added int64
}

func (o *odd) Enter(ctx context.Context, key string, at time.Time, l limit.Limits) (limit.Decision, error) {
	if o.err != nil {
		return limit.Decision{}, o.err
	}
	return o.Store.Enter(ctx, key, at, l)
}

func (o *odd) Leave(ctx context.Context, key string, l limit.Limits, e limit.Exit) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return o.Store.Leave(ctx, key, l, e)
}

func (o *odd) Add(ctx context.Context, key string, at time.Time, l limit.Limits, n int64) (limit.Decision, error) {
	if o.err != nil {
		return limit.Decision{}, o.err
	}
	o.asked++
	o.added += n
	d, err := o.Store.Add(ctx, key, at, l, n)
	if o.used > 0 {
		d.Used = o.used
	}
	return d, err
}

func TestOperationsWaitForAStoreThatIsAway(t *testing.T) {
	o := &odd{Store: limit.NewMemory(0)}
	w := newWorld(t, func(c *Config) { entitled(Enforce, 100)(c); c.Store = o })
	ticket, _ := w.enter(app(1), "")
	o.err = errors.New("away")
	if err := ticket.Leave(context.Background(), Outcome{Operations: 60}); !errors.Is(err, o.err) {
		t.Errorf("got %v", err)
	}
	o.err = nil
	if in, _ := w.times(50, app(1), Outcome{Operations: 1}); in != 40 {
		t.Errorf("%d let in after 60 that the store heard of late", in)
	}
}

// Another node forgot operations between two questions: the request is let in, counted
// once, and given back when another limit refuses it.
func TestDrawnWhenThePoolWasFullAMomentAgo(t *testing.T) {
	o := &odd{Store: limit.NewMemory(0), used: 10}
	w := newWorld(t, func(c *Config) { entitled(Enforce, 10)(c); c.Store = o; c.Limits.Requests = 1 })
	w.request(app(1), Outcome{Operations: 1})
	w.at(2)
	if ticket, refusal := w.request(app(2), Outcome{Operations: 3}); refusal != nil || ticket.draws.counted != 1 {
		t.Fatalf("%v, %+v", refusal, ticket.draws)
	}
	_, refusal := w.request(app(2), Outcome{Operations: 1})
	w.refused(refusal, byMany, "Number of requests exceeded the limit of 1 over time window of 300 seconds.", 300*time.Second, 301*time.Second)
	w.at(4)
	w.request(app(3), Outcome{})
	if o.added != 1+2-1 {
		t.Errorf("%d operations told, want 1, and 3 less the one counted, and the refused one back", o.added)
	}
}

func TestTheStoreIsSpared(t *testing.T) {
	o := &odd{Store: limit.NewMemory(0)}
	w := newWorld(t, func(c *Config) { entitled(Warn, 10)(c); c.Store = o })
	w.times(1000, app(1), Outcome{Operations: 1})
	if o.asked > 1+1000/manyPending+2 {
		t.Errorf("asked %d times about the pool for 1000 requests at once", o.asked)
	}
	w.at(1)
	w.request(app(1), Outcome{Operations: 1}) // tells of those above, and is told by itself a second later
	o.asked, o.added = 0, 0
	for second := 2; second <= 11; second++ {
		for tenth := range 10 {
			w.at(float64(second) + float64(tenth)/10)
			w.request(app(1), Outcome{Operations: 1})
		}
	}
	if o.asked != 11 || o.added < 90 || o.added > 100 {
		t.Errorf("asked %d times in ten seconds, and told %d of 100 operations", o.asked, o.added)
	}
}

func TestHeadersOfWhomThePoolRefuses(t *testing.T) {
	w := newWorld(t, entitled(Enforce, 3))
	w.times(3, app(1), Outcome{Operations: 1, Elapsed: time.Second})
	ticket, refusal := w.enter(app(1), "")
	if requests, seconds := ticket.Remaining(); refusal == nil || requests != "5997" || seconds != "1,197.00" {
		t.Errorf("%v: %q, %q", refusal, requests, seconds)
	}
}

func TestARequestOfAClientThatWentAwayIsLeft(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Store = &odd{Store: limit.NewMemory(0)}; c.Limits.Concurrent = 1 })
	ctx, cancel := context.WithCancel(context.Background())
	ticket, err := w.book.Enter(ctx, app(1), "", w.now)
	cancel()
	if err == nil {
		err = ticket.Leave(ctx, Outcome{})
	}
	if _, refusal := w.enter(app(1), ""); err != nil || refusal != nil {
		t.Errorf("%v, %v", err, refusal)
	}
}

// Limits of a store that fails are counted here alone, and hold.
func TestAwayStoreLimitsLocally(t *testing.T) {
	o, failures := &odd{Store: limit.NewMemory(0), err: errors.New("away")}, 0
	w := newWorld(t, func(c *Config) {
		c.Limits.Concurrent, c.Limits.Requests = 1, 5
		c.Store = limit.NewFallback(o, limit.NewMemory(0), limit.FallbackConfig{Failed: func(error) { failures++ }})
	})
	if in, _ := w.times(9, app(1), Outcome{}); in != 5 || failures != 9 {
		t.Errorf("%d let in with %d failures told, want 5 and 9", in, failures)
	}
}
