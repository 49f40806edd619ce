package grant

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
)

// Signer signs claims and says with which keys; keys.Ring is one.
type Signer interface {
	Sign(ctx context.Context, version int, dst, payload []byte) ([]byte, error)
	Published() []jose.Key
	Signing() string // id of the key that signs
}

// Handler answers token requests.
type Handler struct {
	Directory  *directory.Directory
	Keys       Signer
	Issuers    tenancy.Issuers
	Federation clientauth.Federation // nil: no foreign issuer's tokens are accepted
	Chains     *clientauth.Chains    // nil: certificates must be registered
	Tickets    *ticket.Book
	Journal    *journal.Book // nil: nothing is recorded
	Now        func() time.Time
	Rand       io.Reader     // of opaque claims and lifetimes; safe for many goroutines
	Lifetime   time.Duration // of access tokens; 0: 60 to 90 minutes by chance
	SubjectKey []byte        // makes pairwise subjects; must stay the same
	Reuse      *Reuse        // nil: every request gets a token of its own
	Identities []Identity    // managed identities

	// Password judges a user name and a password, and counts the attempts. nil: there is no
	// password grant.
	Password func(ctx context.Context, tenant *directory.Tenant, name string, password clientauth.Secret) (*directory.User, error)
}

// Token answers a request to the endpoint of a version (1 or 2). tenant is the first
// segment of the path.
func (h *Handler) Token(w http.ResponseWriter, r *http.Request, version int, tenant string) error {
	if r.Method == http.MethodOptions {
		return preflight(w, r)
	}
	req, err := read(r, version, tenant)
	c := attempt{Request: req, directory: h.Directory.Current(), now: h.Now()}
	var answer token
	if err == nil {
		answer, err = h.issue(r.Context(), &c)
	}
	h.record(r, &c, err)
	c.share(w.Header())
	if err != nil {
		return correlated(err, req)
	}
	return answer.write(w)
}

// phase is one step of a request.
type phase func(context.Context, *attempt) error

// issue is the phases of every grant, in the order of Entra facts 7.2.
func (h *Handler) issue(ctx context.Context, c *attempt) (token, error) {
	defer c.note(ctx)
	for _, phase := range [...]phase{
		h.tenant, h.grant, h.hold, h.client, h.authenticate, h.person, h.resource, h.permission, h.redeem,
	} {
		if err := phase(ctx, c); err != nil {
			return token{}, err
		}
	}
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

	// Of people's grants.
	signIn  signIn
	code    ticket.Code
	bearer  bearerClaims
	user    *directory.User
	wanted  wanted
	granted []string // scopes
	refresh string   // the refresh token that the answer brings
	front   bool     // the answer travels in an address
}

func (h *Handler) tenant(_ context.Context, c *attempt) (err error) {
	c.place, err = tenancy.Resolve(c.directory, c.Tenant)
	return err
}

func (h *Handler) grant(_ context.Context, c *attempt) error {
	if c.GrantType == "" {
		return aadsts.MissingParameter.With(paramGrantType)
	}
	kind, found := find(c.GrantType)
	if !found {
		return aadsts.UnsupportedGrant.With(c.GrantType)
	}
	c.kind = kind
	if c.place.Tenant == nil && !kind.words {
		return aadsts.TenantMissing.With().Helping("put the tenant's id or domain in the path; " + c.place.Segment + " will not do for an application that acts as itself")
	}
	return nil
}

// appID reads the client id.
func (c *attempt) appID() (directory.ID, bool) { return directory.ParseID(c.ClientID) }

// client finds the application and its presence in the tenant. One that is at home here
// but has none misses its service principal; others are simply not there (Entra facts
// 5.3, 5.4).
func (h *Handler) client(_ context.Context, c *attempt) error {
	if c.ClientID == "" {
		return aadsts.MissingParameter.With(paramClientID)
	}
	id, isGUID := c.appID()
	if !isGUID {
		return aadsts.InvalidAppID.With(c.ClientID)
	}
	tenant, err := c.home(id)
	if err != nil {
		return err
	}
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

// home is the tenant to look the client up in. Over common and its like only applications
// for several tenants may sign in; while no person is known, their own tenant knows their
// credentials (Entra facts 5.3).
func (c *attempt) home(id directory.ID) (*directory.Tenant, error) {
	app, known := c.directory.Application(id)
	if c.place.Segment == "consumers" { // nobody's personal account is here
		return nil, aadsts.AppNotFound.With(c.ClientID, c.place.Segment)
	}
	if c.byWord() && known && app.Audience == directory.SingleTenant {
		return nil, aadsts.NotMultiTenant.With(id, app.DisplayName, c.place.Segment)
	}
	if c.place.Tenant != nil {
		return c.place.Tenant, nil
	}
	if known {
		if t, found := c.directory.Tenant(string(app.TenantID)); found {
			return t, nil
		}
	}
	return nil, aadsts.AppNotFound.With(c.ClientID, c.place.Segment)
}

// byWord reports whether the path named no tenant.
func (c *attempt) byWord() bool {
	switch c.place.Segment {
	case "common", "organizations", "consumers":
		return true
	}
	return false
}

// authenticate: an application that can keep a secret proves itself; one that cannot says
// who it is.
func (h *Handler) authenticate(ctx context.Context, c *attempt) (err error) {
	if c.Credential.Empty() && c.kind.person() && !c.kind.confidential {
		if !c.mayBePublic() {
			return aadsts.CredentialRequired.With()
		}
		c.proof = clientauth.Public()
		return nil
	}
	call := clientauth.Call{Directory: c.directory, Tenant: c.place.Tenant, Client: c.client, Now: c.now, GrantType: c.GrantType}
	if c.byWord() {
		call.Segment = c.place.Segment
	}
	if call.Tenant == nil {
		call.Tenant, _ = c.directory.Tenant(string(c.client.TenantID))
	}
	c.proof, err = clientauth.Checker{Issuers: h.Issuers, Federation: h.Federation, Chains: h.Chains}.Check(ctx, call, c.Credential)
	return err
}

// mayBePublic: what was issued through a redirect URI of a page or a device's program needs
// no secret; all else depends on the application.
func (c *attempt) mayBePublic() bool {
	switch platform := c.signIn.Platform; {
	case platform == platformSPA:
		return true
	case platform == "" && c.signIn.refusal != nil:
		return isPublicApp(c.client) || hasPlatform(c.client.App, platformSPA)
	case platform == platformWeb:
		return false
	}
	return isPublicApp(c.client)
}

// isPublicApp: an application that says so, or that is registered as a program on people's
// devices.
func isPublicApp(client *directory.Principal) bool {
	return client.App.PublicClient || hasPlatform(client.App, platformPublic)
}

func hasPlatform(app *directory.Application, platform string) bool {
	for _, uri := range app.RedirectURIs {
		if uri.Platform == platform {
			return true
		}
	}
	return false
}

func (h *Handler) resource(_ context.Context, c *attempt) (err error) {
	if c.kind.person() {
		if c.wanted, err = personResource(c); err != nil {
			return err
		}
		c.asked = c.wanted.audience()
	} else if c.asked, err = applicationResource(c.Request); err != nil {
		return err
	}
	target, found := c.directory.Resource(c.place.Tenant.ID, c.asked)
	if !found {
		return aadsts.ResourceNotFound.With(c.asked, c.place.Tenant.DisplayName)
	}
	if target.Disabled || target.App.Disabled {
		return aadsts.ServicePrincipalDisabled.With(c.asked)
	}
	c.target = target
	return nil
}

// permission: a person's consent, or an application's assignment.
func (h *Handler) permission(ctx context.Context, c *attempt) error {
	if c.kind.person() {
		return h.consent(ctx, c)
	}
	return h.assignment(c)
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

// redeem uses up what the client holds: the last step before tokens are made.
func (h *Handler) redeem(ctx context.Context, c *attempt) (err error) {
	if c.kind.redeem != nil {
		c.refresh, err = c.kind.redeem(h, ctx, c, c.wanted.has("offline_access"))
	}
	return err
}

// correlated gives a refusal the correlation id of the body.
func correlated(err error, req Request) error {
	e := aadsts.From(err)
	e.Correlation = req.Correlation
	return e
}
