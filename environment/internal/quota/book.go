package quota

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
	"github.com/stead-s2s/stead/internal/limit"
)

// Config of a Book.
type Config struct {
	Environment string // its unique name: what keys begin with
	Limits      Limits
	Servers     int // web servers, each of which counts alone; 0: one
	Entitlement Entitlement
	Store       limit.Store   // one that other processes share goes inside a limit.Fallback
	Usage       *usage.Ledger // nil: nobody wants to know
	Now         func() time.Time
}

// Book counts what the users of one environment do.
type Book struct {
	cfg     Config
	l       limit.Limits
	here    bool // the store is this process's own
	servers servers
	meters  *meters
	pools   pools
	hint    []string // one for all answers, which only read it
}

// New makes the book of an environment.
func New(c Config) *Book {
	b := &Book{cfg: c, l: c.Limits.counters(), meters: newMeters()}
	_, b.here = c.Store.(*limit.Memory)
	b.servers.cookies = makeCookies(c.Environment, c.Servers)
	b.pools.known = map[meta.ID]*pool{}
	b.hint = []string{strconv.FormatInt(c.Limits.parallel()*int64(len(b.servers.cookies)), 10)}
	return b
}

// Ticket is the right of one request to run. It is left once.
type Ticket struct {
	book     *Book
	meter    *meter
	server   int
	counted  bool // by the service protection limits
	decision limit.Decision
	draws    draw
}

// Outcome is what came of a request.
type Outcome struct {
	At         time.Time     // when it ended; now
	Elapsed    time.Duration // inside the environment, those of a batch's parts together
	Operations int64         // that count as entitlement: 0 for none, 1, or those inside a batch
	In, Out    int64         // bytes of the bodies
	Fault      bool          // a fault was injected on purpose
}

// Enter asks whether the authenticated user may make a request now. cookie is the
// value of the affinity cookie, "" without one. The error is a *dverr.Error with the
// time to wait; the ticket then still has headers, and must not be left.
func (b *Book) Enter(ctx context.Context, u access.User, cookie string, now time.Time) (Ticket, error) {
	t := Ticket{book: b, meter: b.meter(whoIs(&u)), server: b.servers.pick(cookie)}
	var err error
	if t.draws, err = b.draw(ctx, t.meter, &u, now); err != nil {
		if dverr.Throttled.Is(err) {
			t.meter.refused(usage.ByEntitlement, 0, now)
			t.decision, _ = b.peek(ctx, t, now)
		}
		return t, err
	}
	if b.cfg.Limits.Off {
		return t, nil
	}
	if t.decision, err = t.meter.counters[t.server].Enter(ctx, now, b.l); err != nil {
		return t, fmt.Errorf("count the request of user %s: %w", u.ID, err)
	}
	if t.decision.Refused != limit.None {
		t.meter.refused(reasons[t.decision.Refused], t.decision.Running, now)
		t.draws.giveBack(now)
		return t, b.cfg.Limits.refuse(t.decision)
	}
	t.counted = true
	return t, nil
}

func whoIs(u *access.User) usage.Who { return usage.Who{User: u.ID, Application: u.ApplicationID} }

// reasons translates those of the counters.
var reasons = [...]usage.Refusal{limit.None: usage.Let, limit.Requests: usage.ByRequests, limit.Spent: usage.ByTime, limit.Concurrent: usage.ByConcurrency}

// peek reads the counters of a user whom they do not refuse.
func (b *Book) peek(ctx context.Context, t Ticket, now time.Time) (limit.Decision, error) {
	if b.cfg.Limits.Off {
		return limit.Decision{}, nil
	}
	return b.cfg.Store.Add(ctx, b.key(t.meter.who.User, t.server), now, b.l, 0)
}

// Faulted counts a request of a user that an injected fault ended before it could be
// entered: no limit hears of it.
func (b *Book) Faulted(u access.User) {
	if b.cfg.Usage != nil {
		b.cfg.Usage.Record(usage.Event{Who: whoIs(&u), At: b.cfg.Now(), Refused: usage.ByFault, Fault: true})
	}
}

// Cookie is the value that the affinity cookie of the answer should have, and the values of
// the header that sets it, which are not the caller's to change.
func (t Ticket) Cookie() (value string, line []string) {
	if t.book == nil {
		return "", nil
	}
	c := t.book.servers.cookies[t.server]
	return c.value, c.line
}

// Warning says that the user has used up the day's entitlement, where that is only
// warned about; "" while it has not.
func (t Ticket) Warning() string { return t.draws.warning }

// Leave ends the request. It counts even when ctx has ended, for the client may have
// gone; how long a store may take, limit.Fallback says. The error is one of the store
// alone and concerns no client: it goes to the log.
func (t Ticket) Leave(ctx context.Context, o Outcome) error {
	if t.book == nil {
		return nil
	}
	b, now := t.book, o.At
	if now.IsZero() {
		now = b.cfg.Now()
	}
	if t.meter.tally != nil {
		t.meter.tally.Record(usage.Event{
			At: now, Operations: o.Operations, Elapsed: o.Elapsed, Running: t.decision.Running, In: o.In, Out: o.Out, Fault: o.Fault,
		})
	}
	ctx = b.lasting(ctx)
	err := b.settle(ctx, t.draws, o.Operations, now)
	if !t.counted {
		return err
	}
	exit := limit.Exit{Entered: t.decision.Entered, At: now, Spent: o.Elapsed, Local: t.decision.Local}
	if left := t.meter.counters[t.server].Leave(ctx, b.l, exit); left != nil {
		return fmt.Errorf("end the request of user %s: %w", t.meter.who.User, left)
	}
	return err
}
