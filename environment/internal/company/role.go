package company

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// userRoles is the relationship of users and roles (Dataverse facts 3.3, 3.11).
const userRoles = "systemuserroles_association"

// giveRole gives a role to a user.
func (w *work) giveRole(link op.Link, related op.Key) error {
	user, role, err := w.holderAndRole(link, related)
	if err != nil {
		return err
	}
	if err := w.mayGive(user, role); err != nil {
		return err
	}
	if err := w.mayHoldRole(user, role); err != nil {
		return err
	}
	held := link.Nav.Relationship.Intersect
	return w.Tie("a role is given to a user", held,
		op.Assignment{Column: held.Column("systemuserid"), Value: query.GUID(user.ID)},
		op.Assignment{Column: held.Column("roleid"), Value: query.GUID(role.ID)})
}

// giveTeamRole gives a role to a team.
func (w *work) giveTeamRole(link op.Link, related op.Key) error {
	team, role, err := w.holderAndRole(link, related)
	if err != nil {
		return err
	}
	return w.giveTeam(team, role)
}

// takeTeamRole takes a role from a team.
func (w *work) takeTeamRole(link op.Link, related op.Key) error {
	team, role, err := w.holderAndRole(link, related)
	if err != nil {
		return err
	}
	return w.untie("a role is taken from a team", link.Nav.Relationship, team, role)
}

// join makes a user a member of a team.
func (w *work) join(link op.Link, related op.Key) error {
	team, user := w.sides(link, related, "team")
	return w.enlist(team, user, false)
}

// part takes a user out of a team.
func (w *work) part(link op.Link, related op.Key) error {
	team, user := w.sides(link, related, "team")
	was, err := w.dismiss(team, user)
	if err == nil && !was {
		err = dverr.ObjectDoesNotExist.With("teammembership", user.ID).Helping("User %s is no member of team %s.", user.ID, team.ID)
	}
	return err
}

// sides gives first the end of a link that is a row of the table.
func (w *work) sides(l op.Link, related op.Key, table string) (one, other op.Key) {
	if l.Key.Table.LogicalName == table {
		return l.Key, related
	}
	return related, l.Key
}

// holderAndRole asks what giving and taking a role of a user or team asks.
func (w *work) holderAndRole(l op.Link, related op.Key) (holder, role op.Key, err error) {
	role, holder = w.sides(l, related, "role")
	if err := w.MustHold("prvAssignRole"); err != nil {
		return holder, role, err
	}
	for _, key := range []op.Key{holder, role} {
		if _, err := w.Reach(key, meta.Read, []*meta.Column{key.Table.PrimaryID}); err != nil {
			return holder, role, err
		}
	}
	return holder, role, nil
}

// untie removes the row of a many-to-many table that joins two rows; one, of the table
// that the relationship names first.
func (w *work) untie(reason string, r *meta.Relationship, one, other op.Key) error {
	s := &query.Select{Table: r.Intersect}
	n, err := w.DB.Apply(w.Ctx, access.SystemChange(reason, access.Parts{
		Kind: access.Remove, From: s, Table: r.Intersect, Where: rows.All(
			rows.Is(s, r.IntersectColumn1, query.GUID(one.ID)), rows.Is(s, r.IntersectColumn2, query.GUID(other.ID))),
	}))
	if err == nil && n == 0 {
		err = dverr.ObjectDoesNotExist.With(r.Intersect.LogicalName, other.ID)
	}
	return err
}

// takeRole takes a role from a user; the last administrator keeps that role.
func (w *work) takeRole(link op.Link, related op.Key) error {
	user, role, err := w.holderAndRole(link, related)
	if err != nil {
		return err
	}
	if err := w.leaveAnAdministrator(user, role); err != nil {
		return err
	}
	held := link.Nav.Relationship.Intersect
	s := &query.Select{Table: held}
	n, err := w.DB.Apply(w.Ctx, access.SystemChange("a role is taken from a user", access.Parts{
		Kind: access.Remove, From: s, Table: held, Where: query.And{Members: []query.Expr{
			rows.Is(s, held.Column("systemuserid"), query.GUID(user.ID)), rows.Is(s, held.Column("roleid"), query.GUID(role.ID)),
		}},
	}))
	if err == nil && n == 0 {
		err = dverr.ObjectDoesNotExist.With(held.LogicalName, role.ID).Helping("User %s does not hold role %s.", user.ID, role.ID)
	}
	return err
}

// mayGive refuses a role of another business unit than the user's, a disabled user,
// and a role that holds more than the giver does.
func (w *work) mayGive(user, role op.Key) error {
	u, err := w.Look("who is given a role", user, user.Table.Column("businessunitid"), user.Table.Column("isdisabled"))
	if err != nil {
		return err
	}
	r, err := w.Look("which role is given", role, role.Table.Column("businessunitid"), role.Table.Column("parentrootroleid"))
	if err != nil {
		return err
	}
	unit, roleUnit := u.Value(user.Table.Column("businessunitid")).GUID(), r.Value(role.Table.Column("businessunitid")).GUID()
	if unit != roleUnit && !w.Call.Caller.Settings().AcrossUnits {
		return dverr.UserInWrongBusiness.With(user.ID, unit, role.ID, roleUnit).
			Helping("Give the copy of the role that belongs to business unit %s.", unit)
	}
	if u.Value(user.Table.Column("isdisabled")).Int() == 1 {
		return dverr.UserNotEnabled.Text("The specified user is either disabled or is not a member of any business unit.").
			Helping("Enable user %s first.", user.ID)
	}
	root := r.Value(role.Table.Column("parentrootroleid"))
	if root.IsNull() {
		root = query.GUID(role.ID)
	}
	return w.holdsAllOf(root)
}

// holdsAllOf refuses to hand on privileges that the giver does not hold, or holds less
// deeply: nobody rises by another's hand (Dataverse facts 3.3).
func (w *work) holdsAllOf(root query.Value) error {
	t := w.Call.Model.Table("roleprivileges")
	s := &query.Select{Table: t}
	privilege, mask := t.Column("privilegeid"), t.Column("privilegedepthmask")
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: privilege}}, {Col: query.Col{Of: s, C: mask}}}
	s.Where = rows.Is(s, t.Column("roleid"), root)
	page, err := w.DB.Page(w.Ctx, access.System("a role may not give more than its giver holds", s))
	if err != nil {
		return err
	}
	for row, err := range page.Rows {
		if err != nil {
			return err
		}
		id := rows.Cell(row, page.Shape.Fields[0].Value, meta.GUID).GUID()
		p := w.Call.Model.PrivilegeByID(id)
		if p == nil {
			continue
		}
		if need := access.DepthOf(row.Int(page.Shape.Fields[1].Value)); w.Call.Caller.Has(p) < need {
			return w.notHeld(p, need)
		}
	}
	return nil
}

// leaveAnAdministrator refuses to take the System Administrator role from the only
// enabled user that holds it.
func (w *work) leaveAnAdministrator(user, role op.Key) error {
	template := role.Table.Column("roletemplateid")
	r, err := w.Look("is it the administrators' role", role, template)
	if err != nil || r.Value(template).GUID() != meta.MustID(access.SystemAdministratorRole) {
		return err
	}
	other, err := w.administrators(func(u query.Col) query.Expr {
		return query.Compare{Col: u, Op: query.NotEqual, Value: query.GUID(user.ID)}
	})
	if err != nil || other {
		return err
	}
	return dverr.CannotRemoveLastAdmin.With()
}
