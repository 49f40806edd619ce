package environment

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/web"
)

// curtain stands between the security tables and those who judge by them. Drawn by an
// operator, it closes the environment or hides what is new; open, it costs one load.
type curtain struct {
	access.Source
	now func() time.Time

	refused atomic.Int64
	drawn   atomic.Bool  // closed or delaying
	moved   atomic.Int64 // times that what is seen changed without the tables changing

	mu     sync.Mutex
	closed *spell
	hiding *hiding
}

// spell is a state that ends by itself.
type spell struct{ until time.Time } // zero: it does not

func (s spell) over(now time.Time) bool { return !s.until.IsZero() && !now.Before(s.until) }

// hiding is what is hidden, and when it will be seen.
type hiding struct {
	spell
	after time.Duration
	seen  map[newcomer]time.Time // by when it may be seen; zero for what was there before
	next  time.Time              // when the next becomes visible; zero: nothing is hidden
	users map[meta.ID]bool       // of whom something is hidden, by user and by application
}

// newcomer is an application user, or a role of one.
type newcomer struct{ user, role meta.ID }

// close closes or opens the environment.
func (c *curtain) close(on bool, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = nil
	if on {
		c.closed = &spell{until}
		c.refused.Store(0)
	}
	c.changed()
}

// delay begins or ends hiding.
func (c *curtain) delay(ctx context.Context, after time.Duration, until time.Time) error {
	var now *hiding
	if after > 0 {
		facts, err := c.Source.Security(ctx)
		if err != nil {
			return err
		}
		now = &hiding{spell: spell{until}, after: after, seen: map[newcomer]time.Time{}}
		for one := range newcomers(facts) {
			now.seen[one] = time.Time{}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hiding = now
	c.changed()
	return nil
}

// changed makes snapshots of access stale; mu is held.
func (c *curtain) changed() {
	c.moved.Add(1)
	c.drawn.Store(c.closed != nil || c.hiding != nil)
}

// SecurityVersion moves with the tables and with the curtain.
func (c *curtain) SecurityVersion() int64 {
	version := c.Source.SecurityVersion()
	if c.drawn.Load() {
		c.lift(c.now())
	}
	return version + c.moved.Load()
}

// lift ends what is over.
func (c *curtain) lift(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed != nil && c.closed.over(now) {
		c.closed = nil
		c.changed()
	}
	switch h := c.hiding; {
	case h == nil:
	case h.over(now):
		c.hiding = nil
		c.changed()
	case !h.next.IsZero() && !now.Before(h.next):
		h.next = time.Time{}
		c.changed()
	}
}

// admit refuses who may not work while the environment is closed, and notes in the log whose
// refusal, or lack of a role, is the curtain's doing. err is the resolver's.
func (c *curtain) admit(ctx context.Context, who access.Identity, u access.User, err error) error {
	if !c.drawn.Load() {
		return err
	}
	if c.hides(who, u) {
		web.EventFrom(ctx).Add(slog.String("fault", "delay-visibility"))
	}
	if err != nil || !c.shut() || u.Administrator() {
		return err
	}
	c.refused.Add(1)
	web.EventFrom(ctx).Add(slog.String("fault", "admin-mode"))
	return dverr.OrgDisabled.With().Helping("an operator of this world set administration mode: System Administrators alone may work")
}

// Security gives the facts that may be seen.
func (c *curtain) Security(ctx context.Context) (*access.Facts, error) {
	facts, err := c.Source.Security(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hiding != nil {
		c.hiding.hide(facts, c.now())
	}
	return facts, nil
}

// hides reports whether something of a user is hidden at this moment.
func (c *curtain) hides(who access.Identity, u access.User) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hiding == nil {
		return false
	}
	return c.hiding.users[u.ID] || who.App && c.hiding.users[who.ApplicationID]
}

func (c *curtain) shut() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed != nil && !c.closed.over(c.now())
}

// hide takes out of the facts what may not be seen yet.
func (h *hiding) hide(f *access.Facts, now time.Time) {
	hidden := map[newcomer]bool{}
	h.next, h.users = time.Time{}, map[meta.ID]bool{}
	for one := range newcomers(f) {
		at, known := h.seen[one]
		if !known {
			at = now.Add(h.after)
			h.seen[one] = at
		}
		if !at.After(now) {
			continue
		}
		hidden[one], h.users[one.user] = true, true
		if h.next.IsZero() || at.Before(h.next) {
			h.next = at
		}
	}
	for _, u := range f.Users {
		if h.users[u.ID] {
			h.users[u.ApplicationID] = true
		}
	}
	f.Users = slices.DeleteFunc(f.Users, func(u access.UserRow) bool { return hidden[newcomer{user: u.ID}] })
	f.UserRoles = slices.DeleteFunc(f.UserRoles, func(a access.RoleAssignment) bool { return hidden[newcomer{a.Principal, a.Role}] })
}

// newcomers are the application users of the facts and their roles.
func newcomers(f *access.Facts) map[newcomer]bool {
	all := map[newcomer]bool{}
	for _, u := range f.Users {
		if !u.ApplicationID.IsZero() {
			all[newcomer{user: u.ID}] = true
		}
	}
	for _, a := range f.UserRoles {
		if all[newcomer{user: a.Principal}] {
			all[newcomer{a.Principal, a.Role}] = true
		}
	}
	return all
}
