package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Code is what an authorization code stands for, and what it is bound to (Entra facts
// 4.2).
type Code struct {
	Tenant      directory.ID // whose authorize endpoint issued it
	App         directory.ID // client id
	User        directory.ID
	Session     directory.ID
	RedirectURI string // as the request had it; empty when it had none
	Platform    string // of the redirect URI: web, spa or publicClient
	Challenge   string // PKCE; empty: none
	Method      string // S256 or plain
	Nonce       string
	Scopes      []string // as asked for, those of OpenID Connect among them
	Resource    string   // v1.0: the parameter resource
	Claims      string   // the parameter claims, JSON
	MaxAge      bool     // the parameter max_age was there
	AuthTime    time.Time
	Methods     []string // amr
	V1          bool
}

// family is what refresh tokens that come from the code stand for.
func (k Code) family() Family {
	return Family{
		Tenant: k.Tenant, App: k.App, User: k.User, Session: k.Session, Scopes: k.Scopes, Resource: k.Resource,
		AuthTime: k.AuthTime, Methods: k.Methods, Platform: k.Platform,
	}
}

// IssueCode gives a code that can be redeemed once, within CodeLife.
func (b *Book) IssueCode(ctx context.Context, k Code) (string, error) {
	code, err := b.bearer("1.C")
	if err != nil {
		return "", fmt.Errorf("issue code: %w", err)
	}
	kept, err := body(k)
	if err != nil {
		return "", fmt.Errorf("issue code: %w", err)
	}
	expires := b.now().Add(CodeLife)
	err = b.db.Write(ctx, func(c *sqldb.Conn) error {
		return exec(c, "INSERT INTO ticket_code (hash, body, expires) VALUES (?, ?, ?)", hash(code), kept, instant(expires))
	})
	if err != nil {
		return "", fmt.Errorf("issue code: %w", err)
	}
	return code, nil
}

// Code looks a code up without using it: ErrUnknown, ErrExpired. A used one is found, so
// that who presents it is known before RedeemCode refuses it.
func (b *Book) Code(ctx context.Context, code string) (Code, error) {
	var k Code
	err := b.db.Read(ctx, func(c *sqldb.Conn) (err error) {
		k, _, err = b.readCode(c, code)
		return err
	})
	return k, err
}

// usage is whether a code was used, and the family that came from it.
type usage struct {
	used   bool
	family directory.ID
}

func (b *Book) readCode(c *sqldb.Conn, code string) (k Code, u usage, err error) {
	var expires time.Time
	err = one(c, func(r *sqldb.Rows) error {
		expires, u = moment(r, 1), usage{!r.Null(2), directory.ID(r.Text(3))}
		return json.Unmarshal(r.Text(0), &k)
	}, "SELECT body, expires, used, coalesce(family, '') FROM ticket_code WHERE hash = ?", hash(code))
	if err == nil && !b.now().Before(expires) {
		err = ErrExpired
	}
	return k, u, err
}

// RedeemCode uses a code up. With refresh it also gives the first refresh token of a new
// family. A code that was used is ErrUsed, and its family is revoked: one of the two who
// have it stole it (RFC 6749, 4.1.2).
func (b *Book) RedeemCode(ctx context.Context, code string, refresh bool) (k Code, token string, err error) {
	first, err := b.prepare(refresh)
	if err != nil {
		return Code{}, "", err
	}
	var used bool
	err = b.db.Write(ctx, func(c *sqldb.Conn) error {
		var u usage
		var err error
		if k, u, err = b.readCode(c, code); err != nil {
			return err
		}
		if used = u.used; used { // what is revoked must be kept: no error here
			return b.revoke(c, "id = ?", id(u.family))
		}
		if err := exec(c, "UPDATE ticket_code SET used = ?, family = ? WHERE hash = ?", instant(b.now()), id(first.family), hash(code)); err != nil {
			return err
		}
		return b.begin(c, first, k.family())
	})
	if err == nil && used {
		err = ErrUsed
	}
	if err != nil {
		return Code{}, "", describe("redeem code", err)
	}
	return k, first.token, nil
}

// describe leaves the verdicts of this package as they are.
func describe(what string, err error) error {
	for _, verdict := range []error{ErrUnknown, ErrExpired, ErrUsed, ErrRevoked, ErrPending, ErrDenied} {
		if errors.Is(err, verdict) {
			return err
		}
	}
	return fmt.Errorf("%s: %w", what, err)
}
