package directory

// Records are all records of a directory, or some of them.
type Records struct {
	Tenants           []Tenant
	Applications      []Application
	ServicePrincipals []ServicePrincipal
	Users             []User
	RoleAssignments   []RoleAssignment
	DirectoryRoles    []DirectoryRole
	Grants            []PermissionGrant
	Groups            []Group
	Members           []Member
}

// Change is what is to become of the records, all of it or nothing. Removing comes first.
type Change struct {
	Remove []ID    // applications, service principals, users, groups, assignments, memberships, grants
	Put    Records // new ones, and those that replace the record with the same id
}

func (c Change) empty() bool {
	p := c.Put
	return len(c.Remove)+len(p.Tenants)+len(p.Applications)+len(p.ServicePrincipals)+len(p.Users)+len(p.RoleAssignments)+
		len(p.DirectoryRoles)+len(p.Grants)+len(p.Groups)+len(p.Members) == 0
}

// With gives the records as they are after the change; r stays as it is. Unknown ids in
// Remove are no error.
func (r Records) With(c Change) Records {
	return Records{
		Tenants:           with(r.Tenants, c.Put.Tenants, nil, func(t Tenant) ID { return t.ID }),
		Applications:      with(r.Applications, c.Put.Applications, c.Remove, func(a Application) ID { return a.ID }),
		ServicePrincipals: with(r.ServicePrincipals, c.Put.ServicePrincipals, c.Remove, func(p ServicePrincipal) ID { return p.ID }),
		Users:             with(r.Users, c.Put.Users, c.Remove, func(u User) ID { return u.ID }),
		RoleAssignments:   with(r.RoleAssignments, c.Put.RoleAssignments, c.Remove, func(a RoleAssignment) ID { return a.ID }),
		DirectoryRoles:    with(r.DirectoryRoles, c.Put.DirectoryRoles, c.Remove, func(d DirectoryRole) ID { return d.ID }),
		Grants:            with(r.Grants, c.Put.Grants, c.Remove, func(g PermissionGrant) ID { return g.ID }),
		Groups:            with(r.Groups, c.Put.Groups, c.Remove, func(g Group) ID { return g.ID }),
		Members:           with(r.Members, c.Put.Members, c.Remove, func(m Member) ID { return m.ID }),
	}
}

func with[T any](have, put []T, remove []ID, id func(T) ID) []T {
	gone := make(map[ID]bool, len(put)+len(remove))
	for _, one := range put {
		gone[id(one)] = true
	}
	for _, one := range remove {
		gone[one] = true
	}
	kept := make([]T, 0, len(have)+len(put))
	for _, one := range have {
		if !gone[id(one)] {
			kept = append(kept, one)
		}
	}
	return append(kept, put...)
}
