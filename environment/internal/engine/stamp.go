package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// identify gives a new row its id: the one of the address, the client's own, or the
// next.
func (w *work) identify(d *draft) error {
	if d.id.IsZero() {
		d.id = d.value(d.table.PrimaryID).GUID()
	}
	if d.id.IsZero() {
		d.id = w.engine.newID()
	}
	d.put(d.table.PrimaryID, query.GUID(d.id))
	return nil
}

// stamp records who wrote and when: the effective user, and the authenticated one
// beside it when they differ (Dataverse facts 2.3); and the next row version. Every
// write does, even one that changes no value (Dataverse facts 6.4).
func (w *work) stamp(d *draft) error {
	now := query.Int(w.call.Now.Unix())
	by, onBehalf := w.call.Caller.Effective.ID, meta.ID{}
	if w.call.Caller.Impersonating() {
		onBehalf = w.call.Caller.Authenticated.ID
	}
	users := w.call.Model.Table("systemuser")
	d.put(d.modifiedOn, now)
	d.link(d.modifiedBy, users, by)
	d.link(d.modifiedFor, users, onBehalf)
	if d.creating() {
		d.put(d.createdOn, now)
		d.link(d.createdBy, users, by)
		d.link(d.createdFor, users, onBehalf)
		if err := w.backdate(d, now); err != nil {
			return err
		}
	}
	if d.version == nil {
		return nil
	}
	next, err := w.tx.NextVersion()
	d.put(d.version, query.Int(next))
	return err
}

// backdate gives a migrated row the creation time it had elsewhere, for those who
// hold prvOverrideCreatedOnCreatedBy; overriddencreatedon then tells when it came
// (Dataverse facts 6.4).
func (w *work) backdate(d *draft, now query.Value) error {
	if !d.gives(d.overridden) {
		return nil
	}
	if err := w.mustHold("prvOverrideCreatedOnCreatedBy"); err != nil {
		return err
	}
	d.put(d.createdOn, d.value(d.overridden))
	d.put(d.overridden, now)
	return nil
}

// mustHold refuses a caller without a privilege that concerns no table, in the short
// form of Dataverse facts 2.3. A model without the privilege gives it to nobody.
func (w *work) mustHold(name string) error {
	c := w.call.Caller
	p := w.call.Model.Privilege(name)
	if p != nil && c.Has(p) != access.None {
		return nil
	}
	var id meta.ID
	if p != nil {
		id = p.ID
	}
	return dverr.PrivilegeDenied.Text("Principal user (Id=%s, type=8) is missing %s privilege (Id=%s)", c.Effective.ID, name, id).
		Helping("%s needs a role with %s.", c.Effective.Name, name)
}

// complete fills in what a new row holds when nobody says otherwise: defaults of
// choices and yes/no columns, the organization, the ids of its addresses.
func (w *work) complete(d *draft) error {
	for _, f := range d.defaults {
		d.fill(f.column, query.Int(f.value))
	}
	d.fill(d.timezone, query.Int(0))
	for _, c := range d.addressIDs {
		d.fill(c, query.GUID(w.engine.newID()))
	}
	if d.organization == nil {
		return nil
	}
	o, err := w.org()
	if err != nil || o == nil {
		return err
	}
	if d.organization.IsLookup() {
		d.link(d.organization, w.call.Model.Table("organization"), o.id)
	} else {
		d.put(d.organization, query.GUID(o.id))
	}
	return nil
}

// require refuses a row without a column on which the system insists. Columns on
// which only applications insist are theirs to demand: the Web API does not.
func require(d *draft) error {
	for _, c := range d.required {
		if (d.creating() || d.sets(c)) && d.value(c).IsNull() {
			return dverr.RequiredMissing.With(c.LogicalName)
		}
	}
	return nil
}
