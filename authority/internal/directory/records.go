package directory

// Records are all records of a directory, or some of them.
type Records struct {
	Tenants           []Tenant
	Applications      []Application
	ServicePrincipals []ServicePrincipal
	Users             []User
	RoleAssignments   []RoleAssignment
	DirectoryRoles    []DirectoryRole
}

// Change is what is to become of the records, all of it or nothing. Removing comes first.
type Change struct {
	Remove []ID    // applications, service principals, users, assignments, memberships
	Put    Records // new ones, and those that replace the record with the same id
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
