package access

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// need is what a refusal misses: a privilege, for a right on a table unless it is
// one of the miscellaneous ones. privilege is nil where the table has none.
type need struct {
	right     meta.Right
	table     *meta.Table
	privilege *meta.Privilege
}

// missing words a privilege that the caller does not hold, form (b) of facts 3.9.
// Under impersonation the text names the effective user even when it is the
// authenticated one who lacks the privilege, as the service does (facts 2.3); Help
// names the right one.
func missing(c Caller, n need) *dverr.Error {
	id, name := meta.ID{}, n.name()
	if n.privilege != nil {
		id = n.privilege.ID
	}
	caller := c.Effective.ID
	return dverr.PrivilegeDenied.With(fmt.Sprintf(
		"%s, is missing %s privilege (Id=%s)%s. context.Caller=%s. Consider adding missed privilege to one of the principal (user/team) roles.",
		c.Effective.inWords(), name, id, n.place(), caller)).Helping("%s", c.lacks(n))
}

// describeLack notes whose lack of a privilege it is.
func (c Caller) describeLack(n need, who *principal, least Depth, format string, args ...any) string {
	return c.describe(Refusal{
		Stop: AtPrivilege, Privilege: n.privilege, Right: n.right, Table: n.table, Who: who.id, Held: who.depth(n.privilege.ID), Least: least,
	}, format, args...)
}

// name falls back to what the privilege would be called if the table had one.
func (n need) name() string {
	if n.privilege != nil {
		return n.privilege.Name
	}
	return "prv" + n.right.String() + n.table.SchemaName
}

func (n need) place() string {
	if n.table == nil {
		return ""
	}
	return fmt.Sprintf(" on OTC=%d for entity '%s' (LocalizedName='%s')", n.table.TypeCode, n.table.LogicalName, n.table.DisplayName)
}

// inWords names a user as refusals do.
func (u User) inWords() string {
	roles, privileges, all := 0, 0, 0
	if u.self != nil {
		roles, privileges, all = len(u.self.roleIDs()), u.self.privilegeCount(), len(u.self.at.model.Privileges)
	}
	return fmt.Sprintf(
		"Principal user (Id=%s, type=%d, roleCount=%d, privilegeCount=%d, accessMode='%s', AADObjectId='%s', MetadataCachePrivilegesCount=%d, businessUnitId=%s)",
		u.ID, userCode, roles, privileges, accessMode(u.AccessMode), u.ObjectID, all, u.Unit)
}

// accessMode gives number and label of systemuser.accessmode (facts 1.5).
func accessMode(mode int64) string {
	names := [...]string{"Read-Write", "Administrative", "Read", "Support User", "Non-interactive", "Delegated Admin"}
	if mode < 0 || mode >= int64(len(names)) {
		return strconv.FormatInt(mode, 10)
	}
	return strconv.FormatInt(mode, 10) + " " + names[mode]
}

// lacks is the Help of a missing privilege: who lacks it and the smallest change.
func (c Caller) lacks(n need) string {
	if n.privilege == nil {
		return c.describe(Refusal{Stop: AtPrivilege, Right: n.right, Table: n.table, Who: c.Effective.ID},
			"Stopped at the privilege: table %s has no %s privilege, so no role can give it.", n.table.LogicalName, n.right)
	}
	who, depth := c.withoutPrivilege(n), n.least(Basic)
	if who == nil {
		return "Stopped at the privilege: the caller is nobody."
	}
	held := ""
	if d := who.depth(n.privilege.ID); d != None {
		held = fmt.Sprintf(" at a depth that counts here (it has %s)", d)
	}
	return c.describeLack(n, who, depth, "Stopped at the privilege: %s%s holds no %s%s; its roles are: %s. Smallest change: %s at depth %s in one of them, or another role of business unit %s that holds it.",
		who, c.part(who), n.privilege.Name, held, who.roleNames(), n.privilege.Name, depth, who.unitName())
}

// withoutPrivilege finds whose lack it is: the effective user's first.
func (c Caller) withoutPrivilege(n need) *principal {
	for _, u := range []User{c.Effective, c.Authenticated} {
		if n.heldBy(Caller{Authenticated: u, Effective: u}) == None {
			return u.self
		}
	}
	return c.Effective.self
}

func (n need) heldBy(c Caller) Depth {
	if n.table == nil {
		return c.Has(n.privilege)
	}
	return c.depthOn(n.table, n.privilege)
}

// part says which side of an impersonation a principal is.
func (c Caller) part(p *principal) string {
	switch {
	case !c.Impersonating():
		return ""
	case p == c.Effective.self:
		return ", for whom the request acts,"
	default:
		return fmt.Sprintf(", who acts for %s,", c.Effective.self)
	}
}

// least is the smallest depth from d up at which a role may hold the privilege and
// which counts for the table; None when there is none.
func (n need) least(d Depth) Depth {
	if n.table != nil && (n.table.Ownership == meta.OrganizationOwned || n.table.Ownership == meta.NoOwner) {
		return Global
	}
	may := [...]bool{Basic: n.privilege.Basic, Local: n.privilege.Local, Deep: n.privilege.Deep, Global: n.privilege.Global}
	for ; d <= Global; d++ {
		if may[d] {
			return d
		}
	}
	return None
}

// String gives the depth's name and, as the role editor calls it, its reach.
func (d Depth) String() string {
	names := [...]string{
		None: "None", Basic: "Basic (User)", Local: "Local (Business Unit)",
		Deep: "Deep (Parent: Child Business Units)", Global: "Global (Organization)",
	}
	return names[d]
}

// Row is what a refusal says about the row it concerns.
type Row struct {
	ID, Owner, Unit meta.ID
	OwnerType       int64 // 8 user, 9 team
}

// Denied words the refusal of right on a row that exists but lies outside the
// caller's scope (facts 3.9).
func Denied(c Caller, right meta.Right, t *meta.Table, row Row) error {
	return dverr.AccessDenied.With(fmt.Sprintf(
		"SecLib::AccessCheckEx failed. Returned hr = %d, ObjectID: %s, OwnerId: %s,  OwnerIdType: %d and CallingUser: %s. ObjectTypeCode: %d, objectBusinessUnitId: %s, AccessRights: %sAccess ",
		int32(dverr.AccessDenied.Code), row.ID, row.Owner, row.OwnerType, c.Effective.ID, t.TypeCode, row.Unit, right),
	).Helping("%s", c.outside(right, t, row))
}

// outside is the Help of a row out of scope: whose depth ends before it, and the
// smallest depth that would reach it.
func (c Caller) outside(right meta.Right, t *meta.Table, row Row) string {
	p := t.Privileges[right]
	who := c.Effective.self
	if p == nil || who == nil {
		return fmt.Sprintf("Stopped at the row: %s on %s is not the caller's.", right, t.LogicalName)
	}
	if c.Impersonating() && who.reach(p.ID, Global).holds(row.Owner, row.Unit) {
		who = c.Authenticated.self
	}
	n := need{right: right, table: t, privilege: p}
	var ways []string
	d := n.least(c.depthTo(row))
	if d != None {
		ways = append(ways, fmt.Sprintf("%s at depth %s in one of the roles %s", p.Name, d, who.roleNames()))
	}
	if right != meta.Create && t.Ownership == meta.UserOwned {
		ways = append(ways, fmt.Sprintf("share the row with %sAccess", right))
	}
	if len(ways) == 0 {
		ways = append(ways, "none: no role may reach that far")
	}
	return c.describe(Refusal{Stop: AtRow, Privilege: p, Right: right, Table: t, Who: who.id, Held: who.depth(p.ID), Least: d},
		"Stopped at the row: %s%s holds %s at depth %s; the row's owner is %s, its business unit %s. Smallest change: %s.",
		who, c.part(who), p.Name, who.depth(p.ID), row.Owner, c.unitName(row.Unit), strings.Join(ways, ", or "))
}

// depthTo is the smallest depth at which a role of the effective user's own reaches
// the row.
func (c Caller) depthTo(row Row) Depth {
	p := c.Effective.self
	owner, unit := query.GUID(row.Owner), query.GUID(row.Unit)
	switch {
	case slices.Contains(p.owners, owner):
		return Basic
	case p.unit != nil && p.unit.ID == row.Unit:
		return Local
	case p.unit != nil && slices.Contains(p.at.order[p.unit.first:p.unit.end], unit):
		return Deep
	default:
		return Global
	}
}

func (c Caller) unitName(id meta.ID) string {
	if u := c.Effective.self.at.units[id]; u != nil {
		return strconv.Quote(u.Name)
	}
	return id.String()
}
