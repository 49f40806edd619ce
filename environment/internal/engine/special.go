package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/rows"
	"github.com/stead-s2s/stead/environment/internal/settings"
)

// Rules is what a table demands of its rows beside what all tables do; the stages of a
// write ask in the order of the fields. Members may be nil.
type Rules struct {
	// Begin fills in and refuses what a new row demands, before it has an owner and
	// stamps; Begun makes what comes with a row that is there now.
	Begin, Begun func(*Work, *rows.Draft) error
	// Watch names the columns that Guard must know of a stored row. Guard refuses what a
	// change must not do; given are the client's values, those among them that nobody may
	// set. Changed does what follows from a change that was made.
	Watch   []string
	Guard   func(w *Work, d *rows.Draft, given []op.Assignment) error
	Changed func(*Work, *rows.Draft) error
	// End refuses a deletion, and takes along what relationships do not know of.
	End func(*Work, op.Key) error
}

// Rows of the security tables bring others along: a role its copies, a business unit its
// team and roles. The functions here are where the stages of a write ask; each goes to
// the file of its table. Users are made by createUser, which asks none of them.

// begin fills in and refuses what a new row's table demands.
func (w *work) begin(d *draft) error {
	if d.rules.Begin != nil {
		return d.rules.Begin(w.lend(), &d.Draft)
	}
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
	if d.rules.Begun != nil {
		return d.rules.Begun(w.lend(), &d.Draft)
	}
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
func (f *form) watched() []*meta.Column {
	t := f.table
	if f.rules.Watch != nil {
		return rows.Columns(t, f.rules.Watch...)
	}
	switch t.LogicalName {
	case "systemuser":
		return rows.Columns(t, "applicationid", "businessunitid", "isdisabled", "parentsystemuserid", "domainname", "accessmode", "islicensed")
	case "role":
		return rows.Columns(t, "parentroleid", "roletemplateid", "businessunitid", "name")
	case "team":
		return rows.Columns(t, "isdefault", "businessunitid", "name")
	case "businessunit":
		return rows.Columns(t, "parentbusinessunitid", "isdisabled", "name")
	}
	return nil
}

// guard refuses what a change of a row must not do. given are the client's values before
// those that nobody may set were dropped.
func (w *work) guard(given []op.Assignment) stage {
	return func(d *draft) error {
		if d.rules.Guard != nil {
			return d.rules.Guard(w.lend(), &d.Draft, given)
		}
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
		case settings.Table:
			return w.guardSettings(d)
		case apiTable:
			return w.guardAPI(d)
		case valueTable:
			return w.oneValue(d)
		}
		return nil
	}
}

// changed does what follows from a change that was made.
func (w *work) changed(d *draft) error {
	if d.rules.Changed != nil {
		return d.rules.Changed(w.lend(), &d.Draft)
	}
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
	}
	return w.settleInheritance(d)
}

// mayGo refuses a deletion that the row's table forbids, and takes along what
// relationships do not know of.
func (w *work) mayGo(key op.Key) error {
	if end := w.forms.tables[key.Table].rules.End; end != nil {
		return end(w.lend(), key)
	}
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
