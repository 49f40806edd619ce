package grant

import (
	"context"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// holdPassword finds the tenant that a user name belongs to. The grant is off unless the
// tenant has it on (Entra facts 4.8).
func holdPassword(h *Handler, _ context.Context, c *attempt) error {
	switch c.place.Segment {
	case "common", "consumers":
		return aadsts.GrantOverCommon.With()
	}
	switch {
	case c.Username == "":
		return aadsts.MissingParameter.With(paramUsername)
	case c.Password == "":
		return aadsts.MissingParameter.With(paramPassword)
	}
	tenant := c.place.Tenant
	if tenant == nil {
		_, domain, _ := strings.Cut(c.Username, "@")
		p, err := tenancy.Resolve(c.directory, domain)
		if err != nil || p.Tenant == nil {
			return aadsts.UserNotFound.With(c.place.Segment)
		}
		tenant = p.Tenant
	}
	if !tenant.PasswordGrant || h.Password == nil {
		return aadsts.UnsupportedGrant.With(c.GrantType).Helping("this tenant's people do not give their passwords to applications; the grant can be switched on")
	}
	c.signIn.Family = ticket.Family{Tenant: tenant.ID, Methods: []string{"pwd"}, Scopes: strings.Fields(c.Scope), Resource: c.Resource, AuthTime: c.now}
	if id, known := c.appID(); known {
		c.signIn.App = id
	}
	return nil
}

// checkPassword lets the room that knows passwords, and counts the attempts, judge.
func checkPassword(h *Handler, ctx context.Context, c *attempt) error {
	user, err := h.Password(ctx, c.place.Tenant, c.Username, c.Password)
	if err != nil {
		return err
	}
	if user.MustChangePassword {
		return aadsts.PasswordExpired.With().Sub("user_password_expired")
	}
	c.signIn.User = user.ID
	return nil
}
