package grant

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// signIn is the sign-in that a person's grant goes back to.
type signIn struct {
	ticket.Family
	nonce    string
	authTime bool  // the id_token is to say when the person signed in
	refusal  error // why what the client holds is no good; for after the client's proof
}

// hold reads what the client holds. It may name the tenant where the path did not.
func (h *Handler) hold(ctx context.Context, c *attempt) error {
	if !c.kind.person() {
		return nil
	}
	if c.signIn.refusal = c.kind.held(h, ctx, c); c.signIn.refusal != nil {
		return nil
	}
	if c.place.Tenant != nil {
		if c.signIn.Tenant != c.place.Tenant.ID {
			c.signIn.refusal = aadsts.CodeOfOtherTenant.With()
		}
		return nil
	}
	c.place.Tenant, _ = c.directory.Tenant(string(c.signIn.Tenant))
	if c.place.Tenant == nil {
		c.signIn.refusal = aadsts.GrantMalformed.With().Helping("its tenant is gone")
	}
	return nil
}

// person finds who the grant is about, and whether they may still sign in.
func (h *Handler) person(ctx context.Context, c *attempt) error {
	if !c.kind.person() {
		return nil
	}
	if !c.sameClient() {
		return aadsts.GrantMalformed.With().Helping("it was issued to another application")
	}
	if c.signIn.refusal != nil {
		return h.refusal(ctx, c)
	}
	if c.kind.check != nil {
		if err := c.kind.check(h, ctx, c); err != nil {
			return err
		}
	}
	user, err := h.signedIn(c)
	if err != nil {
		return err
	}
	c.user = user
	return mayUse(c)
}

// sameClient: what the client holds, where it could be read, was issued to it.
func (c *attempt) sameClient() bool {
	return c.signIn.App == c.client.AppID || c.signIn.refusal != nil && c.signIn.App == ""
}

// signedIn gives the person, unless something has happened since they signed in.
func (h *Handler) signedIn(c *attempt) (*directory.User, error) {
	user, found := c.directory.UserByID(c.signIn.User)
	if !found || user.TenantID != c.place.Tenant.ID {
		return nil, aadsts.UserNotFound.With(c.place.Tenant.ID)
	}
	if user.Disabled {
		return nil, aadsts.UserDisabled.With()
	}
	if at := c.signIn.since(); at.Before(user.SessionsValidFrom) {
		return nil, aadsts.GrantRevoked.With(iso(at), iso(user.SessionsValidFrom)).Sub(badToken)
	}
	return user, nil
}

// Words beside the error that clients look at (Entra facts 4.9).
const (
	badToken        = "bad_token"
	consentRequired = "consent_required"
)

// since is when the person signed in.
func (s signIn) since() time.Time {
	if s.AuthTime.IsZero() {
		return s.Issued
	}
	return s.AuthTime
}

// refusal words what is wrong with what the client holds. A grant that was revoked is
// refused for what revoked it, where that can still be seen: the person's sessions, their
// account, the consent.
func (h *Handler) refusal(ctx context.Context, c *attempt) error {
	if !errors.Is(c.signIn.refusal, ticket.ErrRevoked) {
		return c.signIn.refusal
	}
	user, err := h.signedIn(c)
	if err != nil {
		return err
	}
	c.user = user
	for _, phase := range [...]phase{h.resource, h.consent} {
		if err := phase(ctx, c); err != nil {
			return err
		}
	}
	return aadsts.GrantExpired.With().Sub(badToken).Helping("it was revoked")
}

// mayUse: an application may be for those alone who are assigned to it, themselves or by a
// group (Entra facts 7.2, 50105).
func mayUse(c *attempt) error {
	if !c.client.AssignmentRequired {
		return nil
	}
	if _, assigned := personRoles(c.directory, c.user.ID, c.client.ID); !assigned {
		return aadsts.UserNotAssigned.With(c.client.App.DisplayName, c.client.AppID)
	}
	return nil
}

// personRoles are the roles of a person on a resource, their groups' among them.
func personRoles(s *directory.Snapshot, user, resource directory.ID) (roles []string, assigned bool) {
	for _, principal := range append([]directory.ID{user}, s.Groups(user)...) {
		own, has := s.Roles(principal, resource)
		roles, assigned = append(roles, own...), assigned || has
	}
	slices.Sort(roles)
	return slices.Compact(roles), assigned
}

// personResource reads what is asked for: in the request or, when it says nothing, when
// the person signed in.
func personResource(c *attempt) (wanted, error) {
	if c.Version == 1 {
		return oldResource(c), nil
	}
	if c.Resource != "" {
		return wanted{}, aadsts.ResourceParameter.With()
	}
	asked, ofSignIn := strings.Fields(c.Scope), c.signIn.Scopes
	if len(asked) == 0 {
		return readScopes(ofSignIn, true)
	}
	w, err := readScopes(asked, false)
	if err != nil {
		return w, err
	}
	if len(w.openID) == 0 { // what was agreed on at the sign-in holds
		for _, one := range ofSignIn {
			if isOpenID(one) {
				w.openID = append(w.openID, one)
			}
		}
	}
	if len(w.values) == 0 && c.kind.name == "authorization_code" {
		first, err := readScopes(ofSignIn, true)
		w.resource, w.values = first.resource, first.values
		return w, err
	}
	return w, nil
}

// oldResource: v1.0 has no scopes; a person's grant brings an id_token and a refresh token
// with it (Entra facts 4.2).
func oldResource(c *attempt) wanted {
	w := wanted{resource: c.Resource, values: []string{everything}, openID: []string{"openid", "profile", "email", "offline_access"}}
	if w.resource == "" {
		w.resource = c.signIn.Resource
	}
	return w
}

// consent decides which scopes the token has: all that the person or an administrator
// consented to, so long as what was asked for is among them (Entra facts 4.4, 5.3).
func (h *Handler) consent(_ context.Context, c *attempt) error {
	allowed := Allowed(c.directory, c.client, c.target, c.user.ID)
	for _, value := range c.wanted.values {
		switch {
		case value == everything || slices.Contains(allowed, value):
		case !offers(c.target.App, value):
			return aadsts.ScopeNotOfResource.With(c.client.App.DisplayName, value, c.target.App.DisplayName)
		default:
			return notConsented(c)
		}
	}
	c.granted = allowed
	if c.target.AppID == directory.Graph {
		for _, one := range c.wanted.openID {
			if one != "offline_access" && !slices.Contains(c.granted, one) {
				c.granted = append(c.granted, one)
			}
		}
	}
	if len(c.granted) == 0 && c.target.AppID != c.client.AppID {
		return notConsented(c)
	}
	c.roles, _ = personRoles(c.directory, c.user.ID, c.target.ID)
	return nil
}

func notConsented(c *attempt) error {
	return aadsts.ConsentMissing.With(c.client.AppID, c.client.App.DisplayName).Sub(consentRequired)
}

// offers reports whether an application has such a scope.
func offers(app *directory.Application, value string) bool {
	return slices.ContainsFunc(app.Scopes, func(s directory.Scope) bool { return s.Value == value && !s.Disabled })
}

// Allowed are the scopes of a resource that a client may have for a person: those
// consented to, and those the resource has authorized the client for beforehand.
func Allowed(s *directory.Snapshot, client, resource *directory.Principal, user directory.ID) []string {
	consented := s.Consented(client.ID, resource.ID, user)
	var allowed []string
	for _, scope := range resource.App.Scopes {
		if !scope.Disabled && (slices.Contains(consented, scope.Value) || preauthorized(resource.App, client.AppID, scope.ID)) {
			allowed = append(allowed, scope.Value)
		}
	}
	return allowed
}

func preauthorized(resource *directory.Application, client, scope directory.ID) bool {
	return slices.ContainsFunc(resource.PreAuthorized, func(p directory.PreAuthorized) bool {
		return p.AppID == client && slices.Contains(p.ScopeIDs, scope)
	})
}

// iso is how messages write times.
func iso(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
