package login

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"strings"
	"unicode/utf8"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/web"
)

// signIn takes name and password. What is wrong with them is said on the page itself.
func (h *Handler) signIn(ctx context.Context, v *visit, f form) (answer, error) {
	user, err := h.Guard.Check(ctx, v.dir, Attempt{
		Tenant: v.place.Tenant, Name: f.username, Password: f.password, Network: v.network, Known: v.known,
	})
	if err != nil {
		e := aadsts.From(err)
		if e.Number == aadsts.Unexpected.Number {
			return nil, err
		}
		h.take(v, journal.Entry{Tenant: v.homeOf(f.username), UserName: f.username[:min(len(f.username), longestName)], Code: e.Number, Explanation: e.Explanation()})
		return h.signInPage(v, f.username, e)
	}
	if user.MustChangePassword {
		return h.passwordPage(v, user, "")
	}
	return h.welcome(ctx, v, user)
}

// homeOf is the tenant whose log an attempt belongs to: that of the name's domain.
func (v *visit) homeOf(name string) directory.ID {
	if t, found := v.dir.Tenant(name[strings.LastIndexByte(name, '@')+1:]); found {
		return t.ID
	}
	return ""
}

// welcome begins a session for somebody who has proved who they are, and goes on. The
// session they had with this browser ends: what was known before the sign-in is worth
// nothing after it.
func (h *Handler) welcome(ctx context.Context, v *visit, user *directory.User) (answer, error) {
	s := ticket.Session{Tenant: user.TenantID, User: user.ID, AuthTime: v.now, Methods: []string{"pwd"}}
	for i, had := range v.held {
		if had.User != user.ID {
			continue
		}
		s.Apps = had.Apps
		if err := h.Tickets.EndSession(ctx, had.ID); err != nil {
			return nil, err
		}
		v.held = append(v.held[:i:i], v.held[i+1:]...)
		break
	}
	bearer, s, err := h.Tickets.IssueSession(ctx, s)
	if err != nil {
		return nil, err
	}
	v.held = append(v.held, held{bearer, s, user})
	v.keepSessions()
	if err := h.remember(v, user.ID); err != nil {
		return nil, err
	}
	v.fresh, v.chosen = s.ID, ""
	return h.advance(ctx, v)
}

// picked goes on with an account that the person chose, or asks for another.
func (h *Handler) picked(ctx context.Context, v *visit, f form) (answer, error) {
	id, isGUID := directory.ParseID(f.account)
	if _, alive := v.session(id); !isGUID || !alive {
		return h.signInPage(v, "", nil)
	}
	v.chosen = id
	return h.advance(ctx, v)
}

const (
	shortestPassword = 8
	longestName      = 256 // bytes of a name that are taken down
)

// changePassword sets a new password for somebody who has just given the old one, as the
// note says.
func (h *Handler) changePassword(ctx context.Context, v *visit, f form) (answer, error) {
	user, found := v.dir.UserByID(f.User)
	if !found || user.Disabled || !user.MustChangePassword {
		return nil, expired("the password is no longer to be changed")
	}
	old, err := h.Guard.Passwords.Verify(ctx, user.Password, f.fresh)
	if err != nil {
		return nil, err
	}
	switch {
	case f.fresh != f.again:
		return h.passwordPage(v, user, "The two passwords are not the same.")
	case utf8.RuneCountInString(string(f.fresh)) < shortestPassword || len(f.fresh) > longest:
		return h.passwordPage(v, user, "The new password needs at least 8 characters.")
	case old || strings.EqualFold(string(f.fresh), user.UPN):
		return h.passwordPage(v, user, "The new password must not be the old one, nor your user name.")
	}
	hash, err := h.Guard.Passwords.Hash(ctx, f.fresh)
	if err != nil {
		return nil, err
	}
	if err := h.setPassword(ctx, v, user.ID, hash); err != nil {
		return nil, err
	}
	if user, found = v.dir.UserByID(user.ID); !found {
		return nil, expired("the account is gone")
	}
	return h.welcome(ctx, v, user)
}

// setPassword keeps a new password; what the old one opened ends.
func (h *Handler) setPassword(ctx context.Context, v *visit, id directory.ID, hash directory.PasswordHash) error {
	err := h.Directory.Update(ctx, func(now *directory.Snapshot) (directory.Change, error) {
		user, found := now.UserByID(id)
		if !found || !user.MustChangePassword {
			return directory.Change{}, expired("the password was changed meanwhile")
		}
		changed := *user
		changed.Password, changed.MustChangePassword, changed.SessionsValidFrom = hash, false, v.now
		return directory.Change{Put: directory.Records{Users: []directory.User{changed}}}, nil
	})
	if err != nil {
		return err
	}
	v.dir = h.Directory.Current()
	return h.Tickets.RevokeUser(ctx, id)
}

// newID makes a random GUID (RFC 9562, 5.4).
func (h *Handler) newID() (directory.ID, error) {
	raw := make([]byte, 16)
	if _, err := io.ReadFull(h.Rand, raw); err != nil {
		return "", err
	}
	raw[6], raw[8] = raw[6]&0x0f|0x40, raw[8]&0x3f|0x80
	t := hex.EncodeToString(raw)
	return directory.ID(t[:8] + "-" + t[8:12] + "-" + t[12:16] + "-" + t[16:20] + "-" + t[20:]), nil
}

// took notes a sign-in, or why there was none.
func (h *Handler) took(v *visit, who held, refused *aadsts.Error) {
	e := journal.Entry{User: who.User, UserName: who.user.UPN, Tenant: who.user.TenantID}
	if refused != nil {
		e.Code, e.Explanation = refused.Number, refused.Explanation()
	}
	h.take(v, e)
}

// take notes an attempt with what the visit knows of it.
func (h *Handler) take(v *visit, e journal.Entry) {
	e.ID, e.Time, e.Correlation, e.IP, e.Client, e.Interactive = v.trace, v.now, v.correlation, v.network, v.agent, true
	e.Grant, e.Credential = string(v.req.kind), "password"
	if e.Tenant == "" && v.place.Tenant != nil {
		e.Tenant = v.place.Tenant.ID
	}
	if v.app != nil {
		e.App, e.AppName = v.app.AppID, v.app.DisplayName
		if p, present := v.dir.Principal(e.Tenant, v.app.AppID); present {
			e.Principal = p.ID
		}
	}
	if h.Journal != nil {
		h.Journal.Record(e)
	}
}

// note tells the event of a request what went wrong aside.
func note(ctx context.Context, what string, err error) {
	web.EventFrom(ctx).Add(slog.String(what, err.Error()))
}
