package sqlstore

import (
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

func putTenant(c *sqldb.Conn, t directory.Tenant) error {
	return first(
		func() error {
			return tenants.put(c, id(t.ID), sqldb.Text(t.Name), sqldb.Text(t.DisplayName), sqldb.Text(string(t.Kind)), boolean(t.PasswordGrant), boolean(t.UserConsent))
		},
		func() error { return putList(c, domains, t.ID, t.Domains, one) },
	)
}

func putApplication(c *sqldb.Conn, a directory.Application) error {
	return first(
		func() error {
			return applications.put(c, id(a.ID), id(a.AppID), id(a.TenantID), sqldb.Text(a.DisplayName), sqldb.Text(string(a.Audience)),
				sqldb.Int(int64(a.TokenVersion)), boolean(a.FirstParty), boolean(a.PublicClient), boolean(a.Disabled),
				sqldb.Text(a.LogoutURL), sqldb.Text(a.HomePageURL), boolean(a.IDTokenIssuance), boolean(a.AccessTokenIssuance), sqldb.Text(a.GroupClaims))
		},
		func() error { return putList(c, identifiers, a.ID, a.IdentifierURIs, one) },
		func() error {
			return putList(c, redirects, a.ID, a.RedirectURIs, func(r directory.RedirectURI) []sqldb.Arg {
				return []sqldb.Arg{sqldb.Text(r.Platform), sqldb.Text(r.URI)}
			})
		},
		func() error {
			return putList(c, scopes, a.ID, a.Scopes, func(s directory.Scope) []sqldb.Arg {
				return []sqldb.Arg{id(s.ID), sqldb.Text(s.Value), boolean(s.AdminOnly), boolean(s.Disabled),
					sqldb.Text(s.AdminTitle), sqldb.Text(s.AdminText), sqldb.Text(s.UserTitle), sqldb.Text(s.UserText)}
			})
		},
		func() error {
			return putList(c, roles, a.ID, a.Roles, func(r directory.Role) []sqldb.Arg {
				return []sqldb.Arg{id(r.ID), sqldb.Text(r.Value), sqldb.Text(r.DisplayName), sqldb.Text(r.Description), words(r.Members), boolean(r.Disabled)}
			})
		},
		func() error { return putCredentials(c, a.ID, a.Credentials) },
		func() error { return putConsents(c, a) },
		func() error { return putProfile(c, a.ID, a.Profile) },
	)
}

func putPrincipal(c *sqldb.Conn, p directory.ServicePrincipal) error {
	return first(
		func() error {
			return principals.put(c, id(p.ID), id(p.AppID), id(p.TenantID), boolean(p.Disabled), boolean(p.AssignmentRequired),
				sqldb.Text(p.DisplayName), sqldb.Text(p.Kind), instant(p.Deleted))
		},
		func() error { return putList(c, names, p.ID, p.Names, one) },
		func() error { return putList(c, addresses, p.ID, p.Addresses, one) },
		func() error { return putCredentials(c, p.ID, p.Credentials) },
		func() error { return putProfile(c, p.ID, p.Profile) },
	)
}

func putCredentials(c *sqldb.Conn, owner directory.ID, own directory.Credentials) error {
	return first(
		func() error {
			return putList(c, secrets, owner, own.Secrets, func(s directory.Secret) []sqldb.Arg {
				return []sqldb.Arg{id(s.ID), sqldb.Text(s.Name), sqldb.Text(s.Hint), sqldb.Blob(s.Hash[:]), instant(s.Start), instant(s.End)}
			})
		},
		func() error {
			return putList(c, certificates, owner, own.Certificates, func(k directory.Certificate) []sqldb.Arg {
				return []sqldb.Arg{id(k.ID), sqldb.Text(k.Name), sqldb.Blob(k.DER), instant(k.Start), instant(k.End)}
			})
		},
	)
}

func putUser(c *sqldb.Conn, u directory.User) error {
	return first(
		func() error {
			return people.put(c, id(u.ID), id(u.TenantID), sqldb.Text(u.UPN), sqldb.Text(u.DisplayName), sqldb.Text(u.GivenName),
				sqldb.Text(u.Surname), boolean(u.Disabled), sqldb.Text(string(u.Password)), instant(u.SessionsValidFrom),
				boolean(u.MustChangePassword), sqldb.Text(u.Mail), sqldb.Text(u.MailNickname), sqldb.Text(u.JobTitle))
		},
		func() error { return putProfile(c, u.ID, u.Profile) },
	)
}

func putAssignment(c *sqldb.Conn, a directory.RoleAssignment) error {
	return assignments.put(c, id(a.ID), id(a.PrincipalID), id(a.ResourceID), id(a.RoleID), instant(a.Created))
}

func putMember(c *sqldb.Conn, d directory.DirectoryRole) error {
	return members.put(c, id(d.ID), id(d.TenantID), id(d.TemplateID), id(d.PrincipalID))
}

// one is the row of a list of texts.
func one(text string) []sqldb.Arg { return []sqldb.Arg{sqldb.Text(text)} }
