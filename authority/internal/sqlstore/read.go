package sqlstore

import (
	"context"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Load reads everything from one snapshot of the database.
func (s *Store) Load(ctx context.Context) (directory.Records, error) {
	var r directory.Records
	err := s.db.Read(ctx, func(c *sqldb.Conn) error {
		r = directory.Records{}
		return first(
			func() error { return loadTenants(c, &r) },
			func() error { return loadApplications(c, &r) },
			func() error { return loadPrincipals(c, &r) },
			func() error { return loadPeople(c, &r) },
			func() error { return loadRoles(c, &r) },
			func() error { return loadGroups(c, &r) },
			func() error { return loadGrants(c, &r) },
		)
	})
	return r, err
}

func loadTenants(c *sqldb.Conn, to *directory.Records) error {
	found, err := byOwner(c, domains, listed)
	if err != nil {
		return err
	}
	to.Tenants, err = all(c, tenants, func(r row) directory.Tenant {
		return directory.Tenant{ID: r.id(0), Name: r.text(1), DisplayName: r.text(2), Domains: found[r.id(0)],
			Kind: directory.TenantKind(r.text(3)), PasswordGrant: r.bool(4), UserConsent: r.bool(5)}
	})
	return err
}

func loadApplications(c *sqldb.Conn, to *directory.Records) error {
	uris, err := byOwner(c, identifiers, listed)
	if err != nil {
		return err
	}
	back, err := byOwner(c, redirects, func(r row) directory.RedirectURI {
		return directory.RedirectURI{Platform: r.text(2), URI: r.text(3)}
	})
	if err != nil {
		return err
	}
	offered, err := byOwner(c, scopes, func(r row) directory.Scope {
		return directory.Scope{ID: r.id(2), Value: r.text(3), AdminOnly: r.bool(4), Disabled: r.bool(5),
			AdminTitle: r.text(6), AdminText: r.text(7), UserTitle: r.text(8), UserText: r.text(9)}
	})
	if err != nil {
		return err
	}
	given, err := byOwner(c, roles, func(r row) directory.Role {
		return directory.Role{ID: r.id(2), Value: r.text(3), DisplayName: r.text(4), Description: r.text(5),
			Members: split(r.text(6), " "), Disabled: r.bool(7)}
	})
	if err != nil {
		return err
	}
	own, err := loadCredentials(c)
	if err != nil {
		return err
	}
	asked, err := loadConsents(c)
	if err != nil {
		return err
	}
	profile, err := loadProfiles(c)
	if err != nil {
		return err
	}
	to.Applications, err = all(c, applications, func(r row) directory.Application {
		key := r.id(0)
		a := directory.Application{
			ID: key, AppID: r.id(1), TenantID: r.id(2), DisplayName: r.text(3), Audience: directory.Audience(r.text(4)),
			TokenVersion: int(r.Int(5)), FirstParty: r.bool(6), PublicClient: r.bool(7), Disabled: r.bool(8),
			IdentifierURIs: uris[key], RedirectURIs: back[key], Scopes: offered[key], Roles: given[key], Credentials: own(key),
			LogoutURL: r.text(9), HomePageURL: r.text(10), IDTokenIssuance: r.bool(11), AccessTokenIssuance: r.bool(12), GroupClaims: r.text(13),
			Profile: profile(key),
		}
		asked(&a)
		return a
	})
	return err
}

func loadPrincipals(c *sqldb.Conn, to *directory.Records) error {
	called, err := byOwner(c, names, listed)
	if err != nil {
		return err
	}
	at, err := byOwner(c, addresses, listed)
	if err != nil {
		return err
	}
	own, err := loadCredentials(c)
	if err != nil {
		return err
	}
	profile, err := loadProfiles(c)
	if err != nil {
		return err
	}
	to.ServicePrincipals, err = all(c, principals, func(r row) directory.ServicePrincipal {
		key := r.id(0)
		return directory.ServicePrincipal{
			ID: key, AppID: r.id(1), TenantID: r.id(2), Disabled: r.bool(3), AssignmentRequired: r.bool(4),
			Names: called[key], Addresses: at[key], Credentials: own(key),
			DisplayName: r.text(5), Kind: r.text(6), Profile: profile(key),
		}
	})
	return err
}

// loadCredentials gives the credentials of any owner.
func loadCredentials(c *sqldb.Conn) (func(directory.ID) directory.Credentials, error) {
	known, err := byOwner(c, secrets, func(r row) directory.Secret {
		s := directory.Secret{ID: r.id(2), Name: r.text(3), Hint: r.text(4), Start: r.time(6), End: r.time(7)}
		copy(s.Hash[:], r.Blob(5))
		return s
	})
	if err != nil {
		return nil, err
	}
	held, err := byOwner(c, certificates, func(r row) directory.Certificate {
		return directory.Certificate{ID: r.id(2), Name: r.text(3), DER: r.bytes(4), Start: r.time(5), End: r.time(6)}
	})
	return func(owner directory.ID) directory.Credentials {
		return directory.Credentials{Secrets: known[owner], Certificates: held[owner]}
	}, err
}

func loadPeople(c *sqldb.Conn, to *directory.Records) error {
	profile, err := loadProfiles(c)
	if err != nil {
		return err
	}
	to.Users, err = all(c, people, func(r row) directory.User {
		return directory.User{
			ID: r.id(0), TenantID: r.id(1), UPN: r.text(2), DisplayName: r.text(3), GivenName: r.text(4), Surname: r.text(5),
			Disabled: r.bool(6), Password: directory.PasswordHash(r.text(7)),
			SessionsValidFrom: r.time(8), MustChangePassword: r.bool(9), Mail: r.text(10), MailNickname: r.text(11), JobTitle: r.text(12),
			Profile: profile(r.id(0)),
		}
	})
	return err
}

func loadRoles(c *sqldb.Conn, to *directory.Records) (err error) {
	to.RoleAssignments, err = all(c, assignments, func(r row) directory.RoleAssignment {
		return directory.RoleAssignment{ID: r.id(0), PrincipalID: r.id(1), ResourceID: r.id(2), RoleID: r.id(3), Created: r.time(4)}
	})
	if err != nil {
		return err
	}
	to.DirectoryRoles, err = all(c, members, func(r row) directory.DirectoryRole {
		return directory.DirectoryRole{ID: r.id(0), TenantID: r.id(1), TemplateID: r.id(2), PrincipalID: r.id(3)}
	})
	return err
}

// listed reads a list of texts.
func listed(r row) string { return r.text(2) }
