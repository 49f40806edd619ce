package grant

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// sign makes the tokens that all phases allow.
func (h *Handler) sign(ctx context.Context, c *attempt) (token, error) {
	if !c.proof.Passed() {
		return token{}, fmt.Errorf("token of %s without a proof", c.client.AppID)
	}
	if c.kind.person() {
		return h.signPerson(ctx, c)
	}
	return h.signApplication(ctx, c)
}

// signApplication makes the token of an application that acts as itself.
func (h *Handler) signApplication(ctx context.Context, c *attempt) (token, error) {
	if t, found := h.Reuse.find(c, h.Keys); found {
		return t, nil
	}
	subject := claims.App{
		Version: max(c.target.App.TokenVersion, 1), Audience: c.asked, TenantID: string(c.place.Tenant.ID),
		ClientID: string(c.client.AppID), ObjectID: string(c.client.ID), Proof: c.proof.Class(),
		Typed: c.target.App.FirstParty || accessClaims(c.target.App).names().Has("idtyp"), Roles: c.roles, IssuedAt: c.now, Lifetime: h.Lifetime,
	}
	if subject.Version == 2 { // v2.0 tokens always name the resource by its id (Entra facts 3.1)
		subject.Audience = string(c.target.AppID)
	}
	subject.Issuer = h.Issuers.Of(subject.Version, c.place.Tenant.ID)
	if err := h.entropy(&subject.Entropy, &subject.Lifetime); err != nil {
		return token{}, err
	}
	text, err := h.Keys.Sign(ctx, subject.Version, make([]byte, 0, 2048), subject.Append(make([]byte, 0, 1024)))
	if err != nil {
		return token{}, unsigned(err)
	}
	t := token{version: c.Version, text: text, resource: c.asked, expires: subject.Expires(), notBefore: subject.NotBefore(), lifetime: subject.Lifetime}
	h.Reuse.keep(c, h.Keys, t)
	return t, nil
}

// entropy draws what a token's opaque claims say and, unless it is fixed, how long it
// lives.
func (h *Handler) entropy(e *claims.Entropy, lifetime *time.Duration) error {
	if _, err := io.ReadFull(h.Rand, e[:]); err != nil {
		return err
	}
	if *lifetime == 0 {
		*lifetime = e.Lifetime()
	}
	return nil
}

// signPerson makes the access token for a person, and the id_token beside it.
func (h *Handler) signPerson(ctx context.Context, c *attempt) (token, error) {
	t, err := h.userAccess(ctx, c)
	if err != nil {
		return token{}, err
	}
	t.refresh = c.refresh
	if c.wanted.has("openid") {
		if t.idToken, err = h.idToken(ctx, c, "", ""); err != nil {
			return token{}, err
		}
	}
	if c.ClientInfo {
		t.clientInfo = ClientInfo(c.user)
	}
	return t, nil
}

func (h *Handler) userAccess(ctx context.Context, c *attempt) (token, error) {
	optional := accessClaims(c.target.App)
	u := claims.User{
		Version: max(c.target.App.TokenVersion, 1), Audience: c.asked, TenantID: string(c.place.Tenant.ID),
		ClientID: string(c.client.AppID), Proof: c.proof.Class(), Subject: h.Subject(c.user, c.target.AppID), Person: about(c.user, c.place.Tenant),
		Scopes: c.granted, Roles: c.roles, Membership: h.membership(c, c.target.App),
		Methods: c.signIn.Methods, Session: string(c.signIn.Session), IssuedAt: c.now, Lifetime: h.Lifetime,
		Optional: optional.names(), AuthTime: c.signIn.AuthTime, UserType: optional.typesPeople(),
	}
	if u.Version == 2 {
		u.Audience = string(c.target.AppID)
	}
	u.Issuer = h.Issuers.Of(u.Version, c.place.Tenant.ID)
	if err := h.entropy(&u.Entropy, &u.Lifetime); err != nil {
		return token{}, err
	}
	text, err := h.Keys.Sign(ctx, u.Version, make([]byte, 0, 2048), u.Append(make([]byte, 0, 1024)))
	if err != nil {
		return token{}, unsigned(err)
	}
	t := token{version: c.Version, text: text, resource: c.asked, expires: u.Expires(), notBefore: u.NotBefore(), lifetime: u.Lifetime}
	t.scope = strings.Join(c.granted, " ") // v1.0 names no resource here
	if c.Version == 2 {
		t.scope = c.wanted.echo(c.granted)
	}
	return t, nil
}

// idToken is of the endpoint's version. code and access are what comes with it by the
// front channel; empty elsewhere.
func (h *Handler) idToken(ctx context.Context, c *attempt, code, access string) (string, error) {
	id := claims.ID{
		Version: c.Version, Issuer: h.Issuers.Of(c.Version, c.place.Tenant.ID), TenantID: string(c.place.Tenant.ID), ClientID: string(c.client.AppID),
		Subject: h.Subject(c.user, c.client.AppID), Person: about(c.user, c.place.Tenant), Profile: c.wanted.has("profile"), Email: c.wanted.has("email"),
		Nonce: c.signIn.nonce, Membership: h.membership(c, c.client.App), Methods: c.signIn.Methods, Session: string(c.signIn.Session), IssuedAt: c.now,
		Optional: idClaims(c.client.App).names(),
	}
	id.Roles, _ = personRoles(c.directory, c.user.ID, c.client.ID)
	if c.signIn.authTime || id.Optional.Has("auth_time") {
		id.AuthTime = c.signIn.AuthTime
	}
	if code != "" {
		id.CodeHash = claims.HalfHash(code)
	}
	if access != "" {
		id.TokenHash = claims.HalfHash(access)
	}
	if _, err := io.ReadFull(h.Rand, id.Entropy[:]); err != nil {
		return "", err
	}
	text, err := h.Keys.Sign(ctx, c.Version, make([]byte, 0, 2048), id.Append(make([]byte, 0, 1024)))
	if err != nil {
		return "", unsigned(err)
	}
	return string(text), nil
}

// Subject is the person's sub for an application (Entra facts 3.5).
func (h *Handler) Subject(user *directory.User, app directory.ID) string {
	return claims.Subject(h.SubjectKey, string(user.ID), string(app))
}

func about(u *directory.User, tenant *directory.Tenant) claims.Person {
	return claims.Person{
		ObjectID: string(u.ID), UPN: u.UPN, Name: u.DisplayName, GivenName: u.GivenName, Surname: u.Surname, Mail: u.Mail,
		Guest: isGuest(u), MailVerified: ofTenant(u.Mail, tenant),
	}
}

func texts(ids []directory.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return list
}
