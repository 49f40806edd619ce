package access

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Depth is how far a privilege reaches (Dataverse facts 3.5). None is the zero
// value; Basic and the others are ordered, so that the greatest wins.
type Depth uint8

// The depths.
const (
	None Depth = iota
	Basic
	Local
	Deep
	Global
)

// DepthOf reads a depth mask: 1 basic, 2 local, 4 deep, 8 global (facts 3.5). Of
// several bits the widest counts.
func DepthOf(mask int64) Depth {
	switch {
	case mask&8 != 0:
		return Global
	case mask&4 != 0:
		return Deep
	case mask&2 != 0:
		return Local
	case mask&1 != 0:
		return Basic
	default:
		return None
	}
}

// Facts is the security data of an environment at one version, as store reads it
// from the tables. The resolver indexes it once per version.
type Facts struct {
	Version        int64
	Organization   Organization
	Units          []Unit
	Users          []UserRow
	Teams          []TeamRow
	Memberships    []Membership
	Roles          []RoleRow
	RolePrivileges []RolePrivilege
	UserRoles      []RoleAssignment
	TeamRoles      []RoleAssignment
	Permissions    []FieldPermission
	UserProfiles   []ProfileAssignment
	TeamProfiles   []ProfileAssignment
	Positions      []Position
}

// Organization holds the organization's settings that bear on access.
type Organization struct {
	ID   meta.ID
	Name string
	// AllowedApps lists the application ids that application access control admits;
	// empty admits all (organization.allowedapplicationsfordvaccess, facts 1.6).
	AllowedApps []meta.ID
	// AppRoles names for some of them the roles of which somebody must have one; AppAudit
	// says that the list admits everybody and is only compared with.
	AppRoles  map[meta.ID][]meta.ID
	AppAudit  bool
	Hierarchy Hierarchy
	Settings  Settings
	Fiscal    Fiscal
	Searches  bool // Dataverse search is on: isexternalsearchindexenabled
}

// Fiscal is when the organization's fiscal years begin (fiscalcalendarstart) and how many
// months one of their periods has (fiscalperiodtype); the zero value is the calendar year
// and its quarters. It bears on no right: it is here to be at hand with the caller.
type Fiscal struct {
	Month       time.Month
	Day, Months int
}

// Hierarchy is the organization's hierarchical security (facts 3.12). ByPosition
// follows positions instead of managers; Depth is how many levels down somebody
// reaches.
type Hierarchy struct {
	Enabled, ByPosition bool
	Depth               int
}

// Position is a row of the hierarchy of positions; Parent is zero at its top.
type Position struct{ ID, Parent meta.ID }

// FieldPermission is what a field security profile allows with a secured column.
type FieldPermission struct {
	Profile              meta.ID
	Table, Column        string // logical names
	Create, Read, Update bool
}

// ProfileAssignment gives a field security profile to a user or a team.
type ProfileAssignment struct{ Principal, Profile meta.ID }

// Unit is a business unit; Parent is zero at the root.
type Unit struct {
	ID, Parent meta.ID
	Name       string
	Disabled   bool
}

// UserRow is a systemuser. ApplicationID is zero for people.
type UserRow struct {
	ID, ObjectID, ApplicationID, Unit meta.ID
	Name, DomainName                  string
	AccessMode                        int64
	Disabled                          bool
	Manager, Position                 meta.ID // zero without one

	// What of the user's settings bears on answers, and on no right: it is here to be at hand
	// with the caller. Zone is the user's clock, nil for UTC; Language a locale id, 0 where none
	// is set; Currency the user's own, zero without one.
	Zone     *time.Location
	Language int64
	Currency meta.ID
}

// TeamRow is a team: Type 0 owner, 1 access, 2 security group, 3 office group.
type TeamRow struct {
	ID, Unit meta.ID
	Name     string
	Type     int64
	Default  bool
	// Of group teams: the group's object id in the directory, and team.membershiptype.
	Group      meta.ID
	Membership int64
}

// Membership puts a user in a team.
type Membership struct{ Team, User meta.ID }

// RoleRow is a role's copy in one business unit. Inherited is role.isinherited: 1
// gives a team's members Basic depth as if they held the role themselves.
type RoleRow struct {
	ID, Unit, Root, Template meta.ID
	Name                     string
	Inherited                int64
}

// RolePrivilege is one privilege of a role. Privileges are kept at the root role;
// copies follow it.
type RolePrivilege struct {
	Role, Privilege meta.ID
	Depth           Depth
}

// RoleAssignment gives a role to a user or a team.
type RoleAssignment struct{ Principal, Role meta.ID }

// Source is where the resolver reads Facts; store is the one. SecurityVersion is
// cheap and changes with every committed write to a security table.
type Source interface {
	SecurityVersion() int64
	Security(ctx context.Context) (*Facts, error)
}
