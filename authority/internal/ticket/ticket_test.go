package ticket

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

const (
	contoso directory.ID = "5a1f0000-0000-4000-8000-000000000001"
	portal  directory.ID = "5a1f0000-0000-4000-8000-0000000000a1"
	ana     directory.ID = "5a1f0000-0000-4000-8000-0000000000b1"
	ben     directory.ID = "5a1f0000-0000-4000-8000-0000000000b2"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// world is a book over a file, with its clock.
type world struct {
	*Book
	*clock
	t    *testing.T
	path string
}

func open(t *testing.T) world {
	t.Helper()
	path := filepath.Join(t.TempDir(), "authority.db")
	return reopen(t, path, &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)})
}

func reopen(t *testing.T, path string, c *clock) world {
	t.Helper()
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	b, err := Open(t.Context(), db, c.Now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return world{b, c, t, path}
}

func (w world) code(user directory.ID) string {
	w.t.Helper()
	code, err := w.IssueCode(w.t.Context(), Code{Tenant: contoso, App: portal, User: user, Scopes: []string{"openid", "offline_access"}, Nonce: "n"})
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

func (w world) token(user directory.ID) string {
	w.t.Helper()
	_, token, err := w.RedeemCode(w.t.Context(), w.code(user), true)
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

func wants(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) || want == nil && err != nil {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestACodeIsRedeemedOnce(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	code := w.code(ana)
	if seen, err := w.Code(ctx, code); err != nil || seen.User != ana || seen.Nonce != "n" || len(seen.Scopes) != 2 {
		t.Errorf("the code stands for %+v, %v", seen, err)
	}
	k, token, err := w.RedeemCode(ctx, code, true)
	if err != nil || k.App != portal || token == "" {
		t.Fatalf("first: %+v, %v", k, err)
	}
	_, err = w.Refresh(ctx, token)
	wants(t, "refresh token of the code", err, nil)
	_, _, err = w.RedeemCode(ctx, code, true)
	wants(t, "second", err, ErrUsed)
	_, err = w.Refresh(ctx, token)
	wants(t, "refresh token after the code came again", err, ErrRevoked)
	_, _, err = w.RedeemCode(ctx, code+"x", true)
	wants(t, "another text", err, ErrUnknown)
}

func TestACodeEnds(t *testing.T) {
	w := open(t)
	code := w.code(ana)
	w.pass(CodeLife - time.Second)
	_, err := w.Code(t.Context(), code)
	wants(t, "before its end", err, nil)
	w.pass(time.Second)
	_, _, err = w.RedeemCode(t.Context(), code, false)
	wants(t, "at its end", err, ErrExpired)
}

func TestOneOfAThousandRedemptionsWins(t *testing.T) {
	w := open(t)
	code := w.code(ana)
	const n = 1000
	results := make(chan error, n)
	begin := make(chan struct{})
	for range n {
		go func() {
			<-begin
			_, _, err := w.RedeemCode(context.Background(), code, true)
			results <- err
		}()
	}
	close(begin)
	won := 0
	for range n {
		if err := <-results; err == nil {
			won++
		} else if !errors.Is(err, ErrUsed) {
			t.Errorf("a loser was told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
}

func TestRefreshTokensRotate(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	one := w.token(ana)
	two, err := w.RotateRefresh(ctx, one)
	if err != nil || two == one {
		t.Fatal("no successor", err)
	}
	w.pass(Leeway)
	again, err := w.RotateRefresh(ctx, one)
	wants(t, "within the leeway", err, nil)
	w.pass(time.Second)
	_, err = w.RotateRefresh(ctx, one)
	wants(t, "after it", err, ErrUsed)
	for _, token := range []string{one, two, again} {
		_, err = w.RotateRefresh(ctx, token)
		wants(t, "of a family that was betrayed", err, ErrRevoked)
	}
	_, err = w.RotateRefresh(ctx, "1.Rnothing")
	wants(t, "of nobody", err, ErrUnknown)
}

func TestRefreshTokensEnd(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	token := w.token(ana)
	for range 3 { // every use is a new beginning
		w.pass(RefreshLife - time.Hour)
		var err error
		if token, err = w.RotateRefresh(ctx, token); err != nil {
			t.Fatal(err)
		}
	}
	w.pass(RefreshLife)
	_, err := w.Refresh(ctx, token)
	wants(t, "after a quarter without use", err, ErrExpired)

	token, err = w.IssueRefresh(ctx, Family{User: ana, Platform: "spa"})
	wants(t, "issue", err, nil)
	w.pass(SPALife - time.Hour)
	token, err = w.RotateRefresh(ctx, token)
	wants(t, "of a browser, within its day", err, nil)
	w.pass(time.Hour)
	_, err = w.RotateRefresh(ctx, token)
	wants(t, "of a browser, after its day", err, ErrExpired)
}

func TestRevoking(t *testing.T) {
	for name, revoke := range map[string]func(world) error{
		"user":    func(w world) error { return w.RevokeUser(w.t.Context(), ana) },
		"grant":   func(w world) error { return w.RevokeGrant(w.t.Context(), contoso, portal, ana) },
		"app":     func(w world) error { return w.RevokeApp(w.t.Context(), portal) },
		"consent": func(w world) error { return w.RevokeGrant(w.t.Context(), contoso, portal, "") },
		"other":   func(w world) error { return w.RevokeGrant(w.t.Context(), contoso, ana, "") },
	} {
		w := open(t)
		hers, his := w.token(ana), w.token(ben)
		if err := revoke(w); err != nil {
			t.Fatal(err)
		}
		of := func(revoked bool) error {
			if revoked {
				return ErrRevoked
			}
			return nil
		}
		_, err := w.Refresh(t.Context(), hers)
		wants(t, name+": ana", err, of(name != "other"))
		_, err = w.Refresh(t.Context(), his)
		wants(t, name+": ben", err, of(name == "app" || name == "consent"))
	}
}

func TestADeviceWaits(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	device, user, err := w.IssueDevice(ctx, Device{Segment: "common", App: portal, Scopes: []string{"openid"}})
	wants(t, "issue", err, nil)
	_, err = w.PollDevice(ctx, device)
	wants(t, "early poll", err, ErrPending)
	_, _, err = w.RedeemDevice(ctx, device, true)
	wants(t, "early redemption", err, ErrPending)
	asTyped := strings.ToLower(user[:4]) + "-" + user[4:7] + " " + user[7:]
	if d, err := w.Device(ctx, asTyped); err != nil || d.App != portal {
		t.Errorf("typed %q: %+v, %v", asTyped, d, err)
	}
	wants(t, "approval", w.ApproveDevice(ctx, asTyped, Approval{Tenant: contoso, User: ana}), nil)
	wants(t, "second answer", w.DenyDevice(ctx, user), ErrUsed)
	if d, err := w.PollDevice(ctx, device); err != nil || d.User != ana || d.Segment != "common" {
		t.Errorf("poll: %+v, %v", d, err)
	}
	_, token, err := w.RedeemDevice(ctx, device, true)
	wants(t, "redemption", err, nil)
	if f, err := w.Refresh(ctx, token); err != nil || f.User != ana || f.Tenant != contoso {
		t.Errorf("its family is %+v, %v", f, err)
	}
	_, _, err = w.RedeemDevice(ctx, device, true)
	wants(t, "second redemption", err, ErrUsed)
}

func TestADeviceIsDeniedOrForgotten(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	device, user, _ := w.IssueDevice(ctx, Device{App: portal})
	wants(t, "denial", w.DenyDevice(ctx, user), nil)
	_, err := w.PollDevice(ctx, device)
	wants(t, "poll", err, ErrDenied)
	late, lateUser, _ := w.IssueDevice(ctx, Device{App: portal})
	w.pass(DeviceLife)
	_, err = w.PollDevice(ctx, late)
	wants(t, "late poll", err, ErrExpired)
	wants(t, "late approval", w.ApproveDevice(ctx, lateUser, Approval{User: ana}), ErrExpired)
	_, err = w.Device(ctx, "NOBODY")
	wants(t, "unknown code", err, ErrUnknown)
}

func TestSessions(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	cookie, s, err := w.IssueSession(ctx, Session{Tenant: contoso, User: ana, Methods: []string{"pwd"}})
	wants(t, "issue", err, nil)
	wants(t, "touch", w.TouchApp(ctx, s.ID, SessionApp{App: portal, LogoutURL: "https://portal.example/out"}), nil)
	wants(t, "touch again", w.TouchApp(ctx, s.ID, SessionApp{App: portal}), nil)
	if seen, err := w.Session(ctx, cookie); err != nil || seen.ID != s.ID || seen.User != ana || len(seen.Apps) != 1 {
		t.Errorf("the session is %+v, %v", seen, err)
	}
	_, err = w.Session(ctx, string(s.ID))
	wants(t, "by its id", err, ErrUnknown)
	w.pass(SessionLife - time.Minute)
	wants(t, "renew", w.Renew(ctx, s.ID, w.Now(), []string{"pwd", "mfa"}), nil)
	w.pass(time.Hour)
	if seen, err := w.Session(ctx, cookie); err != nil || len(seen.Methods) != 2 {
		t.Errorf("renewed: %+v, %v", seen, err)
	}
	wants(t, "end", w.EndSession(ctx, s.ID), nil)
	_, err = w.Session(ctx, cookie)
	wants(t, "after its end", err, ErrUnknown)

	cookie, _, _ = w.IssueSession(ctx, Session{User: ana})
	wants(t, "revoke", w.RevokeUser(ctx, ana), nil)
	_, err = w.Session(ctx, cookie)
	wants(t, "of a user who was revoked", err, ErrUnknown)
}

func TestTicketsOutliveTheProgram(t *testing.T) {
	w := open(t)
	token := w.token(ana)
	_ = w.db.Close()
	again := reopen(t, w.path, w.clock)
	if f, err := again.Refresh(t.Context(), token); err != nil || f.User != ana || !f.Issued.Equal(w.Now()) {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestNoTextIsKept(t *testing.T) {
	w := open(t)
	code := w.code(ana)
	token := w.token(ana)
	found := 0
	err := w.db.Read(t.Context(), func(c *sqldb.Conn) error {
		for _, column := range []string{"hash FROM ticket_code", "body FROM ticket_code", "hash FROM ticket_refresh", "body FROM ticket_family"} {
			rows, err := c.Query("SELECT " + column)
			if err != nil {
				return err
			}
			for rows.Next() {
				found++
				if text := string(rows.Blob(0)); strings.Contains(text, code) || strings.Contains(text, token) {
					t.Errorf("%s holds a bearer text", column)
				}
			}
		}
		return nil
	})
	if err != nil || found < 4 {
		t.Errorf("%d values read, %v", found, err)
	}
}

func TestPurge(t *testing.T) {
	w := open(t)
	ctx := t.Context()
	used, kept := w.code(ana), w.token(ana)
	_, _, _ = w.RedeemCode(ctx, used, false)
	wants(t, "purge", w.Purge(ctx), nil)
	_, _, err := w.RedeemCode(ctx, used, false)
	wants(t, "used code before its end", err, ErrUsed)
	w.pass(CodeLife)
	wants(t, "purge", w.Purge(ctx), nil)
	_, _, err = w.RedeemCode(ctx, used, false)
	wants(t, "used code after its end", err, ErrUnknown)
	_, err = w.Refresh(ctx, kept)
	wants(t, "refresh token in use", err, nil)
	w.pass(RefreshLife)
	wants(t, "purge", w.Purge(ctx), nil)
	_, err = w.Refresh(ctx, kept)
	wants(t, "refresh token after its end", err, ErrUnknown)
}
