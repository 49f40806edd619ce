package login

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/limit"
)

// Guard checks people's passwords and counts how often somebody tries.
//
// Attempts are counted by account and network, by account (of all networks, so that many
// of them do not get further than a few), and by network. Those of a browser that the
// account's person has signed in with count for that browser alone: whoever locks an
// account from elsewhere does not lock its person out.
type Guard struct {
	Passwords *Passwords
	Attempts  limit.Store
	Now       func() time.Time
}

// How often a wrong password may be given in tenMinutes.
const (
	tenMinutes = 10 * time.Minute

	perAccountNetwork = 10
	perAccount        = 100
	perNetwork        = 300
)

// Attempt is somebody's try.
type Attempt struct {
	Tenant   *directory.Tenant // that the request is about; nil: any
	Name     string
	Password Password
	Network  string // empty: not known, and only the account's count decides
	Known    known  // from the browser; zero when there is none
}

// Check gives the person whose name and password these are. Whether it was the name that
// is wrong, or the password, nobody learns, not by the time it takes either.
func (g *Guard) Check(ctx context.Context, dir *directory.Snapshot, a Attempt) (*directory.User, error) {
	user := find(dir, a.Tenant, a.Name)
	counters := a.counters(user)
	if err := g.enter(ctx, counters); err != nil {
		return nil, err
	}
	var hash directory.PasswordHash
	if user != nil {
		hash = user.Password
	}
	same, err := g.Passwords.Verify(ctx, hash, a.Password)
	switch {
	case errors.Is(err, errBusy), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return nil, aadsts.Unavailable.With().Because(err)
	case err != nil:
		return nil, fmt.Errorf("check password: %w", err)
	case !same || user == nil:
		return nil, aadsts.PasswordWrong.With()
	}
	if err := g.forgive(ctx, counters); err != nil {
		return nil, err
	}
	if user.Disabled {
		return nil, aadsts.UserDisabled.With()
	}
	return user, nil
}

// find finds a person by name: in the tenant of its domain, else in the one that is meant.
func find(dir *directory.Snapshot, t *directory.Tenant, name string) *directory.User {
	if i := strings.LastIndexByte(name, '@'); i >= 0 {
		if home, found := dir.Tenant(name[i+1:]); found {
			if u, found := dir.User(home.ID, name); found {
				return u
			}
		}
	}
	if t == nil {
		return nil
	}
	u, _ := dir.User(t.ID, name)
	return u
}

// counter is one count of attempts.
type counter struct {
	key    string
	limits limit.Limits
}

func (a Attempt) counters(user *directory.User) []counter {
	window := func(key string, most int64) counter {
		return counter{key, limit.Limits{Window: tenMinutes, Requests: most}}
	}
	account := "name " + strings.ToLower(a.Name)
	if user != nil {
		account = "user " + string(user.ID)
		if a.Known.knows(user.ID) {
			return []counter{window("known "+a.Known.Browser+" "+account, perAccountNetwork)}
		}
	}
	if len(account) > 300 {
		account = account[:300]
	}
	if a.Network == "" {
		return []counter{window(account, perAccount)}
	}
	return []counter{
		window("network "+a.Network, perNetwork), window(account+" from "+a.Network, perAccountNetwork), window(account, perAccount),
	}
}

// enter counts an attempt before it is judged, so that many at once do not slip through.
// What was counted when a later counter refuses stays counted.
func (g *Guard) enter(ctx context.Context, counters []counter) error {
	now := g.Now()
	for _, c := range counters {
		d, err := g.Attempts.Enter(ctx, c.key, now, c.limits)
		if err != nil {
			return fmt.Errorf("count attempt: %w", err)
		}
		if d.Refused != limit.None {
			return aadsts.UserLocked.With()
		}
		if err := g.Attempts.Leave(ctx, c.key, c.limits, limit.Exit{Entered: d.Entered, At: now, Local: d.Local}); err != nil {
			return fmt.Errorf("count attempt: %w", err)
		}
	}
	return nil
}

// forgive takes an attempt back that was none.
func (g *Guard) forgive(ctx context.Context, counters []counter) error {
	for _, c := range counters {
		if _, err := g.Attempts.Add(ctx, c.key, g.Now(), c.limits, -1); err != nil {
			return fmt.Errorf("count attempt: %w", err)
		}
	}
	return nil
}
