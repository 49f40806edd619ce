package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Family is what the refresh tokens of one sign-in stand for. They are bound to the
// client and not to a resource (Entra facts 4.4).
type Family struct {
	Tenant   directory.ID
	App      directory.ID // client id
	User     directory.ID
	Session  directory.ID
	Scopes   []string // of the sign-in
	Resource string   // of the sign-in, v1.0
	AuthTime time.Time
	Methods  []string
	Platform string // of the redirect URI; tokens of spa end SPALife after the sign-in

	Issued time.Time `json:"-"` // set by the book
}

// first is a family and its first token, made before the transaction that keeps them.
type first struct {
	family directory.ID
	token  string // empty: no token is wanted
}

func (b *Book) prepare(wanted bool) (f first, err error) {
	if f.family, err = b.newID(); err != nil || !wanted {
		return f, err
	}
	f.token, err = b.bearer("1.R")
	return f, err
}

// begin keeps a new family and its first token, when there is one.
func (b *Book) begin(c *sqldb.Conn, f first, of Family) error {
	if f.token == "" {
		return nil
	}
	kept, err := body(of)
	if err != nil {
		return err
	}
	now := b.now()
	err = exec(c, "INSERT INTO ticket_family (id, app, person, tenant, session, body, issued) VALUES (?, ?, ?, ?, ?, ?, ?)",
		id(f.family), id(of.App), id(of.User), id(of.Tenant), id(of.Session), kept, instant(now))
	if err != nil {
		return err
	}
	of.Issued = now
	return b.addToken(c, f.family, of, f.token)
}

func (b *Book) addToken(c *sqldb.Conn, family directory.ID, of Family, token string) error {
	now := b.now()
	expires := now.Add(RefreshLife)
	if of.Platform == "spa" {
		expires = of.Issued.Add(SPALife)
	}
	return exec(c, "INSERT INTO ticket_refresh (hash, family, issued, expires) VALUES (?, ?, ?, ?)",
		hash(token), id(family), instant(now), instant(expires))
}

// IssueRefresh begins a family, for grants that have neither code nor device.
func (b *Book) IssueRefresh(ctx context.Context, of Family) (string, error) {
	f, err := b.prepare(true)
	if err == nil {
		err = b.db.Write(ctx, func(c *sqldb.Conn) error { return b.begin(c, f, of) })
	}
	if err != nil {
		return "", fmt.Errorf("issue refresh token: %w", err)
	}
	return f.token, nil
}

// Refresh looks a refresh token up without using it: ErrUnknown, ErrExpired, ErrRevoked.
func (b *Book) Refresh(ctx context.Context, token string) (Family, error) {
	var r held
	err := b.db.Read(ctx, func(c *sqldb.Conn) (err error) {
		r, err = b.readRefresh(c, token)
		return err
	})
	return r.Family, err
}

// held is a refresh token as it is kept.
type held struct {
	Family
	family directory.ID
	used   time.Time
}

func (b *Book) readRefresh(c *sqldb.Conn, token string) (h held, err error) {
	var expires time.Time
	var revoked bool
	err = one(c, func(r *sqldb.Rows) error {
		h.family, expires, h.used, revoked = directory.ID(r.Text(0)), moment(r, 1), moment(r, 2), !r.Null(4)
		err := json.Unmarshal(r.Text(3), &h.Family)
		h.Issued = moment(r, 5)
		return err
	}, `SELECT r.family, r.expires, r.used, f.body, f.revoked, f.issued
		FROM ticket_refresh r JOIN ticket_family f ON f.id = r.family WHERE r.hash = ?`, hash(token))
	switch {
	case err != nil:
	case revoked:
		err = ErrRevoked
	case !b.now().Before(expires):
		err = ErrExpired
	}
	return h, err
}

// RotateRefresh exchanges a refresh token for its successor. One that was exchanged
// longer than Leeway ago is ErrUsed, and its family is revoked.
func (b *Book) RotateRefresh(ctx context.Context, token string) (next string, err error) {
	if next, err = b.bearer("1.R"); err != nil {
		return "", err
	}
	var again bool
	err = b.db.Write(ctx, func(c *sqldb.Conn) error {
		h, err := b.readRefresh(c, token)
		if err != nil {
			return err
		}
		now := b.now()
		if again = !h.used.IsZero() && now.Sub(h.used) > Leeway; again {
			return b.revoke(c, "id = ?", id(h.family))
		}
		if h.used.IsZero() {
			if err := exec(c, "UPDATE ticket_refresh SET used = ? WHERE hash = ?", instant(now), hash(token)); err != nil {
				return err
			}
		}
		return b.addToken(c, h.family, h.Family, next)
	})
	if err == nil && again {
		err = ErrUsed
	}
	if err != nil {
		return "", describe("rotate refresh token", err)
	}
	return next, nil
}

// revoke revokes the families that a condition names.
func (b *Book) revoke(c *sqldb.Conn, where string, args ...sqldb.Arg) error {
	return exec(c, "UPDATE ticket_family SET revoked = ? WHERE revoked IS NULL AND "+where, append([]sqldb.Arg{instant(b.now())}, args...)...)
}

func (b *Book) revokeAll(ctx context.Context, what string, steps ...func(*sqldb.Conn) error) error {
	err := b.db.Write(ctx, func(c *sqldb.Conn) error {
		for _, step := range steps {
			if err := step(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("revoke %s: %w", what, err)
	}
	return nil
}

// RevokeUser ends all of a person's refresh tokens and sessions.
func (b *Book) RevokeUser(ctx context.Context, user directory.ID) error {
	return b.revokeAll(ctx, "tickets of user "+string(user),
		func(c *sqldb.Conn) error { return b.revoke(c, "person = ?", id(user)) },
		func(c *sqldb.Conn) error { return exec(c, "DELETE FROM ticket_session WHERE person = ?", id(user)) })
}

// RevokeApp ends all refresh tokens of an application (client id), in every tenant.
func (b *Book) RevokeApp(ctx context.Context, app directory.ID) error {
	return b.revokeAll(ctx, "tickets of application "+string(app), func(c *sqldb.Conn) error { return b.revoke(c, "app = ?", id(app)) })
}

// RevokeGrant ends the refresh tokens of an application (client id) in a tenant, of one
// user or, when user is empty, of all.
func (b *Book) RevokeGrant(ctx context.Context, tenant, app, user directory.ID) error {
	return b.revokeAll(ctx, "grants to application "+string(app), func(c *sqldb.Conn) error {
		return b.revoke(c, "tenant = ? AND app = ? AND (? = '' OR person = ?)", id(tenant), id(app), id(user), id(user))
	})
}

// RevokeSession ends the refresh tokens that a browser session gave out.
func (b *Book) RevokeSession(ctx context.Context, session directory.ID) error {
	return b.revokeAll(ctx, "tickets of session "+string(session), func(c *sqldb.Conn) error { return b.revoke(c, "session = ?", id(session)) })
}
