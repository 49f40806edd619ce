package company

import (
	"bytes"
	"errors"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// What happens when somebody moves to another business unit (Dataverse facts 3.1): roles
// belong to a unit and stay behind, the membership in the unit's own team changes, and
// the rows that the principal owns come along.

// changedUser does what follows from a change of a user.
func (w *work) changedUser(d *rows.Draft) error {
	unit := d.Table.Column("businessunitid")
	if !d.Sets(unit) || d.Value(unit) == d.Old.Value(unit) {
		return nil
	}
	from, to := d.Old.Value(unit).GUID(), d.Value(unit).GUID()
	if err := errors.Join(w.moveUserRoles(d, to), w.moveSettings(d.ID, to)); err != nil {
		return err
	}
	teams := w.Call.Model.Table("team")
	left, err := w.IDs("a user leaves its unit's own team", teams, defaultTeam(from))
	if err != nil {
		return err
	}
	for _, team := range left {
		if err := w.Drop("a user leaves its unit's own team", w.Call.Model.Table("teammembership"), membership(team, d.ID)); err != nil {
			return err
		}
	}
	if err := w.joinDefaultTeam(d); err != nil {
		return err
	}
	if w.known().leaveRows {
		return nil
	}
	return w.moveOwned(d.ID, to)
}

// moveUserRoles takes a user's roles away, which the last administrator's cannot be.
func (w *work) moveUserRoles(d *rows.Draft, to meta.ID) error {
	me := func(user query.Col) query.Expr {
		return query.Compare{Col: user, Op: query.Equal, Value: query.GUID(d.ID)}
	}
	was, err := w.administrators(me)
	if err != nil {
		return err
	}
	held := w.Call.Model.Table("systemuserroles")
	if err := w.moveRoles(held, held.Column("systemuserid"), d.ID, d.Old.Value(d.Table.Column("businessunitid")).GUID(), to); err != nil || !was {
		return err
	}
	still, err := w.administrators(func(query.Col) query.Expr { return query.Const{True: true} })
	if err == nil && !still {
		err = dverr.CannotRemoveLastAdmin.With().Helping("Moving user %s takes its roles away, and nobody else is a System Administrator.", d.ID)
	}
	return err
}

// moveRoles takes the roles of a principal that comes into a unit: all of them, or, when
// the organization says DoNotRemoveRolesOnChangeBusinessUnit, those of which the unit has
// no copy; the others become the unit's copies. Where roles of any unit may be held, those
// of a third unit stay what they are.
func (w *work) moveRoles(held *meta.Table, principal *meta.Column, id, from, unit meta.ID) error {
	settings := w.Call.Caller.Settings()
	keep := settings.KeepsRoles
	mine := func(s *query.Select) query.Expr { return rows.Is(s, principal, query.GUID(id)) }
	had, err := w.Gather("the roles of who moves", rows.Chosen(held, mine, "roleid"))
	if err != nil {
		return err
	}
	roles := w.Call.Model.Table("role")
	var copies []meta.ID
	for _, r := range had {
		if !keep {
			break
		}
		root, of := roles.Column("parentrootroleid"), roles.Column("businessunitid")
		key := op.Key{Table: roles, ID: r.Value(held.Column("roleid")).GUID()}
		role, err := w.Look("the root of a role", key, root, of)
		if err != nil {
			return err
		}
		if settings.AcrossUnits && role.Value(of).GUID() != from {
			copies = append(copies, key.ID)
			continue
		}
		there, err := w.IDs("the unit's copy of a role", roles, func(s *query.Select) query.Expr {
			return rows.All(rows.Is(s, root, role.Value(root)), rows.Is(s, roles.Column("businessunitid"), query.GUID(unit)))
		})
		if err != nil {
			return err
		}
		copies = append(copies, there...)
	}
	if err := w.Drop("roles stay behind", held, mine); err != nil {
		return err
	}
	slices.SortFunc(copies, func(a, b meta.ID) int { return bytes.Compare(a[:], b[:]) })
	for _, role := range slices.Compact(copies) {
		err := w.Tie("a role that the unit has too", held,
			op.Assignment{Column: principal, Value: query.GUID(id)},
			op.Assignment{Column: held.Column("roleid"), Value: query.GUID(role)})
		if err != nil {
			return err
		}
	}
	return nil
}

// moveOwned lets the rows of an owner lie in the owner's business unit, unless the
// organization lets rows lie in any unit and says that they stay.
func (w *work) moveOwned(owner, unit meta.ID) error {
	if s := w.Call.Caller.Settings(); s.AcrossUnits && s.UnitStays {
		return nil
	}
	units := w.Call.Model.Table("businessunit")
	for _, t := range w.owned() {
		c := t.Column("owningbusinessunit")
		if c == nil {
			continue
		}
		err := w.Alter("rows lie in their owner's business unit", t, []op.Assignment{{Column: c, Value: query.GUID(unit), Target: units}},
			func(s *query.Select) query.Expr { return rows.Is(s, t.Column("ownerid"), query.GUID(owner)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// Reassign gives all rows of a user or team to another, each by the rules and with the
// rights of an assignment of its own.
func Reassign(in *engine.Work, from, to op.Key) error {
	w := &work{Work: in}
	for _, who := range []op.Key{from, to} { // or its success would tell who owns nothing
		if _, err := w.Reach(who, meta.Read, nil); err != nil {
			return err
		}
	}
	for _, t := range w.owned() {
		owner := t.Column("ownerid")
		ids, err := w.IDs("rows to be reassigned", t, func(s *query.Select) query.Expr {
			return rows.Is(s, owner, query.GUID(from.ID))
		})
		if err != nil {
			return err
		}
		for _, id := range ids {
			_, err := w.Do(&op.Update{Key: op.Key{Table: t, ID: id}, Mode: op.UpdateOnly, Values: []op.Assignment{
				{Column: owner, Value: query.GUID(to.ID), Target: to.Table},
			}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// MoveUser puts a user into a business unit. With leaveRows the rows that it owns stay in
// the unit they lie in.
func MoveUser(in *engine.Work, user, unit op.Key, leaveRows bool) error {
	w := &work{Work: in}
	w.known().leaveRows = leaveRows
	defer func() { w.known().leaveRows = false }()
	_, err := w.Do(&op.Update{Key: user, Mode: op.UpdateOnly, Values: []op.Assignment{
		{Column: user.Table.Column("businessunitid"), Value: query.GUID(unit.ID), Target: unit.Table},
	}})
	return err
}

// managerLoop refuses a manager who is the user or reports to it.
func (w *work) managerLoop(user, manager meta.ID) error {
	t := w.Call.Model.Table("systemuser")
	c := t.Column("parentsystemuserid")
	if user == manager {
		return dverr.UserIsOwnManager.With()
	}
	loop, err := w.Climbs(c, manager, user)
	if loop {
		err = dverr.ManagerLoop.With()
	}
	return err
}
