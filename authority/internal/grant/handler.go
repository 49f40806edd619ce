package grant

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/claims"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/web"
)

// Signer signs claims; keys.Ring is one.
type Signer interface {
	Sign(ctx context.Context, version int, dst, payload []byte) ([]byte, error)
}

// Handler answers token requests.
type Handler struct {
	Directory *directory.Directory
	Keys      Signer
	Issuers   tenancy.Issuers
	Now       func() time.Time
	Rand      io.Reader     // of opaque claims and lifetimes; safe for many goroutines
	Lifetime  time.Duration // of access tokens; 0: 60 to 90 minutes by chance
}

// Token answers a request to the endpoint of a version (1 or 2). tenant is the first
// segment of the path.
func (h *Handler) Token(w http.ResponseWriter, r *http.Request, version int, tenant string) error {
	req, err := read(r, version, tenant)
	if err != nil {
		return correlated(err, req)
	}
	token, err := h.issue(r.Context(), req)
	if err != nil {
		return correlated(err, req)
	}
	return token.write(w)
}

// issue is the phases of every grant, in the order of Entra facts 7.2.
func (h *Handler) issue(ctx context.Context, req Request) (token, error) {
	c := attempt{Request: req, directory: h.Directory.Current(), now: h.Now()}
	for _, phase := range []func(*attempt) error{
		h.tenant, h.grant, h.client, h.authenticate, h.resource, h.assignment,
	} {
		if err := phase(&c); err != nil {
			c.note(ctx)
			return token{}, err
		}
	}
	c.note(ctx)
	return h.sign(ctx, c)
}

// attempt is a request on its way through the phases, and what they found.
type attempt struct {
	Request
	directory *directory.Snapshot
	now       time.Time

	place  tenancy.Place
	kind   grantType
	client *directory.Principal
	proof  clientauth.Proof
	asked  string // the resource as it was asked for
	target *directory.Principal
	roles  []string
}

// note tells the event what is known; nothing of it is a secret.
func (c *attempt) note(ctx context.Context) {
	attrs := make([]slog.Attr, 0, 6)
	attrs = append(attrs, slog.String("tenant", c.place.Segment))
	if c.kind.name != "" {
		attrs = append(attrs, slog.String("grant", c.kind.name))
	}
	if c.client != nil {
		attrs = append(attrs, slog.String("client", string(c.client.AppID)), slog.String("application", c.client.App.DisplayName))
	}
	if c.proof.Passed() {
		attrs = append(attrs, slog.String("credential", c.proof.Kind()+" "+string(c.proof.KeyID)))
	}
	if c.target != nil {
		attrs = append(attrs, slog.String("resource", c.asked))
	}
	web.EventFrom(ctx).Add(attrs...)
}

func (h *Handler) tenant(c *attempt) (err error) {
	c.place, err = tenancy.Resolve(c.directory, c.Tenant)
	return err
}

func (h *Handler) grant(c *attempt) error {
	if c.GrantType == "" {
		return aadsts.MissingParameter.With(paramGrantType)
	}
	kind, found := find(c.GrantType)
	if !found {
		return aadsts.UnsupportedGrant.With(c.GrantType)
	}
	c.kind = kind
	if c.place.Tenant == nil && kind.needsTenant {
		return aadsts.TenantMissing.With().Helping("put the tenant's id or domain in the path; " + c.place.Segment + " will not do for an application that acts as itself")
	}
	return nil
}

// client finds the application and its presence in the tenant. One that is at home here
// but has none misses its service principal; others are simply not there (Entra facts
// 5.3, 5.4).
func (h *Handler) client(c *attempt) error {
	if c.ClientID == "" {
		return aadsts.MissingParameter.With(paramClientID)
	}
	id, isGUID := directory.ParseID(c.ClientID)
	if !isGUID {
		return aadsts.InvalidAppID.With(c.ClientID)
	}
	tenant := c.place.Tenant
	found, present := c.directory.Principal(tenant.ID, id)
	if !present || found.App.Audience == directory.SingleTenant && found.App.TenantID != tenant.ID {
		if app, known := c.directory.Application(id); known && app.TenantID == tenant.ID {
			return aadsts.AppWithoutPrincipal.With(id, tenant.ID)
		}
		return aadsts.AppNotFound.With(c.ClientID, tenant.DisplayName)
	}
	c.client = found
	if found.Disabled || found.App.Disabled {
		return aadsts.AppDisabled.With(id, found.App.DisplayName)
	}
	return nil
}

func (h *Handler) authenticate(c *attempt) (err error) {
	c.proof, err = clientauth.Checker{Issuers: h.Issuers}.Check(clientauth.Call{
		Directory: c.directory, Tenant: c.place.Tenant, Client: c.client, Now: c.now, GrantType: c.GrantType,
	}, c.Credential)
	return err
}

func (h *Handler) resource(c *attempt) error {
	asked, err := c.kind.resource(c.Request)
	if err != nil {
		return err
	}
	target, found := c.directory.Resource(c.place.Tenant.ID, asked)
	if !found {
		return aadsts.ResourceNotFound.With(asked, c.place.Tenant.DisplayName)
	}
	if target.Disabled || target.App.Disabled {
		return aadsts.ServicePrincipalDisabled.With(asked)
	}
	c.asked, c.target = asked, target
	return nil
}

// assignment: a token for any resource of the tenant is given, with or without roles;
// only a resource that requires an assignment refuses (Entra facts 2.1).
func (h *Handler) assignment(c *attempt) error {
	roles, assigned := c.directory.Roles(c.client.ID, c.target.ID)
	if c.target.AssignmentRequired && !assigned {
		return aadsts.NotAssigned.With(c.client.AppID, c.client.App.DisplayName, c.target.AppID, c.target.App.DisplayName)
	}
	c.roles = roles
	return nil
}

// sign makes the token that all phases allow.
func (h *Handler) sign(ctx context.Context, c attempt) (token, error) {
	if !c.proof.Passed() {
		return token{}, fmt.Errorf("token of %s without a proof", c.client.AppID)
	}
	subject := claims.App{
		Version: max(c.target.App.TokenVersion, 1), Audience: c.asked, TenantID: string(c.place.Tenant.ID),
		ClientID: string(c.client.AppID), ObjectID: string(c.client.ID), Proof: c.proof.Class(),
		FirstParty: c.target.App.FirstParty, Roles: c.roles, IssuedAt: c.now, Lifetime: h.Lifetime,
	}
	if subject.Version == 2 { // v2.0 tokens always name the resource by its id (Entra facts 3.1)
		subject.Audience = string(c.target.AppID)
	}
	subject.Issuer = h.Issuers.Of(subject.Version, c.place.Tenant.ID)
	if _, err := io.ReadFull(h.Rand, subject.Entropy[:]); err != nil {
		return token{}, err
	}
	if subject.Lifetime == 0 {
		subject.Lifetime = subject.Entropy.Lifetime()
	}
	payload := subject.Append(make([]byte, 0, 1024))
	text, err := h.Keys.Sign(ctx, subject.Version, make([]byte, 0, 2048), payload)
	if err != nil {
		return token{}, unsigned(err)
	}
	return token{request: c.Request, text: text, resource: c.asked, expires: subject.Expires(), notBefore: subject.NotBefore(), lifetime: subject.Lifetime}, nil
}

// correlated gives a refusal the correlation id of the body.
func correlated(err error, req Request) error {
	e := aadsts.From(err)
	e.Correlation = req.Correlation
	return e
}
