package authority

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// records gives the seed as records, with the first-party applications in every tenant.
func (s Seed) records() (directory.Records, error) {
	r := reader{}
	for _, t := range s.Tenants {
		r.tenant(t)
	}
	r.records.Applications = directory.FirstParty()
	for _, a := range s.Applications {
		r.application(a)
	}
	for _, p := range s.ServicePrincipals {
		r.principal(p)
	}
	r.firstParty()
	for _, p := range s.ServicePrincipals {
		r.assignments(p)
		r.grants(p)
	}
	for _, u := range s.Users {
		r.user(u)
	}
	return r.records, r.err
}

// reader turns a seed into records and remembers the first thing that is wrong.
type reader struct {
	records directory.Records
	err     error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) id(what, text string) directory.ID {
	id, isGUID := directory.ParseID(text)
	if !isGUID {
		r.fail(fmt.Errorf("%s: %q is not a GUID", what, text))
	}
	return id
}

// idOr takes an id that was left empty from its owner.
func (r *reader) idOr(what, text string, owner directory.ID) directory.ID {
	if text == "" {
		return directory.DerivedID(what, owner)
	}
	return r.id(what, text)
}

func (r *reader) tenant(t SeedTenant) {
	one := directory.Tenant{
		ID: r.id("tenant "+t.Name, t.ID), Name: t.Name, DisplayName: t.DisplayName, Domains: t.Domains, UserConsent: true,
		PasswordGrant: t.PasswordGrant,
	}
	if t.ADFS {
		one.Kind = directory.ADFS
	}
	r.records.Tenants = append(r.records.Tenants, one)
}

func (r *reader) application(a SeedApplication) {
	what := "application " + a.DisplayName
	app := directory.Application{
		ID: r.id(what, a.ID), AppID: r.id(what, a.ClientID), TenantID: r.id(what, a.TenantID), DisplayName: a.DisplayName,
		Audience: directory.Audience(a.SignInAudience), IdentifierURIs: a.IdentifierURIs,
		PublicClient: a.PublicClient, TokenVersion: a.TokenVersion, Disabled: a.Disabled,
	}
	switch app.Audience {
	case "":
		app.Audience = directory.SingleTenant
	case directory.SingleTenant, directory.MultiTenant:
	default:
		r.fail(fmt.Errorf("%s: audience %q is not known", what, a.SignInAudience))
	}
	if a.TokenVersion < 0 || a.TokenVersion > 2 {
		r.fail(fmt.Errorf("%s: there is no token version %d", what, a.TokenVersion))
	}
	app.RedirectURIs = slices.Concat(redirects("web", a.RedirectURIs), redirects("spa", a.SPARedirectURIs), redirects("publicClient", a.PublicRedirectURIs))
	for _, f := range a.Federated {
		app.Federated = append(app.Federated, directory.FederatedCredential{
			ID: directory.DerivedID("federated "+f.Name, app.ID), Name: f.Name, Issuer: f.Issuer, Subject: f.Subject,
			Audiences: []string{cmp.Or(f.Audience, "api://AzureADTokenExchange")}, PinnedJWKS: f.JWKS,
		})
	}
	for _, one := range a.Scopes {
		app.Scopes = append(app.Scopes, directory.Scope{ID: r.id(what, one.ID), Value: one.Value})
	}
	for _, one := range a.Roles {
		app.Roles = append(app.Roles, directory.Role{ID: r.id(what, one.ID), Value: one.Value, DisplayName: one.DisplayName})
	}
	app.Credentials = r.credentials(what, app.ID, a.Secrets, a.Certificates)
	r.records.Applications = append(r.records.Applications, app)
}

func redirects(platform string, uris []string) []directory.RedirectURI {
	list := make([]directory.RedirectURI, len(uris))
	for i, uri := range uris {
		list[i] = directory.RedirectURI{Platform: platform, URI: uri}
	}
	return list
}

func (r *reader) credentials(what string, owner directory.ID, secrets []SeedSecret, certificates []SeedCertificate) directory.Credentials {
	var own directory.Credentials
	for i, s := range secrets {
		if s.Value == "" {
			r.fail(fmt.Errorf("%s: a secret is empty", what))
		}
		id := r.idOr(fmt.Sprintf("secret %d", i), s.ID, owner)
		own.Secrets = append(own.Secrets, directory.NewSecret(id, s.Name, string(s.Value), s.Start, s.End))
	}
	for i, c := range certificates {
		certificate, err := directory.NewCertificate(r.idOr(fmt.Sprintf("certificate %d", i), c.ID, owner), c.Name, c.PEM)
		if err != nil {
			r.fail(fmt.Errorf("%s: certificate %s: %w", what, c.Name, err))
		}
		own.Certificates = append(own.Certificates, certificate)
	}
	return own
}

func (r *reader) principal(p SeedServicePrincipal) {
	what := "service principal of " + p.ClientID
	one := directory.ServicePrincipal{
		ID: r.id(what, p.ID), AppID: r.id(what, p.ClientID), TenantID: r.id(what, p.TenantID),
		Names: p.Names, Disabled: p.Disabled, AssignmentRequired: p.AssignmentRequired,
	}
	one.Credentials = r.credentials(what, one.ID, p.Secrets, p.Certificates)
	r.records.ServicePrincipals = append(r.records.ServicePrincipals, one)
}

// firstParty adds the service principals that every tenant has, where the seed has none.
func (r *reader) firstParty() {
	for _, t := range r.records.Tenants {
		for _, own := range directory.FirstPartyPrincipals(t.ID) {
			if _, seeded := r.find(own.TenantID, own.AppID); !seeded {
				r.records.ServicePrincipals = append(r.records.ServicePrincipals, own)
			}
		}
	}
}

func (r *reader) find(tenant, app directory.ID) (directory.ServicePrincipal, bool) {
	i := slices.IndexFunc(r.records.ServicePrincipals, func(p directory.ServicePrincipal) bool { return p.TenantID == tenant && p.AppID == app })
	if i < 0 {
		return directory.ServicePrincipal{}, false
	}
	return r.records.ServicePrincipals[i], true
}

func (r *reader) assignments(p SeedServicePrincipal) {
	what := "assignment of " + p.ClientID
	tenant := r.id(what, p.TenantID)
	for _, a := range p.Assignments {
		app := r.id(what, a.ResourceClientID)
		resource, found := r.find(tenant, app)
		if !found {
			r.fail(fmt.Errorf("%s: resource %s is not in tenant %s", what, app, tenant))
			return
		}
		principal := r.id(what, p.ID)
		r.records.RoleAssignments = append(r.records.RoleAssignments, directory.RoleAssignment{
			ID:          directory.DerivedID(string(principal)+" "+a.Role, resource.ID),
			PrincipalID: principal, ResourceID: resource.ID, RoleID: r.role(what, app, a.Role),
		})
	}
}

// grants are of principals that are all there by now.
func (r *reader) grants(p SeedServicePrincipal) {
	what := "grant to " + p.ClientID
	tenant := r.id(what, p.TenantID)
	for _, g := range p.Grants {
		resource, found := r.find(tenant, r.id(what, g.ResourceClientID))
		if !found {
			r.fail(fmt.Errorf("%s: resource %s is not in tenant %s", what, g.ResourceClientID, tenant))
			return
		}
		var user directory.ID
		if g.UserID != "" {
			user = r.id(what, g.UserID)
		}
		r.records.Grants = append(r.records.Grants, directory.NewGrant(tenant, r.id(what, p.ID), resource.ID, user, g.Scopes, time.Time{}))
	}
}

func (r *reader) role(what string, app directory.ID, value string) directory.ID {
	if value == "" {
		return directory.NoID
	}
	for _, a := range r.records.Applications {
		for _, role := range a.Roles {
			if a.AppID == app && role.Value == value {
				return role.ID
			}
		}
	}
	r.fail(fmt.Errorf("%s: application %s has no role %q", what, app, value))
	return directory.NoID
}

func (r *reader) user(u SeedUser) {
	what := "user " + u.UPN
	one := directory.User{
		ID: r.id(what, u.ID), TenantID: r.id(what, u.TenantID), UPN: u.UPN, DisplayName: u.DisplayName,
		GivenName: u.GivenName, Surname: u.Surname, Disabled: u.Disabled, Password: directory.PasswordHash(u.PasswordHash),
	}
	if u.PasswordHash != "" && !strings.HasPrefix(u.PasswordHash, "$argon2id$") {
		r.fail(fmt.Errorf("%s: the password's hash is not argon2id in PHC form", what))
	}
	r.records.Users = append(r.records.Users, one)
	if u.TenantAdministrator {
		r.records.DirectoryRoles = append(r.records.DirectoryRoles, directory.DirectoryRole{
			ID: directory.DerivedID("administrator", one.ID), TenantID: one.TenantID, TemplateID: directory.GlobalAdministrator, PrincipalID: one.ID,
		})
	}
}
