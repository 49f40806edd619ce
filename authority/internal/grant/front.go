package grant

import (
	"context"
	"fmt"
	"slices"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// Front is what an authorize endpoint gives out itself, beside or in place of a code
// (Entra facts 4.1).
type Front struct {
	Code        ticket.Code // the sign-in; whether a code is issued or not
	Issued      string      // the code that goes with it; empty: none
	IDToken     bool
	AccessToken bool
}

// Fragment is what goes into the answer of an authorize endpoint. Empty members are left
// out.
type Fragment struct {
	IDToken     string
	AccessToken string
	Scope       string // of the access token
	ExpiresIn   int    // seconds, of the access token
}

// FrontChannel makes tokens for an authorize endpoint, which has checked that the
// application may have them this way. The refusals are those of the token endpoint.
func (h *Handler) FrontChannel(ctx context.Context, f Front) (Fragment, error) {
	var out Fragment
	c, err := h.front(f.Code)
	if err != nil {
		return out, err
	}
	if f.AccessToken {
		for _, phase := range [...]phase{h.resource, h.consent} {
			if err := phase(ctx, c); err != nil {
				return out, err
			}
		}
		t, err := h.userAccess(ctx, c)
		if err != nil {
			return out, err
		}
		out.AccessToken, out.Scope, out.ExpiresIn = string(t.text), t.scope, int(t.lifetime.Seconds())-1
	}
	if f.IDToken {
		out.IDToken, err = h.idToken(ctx, c, f.Issued, out.AccessToken)
	}
	return out, err
}

// front makes an attempt as the phases up to the person would leave it.
func (h *Handler) front(k ticket.Code) (*attempt, error) {
	c := &attempt{directory: h.Directory.Current(), now: h.Now(), proof: clientauth.Public(), front: true}
	c.kind, _ = find("authorization_code")
	c.Version = 2
	if k.V1 {
		c.Version = 1
	}
	tenant, found := c.directory.Tenant(string(k.Tenant))
	if !found {
		return nil, fmt.Errorf("sign-in in tenant %s, which is not here", k.Tenant)
	}
	c.place = tenancy.Place{Tenant: tenant, Segment: string(tenant.ID)}
	if c.client, found = c.directory.Principal(tenant.ID, k.App); !found {
		return nil, aadsts.AppNotFound.With(k.App, tenant.DisplayName)
	}
	c.signIn = signInOf(k)
	user, err := h.signedIn(c)
	if err != nil {
		return nil, err
	}
	c.user = user
	if c.wanted, err = personResource(c); err != nil {
		return nil, err
	}
	return c, mayUse(c)
}

// Consenting reports which of the scopes asked for a person has yet to consent to before
// the client may have them: none when a token request would be granted. It is what decides
// whether a consent page is shown. The scopes of OpenID Connect need none here.
func Consenting(s *directory.Snapshot, client *directory.Principal, user directory.ID, scopes []string) (missing []string, err error) {
	for _, one := range scopes {
		if isOpenID(one) {
			continue
		}
		resource, value := splitScope(one)
		if resource == "" {
			resource = graph
		}
		target, found := s.Resource(client.TenantID, resource)
		if !found {
			return nil, aadsts.ResourceNotFound.With(resource, client.TenantID)
		}
		allowed := Allowed(s, client, target, user)
		has := len(allowed) > 0
		if value != everything {
			has = slices.Contains(allowed, value)
			if !has && !offers(target.App, value) {
				return nil, aadsts.ScopeNotOfResource.With(client.App.DisplayName, value, target.App.DisplayName)
			}
		}
		if !has {
			missing = append(missing, one)
		}
	}
	return missing, nil
}
