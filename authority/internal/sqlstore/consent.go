package sqlstore

import (
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// putConsents writes what an application asks for and whom it trusts. A resource of
// which nothing is asked has one row without an id; so has a client without scopes.
func putConsents(c *sqldb.Conn, a directory.Application) error {
	return first(
		func() error {
			return putList(c, access, a.ID, needs(a.RequiredAccess), func(n need) []sqldb.Arg {
				return []sqldb.Arg{id(n.resource), id(n.ID), boolean(n.Role)}
			})
		},
		func() error {
			return putList(c, trusted, a.ID, trusts(a.PreAuthorized), func(pair [2]directory.ID) []sqldb.Arg {
				return []sqldb.Arg{id(pair[0]), id(pair[1])}
			})
		},
		func() error {
			return putList(c, knownClients, a.ID, a.KnownClients, func(one directory.ID) []sqldb.Arg { return []sqldb.Arg{id(one)} })
		},
		func() error {
			return putList(c, federated, a.ID, a.Federated, func(f directory.FederatedCredential) []sqldb.Arg {
				return []sqldb.Arg{
					id(f.ID), sqldb.Text(f.Name), sqldb.Text(f.Issuer), sqldb.Text(f.Subject), sqldb.Text(f.Description),
					sqldb.Text(strings.Join(f.Audiences, "\n")), sqldb.Blob(f.PinnedJWKS),
				}
			})
		},
	)
}

// need is one row of the required access.
type need struct {
	resource directory.ID
	directory.Access
}

func needs(of []directory.ResourceAccess) []need {
	var rows []need
	for _, r := range of {
		if len(r.Access) == 0 {
			rows = append(rows, need{resource: r.ResourceAppID})
		}
		for _, one := range r.Access {
			rows = append(rows, need{r.ResourceAppID, one})
		}
	}
	return rows
}

func accessOf(rows []need) []directory.ResourceAccess {
	var list []directory.ResourceAccess
	for _, n := range rows {
		if len(list) == 0 || list[len(list)-1].ResourceAppID != n.resource {
			list = append(list, directory.ResourceAccess{ResourceAppID: n.resource})
		}
		if n.ID != "" {
			last := &list[len(list)-1]
			last.Access = append(last.Access, n.Access)
		}
	}
	return list
}

func trusts(of []directory.PreAuthorized) [][2]directory.ID {
	var rows [][2]directory.ID
	for _, p := range of {
		if len(p.ScopeIDs) == 0 {
			rows = append(rows, [2]directory.ID{p.AppID})
		}
		for _, scope := range p.ScopeIDs {
			rows = append(rows, [2]directory.ID{p.AppID, scope})
		}
	}
	return rows
}

func trustedOf(rows [][2]directory.ID) []directory.PreAuthorized {
	var list []directory.PreAuthorized
	for _, pair := range rows {
		if len(list) == 0 || list[len(list)-1].AppID != pair[0] {
			list = append(list, directory.PreAuthorized{AppID: pair[0]})
		}
		if pair[1] != "" {
			last := &list[len(list)-1]
			last.ScopeIDs = append(last.ScopeIDs, pair[1])
		}
	}
	return list
}

// loadConsents gives the same of every application.
func loadConsents(c *sqldb.Conn) (func(*directory.Application), error) {
	asked, err := byOwner(c, access, func(r row) need {
		return need{r.id(2), directory.Access{ID: r.id(3), Role: r.bool(4)}}
	})
	if err != nil {
		return nil, err
	}
	pairs, err := byOwner(c, trusted, func(r row) [2]directory.ID { return [2]directory.ID{r.id(2), r.id(3)} })
	if err != nil {
		return nil, err
	}
	known, err := byOwner(c, knownClients, func(r row) directory.ID { return r.id(2) })
	if err != nil {
		return nil, err
	}
	foreign, err := byOwner(c, federated, func(r row) directory.FederatedCredential {
		return directory.FederatedCredential{
			ID: r.id(2), Name: r.text(3), Issuer: r.text(4), Subject: r.text(5), Description: r.text(6),
			Audiences: split(r.text(7), "\n"), PinnedJWKS: r.bytes(8),
		}
	})
	return func(a *directory.Application) {
		a.RequiredAccess, a.PreAuthorized = accessOf(asked[a.ID]), trustedOf(pairs[a.ID])
		a.KnownClients, a.Federated = known[a.ID], foreign[a.ID]
	}, err
}

// putProfile writes what objects of several kinds have in common.
func putProfile(c *sqldb.Conn, owner directory.ID, p directory.Profile) error {
	return first(
		func() error {
			return putList(c, profiles, owner, []directory.Profile{p}, func(p directory.Profile) []sqldb.Arg {
				return []sqldb.Arg{instant(p.Created), instant(p.Deleted), sqldb.Text(p.Details)}
			})
		},
		func() error {
			return putList(c, objectOwners, owner, p.Owners, func(one directory.ID) []sqldb.Arg { return []sqldb.Arg{id(one)} })
		},
		func() error { return putList(c, tags, owner, p.Tags, one) },
	)
}

// loadProfiles gives the profile of any object.
func loadProfiles(c *sqldb.Conn) (func(directory.ID) directory.Profile, error) {
	found, err := byOwner(c, profiles, func(r row) directory.Profile {
		return directory.Profile{Created: r.time(2), Deleted: r.time(3), Details: r.text(4)}
	})
	if err != nil {
		return nil, err
	}
	owned, err := byOwner(c, objectOwners, func(r row) directory.ID { return r.id(2) })
	if err != nil {
		return nil, err
	}
	tagged, err := byOwner(c, tags, listed)
	return func(owner directory.ID) directory.Profile {
		var p directory.Profile
		if rows := found[owner]; len(rows) > 0 {
			p = rows[0]
		}
		p.Owners, p.Tags = owned[owner], tagged[owner]
		return p
	}, err
}

func putGroup(c *sqldb.Conn, g directory.Group) error {
	return first(
		func() error {
			return groups.put(c, id(g.ID), id(g.TenantID), sqldb.Text(g.DisplayName), sqldb.Text(g.MailNickname), sqldb.Text(g.Description),
				boolean(g.SecurityEnabled), boolean(g.MailEnabled), words(g.Types))
		},
		func() error { return putProfile(c, g.ID, g.Profile) },
	)
}

func putMembership(c *sqldb.Conn, m directory.Member) error {
	return memberships.put(c, id(m.ID), id(m.GroupID), id(m.MemberID))
}

func putGrant(c *sqldb.Conn, g directory.PermissionGrant) error {
	return grants.put(c, id(g.ID), id(g.TenantID), id(g.ClientID), id(g.ResourceID), id(g.PrincipalID), words(g.Scopes), instant(g.Created))
}

func loadGroups(c *sqldb.Conn, to *directory.Records) error {
	own, err := loadProfiles(c)
	if err != nil {
		return err
	}
	to.Groups, err = all(c, groups, func(r row) directory.Group {
		return directory.Group{
			ID: r.id(0), TenantID: r.id(1), DisplayName: r.text(2), MailNickname: r.text(3), Description: r.text(4),
			SecurityEnabled: r.bool(5), MailEnabled: r.bool(6), Types: split(r.text(7), " "), Profile: own(r.id(0)),
		}
	})
	if err != nil {
		return err
	}
	to.Members, err = all(c, memberships, func(r row) directory.Member {
		return directory.Member{ID: r.id(0), GroupID: r.id(1), MemberID: r.id(2)}
	})
	return err
}

func loadGrants(c *sqldb.Conn, to *directory.Records) (err error) {
	to.Grants, err = all(c, grants, func(r row) directory.PermissionGrant {
		return directory.PermissionGrant{
			ID: r.id(0), TenantID: r.id(1), ClientID: r.id(2), ResourceID: r.id(3), PrincipalID: r.id(4),
			Scopes: split(r.text(5), " "), Created: r.time(6),
		}
	})
	return err
}

// words writes a list of words, none of which holds a space.
func words(list []string) sqldb.Arg { return sqldb.Text(strings.Join(list, " ")) }

// split is strings.Split that gives none for an empty text.
func split(text, by string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, by)
}
