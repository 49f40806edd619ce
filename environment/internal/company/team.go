package company

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// The types of teams (Dataverse facts 3.2); engine.AccessTeam is in owner.go. The members of
// those from securityGroup on are the directory's to say.
const (
	ownerTeam     = 0
	securityGroup = 2
)

// The relationships whose rows are given and taken by rules.
const (
	teamRoles   = "teamroles_association"
	teamMembers = "teammembership_association"
)

// beginTeam puts a new team under its maker, in the maker's business unit, unless the
// client says otherwise.
func (w *work) beginTeam(d *rows.Draft) error {
	column, me := d.Table.Column, w.Call.Caller.Effective
	if !d.Gives(column("name")) {
		return dverr.MissingTeamName.With()
	}
	if !d.Gives(column("businessunitid")) {
		d.Link(column("businessunitid"), w.Call.Model.Table("businessunit"), me.Unit)
	}
	if !d.Gives(column("administratorid")) {
		d.Link(column("administratorid"), w.Call.Model.Table("systemuser"), me.ID)
	}
	d.Fill(column("teamtype"), query.Int(ownerTeam))
	d.Fill(column("membershiptype"), query.Int(0))
	if d.Value(column("teamtype")).Int() >= securityGroup && !d.Gives(column("azureactivedirectoryobjectid")) {
		return dverr.RequiredMissing.With("azureactivedirectoryobjectid")
	}
	return nil
}

// guardTeam keeps a unit's own team as the unit has it.
func (w *work) guardTeam(d *rows.Draft) error {
	column := d.Table.Column
	differs := func(name string) bool {
		c := column(name)
		return d.Sets(c) && d.Value(c) != d.Old.Value(c)
	}
	if differs("name") && !d.Gives(column("name")) {
		return dverr.MissingTeamName.With()
	}
	if d.Old.Value(column("isdefault")).Int() == 1 {
		switch {
		case differs("name"):
			return dverr.CannotUpdateDefaultTeamName.With()
		case differs("businessunitid"):
			return dverr.CannotSetDefaultTeamParent.With()
		}
	}
	if differs("businessunitid") {
		return w.MustHold("prvReparentTeam")
	}
	return nil
}

// changedTeam moves what belongs to a team with it.
func (w *work) changedTeam(d *rows.Draft) error {
	unit := d.Table.Column("businessunitid")
	if !d.Sets(unit) || d.Value(unit) == d.Old.Value(unit) {
		return nil
	}
	held := w.Call.Model.Table("teamroles")
	if err := w.moveRoles(held, held.Column("teamid"), d.ID, d.Old.Value(unit).GUID(), d.Value(unit).GUID()); err != nil {
		return err
	}
	return w.moveOwned(d.ID, d.Value(unit).GUID())
}

// endTeam refuses to delete a unit's own team and one that owns rows. Shares with a team
// go with it.
func (w *work) endTeam(key op.Key) error {
	is, err := w.flag(key, "isdefault")
	if err != nil {
		return err
	}
	if is {
		return dverr.CannotDeleteDefaultTeam.With()
	}
	owns, err := w.ownsRows(key.ID)
	if err != nil {
		return err
	}
	if owns {
		return dverr.CannotDeleteOwningTeam.With()
	}
	return w.dropShares(key.ID)
}

// dropShares ends all shares with a principal that goes.
func (w *work) dropShares(principal meta.ID) error {
	t := w.Call.Model.Table(meta.SharingTable)
	if t == nil {
		return nil
	}
	return w.Erase("shares with somebody who is deleted", t, t.Column("principalid"), []meta.ID{principal})
}

// flag reads a yes/no column of a row.
func (w *work) flag(key op.Key, name string) (bool, error) {
	c := key.Table.Column(name)
	r, err := w.Look("a property that rules ask for", key, c)
	return err == nil && r.Value(c).Int() == 1, err
}

// ConvertToAccessTeam makes an access team of an owner team that holds no role or
// profile and owns nothing.
func ConvertToAccessTeam(w *engine.Work, team op.Key) error {
	t, do := team.Table, &work{Work: w}
	kind, isDefault := t.Column("teamtype"), t.Column("isdefault")
	r, err := do.Reach(team, meta.Write, []*meta.Column{kind, isDefault})
	switch {
	case err != nil:
		return err
	case r.Value(kind).Int() != ownerTeam || r.Value(isDefault).Int() == 1:
		return dverr.InvalidOperation.With().Helping("Only an owner team that is not its unit's own becomes an access team.")
	}
	for _, name := range []string{"teamroles", "teamprofiles"} {
		if held := do.Call.Model.Table(name); held != nil {
			ids, err := do.IDs("does a team hold something", held, func(s *query.Select) query.Expr {
				return rows.Is(s, held.Column("teamid"), query.GUID(team.ID))
			})
			if err != nil {
				return err
			}
			if len(ids) > 0 {
				return dverr.TeamTypeBlockedByRole.With()
			}
		}
	}
	owns, err := do.ownsRows(team.ID)
	if err != nil {
		return err
	}
	if owns {
		return dverr.TeamTypeBlockedByOwnership.With()
	}
	return do.Alter("an owner team becomes an access team", t, []op.Assignment{{Column: kind, Value: query.Int(engine.AccessTeam)}},
		func(s *query.Select) query.Expr { return rows.Is(s, t.PrimaryID, query.GUID(team.ID)) })
}

// AddMembers makes users members of a team; those who are already, stay.
func AddMembers(in *engine.Work, team op.Key, users []op.Key) error {
	w := &work{Work: in}
	for _, user := range users {
		there, err := w.isMember(team, user)
		if err != nil {
			return err
		}
		if err := w.enlist(team, user, there); err != nil {
			return err
		}
	}
	return nil
}

// RemoveMembers takes users out of a team; who is no member is passed over.
func RemoveMembers(in *engine.Work, team op.Key, users []op.Key) error {
	w := &work{Work: in}
	for _, user := range users {
		if _, err := w.dismiss(team, user); err != nil {
			return err
		}
	}
	return nil
}

// enlist makes a user a member. The caller gives with it what the team's roles give, and
// must hold that.
func (w *work) enlist(team, user op.Key, already bool) error {
	if err := w.mayChangeMembers(team, user, dverr.CannotAddToDefaultTeam); err != nil {
		return err
	}
	if err := w.holdsAllOfTeam(team); err != nil || already {
		return err
	}
	t := w.Call.Model.Table("teammembership")
	err := w.Tie("a user joins a team", t,
		op.Assignment{Column: t.Column("teamid"), Value: query.GUID(team.ID)},
		op.Assignment{Column: t.Column("systemuserid"), Value: query.GUID(user.ID)})
	if err != nil {
		return err
	}
	return w.noteMember(team, user, true)
}

// dismiss takes a user out of a team and tells whether it was in.
func (w *work) dismiss(team, user op.Key) (was bool, err error) {
	if err := w.mayChangeMembers(team, user, dverr.CannotRemoveFromDefaultTeam); err != nil {
		return false, err
	}
	if was, err = w.isMember(team, user); err != nil || !was {
		return was, err
	}
	if err := w.Drop("a user leaves a team", w.Call.Model.Table("teammembership"), membership(team.ID, user.ID)); err != nil {
		return true, err
	}
	return true, w.noteMember(team, user, false)
}

func membership(team, user meta.ID) func(*query.Select) query.Expr {
	return func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, s.Table.Column("teamid"), query.GUID(team)), rows.Is(s, s.Table.Column("systemuserid"), query.GUID(user)))
	}
}

func (w *work) isMember(team, user op.Key) (bool, error) {
	ids, err := w.IDs("is somebody a member", w.Call.Model.Table("teammembership"), membership(team.ID, user.ID))
	return len(ids) > 0, err
}

// mayChangeMembers asks for sight of both rows, and for Append on one and AppendTo on the
// other (Dataverse facts 3.7). The members of a unit's own team are the unit's users,
// those of a group team the directory's.
func (w *work) mayChangeMembers(team, user op.Key, ofDefault dverr.Entry) error {
	t := team.Table
	isDefault, kind := t.Column("isdefault"), t.Column("teamtype")
	r, err := w.Reach(team, meta.Read, []*meta.Column{isDefault, kind})
	if err != nil {
		return err
	}
	if _, err := w.Reach(user, meta.Read, []*meta.Column{user.Table.PrimaryID}); err != nil {
		return err
	}
	if err := w.mayTie(team, user); err != nil {
		return err
	}
	switch {
	case r.Value(isDefault).Int() == 1:
		return ofDefault.With()
	case r.Value(kind).Int() >= securityGroup:
		return dverr.InvalidOperation.With().Helping("The members of team %s are those of its group in the directory.", team.ID)
	}
	return nil
}

// mayTie asks for Append on one row and AppendTo on the other, either way about.
func (w *work) mayTie(one, other op.Key) error {
	err := w.appends(one, other)
	if err == nil {
		return nil
	}
	if w.appends(other, one) == nil {
		return nil
	}
	return err
}

func (w *work) appends(one, other op.Key) error {
	if _, err := w.Reach(one, meta.Append, []*meta.Column{one.Table.PrimaryID}); err != nil {
		return err
	}
	_, err := w.Reach(other, meta.AppendTo, []*meta.Column{other.Table.PrimaryID})
	return err
}

// holdsAllOfTeam refuses who holds less than a team's roles: nobody rises by a team.
func (w *work) holdsAllOfTeam(team op.Key) error {
	held, roles := w.Call.Model.Table("teamroles"), w.Call.Model.Table("role")
	rows, err := w.Gather("what a team's members come to hold", rows.Chosen(held, func(s *query.Select) query.Expr {
		return rows.Is(s, held.Column("teamid"), query.GUID(team.ID))
	}, "roleid"))
	if err != nil {
		return err
	}
	root := roles.Column("parentrootroleid")
	for _, row := range rows {
		role := op.Key{Table: roles, ID: row.Value(held.Column("roleid")).GUID()}
		r, err := w.Look("where a role's privileges are kept", role, root)
		if err != nil {
			return err
		}
		from := r.Value(root)
		if from.IsNull() {
			from = query.GUID(role.ID)
		}
		if err := w.holdsAllOf(from); err != nil {
			return err
		}
	}
	return nil
}

// giveTeam gives a role to a team of the role's business unit.
func (w *work) giveTeam(team, role op.Key) error {
	column := team.Table.Column
	t, err := w.Look("which team is given a role", team, column("businessunitid"), column("teamtype"))
	if err != nil {
		return err
	}
	unit, root := role.Table.Column("businessunitid"), role.Table.Column("parentrootroleid")
	r, err := w.Look("which role is given", role, unit, root)
	if err != nil {
		return err
	}
	switch {
	case t.Value(column("teamtype")).Int() == engine.AccessTeam:
		return dverr.AccessTeamProfile.With()
	case t.Value(column("businessunitid")) != r.Value(unit) && !w.Call.Caller.Settings().AcrossUnits:
		return dverr.TeamInWrongBusiness.With(team.ID, t.Value(column("businessunitid")).GUID(), role.ID, r.Value(unit).GUID()).
			Helping("Give the copy of the role that belongs to the team's business unit.")
	}
	from := r.Value(root)
	if from.IsNull() {
		from = query.GUID(role.ID)
	}
	if err := w.holdsAllOf(from); err != nil {
		return err
	}
	held := w.Call.Model.Table("teamroles")
	return w.Tie("a role is given to a team", held,
		op.Assignment{Column: held.Column("teamid"), Value: query.GUID(team.ID)},
		op.Assignment{Column: held.Column("roleid"), Value: query.GUID(role.ID)})
}

// owned lists the tables whose rows can be somebody's.
func (w *work) owned() []*meta.Table {
	return slices.DeleteFunc(slices.Clone(w.Call.Model.Tables), func(t *meta.Table) bool {
		return t.Ownership != meta.UserOwned || t.Column("ownerid") == nil
	})
}

func (w *work) ownsRows(owner meta.ID) (bool, error) {
	for _, t := range w.owned() {
		s := rows.Chosen(t, func(s *query.Select) query.Expr { return rows.Is(s, t.Column("ownerid"), query.GUID(owner)) }, t.PrimaryID.LogicalName)
		s.Limit = 1
		rows, err := w.Gather("does somebody own rows", s)
		if err != nil || len(rows) > 0 {
			return len(rows) > 0, err
		}
	}
	return false, nil
}
