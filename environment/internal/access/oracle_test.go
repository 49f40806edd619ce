package access

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// oracle judges access as appendix B of the Dataverse facts puts it, row by row,
// from the bare facts: no index, no tree, nothing of the room's own.
type oracle struct {
	f    *Facts
	m    *meta.Model
	rows map[string][]row
}

// source is one role of a user: its depths by privilege, whence Local and Deep
// count, and the team it comes through unless it is the user's own.
type origin struct {
	root      meta.ID
	unit      meta.ID
	team      meta.ID
	asOneself bool
}

func (o oracle) root(role meta.ID) (RoleRow, bool) {
	for _, r := range o.f.Roles {
		if r.ID == role {
			for _, root := range o.f.Roles {
				if root.ID == r.Root {
					return root, true
				}
			}
			return r, true
		}
	}
	return RoleRow{}, false
}

func (o oracle) user(u meta.ID) (UserRow, bool) {
	for _, row := range o.f.Users {
		if row.ID == u {
			return row, true
		}
	}
	return UserRow{}, false
}

func (o oracle) team(t meta.ID) (TeamRow, bool) {
	for _, row := range o.f.Teams {
		if row.ID == t {
			return row, true
		}
	}
	return TeamRow{}, false
}

// origins lists the roles of a user or team.
func (o oracle) origins(p meta.ID) []origin {
	var all []origin
	if u, is := o.user(p); is {
		for _, a := range o.f.UserRoles {
			if root, known := o.root(a.Role); known && a.Principal == p {
				all = append(all, origin{root: root.ID, unit: o.countsFrom(a.Role, u.Unit), asOneself: true})
			}
		}
		for _, m := range o.f.Memberships {
			if m.User == p {
				all = append(all, o.teamOrigins(m.Team)...)
			}
		}
		return all
	}
	return o.teamOrigins(p)
}

func (o oracle) teamOrigins(team meta.ID) []origin {
	var all []origin
	t, is := o.team(team)
	if !is || t.Type == 1 {
		return nil
	}
	for _, a := range o.f.TeamRoles {
		if root, known := o.root(a.Role); known && a.Principal == team {
			all = append(all, origin{root: root.ID, unit: o.countsFrom(a.Role, t.Unit), team: team, asOneself: root.Inherited == 1})
		}
	}
	return all
}

// countsFrom is roleBU of appendix B: the holder's unit, or with ownership across units
// the role's own.
func (o oracle) countsFrom(role, holder meta.ID) meta.ID {
	if o.f.Organization.Settings.AcrossUnits {
		for _, r := range o.f.Roles {
			if r.ID == role {
				return r.Unit
			}
		}
	}
	return holder
}

func (o oracle) depthOf(from origin, privilege meta.ID) Depth {
	d := None
	for _, rp := range o.f.RolePrivileges {
		if rp.Role == from.root && rp.Privilege == privilege && rp.Depth > d {
			d = rp.Depth
		}
	}
	return d
}

// effective is effectivePrivilege(u, p).
func (o oracle) effective(p, privilege meta.ID) Depth {
	d := None
	for _, from := range o.origins(p) {
		d = max(d, o.depthOf(from, privilege))
	}
	return d
}

// pair is who asks and for whom.
type pair struct{ actor, subject meta.ID }

// allowed is allowed(p), with the rule that unowned rows know Global only.
func (o oracle) allowed(who pair, t *meta.Table, privilege meta.ID) Depth {
	d := min(o.effective(who.actor, privilege), o.effective(who.subject, privilege))
	if d < Global && (t.Ownership == meta.OrganizationOwned || t.Ownership == meta.NoOwner) {
		return None
	}
	return d
}

// mayAsk says whether a question for the right on a table is answered at all.
func (o oracle) mayAsk(who pair, right meta.Right, t *meta.Table) bool {
	if p := t.Privileges[right]; p != nil {
		return o.allowed(who, t, p.ID) > None
	}
	if right != meta.Read {
		return false
	}
	switch t.LogicalName {
	case "privilege":
		return true
	case "teammembership":
		return o.mayAsk(who, meta.Read, o.m.Table("team")) && o.mayAsk(who, meta.Read, o.m.Table("systemuser"))
	case "principalobjectaccess":
		return o.admin(who.actor) && o.admin(who.subject)
	default:
		return false
	}
}

func (o oracle) admin(u meta.ID) bool {
	for _, from := range o.origins(u) {
		for _, r := range o.f.Roles {
			if r.ID == from.root && r.Template == systemAdministrator {
				return true
			}
		}
	}
	return false
}

// inScope is rowInScope for everything that can be shared, owned or in a unit.
func (o oracle) inScope(who pair, right meta.Right, t *meta.Table, r row) bool {
	switch t.LogicalName {
	case "privilege", "principalobjectaccess":
		return o.mayAsk(who, right, t)
	case "teammembership":
		return o.seesKey(who, "team", r["teamid"].GUID()) && o.seesKey(who, "systemuser", r["systemuserid"].GUID())
	}
	p := t.Privileges[right]
	if p == nil {
		return false
	}
	limit := o.effective(who.actor, p.ID)
	held := false
	for _, from := range o.origins(who.subject) {
		d := min(o.depthOf(from, p.ID), limit)
		held = held || d > None
		if d > None && o.covers(who.subject, from, d, t, r) {
			return true
		}
	}
	return held && t.Ownership == meta.UserOwned && (o.shared(who.subject, right, t, r) || o.above(who.subject, right, t, r))
}

// above says whether the hierarchy gives u the right on a row of somebody below: one
// who owns it, is in a team that owns it, or whom it is shared with.
func (o oracle) above(u meta.ID, right meta.Right, t *meta.Table, r row) bool {
	most := map[meta.Right]int{meta.Read: o.f.Organization.Hierarchy.Depth, meta.Write: 1, meta.Append: 1, meta.AppendTo: 1}[right]
	for _, below := range o.f.Users {
		levels := o.levels(u, below.ID)
		if !o.f.Organization.Hierarchy.Enabled || levels == 0 || levels > min(most, o.f.Organization.Hierarchy.Depth) {
			continue
		}
		me, _ := o.user(u)
		if !o.f.Organization.Hierarchy.ByPosition && !o.below(below.Unit, me.Unit) {
			continue
		}
		owner := r["ownerid"].GUID()
		if owner == below.ID || o.memberOf(below.ID, owner) || o.sharedWith(below.ID, right, t, r, false) {
			return true
		}
	}
	return false
}

// levels counts the steps up from below to u; 0 when there are none, or for oneself.
func (o oracle) levels(u, below meta.ID) int {
	if u == below {
		return 0
	}
	top, _ := o.user(u)
	at, _ := o.user(below)
	if o.f.Organization.Hierarchy.ByPosition && at.Position == top.Position {
		return 0 // a ring of positions puts nobody above colleagues
	}
	for n := 1; n <= len(o.f.Users)+len(o.f.Positions); n++ {
		if o.f.Organization.Hierarchy.ByPosition {
			if at.Position = o.parentOf(at.Position); at.Position.IsZero() {
				return 0
			}
			if at.Position == top.Position {
				return n
			}
			continue
		}
		if at.Manager == u {
			return n
		}
		if at, _ = o.user(at.Manager); at.ID.IsZero() {
			return 0
		}
	}
	return 0
}

func (o oracle) parentOf(position meta.ID) meta.ID {
	for _, p := range o.f.Positions {
		if p.ID == position {
			return p.Parent
		}
	}
	return meta.ID{}
}

// covers is the part of rowInScope that depends on one role alone.
func (o oracle) covers(u meta.ID, from origin, d Depth, t *meta.Table, r row) bool {
	if d == Global {
		return true
	}
	var owner, unit meta.ID
	switch {
	case t.Ownership == meta.UserOwned:
		owner, unit = r["ownerid"].GUID(), r["owningbusinessunit"].GUID()
	case t.LogicalName == "systemuser" || t.LogicalName == "team":
		owner, unit = r[t.LogicalName+"id"].GUID(), r["businessunitid"].GUID()
	case t.Ownership == meta.BusinessOwned:
		unit = r["businessunitid"].GUID()
	default:
		return false
	}
	if !owner.IsZero() && (owner == from.team || from.asOneself && (owner == u || o.memberOf(u, owner))) {
		return true
	}
	return d == Local && unit == from.unit || d == Deep && o.below(unit, from.unit)
}

// reachesUnit says whether a right reaches the rows of a business unit, whoever owns
// them.
func (o oracle) reachesUnit(who pair, right meta.Right, t *meta.Table, unit meta.ID) bool {
	stranger := row{"ownerid": query.GUID(id("a stranger")), "owningbusinessunit": query.GUID(unit), t.PrimaryID.LogicalName: query.GUID(id("no row"))}
	return o.inScope(who, right, t, stranger)
}

func (o oracle) seesKey(who pair, table string, key meta.ID) bool {
	t := o.m.Table(table)
	for _, r := range o.rows[table] {
		if r[table+"id"].GUID() == key {
			return o.inScope(who, meta.Read, t, r)
		}
	}
	// A row that is gone is seen by who sees all.
	return o.allowed(who, t, t.Privileges[meta.Read].ID) == Global
}

func (o oracle) memberOf(u, team meta.ID) bool {
	for _, m := range o.f.Memberships {
		if m.User == u && m.Team == team {
			_, is := o.team(team)
			return is
		}
	}
	return false
}

// below reports that unit is top or hangs under it.
func (o oracle) below(unit, top meta.ID) bool {
	for range len(o.f.Units) + 1 {
		if unit == top {
			return true
		}
		for _, u := range o.f.Units {
			if u.ID == unit {
				unit = u.Parent
				break
			}
		}
	}
	return false
}

func (o oracle) shared(u meta.ID, right meta.Right, t *meta.Table, r row) bool {
	return o.sharedWith(u, right, t, r, true)
}

func (o oracle) sharedWith(u meta.ID, right meta.Right, t *meta.Table, r row, everybody bool) bool {
	for _, s := range o.rows["principalobjectaccess"] {
		mask := s["accessrightsmask"].Int() | s["inheritedaccessrightsmask"].Int()
		to := s["principalid"].GUID()
		if s["objectid"] == r[t.PrimaryID.LogicalName] && s["objecttypecode"] == query.Text(t.LogicalName) && mask&right.Mask() != 0 &&
			(to == u || o.memberOf(u, to) || everybody && to == o.f.Organization.ID) {
			return true
		}
	}
	return false
}

// enters says whether a user passes the ladder of facts 1.6 up to its roles: 0, or
// the row at which it stops.
func (o oracle) enters(u UserRow) int {
	if u.Disabled {
		return 4
	}
	for unit, first := u.Unit, true; ; first = false {
		at := slices.IndexFunc(o.f.Units, func(row Unit) bool { return row.ID == unit })
		if at < 0 && first || at >= 0 && o.f.Units[at].Disabled {
			return 4
		}
		if at < 0 { // the root, or a unit whose parent is gone
			break
		}
		unit = o.f.Units[at].Parent
	}
	if len(o.origins(u.ID)) == 0 {
		return 5
	}
	return 0
}
