package stead

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/internal/localca"
)

// certificateLife is how long an application's certificate is valid: longer than a
// seeded world is likely to be kept.
const certificateLife = 5 * 365 * 24 * time.Hour

// served are the environments as resources of the authority, where they run now, and
// global discovery, which is Dataverse's in every tenant.
func served(w World) []authority.Environment {
	var all []authority.Environment
	for _, e := range w.Environments {
		all = append(all, authority.Environment{TenantID: e.TenantID, URL: e.URL})
	}
	for _, t := range w.Tenants {
		all = append(all, authority.Environment{TenantID: t.ID, URL: w.Discovery})
	}
	return all
}

// directorySeed gives the authority its tenants, applications and people. It makes
// the applications' certificates when their files are not there.
func directorySeed(w World, people []seededPerson, sealing []byte, now time.Time) (*authority.Seed, error) {
	certificates, err := applicationCertificates(w.Apps, now)
	if err != nil {
		return nil, err
	}
	seed := &authority.Seed{}
	for _, t := range seededTenants {
		seed.Tenants = append(seed.Tenants, authority.SeedTenant{ID: t.id, Name: t.name, DisplayName: t.title, Domains: []string{t.domain}})
	}
	for _, t := range seededTenants {
		seed.ServicePrincipals = append(seed.ServicePrincipals, dataversePrincipal(t, sealing))
	}
	for i, a := range seededApps {
		seed.Applications = append(seed.Applications, a.registration(w.Apps[i], certificates[i]))
		seed.ServicePrincipals = append(seed.ServicePrincipals, authority.SeedServicePrincipal{
			ID: homePrincipalID(a.code), ClientID: clientID(a.code), TenantID: tenantOf(a.tenant).id,
			Assignments: graphRoles(a.graph...),
		})
	}
	for _, p := range people {
		seed.Users = append(seed.Users, authority.SeedUser{
			ID: p.objectID(), TenantID: tenantOf(p.tenant).id, UPN: p.upn(), DisplayName: strings.TrimSpace(p.first + " " + p.last),
			GivenName: p.first, Surname: p.last, PasswordHash: devPasswordHash, TenantAdministrator: p.tenantAdmin,
		})
	}
	return seed, nil
}

// managedIdentities lets programs be contoso-app as a managed identity: with
// IDENTITY_ENDPOINT at the authority's /msi/token and the development secret as
// IDENTITY_HEADER.
func managedIdentities() []authority.ManagedIdentity {
	var all []authority.ManagedIdentity
	for _, a := range seededApps {
		if a.managed {
			all = append(all, authority.ManagedIdentity{Secret: DevSecret, TenantID: tenantOf(a.tenant).id, ClientID: clientID(a.code)})
		}
	}
	return all
}

// dataversePrincipal is Dataverse's presence in a tenant. As it, environments ask
// Graph about applications; its secret is made on this machine and told to them only.
func dataversePrincipal(t seededTenant, sealing []byte) authority.SeedServicePrincipal {
	return authority.SeedServicePrincipal{
		ID: fixedID("00000000b00" + t.id[len(t.id)-1:]), ClientID: authority.DataverseID, TenantID: t.id,
		Secrets:     []authority.SeedSecret{{Name: "environments", Value: authority.Secret(dataverseSecret(sealing, t.id))}},
		Assignments: graphRoles("Directory.Read.All"),
	}
}

func dataverseSecret(sealing []byte, tenant string) string {
	return base64.RawURLEncoding.EncodeToString(derive(sealing, "Dataverse asks Graph in "+tenant))
}

// graphRoles assigns application permissions of Microsoft Graph.
func graphRoles(names ...string) []authority.SeedAssignment {
	var all []authority.SeedAssignment
	for _, name := range names {
		all = append(all, authority.SeedAssignment{ResourceClientID: authority.GraphID, Role: name})
	}
	return all
}

func (a seededApp) registration(described App, certificate []byte) authority.SeedApplication {
	app := authority.SeedApplication{
		ID: applicationID(a.code), ClientID: clientID(a.code), TenantID: tenantOf(a.tenant).id, DisplayName: a.name,
		SignInAudience: a.audience, RedirectURIs: described.RedirectURIs,
		Secrets: []authority.SeedSecret{{Name: "development", Value: DevSecret}},
	}
	if certificate != nil {
		app.Certificates = []authority.SeedCertificate{{Name: "development", PEM: certificate}}
	}
	return app
}

// applicationCertificates reads the certificates of the applications that have one,
// making those that are missing, several at once: primes take their time.
func applicationCertificates(apps []App, now time.Time) ([][]byte, error) {
	all := make([][]byte, len(apps))
	var group errgroup.Group
	for i, app := range apps {
		if app.Certificate == "" {
			continue
		}
		group.Go(func() (err error) {
			all[i], err = applicationCertificate(app, now)
			return err
		})
	}
	return all, group.Wait()
}

// applicationCertificate gives the PEM file that clients read: certificate and key.
func applicationCertificate(app App, now time.Time) ([]byte, error) {
	text, err := os.ReadFile(app.Certificate)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return text, err
	}
	certificate, key, err := localca.SelfSigned(app.Name, now, certificateLife)
	if err != nil {
		return nil, fmt.Errorf("certificate of %s: %w", app.Name, err)
	}
	text = append(certificate, key...)
	return text, writeAtomically(app.Certificate, text)
}
