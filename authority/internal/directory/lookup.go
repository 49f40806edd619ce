package directory

import (
	"cmp"
	"slices"
)

// ApplicationByID finds an application by object id.
func (s *Snapshot) ApplicationByID(id ID) (*Application, bool) {
	a, found := s.appsByID[id]
	return a, found
}

// PrincipalByID finds a service principal by object id.
func (s *Snapshot) PrincipalByID(id ID) (*Principal, bool) {
	p, found := s.principalsByID[id]
	return p, found
}

// UserByID finds a person by object id.
func (s *Snapshot) UserByID(id ID) (*User, bool) {
	u, found := s.usersByID[id]
	return u, found
}

// Tenants are all tenants, by id.
func (s *Snapshot) Tenants() []*Tenant {
	list := make([]*Tenant, len(s.records.Tenants))
	for i := range s.records.Tenants {
		list[i] = &s.records.Tenants[i]
	}
	slices.SortFunc(list, func(a, b *Tenant) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// ApplicationsIn are the applications whose home is the tenant, by object id.
func (s *Snapshot) ApplicationsIn(tenant ID) []*Application {
	return inOrder(s.appsByID, func(a *Application) bool { return a.TenantID == tenant })
}

// PrincipalsIn are the service principals in the tenant, by object id.
func (s *Snapshot) PrincipalsIn(tenant ID) []*Principal {
	return inOrder(s.principalsByID, func(p *Principal) bool { return p.TenantID == tenant })
}

// UsersIn are the people of the tenant, by object id.
func (s *Snapshot) UsersIn(tenant ID) []*User {
	return inOrder(s.usersByID, func(u *User) bool { return u.TenantID == tenant })
}

// GroupsIn are the groups of the tenant, by object id.
func (s *Snapshot) GroupsIn(tenant ID) []*Group {
	return inOrder(s.groups, func(g *Group) bool { return g.TenantID == tenant })
}

func inOrder[T any](all map[ID]*T, want func(*T) bool) []*T {
	ids := make([]ID, 0, len(all))
	for id, one := range all {
		if want(one) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	list := make([]*T, len(ids))
	for i, id := range ids {
		list[i] = all[id]
	}
	return list
}

// GrantsIn are the delegated permissions granted in the tenant, by id.
func (s *Snapshot) GrantsIn(tenant ID) []PermissionGrant {
	var list []PermissionGrant
	for _, g := range s.records.Grants {
		if g.TenantID == tenant {
			list = append(list, g)
		}
	}
	slices.SortFunc(list, func(a, b PermissionGrant) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// RoleAssignments are the assignments that want accepts, by id.
func (s *Snapshot) RoleAssignments(want func(RoleAssignment) bool) []RoleAssignment {
	var list []RoleAssignment
	for _, a := range s.records.RoleAssignments {
		if want(a) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b RoleAssignment) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// DirectoryRoles are the members of the tenant's directory roles, by id.
func (s *Snapshot) DirectoryRoles(tenant ID) []DirectoryRole {
	var list []DirectoryRole
	for _, d := range s.records.DirectoryRoles {
		if d.TenantID == tenant {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b DirectoryRole) int { return cmp.Compare(a.ID, b.ID) })
	return list
}
