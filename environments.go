package stead

import (
	"path/filepath"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/localca"
)

// issuers are the v1.0 and the v2.0 form of the tenant's issuer: an environment's
// tokens are v1.0, and a resource registered for v2.0 tokens gets those.
func issuers(authority, tenant string) []environment.Issuer {
	return []environment.Issuer{
		{Metadata: authority + "/" + tenant + "/.well-known/openid-configuration", Version: "1.0"},
		{Metadata: authority + "/" + tenant + "/v2.0/.well-known/openid-configuration", Version: "2.0"},
	}
}

// environmentSeed gives an environment its people and application users.
func environmentSeed(e seededEnvironment, people []seededPerson, rows int, progress func(done, total int)) *environment.Seed {
	seed := &environment.Seed{
		Units:   []environment.SeedUnit{{Name: "Sales"}, {Name: "Service"}},
		Samples: true, Rows: rows, Progress: progress,
	}
	for _, p := range people {
		if unit, here := p.units[e.name]; here {
			seed.Users = append(seed.Users, environment.SeedUser{
				ID: p.userID(e), ObjectID: p.objectID(),
				FirstName: p.first, LastName: p.last, DomainName: p.upn(), Email: p.upn(),
				Unit: unit, Roles: p.roles, OwnsNothing: p.code == "",
			})
		}
	}
	for _, a := range seededApps {
		if role, here := a.roles[e.name]; here {
			seed.Users = append(seed.Users, environment.SeedUser{
				ID: systemUserID(e.code, a.code), ObjectID: homePrincipalID(a.code), ApplicationID: clientID(a.code),
				FullName: a.name, LastName: a.name, DomainName: clientID(a.code) + "@" + tenantOf(a.tenant).domain,
				Email: clientID(a.code) + "@" + tenantOf(a.tenant).domain, Roles: []string{role},
			})
		}
	}
	return seed
}

// describe is the world as it will be served from these places.
func describe(c Config, served []seededEnvironment, people []seededPerson, ca *localca.CA, at places) World {
	// The bundle holds the system's roots too: whoever points SSL_CERT_FILE at it
	// still reaches the rest of the internet.
	w := World{Authority: at.authority.server.URL(), Discovery: at.discovery.server.URL(), CA: ca.BundleFile()}
	for _, t := range seededTenants {
		w.Tenants = append(w.Tenants, Tenant{Name: t.name, ID: t.id, Domain: t.domain})
	}
	for i, e := range served {
		w.Environments = append(w.Environments, Environment{
			Name: e.name, URL: at.environments[i].server.URL(), TenantID: tenantOf(e.tenant).id, OrganizationID: e.id,
		})
	}
	for _, a := range seededApps {
		w.Apps = append(w.Apps, a.describe(c, at.gateway))
	}
	for _, p := range people {
		w.Users = append(w.Users, p.describe(served))
	}
	return w
}

// gatewayCallback is where the gateway will take people back after signing in.
const gatewayCallback = "/signin/callback"

func (a seededApp) describe(c Config, gateway string) App {
	app := App{
		Name: a.name, ClientID: clientID(a.code), TenantID: tenantOf(a.tenant).id, Audience: a.audience,
		Secret: DevSecret, RedirectURIs: []string{},
	}
	if a.certificate && !c.WithoutCertificates {
		app.Certificate = filepath.Join(c.Data, a.name+".pem")
	}
	if a.web {
		app.RedirectURIs = append(app.RedirectURIs, gateway+gatewayCallback, "http://localhost/callback")
	}
	return app
}

func (p seededPerson) describe(served []seededEnvironment) Person {
	person := Person{
		UPN: p.upn(), Password: DevPassword, ObjectID: p.objectID(), TenantID: tenantOf(p.tenant).id,
		SystemUsers: []SystemUser{},
	}
	for _, e := range served {
		if _, here := p.units[e.name]; here {
			person.SystemUsers = append(person.SystemUsers, SystemUser{Environment: e.name, SystemUserID: p.userID(e)})
		}
	}
	return person
}
