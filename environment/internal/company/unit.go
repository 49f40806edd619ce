package company

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// A business unit has a team of its own, whose members are its users, and copies of the
// roles of the unit above it (Dataverse facts 3.1, 3.3).

// beginUnit refuses a unit without name or parent, and a name that another unit has.
func (w *work) beginUnit(d *rows.Draft) error {
	if !d.Gives(d.Table.Column("parentbusinessunitid")) {
		return dverr.MissingParentUnit.With()
	}
	d.Fill(d.Table.Column("inheritancemask"), query.Int(1023))
	return w.unitNameFree(d)
}

func (w *work) unitNameFree(d *rows.Draft) error {
	name := d.Table.Column("name")
	if !d.Gives(name) {
		return dverr.MissingUnitName.With()
	}
	same, err := w.IDs("names of business units differ", d.Table, func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, name, d.Value(name)), query.Compare{Col: query.Col{Of: s, C: d.Table.PrimaryID}, Op: query.NotEqual, Value: query.GUID(d.ID)})
	})
	if err == nil && len(same) > 0 {
		err = dverr.NameExists.With()
	}
	return err
}

// begunUnit gives a new unit its team and its copies of roles.
func (w *work) begunUnit(d *rows.Draft) error {
	if err := w.makeDefaultTeam(d); err != nil {
		return err
	}
	return w.matchRoles(d.ID, d.Value(d.Table.Column("parentbusinessunitid")).GUID())
}

func (w *work) makeDefaultTeam(unit *rows.Draft) error {
	t := w.Call.Model.Table("team")
	return w.Add("a business unit has a team of its users", t, func(d *rows.Draft) {
		column := t.Column
		d.Put(column("name"), unit.Value(unit.Table.Column("name")))
		d.Put(column("isdefault"), query.Bool(true))
		d.Put(column("systemmanaged"), query.Bool(true))
		d.Put(column("teamtype"), query.Int(ownerTeam))
		d.Link(column("businessunitid"), unit.Table, unit.ID)
		d.Link(column("administratorid"), w.Call.Model.Table("systemuser"), w.Call.Caller.Effective.ID)
	})
}

// matchRoles makes the copies of roles in a unit those of its parent's roles: it takes
// away copies of roles that do not reach it any more, and adds those that it lacks. The
// roles that were made in the unit stay.
func (w *work) matchRoles(unit, parent meta.ID) error {
	t := w.Call.Model.Table("role")
	above, err := w.rolesOf(t, parent)
	if err != nil {
		return err
	}
	here, err := w.rolesOf(t, unit)
	if err != nil {
		return err
	}
	root, up := t.Column("parentrootroleid"), t.Column("parentroleid")
	var gone []meta.ID
	for _, r := range here {
		id := r.Value(t.PrimaryID).GUID()
		from, wanted := above[r.Value(root).GUID()]
		switch {
		case r.Value(up).IsNull():
		case !wanted:
			gone = append(gone, id)
		case r.Value(up) != from.Value(t.PrimaryID):
			if err := w.Alter("a copy follows another parent", t, []op.Assignment{{Column: up, Value: from.Value(t.PrimaryID), Target: t}},
				func(s *query.Select) query.Expr { return rows.Is(s, t.PrimaryID, query.GUID(id)) }); err != nil {
				return err
			}
		}
	}
	for id, r := range above {
		if _, there := here[id]; !there {
			if _, err := w.copyRole(t, r.Assignments(), r.Value(t.PrimaryID).GUID(), unit); err != nil {
				return err
			}
		}
	}
	return w.removeRoles(t, gone)
}

// rolesOf gives the roles in a unit by their roots.
func (w *work) rolesOf(t *meta.Table, unit meta.ID) (map[meta.ID]*rows.Record, error) {
	names := make([]string, 0, len(t.Columns))
	for _, c := range t.Columns {
		if !c.Hidden {
			names = append(names, c.LogicalName)
		}
	}
	found, err := w.Gather("the roles of a business unit", rows.Chosen(t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("businessunitid"), query.GUID(unit))
	}, names...))
	roles := make(map[meta.ID]*rows.Record, len(found))
	for _, r := range found {
		root := r.Value(t.Column("parentrootroleid"))
		if root.IsNull() {
			root = r.Value(t.PrimaryID)
		}
		roles[root.GUID()] = r
	}
	return roles, err
}

// guardUnit keeps the tree a tree, the root where it is, and an administrator working.
func (w *work) guardUnit(d *rows.Draft) error {
	column := d.Table.Column
	differs := func(c *meta.Column) bool { return d.Sets(c) && d.Value(c) != d.Old.Value(c) }
	if differs(column("name")) {
		if err := w.unitNameFree(d); err != nil {
			return err
		}
	}
	if differs(column("parentbusinessunitid")) {
		if err := w.mayMoveUnit(d); err != nil {
			return err
		}
	}
	if !differs(column("isdisabled")) {
		return nil
	}
	if err := w.MustHold("prvDisableBusinessUnit"); err != nil {
		return err
	}
	if d.Value(column("isdisabled")).Int() == 0 {
		return nil
	}
	if d.Old.Value(column("parentbusinessunitid")).IsNull() {
		return dverr.CannotDisableRootUnit.With()
	}
	return w.administratorOutside(d.ID)
}

func (w *work) mayMoveUnit(d *rows.Draft) error {
	if err := w.MustHold("prvReparentBusinessUnit"); err != nil {
		return err
	}
	to := d.Value(d.Table.Column("parentbusinessunitid"))
	if to.IsNull() {
		return dverr.MissingParentUnit.With()
	}
	units, err := w.tree()
	if err == nil && units.holds(d.ID, to.GUID()) {
		err = dverr.UnitLoop.With()
	}
	return err
}

// administratorOutside refuses to disable the units that every enabled administrator
// works in.
func (w *work) administratorOutside(unit meta.ID) error {
	units, err := w.tree()
	if err != nil {
		return err
	}
	inside := query.In{Values: rows.GUIDs(append(units.under(unit), unit))}
	other, err := w.administrators(func(user query.Col) query.Expr {
		in := inside
		in.Col = query.Col{Of: user.Of, C: user.Of.Table.Column("businessunitid")}
		return query.Not{Member: in}
	})
	if err == nil && !other {
		err = dverr.CannotDisableUnit.With()
	}
	return err
}

// changedUnit lets the unit's team bear its name, and gives a moved subtree the roles of
// where it is now.
func (w *work) changedUnit(d *rows.Draft) error {
	column := d.Table.Column
	if name := column("name"); d.Sets(name) && d.Value(name) != d.Old.Value(name) {
		teams := w.Call.Model.Table("team")
		err := w.Alter("a unit's own team bears its name", teams, []op.Assignment{{Column: teams.Column("name"), Value: d.Value(name)}}, defaultTeam(d.ID))
		if err != nil {
			return err
		}
	}
	if parent := column("parentbusinessunitid"); !d.Sets(parent) || d.Value(parent) == d.Old.Value(parent) {
		return nil
	}
	units, err := w.tree()
	if err != nil {
		return err
	}
	for _, unit := range append([]meta.ID{d.ID}, units.under(d.ID)...) {
		if err := w.matchRoles(unit, units.parent[unit]); err != nil {
			return err
		}
	}
	return nil
}

// defaultTeam is the condition of a unit's own team.
func defaultTeam(unit meta.ID) func(*query.Select) query.Expr {
	return func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, s.Table.Column("businessunitid"), query.GUID(unit)), rows.Is(s, s.Table.Column("isdefault"), query.Bool(true)))
	}
}

// endUnit refuses to delete a unit that works, has units below it, or whose team owns
// rows; its team and its roles go with it. Users and other teams in it restrict.
func (w *work) endUnit(key op.Key) error {
	disabled, err := w.flag(key, "isdisabled")
	if err != nil {
		return err
	}
	if !disabled {
		return dverr.UnitIsNotDisabled.With()
	}
	units, err := w.tree()
	if err != nil {
		return err
	}
	if len(units.below[key.ID]) > 0 {
		return dverr.UnitHasChild.With()
	}
	teams, roles := w.Call.Model.Table("team"), w.Call.Model.Table("role")
	own, err := w.IDs("a unit's own team goes with it", teams, defaultTeam(key.ID))
	if err != nil {
		return err
	}
	for _, team := range own {
		if err := w.endDefaultTeam(teams, team); err != nil {
			return err
		}
	}
	held, err := w.rolesOf(roles, key.ID)
	if err != nil {
		return err
	}
	ids := make([]meta.ID, 0, len(held))
	for _, r := range held {
		ids = append(ids, r.Value(roles.PrimaryID).GUID())
	}
	return w.removeRoles(roles, ids)
}

func (w *work) endDefaultTeam(t *meta.Table, id meta.ID) error {
	owns, err := w.ownsRows(id)
	if err != nil {
		return err
	}
	if owns {
		return dverr.UnitTeamOwnsRecords.With()
	}
	if err := w.dropShares(id); err != nil {
		return err
	}
	return w.Fell("a unit's own team goes with it", t, []meta.ID{id})
}
