package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/settings"
)

// Rows of the security tables bring others along: a role its copies, a business unit its
// team and roles. The functions here are where the stages of a write ask; each goes to
// the file of its table. Users are made by createUser, which asks none of them.

// begin fills in and refuses what a new row's table demands.
func (w *work) begin(d *draft) error {
	switch d.table.LogicalName {
	case "role":
		return w.beginRole(d)
	case "fieldpermission":
		return w.beginPermission(d)
	case "team":
		return w.beginTeam(d)
	case "businessunit":
		return w.beginUnit(d)
	case apiTable:
		return w.beginAPI(d)
	case parameterTable, propertyTable:
		return w.beginAPIMember(d)
	case variableTable:
		return w.beginVariable(d)
	case valueTable:
		return w.oneValue(d)
	}
	return nil
}

// begun makes what comes with a new row, which is there now.
func (w *work) begun(d *draft) error {
	switch d.table.LogicalName {
	case "role":
		return w.spreadRole(d)
	case "businessunit":
		return w.begunUnit(d)
	case apiTable, parameterTable, propertyTable, variableTable, valueTable:
		return w.enlistNew(d.Key())
	}
	return w.settleInheritance(d)
}

// watched lists what guard must know of a stored row.
func watched(t *meta.Table) []*meta.Column {
	switch t.LogicalName {
	case "systemuser":
		return rows.Columns(t, "applicationid", "businessunitid", "isdisabled", "parentsystemuserid", "domainname", "accessmode", "islicensed")
	case "role":
		return rows.Columns(t, "parentroleid", "roletemplateid", "businessunitid", "name")
	case "team":
		return rows.Columns(t, "isdefault", "businessunitid", "name")
	case "businessunit":
		return rows.Columns(t, "parentbusinessunitid", "isdisabled", "name")
	case BackgroundTable:
		return rows.Columns(t, "backgroundoperationstatecode", "runas")
	case jobTable:
		return rows.Columns(t, "statecode", "statuscode")
	}
	return nil
}

// guard refuses what a change of a row must not do. given are the client's values before
// those that nobody may set were dropped.
func (w *work) guard(given []op.Assignment) stage {
	return func(d *draft) error {
		switch d.table.LogicalName {
		case "account":
			return w.guardAccount(d)
		case "systemuser":
			return w.guardUser(d, given)
		case "role":
			return w.guardRole(d)
		case "team":
			return w.guardTeam(d)
		case "businessunit":
			return w.guardUnit(d)
		case BackgroundTable:
			return w.guardOperation(d)
		case settings.Table:
			return w.guardSettings(d)
		case apiTable:
			return w.guardAPI(d)
		case jobTable:
			return w.guardJob(d)
		case valueTable:
			return w.oneValue(d)
		}
		return nil
	}
}

// changed does what follows from a change that was made.
func (w *work) changed(d *draft) error {
	switch d.table.LogicalName {
	case "role":
		return w.changeCopies(d)
	case "team":
		return w.changedTeam(d)
	case "businessunit":
		return w.changedUnit(d)
	case "systemuser":
		return w.changedUser(d)
	case "organization":
		w.reorganized = true
		w.engine.organization.Store(nil)
	case jobTable:
		return w.changedJob(d)
	}
	return w.settleInheritance(d)
}

// mayGo refuses a deletion that the row's table forbids, and takes along what
// relationships do not know of.
func (w *work) mayGo(key op.Key) error {
	switch key.Table.LogicalName {
	case "role":
		return w.endRole(key)
	case "team":
		return w.endTeam(key)
	case "businessunit":
		return w.endUnit(key)
	case "systemuser":
		return w.endUser(key)
	case apiTable, parameterTable, propertyTable:
		return w.endAPI(key)
	case variableTable:
		return w.endVariable(key)
	case valueTable:
		return w.delistRows(key.ID)
	}
	return nil
}
