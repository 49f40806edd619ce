package access

import (
	"bytes"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// snapshot is Facts, indexed; it never changes once made.
type snapshot struct {
	version int64
	model   *meta.Model
	org     Organization
	units   map[meta.ID]*unit
	order   []query.Value // unit ids so that every subtree is one stretch

	users, teams map[meta.ID]*principal // by row id
	groups       []GroupTeam
	apps         map[meta.ID]*principal // users by application id
	people       map[meta.ID]*principal // users without application id, by object id
	objects      map[meta.ID]*principal // all users by object id

	actFor     *meta.Privilege
	sharing    *sharing // nil when the model has no principalobjectaccess
	intersects map[string]*meta.Relationship

	// The hierarchy, nil where it is not used: reports by manager, users by position,
	// positions by the one above.
	managed, holders map[meta.ID][]*principal
	positions        map[meta.ID][]meta.ID
}

// unit is a business unit. Its subtree is order[first:end], itself first. Units in
// a ring of parents hang on no root and are left out: nobody belongs to them.
type unit struct {
	Unit
	enabled    bool // it and all units above it
	first, end int
}

// role is one copy of a role with what it takes from its root: facts 3.3 keep
// privileges at the root only; template and inheritance are followed likewise.
type role struct {
	RoleRow
	privileges map[meta.ID]Depth
	template   meta.ID
	direct     bool // isinherited 1
}

// actOnBehalf is the privilege that impersonation needs.
const actOnBehalf = "prvActOnBehalfOfAnotherUser"

func index(f *Facts, m *meta.Model) *snapshot {
	s := &snapshot{
		model: m, org: f.Organization,
		users: make(map[meta.ID]*principal, len(f.Users)), teams: make(map[meta.ID]*principal, len(f.Teams)),
		apps: map[meta.ID]*principal{}, people: map[meta.ID]*principal{}, objects: map[meta.ID]*principal{},
		sharing: findSharing(m), intersects: intersects(m),
	}
	s.actFor = m.Privilege(actOnBehalf)
	if s.actFor == nil { // a model without it: nobody holds it
		s.actFor = &meta.Privilege{Name: actOnBehalf, Misc: true}
	}
	s.indexUnits(f.Units)
	roles := indexRoles(f)
	s.indexTeams(f, roles)
	cut := &modes{model: m, cut: map[modeRole]*role{}, taken: map[int64]map[meta.ID]bool{}}
	s.indexUsers(f, roles, cut)
	s.indexMemberships(f.Memberships, cut)
	s.indexHierarchy(f)
	s.indexProfiles(f)
	for _, p := range s.users {
		p.sharees = append(slices.Clone(p.owners), query.GUID(f.Organization.ID))
	}
	return s
}

func (s *snapshot) indexUnits(rows []Unit) {
	s.units = make(map[meta.ID]*unit, len(rows))
	s.order = make([]query.Value, 0, len(rows))
	known := make(map[meta.ID]bool, len(rows))
	for _, u := range rows {
		known[u.ID] = true
	}
	below := map[meta.ID][]Unit{}
	for _, u := range rows {
		parent := u.Parent
		if !known[parent] {
			parent = meta.ID{}
		}
		below[parent] = append(below[parent], u)
	}
	for _, children := range below {
		slices.SortFunc(children, func(a, b Unit) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	}
	for _, root := range below[meta.ID{}] {
		s.placeUnit(root, true, below)
	}
}

func (s *snapshot) placeUnit(row Unit, above bool, below map[meta.ID][]Unit) {
	u := &unit{Unit: row, enabled: above && !row.Disabled, first: len(s.order)}
	s.units[row.ID] = u
	s.order = append(s.order, query.GUID(row.ID))
	for _, child := range below[row.ID] {
		s.placeUnit(child, u.enabled, below)
	}
	u.end = len(s.order)
}

func indexRoles(f *Facts) map[meta.ID]*role {
	roots := map[meta.ID]map[meta.ID]Depth{}
	for _, rp := range f.RolePrivileges {
		if roots[rp.Role] == nil {
			roots[rp.Role] = map[meta.ID]Depth{}
		}
		roots[rp.Role][rp.Privilege] = max(roots[rp.Role][rp.Privilege], rp.Depth)
	}
	rows := make(map[meta.ID]RoleRow, len(f.Roles))
	for _, r := range f.Roles {
		rows[r.ID] = r
	}
	roles := make(map[meta.ID]*role, len(f.Roles))
	for _, r := range f.Roles {
		root, known := rows[r.Root]
		if !known {
			root = r
		}
		roles[r.ID] = &role{RoleRow: r, privileges: roots[root.ID], template: root.Template, direct: root.Inherited == 1}
	}
	return roles
}

// indexTeams gives teams their roles. Access teams hold none (facts 3.2).
func (s *snapshot) indexTeams(f *Facts, roles map[meta.ID]*role) {
	for _, row := range f.Teams {
		s.teams[row.ID] = &principal{id: row.ID, team: row, isTeam: true, unit: s.units[row.Unit], at: s}
		if row.Type > accessTeam && !row.Group.IsZero() {
			s.groups = append(s.groups, GroupTeam{Team: row.ID, Group: row.Group, Membership: row.Membership, Office: row.Type == officeTeam})
		}
	}
	for _, a := range f.TeamRoles {
		team, role := s.teams[a.Principal], roles[a.Role]
		if team != nil && role != nil && team.team.Type != accessTeam {
			team.grants = append(team.grants, grant{role: role, unit: s.counts(role, team.unit), team: team.id})
		}
	}
}

// counts gives the unit from which a role's depths count for a principal of a unit.
func (s *snapshot) counts(r *role, of *unit) *unit {
	if s.org.Settings.AcrossUnits {
		return s.units[r.Unit]
	}
	return of
}

// Values of team.teamtype (facts 3.2).
const (
	accessTeam = 1 // only receives shares
	officeTeam = 3 // of a Microsoft 365 group
)

func (s *snapshot) indexUsers(f *Facts, roles map[meta.ID]*role, cut *modes) {
	for _, row := range f.Users {
		p := &principal{id: row.ID, user: row, unit: s.units[row.Unit], at: s}
		p.owners = []query.Value{query.GUID(row.ID)}
		s.users[row.ID] = p
		if !row.ObjectID.IsZero() {
			s.objects[row.ObjectID] = p
		}
		if !row.ApplicationID.IsZero() {
			s.apps[row.ApplicationID] = p
		} else if !row.ObjectID.IsZero() {
			s.people[row.ObjectID] = p
		}
	}
	for _, a := range f.UserRoles {
		user, role := s.users[a.Principal], roles[a.Role]
		if user != nil && role != nil {
			user.grants = append(user.grants, grant{role: cut.of(user.user.AccessMode, role), unit: s.counts(role, user.unit), self: true})
		}
	}
}

// indexMemberships lets members own through their teams and use their teams' roles.
func (s *snapshot) indexMemberships(rows []Membership, cut *modes) {
	for _, m := range rows {
		user, team := s.users[m.User], s.teams[m.Team]
		if user == nil || team == nil {
			continue
		}
		user.owners = append(user.owners, query.GUID(team.id))
		user.teams = append(user.teams, team)
		for _, g := range team.grants {
			g.self, g.role = g.role.direct, cut.of(user.user.AccessMode, g.role)
			user.grants = append(user.grants, g)
		}
	}
}

// indexProfiles gives principals what their profiles allow. Permissions for columns
// that the model does not have, or no longer secures, allow nothing that counts.
func (s *snapshot) indexProfiles(f *Facts) {
	profiles := map[meta.ID]map[*meta.Column]permission{}
	for _, row := range f.Permissions {
		t := s.model.Table(row.Table)
		if t == nil || t.Column(row.Column) == nil {
			continue
		}
		if profiles[row.Profile] == nil {
			profiles[row.Profile] = map[*meta.Column]permission{}
		}
		c := t.Column(row.Column)
		profiles[row.Profile][c] = profiles[row.Profile][c].or(permission{row.Create, row.Read, row.Update})
	}
	for _, a := range f.UserProfiles {
		s.users[a.Principal].allow(profiles[a.Profile])
	}
	for _, a := range f.TeamProfiles {
		if team := s.teams[a.Principal]; team != nil && team.team.Type != accessTeam {
			team.allow(profiles[a.Profile])
		}
	}
}

func (p *principal) allow(profile map[*meta.Column]permission) {
	if p == nil {
		return
	}
	if p.columns == nil {
		p.columns = make(map[*meta.Column]permission, len(profile))
	}
	for c, may := range profile {
		p.columns[c] = p.columns[c].or(may)
	}
}

// intersects finds the relationship of every many-to-many table, by its name.
func intersects(m *meta.Model) map[string]*meta.Relationship {
	found := map[string]*meta.Relationship{}
	for _, t := range m.Tables {
		for _, r := range t.ManyToMany {
			found[r.Intersect.LogicalName] = r
		}
	}
	return found
}
