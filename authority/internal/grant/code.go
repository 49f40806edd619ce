package grant

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// Platforms of redirect URIs. Applications of the last two cannot keep a secret.
const (
	platformWeb    = "web"
	platformSPA    = "spa"
	platformPublic = "publicClient"
)

// holdCode looks the code up. One that was used is found too: it is refused when it is
// redeemed, and what came of it revoked.
func holdCode(h *Handler, ctx context.Context, c *attempt) error {
	if c.Code == "" {
		return aadsts.MissingParameter.With(paramCode)
	}
	k, err := h.Tickets.Code(ctx, string(c.Code))
	if err != nil {
		return spent(err, aadsts.GrantExpired)
	}
	c.code = k
	c.signIn = signInOf(k)
	return nil
}

// signInOf is the sign-in that a code stands for.
func signInOf(k ticket.Code) signIn {
	return signIn{nonce: k.Nonce, authTime: wantsAuthTime(k), Family: ticket.Family{
		Tenant: k.Tenant, App: k.App, User: k.User, Session: k.Session, Scopes: k.Scopes, Resource: k.Resource,
		AuthTime: k.AuthTime, Methods: k.Methods, Platform: k.Platform,
	}}
}

// spent words the verdicts of ticket.
func spent(err error, expired aadsts.Entry) error {
	switch {
	case errors.Is(err, ticket.ErrUnknown):
		return aadsts.GrantMalformed.With()
	case errors.Is(err, ticket.ErrExpired):
		return expired.With()
	case errors.Is(err, ticket.ErrUsed):
		return aadsts.CodeRedeemed.With()
	case errors.Is(err, ticket.ErrRevoked):
		return aadsts.GrantExpired.With().Sub(badToken).Helping("it was revoked")
	}
	return err
}

// wantsAuthTime: auth_time is said to those who asked for it, by max_age or as a claim
// (Entra facts 4.3).
func wantsAuthTime(k ticket.Code) bool {
	if k.MaxAge {
		return true
	}
	var asked struct {
		IDToken map[string]json.RawMessage `json:"id_token"`
	}
	if k.Claims == "" || json.Unmarshal([]byte(k.Claims), &asked) != nil {
		return false
	}
	_, wanted := asked.IDToken["auth_time"]
	return wanted
}

// checkCode: the code is bound to a redirect URI and a challenge, and that of a page to
// the page's being one (Entra facts 4.1, 4.2).
func checkCode(_ *Handler, _ context.Context, c *attempt) error {
	if err := sameOrigin(c); err != nil {
		return err
	}
	if c.RedirectURI != c.code.RedirectURI {
		if c.RedirectURI == "" {
			return aadsts.MissingParameter.With(paramRedirectURI)
		}
		return aadsts.RedirectMismatch.With(c.RedirectURI, c.client.AppID)
	}
	if c.code.Challenge == "" && c.Origin != "" {
		return aadsts.CrossOriginWithoutPKCE.With()
	}
	if !verified(c.code, string(c.Verifier)) {
		return aadsts.VerifierMismatch.With()
	}
	return nil
}

// sameOrigin: what a page's sign-in gave is for pages, and for them alone.
func sameOrigin(c *attempt) error {
	switch isPage := c.signIn.Platform == platformSPA; {
	case isPage && c.Origin == "":
		return aadsts.SPAWithoutOrigin.With()
	case isPage && c.proof.Kind() != "":
		return aadsts.PublicClientCredentials.With()
	case !isPage && c.Origin != "":
		return aadsts.CrossOriginNotSPA.With(c.Origin)
	}
	return nil
}

// verified compares a verifier with the challenge (RFC 7636, 4.6). One that comes where
// there was no challenge means that somebody took the challenge away.
func verified(k ticket.Code, verifier string) bool {
	if k.Challenge == "" {
		return verifier == ""
	}
	if k.Method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(k.Challenge)) == 1
}

func redeemCode(h *Handler, ctx context.Context, c *attempt, refresh bool) (string, error) {
	_, token, err := h.Tickets.RedeemCode(ctx, string(c.Code), refresh)
	if err != nil {
		return "", spent(err, aadsts.GrantExpired)
	}
	return token, nil
}

// holdRefresh looks a refresh token up.
func holdRefresh(h *Handler, ctx context.Context, c *attempt) error {
	if c.RefreshToken == "" {
		return aadsts.MissingParameter.With(paramRefreshToken)
	}
	f, err := h.Tickets.Refresh(ctx, string(c.RefreshToken))
	c.signIn.Family = f
	switch {
	case errors.Is(err, ticket.ErrExpired) && f.Platform == platformSPA:
		return aadsts.RefreshOfSPA.With("1.00:00:00", iso(f.Issued)).Sub(badToken)
	case errors.Is(err, ticket.ErrExpired):
		return aadsts.RefreshExpired.With(iso(f.Issued), "90.00:00:00").Sub(badToken)
	case errors.Is(err, ticket.ErrRevoked):
		c.adopt(f)
		return err
	case err != nil:
		return spent(err, aadsts.GrantExpired)
	}
	return nil
}

// adopt takes the tenant from a sign-in that is refused all the same, for the wording.
func (c *attempt) adopt(f ticket.Family) {
	if c.place.Tenant == nil {
		c.place.Tenant, _ = c.directory.Tenant(string(f.Tenant))
	}
}

func checkRefresh(_ *Handler, _ context.Context, c *attempt) error { return sameOrigin(c) }

// redeemRefresh exchanges the token, whether or not offline_access is asked for again
// (Entra facts 4.4).
func redeemRefresh(h *Handler, ctx context.Context, c *attempt, _ bool) (string, error) {
	token, err := h.Tickets.RotateRefresh(ctx, string(c.RefreshToken))
	if errors.Is(err, ticket.ErrUsed) {
		return "", aadsts.GrantExpired.With().Sub(badToken).Helping("it was exchanged before: it and all that came from the same sign-in are revoked")
	}
	if err != nil {
		return "", spent(err, aadsts.GrantExpired)
	}
	return token, nil
}

// beginFamily is for grants that use nothing up.
func beginFamily(h *Handler, ctx context.Context, c *attempt, refresh bool) (string, error) {
	if !refresh {
		return "", nil
	}
	f := c.signIn.Family
	if c.proof.Kind() != "" { // who proved itself now does so for as long as the family lives
		f.Platform = platformWeb
	}
	if f.AuthTime.IsZero() {
		f.AuthTime = c.now.Truncate(time.Second)
	}
	return h.Tickets.IssueRefresh(ctx, f)
}
