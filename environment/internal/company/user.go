package company

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// guardUser holds what is particular to users: an application user stays that of its
// application, moving to another business unit and disabling need privileges of their
// own, disabling leaves an administrator, and managers form no ring. given are the
// client's values before those that nobody may set were dropped.
func (w *work) guardUser(d *rows.Draft, given []op.Assignment) error {
	if err := guardSpecial(d); err != nil {
		return err
	}
	for _, a := range given {
		if err := w.guardColumn(d, a); err != nil {
			return err
		}
	}
	return nil
}

func (w *work) guardColumn(d *rows.Draft, a op.Assignment) error {
	before := d.Old.Value(a.Column)
	if a.Value == before {
		if a.Column.LogicalName == "applicationid" && !before.IsNull() {
			return w.refreshUser(d, before.GUID())
		}
		return nil
	}
	switch a.Column.LogicalName {
	case "applicationid":
		return dverr.AppUserCannotBeUpdated.With().Helping("The application of a user cannot be changed: make another application user.")
	case "islicensed":
		return dverr.CannotUpdateIsLicensed.With()
	case "issyncwithdirectory":
		return dverr.CannotUpdateIsSynced.With()
	case "azureactivedirectoryobjectid":
		return dverr.CannotUpdateObjectID.With()
	case "accessmode":
		return w.mayChangeMode(d, a.Value.Int())
	case "businessunitid":
		return w.MustHold("prvReparentUser")
	case "parentsystemuserid":
		if !a.Value.IsNull() {
			return w.managerLoop(d.ID, a.Value.GUID())
		}
	case "isdisabled":
		if err := w.mayDisable(); err != nil {
			return err
		}
		if a.Value.Int() == 1 {
			return w.leaveAdministrator(d)
		}
	}
	return nil
}

// mayDisable asks for prvDisableUser where the model has it.
func (w *work) mayDisable() error {
	const name = "prvDisableUser"
	if w.Call.Model.Privilege(name) == nil {
		return nil
	}
	return w.MustHold(name)
}

// leaveAdministrator refuses to disable the only enabled System Administrator.
func (w *work) leaveAdministrator(d *rows.Draft) error {
	is, err := w.administrators(func(user query.Col) query.Expr {
		return query.Compare{Col: user, Op: query.Equal, Value: query.GUID(d.ID)}
	})
	if err != nil || !is {
		return err
	}
	other, err := w.administrators(func(user query.Col) query.Expr {
		return query.Compare{Col: user, Op: query.NotEqual, Value: query.GUID(d.ID)}
	})
	if err != nil || other {
		return err
	}
	return dverr.CannotDisableLastAdmin.With()
}

// administrators reports whether an enabled user who meets the condition holds a
// copy of the System Administrator role.
func (w *work) administrators(which func(user query.Col) query.Expr) (bool, error) {
	m := w.Call.Model
	users, held, roles := m.Table("systemuser"), m.Table("systemuserroles"), m.Table("role")
	u := &query.Select{Table: users, Limit: 1}
	h := &query.Select{Table: held}
	r := &query.Select{Table: roles}
	id := query.Col{Of: u, C: users.PrimaryID}
	theirs := query.Col{Of: h, C: held.Column("roleid")}
	r.Where = query.And{Members: []query.Expr{
		rows.Is(r, roles.Column("roletemplateid"), query.GUID(meta.MustID(access.SystemAdministratorRole))),
		query.Compare{Col: query.Col{Of: r, C: roles.PrimaryID}, Op: query.Equal, Other: &theirs},
	}}
	h.Where = query.And{Members: []query.Expr{
		query.Compare{Col: query.Col{Of: h, C: held.Column("systemuserid")}, Op: query.Equal, Other: &id},
		query.Exists{Select: r},
	}}
	u.Columns = []query.Output{{Col: id}}
	u.Where = query.And{Members: []query.Expr{
		which(id),
		rows.Is(u, users.Column("isdisabled"), query.Bool(false)),
		query.Exists{Select: h},
	}}
	return w.DB.Exists(w.Ctx, access.System("the last administrator stays", u))
}
