package grant

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// adfsLifetime is how long AD FS's tokens live when nothing else is said.
const adfsLifetime = time.Hour

// ADFS answers the token endpoint of AD FS, for the tenant of that kind (Entra facts 8):
// the phases of [Handler.issue] in its words.
func (h *Handler) ADFS(w http.ResponseWriter, r *http.Request) error {
	req, err := read(r, 2, "adfs")
	c := attempt{Request: req, directory: h.Directory.Current(), now: h.Now()}
	var body []byte
	if err == nil {
		body, err = h.adfs(r.Context(), &c)
	}
	h.record(r, &c, err)
	if err == nil {
		return writeJSON(w, body)
	}
	word, text, known := adfsRefusal(aadsts.From(err))
	if !known {
		return err
	}
	return refuse(w, http.StatusBadRequest, word, text)
}

// ADFSAuthorize refuses whoever comes to sign in under /adfs: metadata has to name the
// address, and applications are all that AD FS serves here. The answer goes to the browser,
// not to a redirect address, as none was looked at.
func (h *Handler) ADFSAuthorize(w http.ResponseWriter, _ *http.Request) error {
	if _, found := ADFSTenant(h.Directory.Current()); !found {
		return aadsts.TenantNotFound.With("adfs")
	}
	return refuse(w, http.StatusBadRequest, "unsupported_response_type",
		"Nobody signs in under /adfs: only applications get tokens there, by 'client_credentials'. People sign in at the other tenants.")
}

func (h *Handler) adfs(ctx context.Context, c *attempt) ([]byte, error) {
	defer c.note(ctx)
	tenant, found := ADFSTenant(c.directory)
	if !found {
		return nil, aadsts.TenantNotFound.With("adfs")
	}
	c.place = tenancy.Place{Tenant: tenant, Segment: string(tenant.ID)}
	if c.GrantType != "client_credentials" {
		return nil, aadsts.UnsupportedGrant.With(c.GrantType)
	}
	c.kind, _ = find(c.GrantType)
	for _, phase := range [...]phase{h.client, h.authenticateADFS, h.adfsResource} {
		if err := phase(ctx, c); err != nil {
			return nil, err
		}
	}
	return h.signADFS(ctx, c)
}

// ADFSTenant is the tenant that is served as AD FS: a farm has one.
func ADFSTenant(s *directory.Snapshot) (*directory.Tenant, bool) {
	for _, t := range s.Tenants() {
		if t.Kind == directory.ADFS {
			return t, true
		}
	}
	return nil, false
}

func (h *Handler) authenticateADFS(ctx context.Context, c *attempt) (err error) {
	c.proof, err = clientauth.Checker{Issuers: h.Issuers}.Check(ctx, clientauth.Call{
		Directory: c.directory, Tenant: c.place.Tenant, Client: c.client, Now: c.now, GrantType: c.GrantType,
		Audience: h.Issuers.BaseURL + "/adfs/oauth2/token",
	}, c.Credential)
	return err
}

// userinfo is the resource of requests that name none.
const userinfo = "urn:microsoft:userinfo"

// adfsResource: the resource is a parameter of its own, or stands before the last part of
// the scope. The client needs permission: an assignment to it, or a grant of scopes.
func (h *Handler) adfsResource(_ context.Context, c *attempt) error {
	c.asked = c.Resource
	for one := range strings.FieldsSeq(c.Scope) {
		if c.asked == "" && !isOpenID(one) && strings.Contains(one, "/") {
			c.asked, _ = splitScope(one)
		}
	}
	if c.asked == "" || c.asked == userinfo {
		c.asked, c.granted = userinfo, []string{"openid"}
		return nil
	}
	target, found := c.directory.Resource(c.place.Tenant.ID, c.asked)
	if !found || target.Disabled || target.App.Disabled {
		return aadsts.ResourceNotFound.With(c.asked, c.place.Tenant.DisplayName)
	}
	c.target = target
	c.granted = c.directory.Consented(c.client.ID, target.ID, "")
	_, assigned := c.directory.Roles(c.client.ID, target.ID)
	if !assigned && len(c.granted) == 0 {
		return aadsts.NotAssigned.With(c.client.AppID, c.client.App.DisplayName, target.AppID, target.App.DisplayName)
	}
	if len(c.granted) == 0 {
		c.granted = []string{"openid"}
	}
	return nil
}

func (h *Handler) signADFS(ctx context.Context, c *attempt) ([]byte, error) {
	a := claims.ADFS{
		Audience: c.asked, Issuer: "http://" + strings.TrimPrefix(h.Issuers.BaseURL, "https://") + "/adfs/services/trust",
		ClientID: string(c.client.AppID), Method: claims.ADFSMethod(c.proof.Class()), Scopes: c.granted, IssuedAt: c.now, Lifetime: h.Lifetime,
	}
	if _, isGUID := directory.ParseID(c.asked); isGUID {
		a.Audience = "microsoft:identityserver:" + c.asked
	}
	if a.Lifetime == 0 {
		a.Lifetime = adfsLifetime
	}
	text, err := h.Keys.Sign(ctx, 1, make([]byte, 0, 2048), a.Append(make([]byte, 0, 1024)))
	if err != nil {
		return nil, unsigned(err)
	}
	return json.Marshal(struct {
		Token     string `json:"access_token"`
		Type      string `json:"token_type"`
		ExpiresIn int    `json:"expires_in"`
	}{string(text), "bearer", int(a.Lifetime.Seconds())})
}

// adfsRefusal words a refusal as AD FS does. The numbers and texts are those that its
// administrators know; those of this side's own failures stay what they are.
func adfsRefusal(e *aadsts.Error) (word, text string, known bool) {
	switch e.Number {
	case aadsts.UnsupportedGrant.Number:
		return "unsupported_grant_type", "MSIS9611: The authorization server does not support the requested 'grant_type'. The authorization server only supports 'client_credentials'.", true
	case aadsts.InvalidAppID.Number, aadsts.AppNotFound.Number, aadsts.AppWithoutPrincipal.Number, aadsts.AppDisabled.Number:
		return "invalid_client", "MSIS9223: Received invalid OAuth request. The received 'client_id' is invalid as no registered client was found with this client identifier. Make sure that the client is registered.", true
	case aadsts.ResourceNotFound.Number, aadsts.ServicePrincipalDisabled.Number:
		return "invalid_resource", "MSIS9602: The received 'resource' parameter is invalid. The authorization server can not find a registered resource with the specified identifier.", true
	case aadsts.NotAssigned.Number:
		return "unauthorized_client", "MSIS9605: The client is not allowed to access the requested resource.", true
	case aadsts.MethodNotPost.Number, aadsts.Malformed.Number, aadsts.MissingParameter.Number, aadsts.TenantNotFound.Number:
		return "invalid_request", "MSIS9600: The received request is malformed: a parameter is missing, occurs twice or cannot be read.", true
	}
	if e.Word == aadsts.InvalidClient || e.Word == aadsts.InvalidRequest {
		return "invalid_client", "MSIS9622: Client authentication failed. Please verify the credential provided for client authentication is valid.", true
	}
	return "", "", false
}
