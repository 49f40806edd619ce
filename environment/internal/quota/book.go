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
	servers servers
	pools   pools
	hint    []string // one for all answers, which only read it
}

// New makes the book of an environment.
func New(c Config) *Book {
	b := &Book{cfg: c, l: c.Limits.counters()}
	b.servers.cookies = makeCookies(c.Environment, c.Servers)
	b.pools.known = map[meta.ID]*pool{}
	b.hint = []string{strconv.FormatInt(c.Limits.parallel()*int64(len(b.servers.cookies)), 10)}
	return b
}

// Ticket is the right of one request to run. It is left once.
type Ticket struct {
	book     *Book
	who      usage.Who
	key      string
	server   int
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
func (b *Book) Enter(ctx context.Context, u access.User, cookie string) (Ticket, error) {
	now := b.cfg.Now()
	t := Ticket{book: b, who: usage.Who{User: u.ID, Application: u.ApplicationID}, server: b.servers.pick(cookie)}
	var err error
	if t.draws, err = b.draw(ctx, u, now); err != nil {
		if dverr.Throttled.Is(err) {
			b.refused(t, usage.ByEntitlement, now)
			t.decision, _ = b.peek(ctx, t, now)
		}
		return t, err
	}
	if b.cfg.Limits.Off {
		return t, nil
	}
	t.key = b.key(t)
	if t.decision, err = b.cfg.Store.Enter(ctx, t.key, now, b.l); err != nil {
		return t, fmt.Errorf("count the request of user %s: %w", u.ID, err)
	}
	if t.decision.Refused != limit.None {
		b.refused(t, reasons[t.decision.Refused], now)
		t.draws.giveBack(now)
		return t, b.cfg.Limits.refuse(t.decision)
	}
	return t, nil
}

// reasons translates those of the counters.
var reasons = [...]usage.Refusal{limit.None: usage.Let, limit.Requests: usage.ByRequests, limit.Spent: usage.ByTime, limit.Concurrent: usage.ByConcurrency}

// key names a user at a server; the environment comes first so that one person in two
// environments is two.
func (b *Book) key(t Ticket) string {
	buf := make([]byte, 0, 96)
	buf = append(buf, b.cfg.Environment...)
	buf = append(buf, '/')
	buf = t.who.User.Append(buf)
	buf = append(buf, '/')
	return string(strconv.AppendInt(buf, int64(t.server), 10))
}

// peek reads the counters of a user whom they do not refuse.
func (b *Book) peek(ctx context.Context, t Ticket, now time.Time) (limit.Decision, error) {
	if b.cfg.Limits.Off {
		return limit.Decision{}, nil
	}
	return b.cfg.Store.Add(ctx, b.key(t), now, b.l, 0)
}

func (b *Book) refused(t Ticket, why usage.Refusal, now time.Time) {
	if b.cfg.Usage != nil {
		b.cfg.Usage.Record(usage.Event{Who: t.who, At: now, Refused: why, Running: t.decision.Running})
	}
}

// Faulted counts a request of a user that an injected fault ended before it could be
// entered: no limit hears of it.
func (b *Book) Faulted(u access.User) {
	if b.cfg.Usage != nil {
		who := usage.Who{User: u.ID, Application: u.ApplicationID}
		b.cfg.Usage.Record(usage.Event{Who: who, At: b.cfg.Now(), Refused: usage.ByFault, Fault: true})
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
	ctx = context.WithoutCancel(ctx)
	b, now := t.book, o.At
	if now.IsZero() {
		now = b.cfg.Now()
	}
	if b.cfg.Usage != nil {
		b.cfg.Usage.Record(usage.Event{
			Who: t.who, At: now, Operations: o.Operations, Elapsed: o.Elapsed, Running: t.decision.Running, In: o.In, Out: o.Out, Fault: o.Fault,
		})
	}
	err := b.settle(ctx, t.draws, o.Operations, now)
	if t.key == "" {
		return err
	}
	exit := limit.Exit{Entered: t.decision.Entered, At: now, Spent: o.Elapsed, Local: t.decision.Local}
	if left := b.cfg.Store.Leave(ctx, t.key, b.l, exit); left != nil {
		return fmt.Errorf("end the request of user %s: %w", t.who.User, left)
	}
	return err
}
