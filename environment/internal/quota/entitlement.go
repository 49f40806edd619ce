package quota

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/limit"
)

// Mode is what happens to who has used up a day's entitlement.
type Mode uint8

// The service only reports so far (Dataverse facts 4.2), hence Warn is its likeness.
const (
	Ignore Mode = iota
	Warn
	Enforce
)

// ParseMode reads "off", "warn" or "enforce".
func ParseMode(text string) (Mode, error) {
	for mode, name := range [...]string{"off", "warn", "enforce"} {
		if text == name {
			return Mode(mode), nil
		}
	}
	return Ignore, fmt.Errorf("entitlement %q: it is off, warn or enforce", text)
}

// Entitlement is how many operations users may do in 24 hours.
type Entitlement struct {
	Mode   Mode
	Tenant string // whose pool it is: all its environments draw from it, if they share a store
	Pool   int64  // of users without a licence; see Pool
	// Licences gives those of a person; nil, or none given, counts as one Paid.
	Licences func(user meta.ID) []Licence
}

const day = 24 * time.Hour

// source gives what a user draws from: application, non-interactive and administrative
// users from the pool, which is the zero id; persons from their own licences, never
// from the pool.
func (e *Entitlement) source(u *access.User) (id meta.ID, size int64) {
	const administrative, nonInteractive = 1, 4 // systemuser.accessmode, Dataverse facts 1.5
	if !u.ApplicationID.IsZero() || u.AccessMode == administrative || u.AccessMode == nonInteractive {
		return meta.ID{}, e.Pool
	}
	id = u.ObjectID
	if id.IsZero() {
		id = u.ID
	}
	if e.Licences != nil {
		if has := e.Licences(u.ID); len(has) > 0 {
			return id, Allowance(has...)
		}
	}
	return id, Allowance(Paid)
}

// key names a source in the store.
func (e *Entitlement) key(id meta.ID) string {
	if id.IsZero() {
		return "entitlement/" + e.Tenant
	}
	return "entitlement/" + e.Tenant + "/" + id.String()
}

// pools are the sources that this process knows.
type pools struct {
	mu    sync.Mutex
	known map[meta.ID]*pool
}

// pool is what is known of one source. The store hears of operations when there are
// five hundred, or a second after it did last: a source of thousands need not be exact at
// every request, and a second call to the store would cost as much as the first.
type pool struct {
	source  meta.ID
	key     string
	mu      sync.Mutex
	l       limit.Limits
	used    int64     // as the store said last
	pending int64     // not told
	latest  time.Time // when the latest of them happened
	told    time.Time
}

const (
	manyPending = 500
	oldPending  = time.Second
)

// draw is a request's claim on a source.
type draw struct {
	pool    *pool
	counted int64 // operations that the store has counted already
	warning string
}

// pool gives what a user draws from, and whether anything is left there.
func (b *Book) pool(m *meter, u *access.User) (p *pool, left bool) {
	id, size := b.cfg.Entitlement.source(u)
	if p = m.drawn.Load(); p == nil || p.source != id {
		p = b.poolOf(id)
		m.drawn.Store(p)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.l = limit.Limits{Window: day, Requests: size}
	return p, p.used+p.pending < size
}

func (b *Book) poolOf(source meta.ID) *pool {
	b.pools.mu.Lock()
	defer b.pools.mu.Unlock()
	p := b.pools.known[source]
	if p == nil {
		p = &pool{source: source, key: b.cfg.Entitlement.key(source)}
		b.pools.known[source] = p
	}
	return p
}

// draw asks whether anything is left. While there is, nobody is asked; after that the
// store is, for every request that it may refuse: it knows when the first operations
// will be forgotten.
func (b *Book) draw(ctx context.Context, m *meter, u *access.User, now time.Time) (draw, error) {
	if b.cfg.Entitlement.Mode == Ignore {
		return draw{}, nil
	}
	p, left := b.pool(m, u)
	if left {
		return draw{pool: p}, nil
	}
	enforce := b.cfg.Entitlement.Mode == Enforce
	if enforce || p.due(now) {
		if err := b.tell(ctx, p, now); err != nil {
			return draw{}, err
		}
	}
	if p.left() {
		return draw{pool: p}, nil
	}
	if !enforce {
		return draw{pool: p, warning: p.words()}, nil
	}
	l := p.limits()
	d, err := b.cfg.Store.Enter(ctx, p.key, now, l)
	if err != nil {
		return draw{}, fmt.Errorf("draw on %s: %w", p.key, err)
	}
	if d.Refused != limit.None {
		e := dverr.Throttled.With(l.Requests, int64(day/time.Second)).Helping("%s", p.words())
		e.RetryAfter = d.RetryAfter
		return draw{}, e
	}
	return draw{pool: p, counted: 1}, nil
}

func (p *pool) left() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.used+p.pending < p.l.Requests
}

func (p *pool) limits() limit.Limits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.l
}

func (p *pool) words() string {
	return fmt.Sprintf("The entitlement of %d requests in 24 hours is used up: of all users without a licence together, or of this person.", p.limits().Requests)
}

// giveBack undoes what the store counted for a request that another limit refused.
func (d draw) giveBack(now time.Time) {
	if d.pool != nil && d.counted > 0 {
		d.pool.add(-d.counted, now)
	}
}

func (p *pool) add(n int64, at time.Time) {
	p.mu.Lock()
	p.pending += n
	p.latest = at
	p.mu.Unlock()
}

// settle counts a request's operations. What is pending from more than a second ago is
// told first, as of then.
func (b *Book) settle(ctx context.Context, d draw, operations int64, now time.Time) error {
	p := d.pool
	if p == nil || p.note(operations-d.counted, now) {
		return nil
	}
	due := p.due(now)
	if due {
		if err := b.report(ctx, p, now); err != nil {
			p.add(operations-d.counted, now)
			return err
		}
	}
	p.add(operations-d.counted, now)
	if due || p.due(now) {
		return b.tell(ctx, p, now)
	}
	return nil
}

// note is add where nobody need be told yet.
func (p *pool) note(n int64, at time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending+n >= manyPending || at.Sub(p.told).Abs() >= oldPending {
		return false
	}
	p.pending += n
	p.latest = at
	return true
}

func (p *pool) due(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pending >= manyPending || now.Sub(p.told).Abs() >= oldPending
}

// take empties what is pending.
func (p *pool) take() (n int64, at time.Time, l limit.Limits) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, p.pending = p.pending, 0
	return n, p.latest, p.l
}

// report tells the store of what is pending from long before now, of which a day is to begin then:
// what is of a moment ago may be told with the next question. What it does not take stays.
func (b *Book) report(ctx context.Context, p *pool, now time.Time) error {
	n, at, l := p.take()
	if n == 0 || now.Sub(at) < oldPending {
		p.add(n, at)
		return nil
	}
	if _, err := b.cfg.Store.Add(ctx, p.key, at, l, n); err != nil {
		p.add(n, at)
		return fmt.Errorf("count on %s: %w", p.key, err)
	}
	return nil
}

// tell tells the store of all and asks what is used by now.
func (b *Book) tell(ctx context.Context, p *pool, now time.Time) error {
	if err := b.report(ctx, p, now); err != nil {
		return err
	}
	n, at, l := p.take()
	d, err := b.cfg.Store.Add(ctx, p.key, now, l, n)
	if err != nil {
		p.add(n, at)
		return fmt.Errorf("count on %s: %w", p.key, err)
	}
	p.mu.Lock()
	p.used, p.told = d.Used, now
	p.mu.Unlock()
	return nil
}
