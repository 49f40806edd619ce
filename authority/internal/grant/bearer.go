package grant

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
)

// skew is how far apart clocks may be (Entra facts 3.3).
const skew = 5 * time.Minute

// bearerClaims are what an access token says that matters here.
type bearerClaims struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	Tenant    string   `json:"tid"`
	Object    string   `json:"oid"`
	Scopes    *string  `json:"scp"`
	Methods   []string `json:"amr"`
	Session   string   `json:"sid"`
	Expires   int64    `json:"exp"`
	NotBefore int64    `json:"nbf"`
	IssuedAt  int64    `json:"iat"`
}

// holdBearer reads the token that a middle tier was called with (Entra facts 4.7): it must
// be one of this authority's own.
func holdBearer(h *Handler, _ context.Context, c *attempt) error {
	if c.Bearer == "" {
		return aadsts.MissingParameter.With(paramBearer)
	}
	if c.RequestedUse != "on_behalf_of" {
		return aadsts.MissingParameter.With(paramRequestedUse).Helping("requested_token_use must be on_behalf_of")
	}
	said, err := h.own(strings.TrimSpace(string(c.Bearer)))
	if err != nil {
		return err
	}
	if at := time.Unix(said.Expires, 0); !c.now.Before(at.Add(skew)) || c.now.Before(time.Unix(said.NotBefore, 0).Add(-skew)) {
		return aadsts.BearerExpired.With(iso(c.now), iso(at))
	}
	c.bearer = said
	c.signIn.Family = ticket.Family{
		Tenant: directory.ID(said.Tenant), User: directory.ID(said.Object), Session: directory.ID(said.Session), Methods: said.Methods,
		Scopes: strings.Fields(c.Scope), AuthTime: time.Unix(said.IssuedAt, 0).Add(skew), // iat is back-dated (Entra facts 3.1)
	}
	if id, known := c.appID(); known {
		c.signIn.App = id
	}
	return nil
}

// own verifies a token of this authority's: RS256, a published key, an issuer of its
// tenant.
func (h *Handler) own(token string) (bearerClaims, error) {
	var said bearerClaims
	m, err := jose.Parse(token, jose.RS256)
	if err != nil {
		return said, aadsts.AssertionMalformed.With("JWT token is malformed.").Because(err)
	}
	keys := h.Keys.Published()
	i := slices.IndexFunc(keys, func(k jose.Key) bool { return k.ID == m.Header.KeyID && k.ID != "" })
	if i < 0 {
		return said, aadsts.BearerNotValid.With("The key was not found.")
	}
	public, err := keys[i].Public()
	if err != nil {
		return said, err
	}
	if m.Verify(public) != nil {
		return said, aadsts.BearerNotValid.With("The provided signature value did not match the expected signature value.")
	}
	if err := json.Unmarshal(m.Payload, &said); err != nil {
		return said, aadsts.AssertionMalformed.With("JWT token is malformed.").Because(err)
	}
	tenant := directory.ID(said.Tenant)
	if said.Issuer != h.Issuers.Of(1, tenant) && said.Issuer != h.Issuers.Of(2, tenant) {
		return said, aadsts.BearerNotValid.With("The issuer is not this authority.")
	}
	return said, nil
}

// checkBearer: the token was meant for the application that presents it, and is about a
// person.
func checkBearer(_ *Handler, _ context.Context, c *attempt) error {
	if p, found := c.directory.Resource(c.place.Tenant.ID, c.bearer.Audience); !found || p.ID != c.client.ID {
		return aadsts.BearerNotValid.With("Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '" +
			c.bearer.Audience + "' and the expected audience is one of the Application Uris of this application with App ID '" + string(c.client.AppID) + "'.")
	}
	if c.bearer.Scopes == nil {
		return aadsts.BearerOfApplication.With(c.client.AppID).Helping("the assertion is an application's own token: there is nobody on whose behalf to act")
	}
	return nil
}
