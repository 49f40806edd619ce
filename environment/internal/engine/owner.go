package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// AccessTeam is the team.teamtype that can own nothing (Dataverse facts 3.2).
const AccessTeam = 1

// own settles the owner columns. A new row belongs to the effective user when the
// client names nobody (facts 2.3); the row follows its owner into the owner's
// business unit (facts 3.1). Naming the present owner moves nothing and needs no
// right to assign.
func (w *work) own(d *draft) error {
	if d.owner == nil {
		return nil
	}
	me := w.Call.Caller.Effective
	switch {
	case d.Creating() && !d.Gives(d.owner):
		d.Link(d.owner, w.Call.Model.Table("systemuser"), me.ID)
		w.follow(d, me.Unit)
		return nil
	case !d.Sets(d.owner):
		return nil
	case !d.Gives(d.owner):
		return dverr.RequiredMissing.With(d.owner.LogicalName)
	case !d.Creating() && w.owns(d):
		d.Keep(d.owner)
		return nil
	}
	unit, err := w.unitOf(op.Key{Table: d.TargetOf(d.owner), ID: d.Value(d.owner).GUID()})
	if err != nil {
		return err
	}
	w.follow(d, unit)
	return nil
}

// places reports that a write chooses the business unit of a row, which the
// organization must have allowed (Dataverse facts 3.1).
func (w *work) places(f *form, a op.Assignment) bool {
	return a.Column == f.owningUnit && !a.Value.IsNull() && w.Call.Caller.Settings().AcrossUnits
}

// owns reports that the owner the write names is the one the row has.
func (w *work) owns(d *draft) bool {
	return d.Value(d.owner) == d.Old.Value(d.owner) && d.TargetOf(d.owner).TypeCode == d.Old.Target(d.owner)
}

// follow writes the columns that repeat ownerid, and takes the row to the owner's
// business unit unless the client chose another, or rows stay where they are.
func (w *work) follow(d *draft, unit meta.ID) {
	owner, t := d.Value(d.owner).GUID(), d.TargetOf(d.owner)
	if t.LogicalName == "team" {
		d.Link(d.owningTeam, t, owner)
		d.Put(d.owningUser, query.Null())
	} else {
		d.Link(d.owningUser, t, owner)
		d.Put(d.owningTeam, query.Null())
	}
	s := w.Call.Caller.Settings()
	if d.Gives(d.owningUnit) || !d.Creating() && s.AcrossUnits && s.UnitStays {
		return
	}
	d.Link(d.owningUnit, w.Call.Model.Table("businessunit"), unit)
}

// unitOf gives the business unit of an owner who can take a row: a user who is
// enabled, or a team that may own.
func (w *work) unitOf(owner op.Key) (meta.ID, error) {
	t := owner.Table
	unit, disabled, kind := t.Column("businessunitid"), t.Column("isdisabled"), t.Column("teamtype")
	r, err := w.Look("the new owner", owner, unit, disabled, kind)
	switch {
	case err != nil:
		return meta.ID{}, err
	case r == nil:
		return meta.ID{}, dverr.ObjectDoesNotExist.With(t.LogicalName, owner.ID)
	case r.Value(disabled).Int() == 1:
		return meta.ID{}, w.disabled(owner.ID)
	case kind != nil && r.Value(kind).Int() == AccessTeam:
		return meta.ID{}, dverr.CannotAssignToAccessTeam.With().Helping("Team %s is an access team: it can own no rows.", owner.ID)
	}
	return r.Value(unit).GUID(), nil
}

func (w *work) disabled(user meta.ID) error {
	var id meta.ID
	o, err := w.org()
	if err != nil {
		return err
	}
	if o != nil {
		id = o.id
	}
	return dverr.UserNotEnabled.With(user, id).Helping("User %s is disabled and can be given no rows.", user)
}
