package directory

import (
	"fmt"
	"slices"
	"strings"
)

// Snapshot is the directory as of one moment, indexed. It and all it gives out are
// never changed. What is deleted is found by Deleted alone.
type Snapshot struct {
	tenants    map[string]*Tenant // by id and by domain
	apps       map[ID]*Application
	principals map[inTenant]*Principal
	resources  map[named]*Principal
	users      map[named]*User
	assigned   map[pair]assignment

	appsByID       map[ID]*Application
	principalsByID map[ID]*Principal
	usersByID      map[ID]*User
	groups         map[ID]*Group
	memberOf       map[ID][]ID // member to groups
	members        map[ID][]ID // group to members
	admin          map[ID][]ID
	grants         map[ID][]PermissionGrant // by client
	deleted        map[ID]Tombstone
	records        Records
}

// Principal is a service principal with its application and usable keys.
type Principal struct {
	ServicePrincipal
	App  *Application
	Keys []Key // of the certificates of both
}

// inTenant, named and pair are keys of the indexes.
type (
	inTenant struct{ tenant, app ID }
	named    struct {
		tenant ID
		name   string
	}
	pair       struct{ principal, resource ID }
	assignment struct{ roles []string }
)

// NewSnapshot indexes records. Two that claim the same id or name are ErrConflict; a
// certificate that cannot be read, or a service principal of no application, is an
// error.
func NewSnapshot(r Records) (*Snapshot, error) {
	s := &Snapshot{
		tenants: map[string]*Tenant{}, apps: map[ID]*Application{}, principals: map[inTenant]*Principal{},
		resources: map[named]*Principal{}, users: map[named]*User{}, assigned: map[pair]assignment{},
		appsByID: map[ID]*Application{}, principalsByID: map[ID]*Principal{}, usersByID: map[ID]*User{}, groups: map[ID]*Group{},
		memberOf: map[ID][]ID{}, members: map[ID][]ID{}, admin: map[ID][]ID{}, grants: map[ID][]PermissionGrant{},
		deleted: map[ID]Tombstone{}, records: r,
	}
	for _, add := range []func(Records) error{s.addTenants, s.addApplications, s.addPrincipals, s.addUsers, s.addAssignments, s.addGroups, s.addGrants} {
		if err := add(r); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// claim puts a value under a key that must be free.
func claim[K comparable, V any](m map[K]*V, key K, value *V, what string) error {
	if other, taken := m[key]; taken && other != value {
		return fmt.Errorf("%s %v: %w", what, key, ErrConflict)
	}
	m[key] = value
	return nil
}

func (s *Snapshot) addTenants(r Records) error {
	for i := range r.Tenants {
		t := &r.Tenants[i]
		for _, name := range append([]string{string(t.ID)}, t.Domains...) {
			if err := claim(s.tenants, strings.ToLower(name), t, "tenant"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Snapshot) addApplications(r Records) error {
	uris := map[named]*Application{}
	for i := range r.Applications {
		a := &r.Applications[i]
		if !a.Deleted.IsZero() {
			s.deleted[a.ID] = Tombstone{At: a.Deleted, Tenant: a.TenantID, App: a}
			continue
		}
		s.appsByID[a.ID] = a
		if err := claim(s.apps, a.AppID, a, "client id"); err != nil {
			return err
		}
		for _, uri := range a.IdentifierURIs {
			if err := claim(uris, named{a.TenantID, nameKey(uri)}, a, "identifier URI"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Snapshot) addPrincipals(r Records) error {
	for i := range r.ServicePrincipals {
		sp := r.ServicePrincipals[i]
		app, found := s.applicationOf(sp)
		if !found {
			return fmt.Errorf("service principal %s: there is no application with client id %s", sp.ID, sp.AppID)
		}
		keys, err := ReadKeys(append(slices.Clone(app.Certificates), sp.Certificates...))
		if err != nil {
			return fmt.Errorf("application %s: %w", app.AppID, err)
		}
		p := &Principal{ServicePrincipal: sp, App: app, Keys: keys}
		if !sp.Deleted.IsZero() {
			s.deleted[sp.ID] = Tombstone{At: sp.Deleted, Tenant: sp.TenantID, Principal: p}
			continue
		}
		s.principalsByID[sp.ID] = p
		if !app.Deleted.IsZero() { // nobody can sign in to it, nor with it
			continue
		}
		if err := claim(s.principals, inTenant{sp.TenantID, sp.AppID}, p, "service principal"); err != nil {
			return err
		}
		for _, name := range p.AllNames() {
			if err := claim(s.resources, named{sp.TenantID, nameKey(name)}, p, "service principal name"); err != nil {
				return err
			}
		}
	}
	return nil
}

// applicationOf finds the application of a service principal, deleted or not.
func (s *Snapshot) applicationOf(sp ServicePrincipal) (*Application, bool) {
	if a, found := s.apps[sp.AppID]; found {
		return a, true
	}
	for _, t := range s.deleted {
		if t.App != nil && t.App.AppID == sp.AppID {
			return t.App, true
		}
	}
	return nil, false
}

// AllNames are the service principal's names: client id, identifier URIs, its own.
func (p *Principal) AllNames() []string {
	return slices.Concat([]string{string(p.AppID)}, p.App.IdentifierURIs, p.Names, p.Addresses)
}

func (s *Snapshot) addUsers(r Records) error {
	for i := range r.Users {
		u := &r.Users[i]
		if !u.Deleted.IsZero() {
			s.deleted[u.ID] = Tombstone{At: u.Deleted, Tenant: u.TenantID, User: u}
			continue
		}
		s.usersByID[u.ID] = u
		if err := claim(s.users, named{u.TenantID, strings.ToLower(u.UPN)}, u, "user principal name"); err != nil {
			return err
		}
	}
	return nil
}

// addAssignments resolves roles to their values. The default role has none.
func (s *Snapshot) addAssignments(r Records) error {
	for _, a := range r.RoleAssignments {
		key := pair{a.PrincipalID, a.ResourceID}
		has := s.assigned[key]
		if p, found := s.principalsByID[a.ResourceID]; found {
			i := slices.IndexFunc(p.App.Roles, func(role Role) bool { return role.ID == a.RoleID })
			if i >= 0 && p.App.Roles[i].Value != "" {
				has.roles = append(has.roles, p.App.Roles[i].Value)
				slices.Sort(has.roles)
			}
		}
		s.assigned[key] = has
	}
	return nil
}

// Tenant finds a tenant by id or verified domain, in any case.
func (s *Snapshot) Tenant(name string) (*Tenant, bool) {
	t, found := s.tenants[strings.ToLower(name)]
	return t, found
}

// Application finds an application by client id.
func (s *Snapshot) Application(appID ID) (*Application, bool) {
	a, found := s.apps[appID]
	return a, found
}

// Principal finds an application's service principal in a tenant.
func (s *Snapshot) Principal(tenant, appID ID) (*Principal, bool) {
	p, found := s.principals[inTenant{tenant, appID}]
	return p, found
}

// Resource finds a service principal of a tenant by any of its names, with or without a
// slash at the end, its host in any case.
func (s *Snapshot) Resource(tenant ID, name string) (*Principal, bool) {
	p, found := s.resources[named{tenant, nameKey(name)}]
	return p, found
}

// User finds a person by user principal name.
func (s *Snapshot) User(tenant ID, upn string) (*User, bool) {
	u, found := s.users[named{tenant, strings.ToLower(upn)}]
	return u, found
}

// Roles are the values of the roles that a principal has on a resource, sorted, and
// whether it is assigned to it at all: the default role assigns and has no value.
func (s *Snapshot) Roles(principal, resource ID) (roles []string, isAssigned bool) {
	a, found := s.assigned[pair{principal, resource}]
	return a.roles, found
}

// Principals are the service principals of an application, in every tenant.
func (s *Snapshot) Principals(appID ID) []*Principal {
	var all []*Principal
	for key, p := range s.principals {
		if key.app == appID {
			all = append(all, p)
		}
	}
	return all
}
