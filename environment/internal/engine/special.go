package engine

import (
	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
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
		return w.enlistNew(d.key())
	}
	return w.settleInheritance(d)
}

// watched lists what guard must know of a stored row.
func watched(t *meta.Table) []*meta.Column {
	switch t.LogicalName {
	case "systemuser":
		return columns(t, "applicationid", "businessunitid", "isdisabled", "parentsystemuserid", "domainname", "accessmode", "islicensed")
	case "role":
		return columns(t, "parentroleid", "roletemplateid", "businessunitid", "name")
	case "team":
		return columns(t, "isdefault", "businessunitid", "name")
	case "businessunit":
		return columns(t, "parentbusinessunitid", "isdisabled", "name")
	case BackgroundTable:
		return columns(t, "backgroundoperationstatecode", "runas")
	case jobTable:
		return columns(t, "statecode", "statuscode")
	}
	return nil
}

func columns(t *meta.Table, names ...string) []*meta.Column {
	list := make([]*meta.Column, len(names))
	for i, name := range names {
		list[i] = t.Column(name)
	}
	return list
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

// gather reads all rows of a question that the environment asks on its own behalf.
func (w *work) gather(reason string, s *query.Select) ([]*record, error) {
	page, err := w.tx.Page(w.ctx, access.System(reason, s))
	if err != nil {
		return nil, err
	}
	var all []*record
	for row, err := range page.Rows {
		if err != nil {
			return nil, err
		}
		all = append(all, recordOf(row, page.Shape))
	}
	return all, nil
}

// chosen asks for columns of the rows that a condition of the select's own names.
func chosen(t *meta.Table, where func(*query.Select) query.Expr, columns ...string) *query.Select {
	s := &query.Select{Table: t}
	for _, name := range columns {
		c := t.Column(name)
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}, Type: c.TypeColumn != nil})
	}
	if where != nil {
		s.Where = where(s)
	}
	return s
}

// all is the conjunction of conditions.
func all(members ...query.Expr) query.Expr { return query.And{Members: members} }

// put inserts a row that a rule demands, with the next row version.
func (w *work) put(reason string, t *meta.Table, set []op.Assignment) error {
	set, err := w.renewed(t, set)
	if err != nil {
		return err
	}
	_, err = w.apply(t, access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: t, Set: set}))
	return err
}

// alter changes the rows that a rule names, and gives them the next row version.
func (w *work) alter(reason string, t *meta.Table, set []op.Assignment, where func(*query.Select) query.Expr) error {
	set, err := w.renewed(t, set)
	if err != nil {
		return err
	}
	s := &query.Select{Table: t}
	_, err = w.apply(t, access.SystemChange(reason, access.Parts{
		Kind: access.Modify, From: s, Table: t, Set: set, Where: where(s),
	}))
	return err
}

func (w *work) renewed(t *meta.Table, set []op.Assignment) ([]op.Assignment, error) {
	c := t.Column("versionnumber")
	if c == nil {
		return set, nil
	}
	next, err := w.tx.NextVersion()
	return append(set, op.Assignment{Column: c, Value: query.Int(next)}), err
}

// drop deletes the rows that a rule names.
func (w *work) drop(reason string, t *meta.Table, where func(*query.Select) query.Expr) error {
	s := &query.Select{Table: t}
	_, err := w.apply(t, access.SystemChange(reason, access.Parts{Kind: access.Remove, From: s, Table: t, Where: where(s)}))
	return err
}

// ids gives the primary ids of the rows that a condition names.
func (w *work) ids(reason string, t *meta.Table, where func(*query.Select) query.Expr) ([]meta.ID, error) {
	rows, err := w.gather(reason, chosen(t, where, t.PrimaryID.LogicalName))
	ids := make([]meta.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.value(t.PrimaryID).GUID()
	}
	return ids, err
}
