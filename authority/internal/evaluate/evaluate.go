package evaluate

import (
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// Question is what is to be evaluated.
type Question struct {
	Tenant      string `json:"tenant"`         // id or domain
	Application string `json:"application"`    // client id
	Resource    string `json:"resource"`       // any of its names
	User        string `json:"user,omitempty"` // user principal name or object id; empty: the application as itself
}

// Link is one condition of a token.
type Link struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Detail  string `json:"detail"`            // what was found
	Code    string `json:"code,omitempty"`    // of the refusal: AADSTS and digits
	Message string `json:"message,omitempty"` // of the refusal
	Fix     string `json:"fix,omitempty"`     // what mends it
}

// Token is what the token would say.
type Token struct {
	Version  int      `json:"version"`
	Audience string   `json:"aud"`
	Issuer   string   `json:"iss"`
	TenantID string   `json:"tid"`
	ClientID string   `json:"appid"`
	ObjectID string   `json:"oid"`
	Roles    []string `json:"roles,omitempty"`
	Scopes   []string `json:"scp,omitempty"`
}

// Answer is the chain and, when no link is broken, the token.
type Answer struct {
	Granted bool   `json:"granted"`
	Links   []Link `json:"links"`
	Token   *Token `json:"token,omitempty"`
}

// Evaluator evaluates from one snapshot.
type Evaluator struct {
	Directory *directory.Snapshot
	Issuers   tenancy.Issuers
	Now       time.Time
}

// chain is an evaluation on its way.
type chain struct {
	Evaluator
	Question
	answer Answer

	tenant *directory.Tenant
	client *directory.Principal
	target *directory.Principal
	user   *directory.User
}

// Evaluate follows the chain in the order in which the token endpoint checks it (Entra
// facts 7.2). What depends on a broken link is left out, all else is looked at.
func (e Evaluator) Evaluate(q Question) Answer {
	c := &chain{Evaluator: e, Question: q}
	if c.findTenant() {
		if c.findClient() {
			c.checkEnabled()
			c.checkCredentials()
		}
		person := c.findUser()
		if c.findResource() && c.client != nil && person {
			c.checkConsent()
			c.checkAssignment()
		}
	}
	c.answer.Granted = !slices.ContainsFunc(c.answer.Links, func(l Link) bool { return !l.OK })
	if c.answer.Granted {
		c.answer.Token = c.token()
	}
	return c.answer
}

func (c *chain) ok(name, detail string) bool {
	c.answer.Links = append(c.answer.Links, Link{Name: name, OK: true, Detail: detail})
	return true
}

func (c *chain) broken(name, detail string, e *aadsts.Error, fix string) bool {
	c.answer.Links = append(c.answer.Links, Link{Name: name, Detail: detail, Code: e.Code(), Message: e.Code() + ": " + e.Message, Fix: fix})
	return false
}

func (c *chain) findTenant() bool {
	place, err := tenancy.Resolve(c.Directory, c.Tenant)
	if err != nil {
		return c.broken("tenant", c.Tenant, aadsts.From(err), "name the tenant by its id or one of its verified domains")
	}
	if place.Tenant == nil {
		return c.broken("tenant", c.Tenant, aadsts.TenantMissing.With(), "name one tenant: "+place.Segment+" addresses many")
	}
	c.tenant = place.Tenant
	return c.ok("tenant", c.tenant.DisplayName+" "+string(c.tenant.ID))
}

// findClient: registration, audience, and presence in the tenant.
func (c *chain) findClient() bool {
	const registered, present = "registration", "service principal"
	id, isGUID := directory.ParseID(c.Application)
	if !isGUID {
		return c.broken(registered, c.Application, aadsts.InvalidAppID.With(c.Application), "use the application's client id, not its name or its identifier URI")
	}
	unknown := aadsts.AppNotFound.With(c.Application, c.tenant.DisplayName)
	app, known := c.Directory.Application(id)
	if !known {
		fix := "register the application, or use the right client id"
		if a, found := c.Directory.ApplicationByID(id); found {
			fix = "this is the object id of " + a.DisplayName + ": use its client id " + string(a.AppID)
		} else if p, found := c.Directory.PrincipalByID(id); found {
			fix = "this is the object id of a service principal of " + p.App.DisplayName + ": use its client id " + string(p.AppID)
		}
		return c.broken(registered, "nothing is registered with this client id", unknown, fix)
	}
	c.ok(registered, app.DisplayName+", at home in tenant "+string(app.TenantID))
	if app.TenantID != c.tenant.ID && app.Audience == directory.SingleTenant {
		return c.broken("audience", string(app.Audience), unknown, "let other tenants use the application: set signInAudience to "+string(directory.MultiTenant))
	}
	c.ok("audience", string(app.Audience))
	client, found := c.Directory.Principal(c.tenant.ID, id)
	switch {
	case found:
		c.client = client
		return c.ok(present, string(client.ID))
	case app.TenantID == c.tenant.ID:
		return c.broken(present, "the application is registered here but has none", aadsts.AppWithoutPrincipal.With(id, c.tenant.ID), "create it: az ad sp create --id "+string(id))
	}
	return c.broken(present, "the application has none in this tenant", unknown,
		"let an administrator of the tenant consent: "+c.Issuers.BaseURL+"/"+string(c.tenant.ID)+"/adminconsent?client_id="+string(id))
}

func (c *chain) checkEnabled() {
	refusal := aadsts.AppDisabled.With(c.client.AppID, c.client.App.DisplayName)
	switch {
	case c.client.App.Disabled:
		c.broken("enabled", "the application is disabled", refusal, "enable the application in its home tenant")
	case c.client.Disabled:
		c.broken("enabled", "the service principal is disabled", refusal, "set accountEnabled of service principal "+string(c.client.ID)+" to true")
	default:
		c.ok("enabled", "application and service principal are enabled")
	}
}

// checkCredentials: at least one of them must be usable now.
func (c *chain) checkCredentials() {
	var usable, ended []string
	count := func(kind string, id directory.ID, start, end time.Time) {
		switch {
		case !end.IsZero() && !c.Now.Before(end):
			ended = append(ended, kind+" "+string(id)+" expired at "+end.UTC().Format(time.RFC3339))
		case c.Now.Before(start):
			ended = append(ended, kind+" "+string(id)+" is not valid before "+start.UTC().Format(time.RFC3339))
		default:
			usable = append(usable, kind+" "+string(id))
		}
	}
	for _, own := range []directory.Credentials{c.client.App.Credentials, c.client.Credentials} {
		for _, s := range own.Secrets {
			count("secret", s.ID, s.Start, s.End)
		}
		for _, k := range own.Certificates {
			count("certificate", k.ID, k.Start, k.End)
		}
	}
	for _, f := range c.client.App.Federated {
		usable = append(usable, "federated "+f.Name)
	}
	const add = "add a secret or a certificate to the application"
	switch {
	case len(usable) > 0:
		c.ok("credential", strings.Join(usable, ", "))
	case c.client.App.PublicClient && c.User != "":
		c.ok("credential", "a public client needs none")
	case len(ended) > 0:
		c.broken("credential", strings.Join(ended, ", "), aadsts.SecretExpired.With(c.client.AppID), add)
	default:
		c.broken("credential", "the application has none", aadsts.CredentialMissing.With("client_credentials"), add)
	}
}

func (c *chain) findUser() bool {
	if c.User == "" {
		return true
	}
	u, found := c.Directory.User(c.tenant.ID, c.User)
	if id, isGUID := directory.ParseID(c.User); isGUID {
		u, found = c.Directory.UserByID(id)
		found = found && u.TenantID == c.tenant.ID
	}
	switch {
	case !found:
		return c.broken("user", c.User, aadsts.UserNotFound.With(c.tenant.ID), "use a user principal name of this tenant")
	case u.Disabled:
		return c.broken("user", u.UPN+" is disabled", aadsts.UserDisabled.With(), "set accountEnabled of the user to true")
	}
	c.user = u
	return c.ok("user", u.UPN+" "+string(u.ID))
}

func (c *chain) findResource() bool {
	target, found := c.Directory.Resource(c.tenant.ID, strings.TrimSuffix(c.Resource, "/.default"))
	if !found {
		return c.broken("resource", "no service principal of the tenant has this name", aadsts.ResourceNotFound.With(c.Resource, c.tenant.DisplayName),
			"use a name of the resource's service principal in this tenant, or let it be installed here")
	}
	c.target = target
	if target.Disabled || target.App.Disabled {
		return c.broken("resource", target.App.DisplayName+" is disabled", aadsts.ServicePrincipalDisabled.With(c.Resource), "enable service principal "+string(target.ID))
	}
	return c.ok("resource", target.App.DisplayName+" "+string(target.ID))
}

// checkConsent is for people: a client needs consent for at least one scope.
func (c *chain) checkConsent() {
	if c.user == nil {
		return
	}
	if scopes := c.scopes(); len(scopes) > 0 {
		c.ok("consent", strings.Join(scopes, " "))
		return
	}
	c.broken("consent", "neither the user nor an administrator consented", aadsts.ConsentMissing.With(c.client.AppID, c.client.App.DisplayName),
		"sign the user in, or let an administrator consent: "+c.Issuers.BaseURL+"/"+string(c.tenant.ID)+"/adminconsent?client_id="+string(c.client.AppID))
}

// scopes are those consented to, and those the resource trusts the client with.
func (c *chain) scopes() []string {
	scopes := slices.Clone(c.Directory.Consented(c.client.ID, c.target.ID, c.user.ID))
	for _, p := range c.target.App.PreAuthorized {
		for _, s := range c.target.App.Scopes {
			if p.AppID == c.client.AppID && slices.Contains(p.ScopeIDs, s.ID) {
				scopes = append(scopes, s.Value)
			}
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

// subject is whose roles count.
func (c *chain) subject() directory.ID {
	if c.user != nil {
		return c.user.ID
	}
	return c.client.ID
}

// checkAssignment: an application must be assigned to a resource that asks for it, a
// person to a client that does (Entra facts 2.1).
func (c *chain) checkAssignment() {
	roles, assigned := c.roles(c.target.ID)
	_, admitted := c.roles(c.client.ID)
	switch {
	case c.user != nil && c.client.AssignmentRequired && !admitted:
		c.broken("assignment", "the application requires an assignment and the user has none",
			aadsts.UserNotAssigned.With(c.client.App.DisplayName, c.client.AppID),
			"assign a role of service principal "+string(c.client.ID)+" to user "+string(c.user.ID)+" or a group of theirs")
	case c.target.AssignmentRequired && !assigned && c.user == nil:
		c.broken("assignment", "the resource requires an assignment and there is none",
			aadsts.NotAssigned.With(c.client.AppID, c.client.App.DisplayName, c.target.AppID, c.target.App.DisplayName),
			"assign a role of service principal "+string(c.target.ID)+" to "+string(c.client.ID))
	case len(roles) > 0:
		c.ok("assignment", "roles "+strings.Join(roles, " "))
	default:
		c.ok("assignment", "no roles; none are required")
	}
}

// roles are those of the subject on a resource; a person has those of their groups too.
func (c *chain) roles(resource directory.ID) (roles []string, assigned bool) {
	subjects := []directory.ID{c.subject()}
	if c.user != nil {
		subjects = append(subjects, c.Directory.Groups(c.user.ID)...)
	}
	for _, one := range subjects {
		more, yes := c.Directory.Roles(one, resource)
		roles, assigned = append(roles, more...), assigned || yes
	}
	slices.Sort(roles)
	return slices.Compact(roles), assigned
}

func (c *chain) token() *Token {
	t := &Token{Version: max(c.target.App.TokenVersion, 1), Audience: strings.TrimSuffix(c.Resource, "/.default"), TenantID: string(c.tenant.ID),
		ClientID: string(c.client.AppID), ObjectID: string(c.subject())}
	if t.Version == 2 { // v2.0 tokens always name the resource by its id (Entra facts 3.1)
		t.Audience = string(c.target.AppID)
	}
	t.Issuer = c.Issuers.Of(t.Version, c.tenant.ID)
	t.Roles, _ = c.roles(c.target.ID)
	if c.user != nil {
		t.Scopes = c.scopes()
	}
	return t
}
