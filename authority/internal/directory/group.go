package directory

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Group is a set of people, service principals and groups.
type Group struct {
	ID              ID
	TenantID        ID
	DisplayName     string
	MailNickname    string
	Description     string
	SecurityEnabled bool
	MailEnabled     bool
	Types           []string // groupTypes: Unified, DynamicMembership
	Profile
}

// Unified groups can be restored after they are deleted; others cannot.
func (g *Group) Unified() bool { return slices.Contains(g.Types, "Unified") }

// Member makes a principal or a group a member of a group.
type Member struct {
	ID       ID // see NewMember
	GroupID  ID
	MemberID ID
}

// NewMember makes a membership, whose id follows from both.
func NewMember(group, member ID) Member {
	return Member{ID: DerivedID("member "+string(group), member), GroupID: group, MemberID: member}
}

// PermissionGrant is consent to delegated permissions: what a client may do at a
// resource for one person, or for everybody (Entra facts 6.5).
type PermissionGrant struct {
	ID          ID // opaque
	TenantID    ID
	ClientID    ID // service principal of the client
	ResourceID  ID // service principal of the resource
	PrincipalID ID // the person; empty for everybody
	Scopes      []string
	Created     time.Time
}

// NewGrant makes a grant, whose id follows from the three it is about: there is at most
// one of each.
func NewGrant(tenant, client, resource, principal ID, scopes []string, now time.Time) PermissionGrant {
	id := DerivedID("grant "+string(client)+" "+string(resource), principal)
	return PermissionGrant{
		ID: ID(strings.ReplaceAll(string(id), "-", "")), TenantID: tenant,
		ClientID: client, ResourceID: resource, PrincipalID: principal, Scopes: scopes, Created: now,
	}
}

// Groups are the groups that a principal belongs to, directly or through other groups,
// sorted.
func (s *Snapshot) Groups(principal ID) []ID {
	seen := map[ID]bool{}
	next := s.memberOf[principal]
	for len(next) > 0 {
		group := next[0]
		next = next[1:]
		if !seen[group] && s.groups[group] != nil {
			seen[group] = true
			next = append(slices.Clone(next), s.memberOf[group]...)
		}
	}
	return sortedKeys(seen)
}

// MemberOf are the groups that a principal or group is a direct member of, sorted.
func (s *Snapshot) MemberOf(principal ID) []ID {
	return slices.DeleteFunc(slices.Clone(s.memberOf[principal]), func(g ID) bool { return s.groups[g] == nil })
}

// Members are the direct members of a group, sorted, among them perhaps ids of what is
// deleted.
func (s *Snapshot) Members(group ID) []ID { return slices.Clone(s.members[group]) }

// Group finds a group by id.
func (s *Snapshot) Group(id ID) (*Group, bool) {
	g, found := s.groups[id]
	return g, found
}

// AdminRoles are the template ids of the directory roles that a principal has, sorted.
func (s *Snapshot) AdminRoles(principal ID) []ID { return s.admin[principal] }

// GrantsOf are the delegated permissions that a client has, those for everybody first.
func (s *Snapshot) GrantsOf(client ID) []PermissionGrant { return s.grants[client] }

// Consented are the scopes of a resource that a client has consent for: everybody's and,
// unless user is empty, the user's own. Sorted, each once.
func (s *Snapshot) Consented(client, resource, user ID) []string {
	var scopes []string
	for _, g := range s.grants[client] {
		if g.ResourceID == resource && (g.PrincipalID == "" || g.PrincipalID == user) {
			scopes = append(scopes, g.Scopes...)
		}
	}
	slices.Sort(scopes)
	return slices.Compact(scopes)
}

func (s *Snapshot) addGroups(r Records) error {
	for i := range r.Groups {
		g := &r.Groups[i]
		if !g.Deleted.IsZero() {
			s.deleted[g.ID] = Tombstone{At: g.Deleted, Tenant: g.TenantID, Group: g}
			continue
		}
		if err := claim(s.groups, g.ID, g, "group"); err != nil {
			return err
		}
	}
	for _, m := range r.Members {
		s.memberOf[m.MemberID] = append(s.memberOf[m.MemberID], m.GroupID)
		s.members[m.GroupID] = append(s.members[m.GroupID], m.MemberID)
	}
	for _, d := range r.DirectoryRoles {
		s.admin[d.PrincipalID] = append(s.admin[d.PrincipalID], d.TemplateID)
	}
	for _, lists := range []map[ID][]ID{s.memberOf, s.members, s.admin} {
		for _, list := range lists {
			slices.Sort(list)
		}
	}
	return nil
}

// addGrants: two grants of the same client, resource and person are a conflict.
func (s *Snapshot) addGrants(r Records) error {
	type about struct{ client, resource, principal ID }
	taken := map[about]*PermissionGrant{}
	for i := range r.Grants {
		g := &r.Grants[i]
		if err := claim(taken, about{g.ClientID, g.ResourceID, g.PrincipalID}, g, "permission grant"); err != nil {
			return err
		}
		s.grants[g.ClientID] = append(s.grants[g.ClientID], *g)
	}
	for _, list := range s.grants {
		slices.SortFunc(list, func(a, b PermissionGrant) int {
			return cmp.Or(cmp.Compare(a.PrincipalID, b.PrincipalID), cmp.Compare(a.ResourceID, b.ResourceID))
		})
	}
	return nil
}

func sortedKeys(set map[ID]bool) []ID {
	list := make([]ID, 0, len(set))
	for id := range set {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}
