package engine

import (
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// identify gives a new row its id: the one of the address, the client's own, or the
// next.
func (w *work) identify(d *draft) error {
	if d.ID.IsZero() {
		d.ID = d.Value(d.table.PrimaryID).GUID()
	}
	if d.ID.IsZero() {
		d.ID = w.engine.newID()
	}
	d.Put(d.table.PrimaryID, query.GUID(d.ID))
	return nil
}

// stamp records who wrote and when: the effective user, and the authenticated one
// beside it when they differ (Dataverse facts 2.3); and the next row version. Every
// write does, even one that changes no value (Dataverse facts 6.4).
func (w *work) stamp(d *draft) error {
	now := query.Int(w.Call.Now.Unix())
	by, onBehalf := w.Call.Caller.Effective.ID, meta.ID{}
	if w.Call.Caller.Impersonating() {
		onBehalf = w.Call.Caller.Authenticated.ID
	}
	users := w.Call.Model.Table("systemuser")
	d.Put(d.modifiedOn, now)
	d.Link(d.modifiedBy, users, by)
	d.Link(d.modifiedFor, users, onBehalf)
	if d.Creating() {
		d.Put(d.createdOn, now)
		d.Link(d.createdBy, users, by)
		d.Link(d.createdFor, users, onBehalf)
		if err := w.backdate(d, now); err != nil {
			return err
		}
	}
	if d.version == nil {
		return nil
	}
	next, err := w.DB.NextVersion()
	d.Put(d.version, query.Int(next))
	return err
}

// backdate gives a migrated row the creation time it had elsewhere, for those who
// hold prvOverrideCreatedOnCreatedBy; overriddencreatedon then tells when it came
// (Dataverse facts 6.4).
func (w *work) backdate(d *draft, now query.Value) error {
	if !d.Gives(d.overridden) {
		return nil
	}
	if err := w.MustHold("prvOverrideCreatedOnCreatedBy"); err != nil {
		return err
	}
	d.Put(d.createdOn, d.Value(d.overridden))
	d.Put(d.overridden, now)
	return nil
}

// complete fills in what a new row holds when nobody says otherwise: defaults of
// choices and yes/no columns, the organization, the ids of its addresses.
func (w *work) complete(d *draft) error {
	for _, f := range d.defaults {
		d.Fill(f.column, query.Int(f.value))
	}
	d.Fill(d.timezone, query.Int(0))
	for _, c := range d.addressIDs {
		d.Fill(c, query.GUID(w.engine.newID()))
	}
	if d.organization == nil {
		return nil
	}
	o, err := w.org()
	if err != nil || o == nil {
		return err
	}
	if d.organization.IsLookup() {
		d.Link(d.organization, w.Call.Model.Table("organization"), o.id)
	} else {
		d.Put(d.organization, query.GUID(o.id))
	}
	return nil
}

// require refuses a row without a column on which the system insists. Columns on
// which only applications insist are theirs to demand: the Web API does not.
func require(d *draft) error {
	for _, c := range d.required {
		if (d.Creating() || d.Sets(c)) && d.Value(c).IsNull() {
			return dverr.RequiredMissing.With(c.LogicalName)
		}
	}
	return nil
}
