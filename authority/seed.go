package authority

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Client ids of the applications that every tenant has: the resource Dataverse and
// Microsoft Graph. They and their service principals come without being seeded; a
// service principal that is seeded for one of them takes the place of its own.
const (
	DataverseID = string(directory.Dataverse)
	GraphID     = string(directory.Graph)
)

// Secret is a text that prints as [redacted].
type Secret = clientauth.Secret

// Seed is what a new directory begins with. Ids are GUIDs.
type Seed struct {
	Tenants           []SeedTenant
	Applications      []SeedApplication
	ServicePrincipals []SeedServicePrincipal
	Users             []SeedUser
}

// SeedTenant is a tenant.
type SeedTenant struct {
	ID          string
	Name        string // short
	DisplayName string // as messages name it
	Domains     []string
	// ADFS serves the tenant at /adfs, as a farm of AD FS; one tenant may be that.
	ADFS bool
	// PasswordGrant lets applications send people's passwords to the token endpoint.
	PasswordGrant bool
}

// SeedApplication is an application's registration. It gets no service principal by
// itself, not even at home (Entra facts 5.3).
type SeedApplication struct {
	ID             string // object id
	ClientID       string
	TenantID       string // home
	DisplayName    string
	SignInAudience string // AzureADMyOrg (also empty) or AzureADMultipleOrgs
	IdentifierURIs []string
	RedirectURIs   []string // of platform web
	// SPARedirectURIs are pages', PublicRedirectURIs those of programs on people's devices.
	SPARedirectURIs    []string
	PublicRedirectURIs []string
	Federated          []SeedFederated
	PublicClient       bool
	TokenVersion       int // of access tokens for it: 1 (also 0) or 2
	Disabled           bool
	Scopes             []SeedScope
	Roles              []SeedRole
	Secrets            []SeedSecret
	Certificates       []SeedCertificate
}

// SeedScope is a delegated permission.
type SeedScope struct{ ID, Value string }

// SeedRole is an application role.
type SeedRole struct{ ID, Value, DisplayName string }

// SeedSecret is a client secret; its value is hashed on the way in. ID is its keyId, made
// from its owner when empty. Zero times do not limit it.
type SeedSecret struct {
	ID, Name   string
	Value      Secret
	Start, End time.Time
}

// SeedCertificate is a certificate in PEM; a private key beside it is not looked at. It is
// valid as long as it says itself. ID is its keyId, made from its owner when empty.
type SeedCertificate struct {
	ID, Name string
	PEM      []byte
}

// SeedFederated lets tokens of a foreign issuer prove the application. Issuer, subject and
// audience are compared as they are; an empty audience is api://AzureADTokenExchange. JWKS
// pins the issuer's keys, which are not fetched then.
type SeedFederated struct {
	Name, Issuer, Subject, Audience string
	JWKS                            []byte
}

// SeedServicePrincipal is an application's presence in a tenant.
type SeedServicePrincipal struct {
	ID                 string // object id
	ClientID           string
	TenantID           string
	Names              []string // beside the client id and the application's identifier URIs
	Disabled           bool
	AssignmentRequired bool
	Assignments        []SeedAssignment
	Grants             []SeedGrant
	Secrets            []SeedSecret
	Certificates       []SeedCertificate
}

// SeedAssignment gives a service principal a role of a resource in its tenant; an empty
// role is the default one, which assigns and says nothing.
type SeedAssignment struct{ ResourceClientID, Role string }

// SeedGrant is consent to delegated permissions of a resource in the tenant: a person's or,
// when UserID is empty, everybody's.
type SeedGrant struct {
	ResourceClientID string
	UserID           string
	Scopes           []string
}

// SeedUser is a person. PasswordHash is an argon2id hash in PHC form.
type SeedUser struct {
	ID, TenantID        string
	UPN                 string
	DisplayName         string
	GivenName, Surname  string
	PasswordHash        string
	Disabled            bool
	TenantAdministrator bool
}

// seed puts a seed and the first-party applications into the directory.
func (s *Server) seed(ctx context.Context, seed Seed) error {
	records, err := seed.records()
	if err == nil {
		err = s.directory.Change(ctx, directory.Change{Put: records})
	}
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	return nil
}

// address makes the service principals of Dataverse known by where environments run.
func (s *Server) address(ctx context.Context, environments []Environment) error {
	if environments == nil {
		return nil
	}
	urls := map[directory.ID][]string{}
	for _, e := range environments {
		tenant, isGUID := directory.ParseID(e.TenantID)
		if !isGUID {
			return fmt.Errorf("environment %s: tenant %q is not a GUID", e.URL, e.TenantID)
		}
		urls[tenant] = append(urls[tenant], e.URL)
	}
	var change directory.Change
	for _, p := range s.directory.Current().Principals(directory.Dataverse) {
		if now := urls[p.TenantID]; !slices.Equal(now, p.Addresses) {
			moved := p.ServicePrincipal
			moved.Addresses = now
			change.Put.ServicePrincipals = append(change.Put.ServicePrincipals, moved)
		}
		delete(urls, p.TenantID)
	}
	for tenant, at := range urls {
		return fmt.Errorf("environment %s: tenant %s is not here", at[0], tenant)
	}
	if len(change.Put.ServicePrincipals) == 0 {
		return nil
	}
	return s.directory.Change(ctx, change)
}
