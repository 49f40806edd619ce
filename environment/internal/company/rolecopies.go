package company

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// A role lies in the business unit where it was made, and a copy of it in every unit
// below. What a copy says and holds is what its root says and holds (Dataverse facts
// 3.3).

// Templates of roles that have rules of their own (Dataverse facts 3.3).
const basicUser = "236750cd-45ae-4939-ab12-b24b920ced93"

// activeSolution holds what is made without a solution in mind.
const activeSolution = "fd140aae-4df4-11dd-bd17-0019b9312238"

// firstPrivileges are those that every new role holds (Dataverse facts 3.3; the
// reference of default privileges of a role names them).
var firstPrivileges = [...]string{
	"prvReadSdkMessage", "prvReadSdkMessageProcessingStep", "prvReadSdkMessageProcessingStepImage",
	"prvReadPluginAssembly", "prvReadPluginType",
	"prvCreateSharePointData", "prvReadSharePointData", "prvWriteSharePointData", "prvReadSharePointDocument",
}

// beginRole refuses a role without name or unit, or with a name that is taken where it
// or a copy would lie.
func (w *work) beginRole(d *rows.Draft) error {
	column := d.Table.Column
	switch {
	case !d.Gives(column("businessunitid")):
		return dverr.RoleLacksUnit.With()
	case !d.Gives(column("name")):
		return dverr.RoleLacksName.With()
	}
	d.Link(column("parentrootroleid"), d.Table, d.ID)
	d.Put(column("roleidunique"), query.GUID(w.NewID()))
	d.Put(column("solutionid"), query.GUID(meta.MustID(activeSolution)))
	return w.roleNameFree(d, d.Value(column("businessunitid")).GUID())
}

// roleNameFree refuses a name that another role bears in the unit or below it.
func (w *work) roleNameFree(d *rows.Draft, unit meta.ID) error {
	units, err := w.tree()
	if err != nil {
		return err
	}
	column := d.Table.Column
	taken, err := w.Gather("a role's name is its own within a business unit", rows.Chosen(d.Table, func(s *query.Select) query.Expr {
		return rows.All(
			rows.Is(s, column("name"), d.Value(column("name"))),
			query.In{Col: query.Col{Of: s, C: column("businessunitid")}, Values: rows.GUIDs(append(units.under(unit), unit))},
			query.Compare{Col: query.Col{Of: s, C: d.Table.PrimaryID}, Op: query.NotEqual, Value: query.GUID(d.ID)},
		)
	}, "roleid", "businessunitid", "parentrootroleid"))
	if err != nil {
		return err
	}
	if own := slices.IndexFunc(taken, func(r *rows.Record) bool { return r.Value(column("businessunitid")).GUID() == unit }); own > 0 {
		taken[0], taken[own] = taken[own], taken[0] // the unit's own role is the one to name
	}
	for _, r := range taken {
		if r.Value(column("parentrootroleid")).GUID() != d.ID {
			return dverr.RoleAlreadyExists.With(d.Value(column("name")).Text(), r.Value(column("businessunitid")).GUID(), activeSolution, r.Value(d.Table.PrimaryID).GUID())
		}
	}
	return nil
}

// spreadRole gives a new role its first privileges and its copies.
func (w *work) spreadRole(d *rows.Draft) error {
	for _, name := range firstPrivileges {
		if p := w.Call.Model.Privilege(name); p != nil {
			if err := w.holdPrivilege(d.ID, p, access.Widest(p)); err != nil {
				return err
			}
		}
	}
	unit := d.Value(d.Table.Column("businessunitid")).GUID()
	units, err := w.tree()
	if err != nil {
		return err
	}
	copies := map[meta.ID]meta.ID{unit: d.ID}
	for _, below := range units.under(unit) {
		id, err := w.copyRole(d.Table, d.Set, copies[units.parent[below]], below)
		if err != nil {
			return err
		}
		copies[below] = id
	}
	return nil
}

// copyRole puts a copy of a role, whose row is set, into a unit below the copy parent.
func (w *work) copyRole(t *meta.Table, set []op.Assignment, parent, unit meta.ID) (meta.ID, error) {
	id := w.NewID()
	cells := make([]op.Assignment, 0, len(set)+2)
	for _, a := range set {
		switch a.Column.LogicalName {
		case "roleid", "businessunitid", "parentroleid", "roleidunique", "versionnumber":
		default:
			cells = append(cells, a)
		}
	}
	cells = append(cells,
		op.Assignment{Column: t.PrimaryID, Value: query.GUID(id)},
		op.Assignment{Column: t.Column("roleidunique"), Value: query.GUID(w.NewID())},
		op.Assignment{Column: t.Column("businessunitid"), Value: query.GUID(unit), Target: w.Call.Model.Table("businessunit")},
		op.Assignment{Column: t.Column("parentroleid"), Value: query.GUID(parent), Target: t})
	return id, w.Put("a role is copied into a business unit", t, cells)
}

// guardRole lets nobody change a copy or the administrators' role.
func (w *work) guardRole(d *rows.Draft) error {
	column := d.Table.Column
	if !d.Old.Value(column("parentroleid")).IsNull() {
		return dverr.RestrictInheritedRole.With().Helping("Change role %s of the unit where it was made.", d.Old.Value(column("name")).Text())
	}
	if isTemplate(d.Old.Value(column("roletemplateid")), access.SystemAdministratorRole) {
		return dverr.CannotModifySysAdmin.With()
	}
	if !d.Sets(column("name")) {
		return nil
	}
	if !d.Gives(column("name")) {
		return dverr.RoleLacksName.With()
	}
	return w.roleNameFree(d, d.Old.Value(column("businessunitid")).GUID())
}

func isTemplate(v query.Value, template string) bool {
	return !v.IsNull() && v.GUID() == meta.MustID(template)
}

// changeCopies writes what was changed into the copies.
func (w *work) changeCopies(d *rows.Draft) error {
	var set []op.Assignment
	for _, a := range d.Set {
		switch a.Column.LogicalName {
		case "name", "isinherited", "isautoassigned", "appliesto", "description", "summaryofcoretablepermissions",
			"modifiedon", "modifiedby", "modifiedonbehalfby":
			set = append(set, a)
		}
	}
	return w.Alter("copies of a role follow it", d.Table, set, copiesOf(d.ID))
}

// copiesOf is the condition of a role's copies; the role itself is none.
func copiesOf(root meta.ID) func(*query.Select) query.Expr {
	return func(s *query.Select) query.Expr {
		return rows.All(
			rows.Is(s, s.Table.Column("parentrootroleid"), query.GUID(root)),
			query.Compare{Col: query.Col{Of: s, C: s.Table.PrimaryID}, Op: query.NotEqual, Value: query.GUID(root)},
		)
	}
}

// endRole refuses to delete a copy and the roles that every environment keeps, and
// deletes the copies of another.
func (w *work) endRole(key op.Key) error {
	column := key.Table.Column
	r, err := w.Look("may the role go", key, column("parentroleid"), column("roletemplateid"))
	if err != nil {
		return err
	}
	if !r.Value(column("parentroleid")).IsNull() {
		return dverr.RoleIsInherited.With()
	}
	template := r.Value(column("roletemplateid"))
	switch {
	case isTemplate(template, access.SystemAdministratorRole):
		return dverr.CannotDeleteSysAdmin.With()
	case isTemplate(template, access.SystemCustomizerRole):
		return dverr.CannotDeleteSystemCustomizer.With()
	case isTemplate(template, basicUser):
		return dverr.CannotDeleteBasicUser.With()
	}
	copies, err := w.IDs("copies go with their role", key.Table, copiesOf(key.ID))
	if err != nil {
		return err
	}
	return w.removeRoles(key.Table, copies)
}

// removeRoles deletes roles with what says who holds them.
func (w *work) removeRoles(t *meta.Table, ids []meta.ID) error {
	return w.Fell("copies of a role go", t, ids)
}
