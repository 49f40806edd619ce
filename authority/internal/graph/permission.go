package graph

import (
	"slices"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/oidc"
)

// caller is who asks: an application as itself, or a person through an application.
type caller struct {
	token  oidc.Token
	app    *directory.Principal
	user   *directory.User // nil for an application as itself
	admin  bool            // the person is a Global Administrator
	object directory.ID    // of the person, or of the application's service principal
}

// person says what a person must be, beside the scope of the application they use.
type person int

// What a person must be.
const (
	member        person = iota // anybody of the directory
	administrator               // a Global Administrator
	ownerOrAdmin                // an owner of the object, or an administrator
	self                        // the person the object stands for, or an administrator
)

// need is what a path asks for: one of the permissions, and of a person's own standing.
type need struct {
	permissions []string // application roles and scopes alike
	roles       []string // further ones, for applications only
	scopes      []string // further ones, for persons only
	owned       []string // application roles that suffice for objects the application owns
	person      person
}

// The sets of permissions, as the documentation of each path lists them: the least one
// first.
func readApplications() need {
	return need{permissions: []string{"Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"},
		roles: []string{"Application.ReadWrite.OwnedBy"}, scopes: []string{"Directory.AccessAsUser.All"}}
}

func writeApplications() need {
	return need{permissions: []string{"Application.ReadWrite.All", "Directory.ReadWrite.All"}, owned: []string{"Application.ReadWrite.OwnedBy"},
		scopes: []string{"Directory.AccessAsUser.All"}, person: ownerOrAdmin}
}

func createApplications() need {
	n := writeApplications()
	n.person = member // people may register applications
	return n
}

func createPrincipals() need {
	n := writeApplications()
	n.person = member
	return n
}

func readUsers() need {
	return need{permissions: []string{"User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All", "User.ReadBasic.All"},
		scopes: []string{"Directory.AccessAsUser.All"}}
}

func writeUsers() need {
	return need{permissions: []string{"User.ReadWrite.All", "Directory.ReadWrite.All"}, scopes: []string{"Directory.AccessAsUser.All"}, person: administrator}
}

func updateUser() need {
	n := writeUsers()
	n.scopes, n.person = append(n.scopes, "User.ReadWrite"), self
	return n
}

func readMe() need {
	n := readUsers()
	n.scopes = append(n.scopes, "User.Read", "User.ReadWrite")
	return n
}

func readGroups() need {
	return need{permissions: []string{"GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All", "Group.ReadWrite.All",
		"Directory.Read.All", "Directory.ReadWrite.All"}, scopes: []string{"Directory.AccessAsUser.All"}}
}

func createGroups() need {
	n := writeGroups()
	n.roles, n.person = []string{"Group.Create"}, member
	return n
}

func writeGroups() need {
	return need{permissions: []string{"Group.ReadWrite.All", "Directory.ReadWrite.All"}, scopes: []string{"Directory.AccessAsUser.All"}, person: ownerOrAdmin}
}

func writeMembers() need {
	n := writeGroups()
	n.permissions = append(n.permissions, "GroupMember.ReadWrite.All")
	return n
}

func readMemberships() need {
	n := readGroups()
	n.permissions = append(n.permissions, readUsers().permissions...)
	n.permissions = append(n.permissions, readApplications().permissions...)
	n.scopes = append(n.scopes, "User.Read")
	return n
}

func readDirectory() need {
	return need{permissions: []string{"Directory.Read.All", "Directory.ReadWrite.All"}, scopes: []string{"Directory.AccessAsUser.All"}}
}

func readOrganization() need {
	n := readDirectory()
	n.permissions = append(n.permissions, "Organization.Read.All")
	n.scopes = append(n.scopes, "User.Read")
	return n
}

func readDomains() need {
	n := readDirectory()
	n.permissions = append(n.permissions, "Domain.Read.All", "Domain.ReadWrite.All")
	return n
}

func writeDomains() need {
	return need{permissions: []string{"Domain.ReadWrite.All", "Directory.ReadWrite.All"}, person: administrator}
}

func readRoles() need {
	n := readDirectory()
	n.permissions = append(n.permissions, "RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory")
	return n
}

func writeRoles() need {
	return need{permissions: []string{"RoleManagement.ReadWrite.Directory"}, scopes: []string{"Directory.AccessAsUser.All"}, person: administrator}
}

func readConsent() need {
	n := readDirectory()
	n.permissions = append(n.permissions, "DelegatedPermissionGrant.ReadWrite.All", "Application.Read.All", "Application.ReadWrite.All")
	return n
}

func writeConsent() need {
	return need{permissions: []string{"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"},
		scopes: []string{"Directory.AccessAsUser.All"}, person: administrator}
}

// assignRoles is apart: who may assign roles may give themselves any.
func assignRoles() need {
	return need{permissions: []string{"AppRoleAssignment.ReadWrite.All"}, scopes: []string{"Directory.AccessAsUser.All"}, person: administrator}
}

func readSignIns() need {
	return need{permissions: []string{"AuditLog.Read.All"}, person: administrator}
}

// anything that is deleted needs what its kind needs: see deleted.go.
func deletedObjects() need {
	n := writeApplications()
	n.permissions = append(n.permissions, "User.ReadWrite.All", "Group.ReadWrite.All")
	n.person = administrator
	return n
}

func readDeleted() need {
	n := readApplications()
	n.permissions = append(n.permissions, "User.Read.All", "User.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All")
	n.person = administrator
	return n
}

// everybody is for what proves itself otherwise.
func everybody() need { return need{} }

// admits reports whether the caller has one of the permissions; ownedOnly when that is
// one for objects the application owns.
func (n need) admits(c caller) (ok, ownedOnly bool) {
	has := func(have []string, wants ...[]string) bool {
		return slices.ContainsFunc(slices.Concat(wants...), func(want string) bool { return slices.Contains(have, want) })
	}
	if len(n.permissions) == 0 {
		return true, false
	}
	if c.user != nil {
		return has(c.token.Scopes, n.permissions, n.scopes), false
	}
	if has(c.token.Roles, n.permissions, n.roles) {
		return true, false
	}
	ok = has(c.token.Roles, n.owned)
	return ok, ok
}

// allow checks the permission of the path. What depends on the object, mayWrite checks
// once the object is found.
func (c *call) allow(n need) error {
	ok, ownedOnly := n.admits(c.caller)
	if !ok {
		return denied()
	}
	if c.caller.user != nil && n.person == administrator && !c.caller.admin {
		return denied()
	}
	c.need, c.ownedOnly = n, ownedOnly
	return nil
}

// mayWrite checks that the caller may change an object with these owners; id is the
// object's own.
func (c *call) mayWrite(id directory.ID, owners []directory.ID) error {
	owns := slices.Contains(owners, c.caller.object)
	switch {
	case c.ownedOnly && !owns:
		return denied()
	case c.caller.user == nil || c.caller.admin:
		return nil
	case c.need.person == ownerOrAdmin && !owns:
		return denied()
	case c.need.person == self && id != c.caller.object:
		return denied()
	}
	return nil
}

// owners are those of an object that the caller makes: persons own what they make, and so
// do applications that may change only what they own.
func (c *call) owners() []directory.ID {
	if c.caller.user != nil || c.ownedOnly {
		return []directory.ID{c.caller.object}
	}
	return nil
}
