package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Session is a person's sign-in with a browser. Its ID is what applications learn as sid;
// the browser holds another text.
type Session struct {
	ID       directory.ID
	Tenant   directory.ID
	User     directory.ID
	AuthTime time.Time
	Methods  []string // amr
	Apps     []SessionApp
}

// SessionApp is an application the person signed in to, and where it wants to hear that
// they signed out.
type SessionApp struct {
	App       directory.ID // client id
	LogoutURL string       // may be empty
}

// IssueSession begins a session: what the browser is to hold, and the session with its id.
func (b *Book) IssueSession(ctx context.Context, s Session) (cookie string, _ Session, err error) {
	if s.ID, err = b.newID(); err != nil {
		return "", s, err
	}
	if cookie, err = b.bearer(""); err != nil {
		return "", s, err
	}
	kept, err := body(s)
	if err == nil {
		err = b.db.Write(ctx, func(c *sqldb.Conn) error {
			return exec(c, "INSERT INTO ticket_session (hash, id, person, body, expires) VALUES (?, ?, ?, ?, ?)",
				hash(cookie), id(s.ID), id(s.User), kept, instant(b.now().Add(SessionLife)))
		})
	}
	if err != nil {
		return "", s, fmt.Errorf("issue session: %w", err)
	}
	return cookie, s, nil
}

// Session finds the session that a browser holds: ErrUnknown, ErrExpired.
func (b *Book) Session(ctx context.Context, cookie string) (Session, error) {
	var s Session
	err := b.db.Read(ctx, func(c *sqldb.Conn) (err error) {
		s, err = b.readSession(c, "hash = ?", hash(cookie))
		return err
	})
	return s, err
}

func (b *Book) readSession(c *sqldb.Conn, where string, arg sqldb.Arg) (s Session, err error) {
	var expires time.Time
	err = one(c, func(r *sqldb.Rows) error {
		expires = moment(r, 1)
		return json.Unmarshal(r.Text(0), &s)
	}, "SELECT body, expires FROM ticket_session WHERE "+where, arg)
	if err == nil && !b.now().Before(expires) {
		err = ErrExpired
	}
	return s, err
}

// TouchApp notes that the person signed in to an application, and lets the session live
// on.
func (b *Book) TouchApp(ctx context.Context, session directory.ID, app SessionApp) error {
	return b.change(ctx, session, func(s *Session) {
		s.Apps = slices.DeleteFunc(s.Apps, func(a SessionApp) bool { return a.App == app.App })
		s.Apps = append(s.Apps, app)
	})
}

// Renew notes that the person proved themselves again.
func (b *Book) Renew(ctx context.Context, session directory.ID, at time.Time, methods []string) error {
	return b.change(ctx, session, func(s *Session) { s.AuthTime, s.Methods = at, methods })
}

func (b *Book) change(ctx context.Context, session directory.ID, edit func(*Session)) error {
	err := b.db.Write(ctx, func(c *sqldb.Conn) error {
		s, err := b.readSession(c, "id = ?", id(session))
		if err != nil {
			return err
		}
		edit(&s)
		kept, err := body(s)
		if err != nil {
			return err
		}
		return exec(c, "UPDATE ticket_session SET body = ?, expires = ? WHERE id = ?", kept, instant(b.now().Add(SessionLife)), id(session))
	})
	if err != nil {
		return describe("change session", err)
	}
	return nil
}

// EndSession ends a session. One that has ended is no error. Refresh tokens live on, as
// in Entra ID.
func (b *Book) EndSession(ctx context.Context, session directory.ID) error {
	err := b.db.Write(ctx, func(c *sqldb.Conn) error {
		return exec(c, "DELETE FROM ticket_session WHERE id = ?", id(session))
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
