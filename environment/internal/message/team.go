package message

import (
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// The messages of teams, business units and users (Dataverse facts 3.1, 3.2, 3.11).

func addMembers(w *engine.Work, m *op.Message) (op.Answer, error) {
	team, users, err := members(w, m)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.AddMembers(w, team, users)
}

func removeMembers(w *engine.Work, m *op.Message) (op.Answer, error) {
	team, users, err := members(w, m)
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.RemoveMembers(w, team, users)
}

func members(w *engine.Work, m *op.Message) (team op.Key, users []op.Key, err error) {
	if team, err = bound(m, "team"); err != nil {
		return team, nil, err
	}
	values, err := collection(m, "Members")
	if err != nil {
		return team, nil, err
	}
	for _, v := range values {
		user, err := ofTable("Members", v, w.Call.Model.Table("systemuser"))
		if err != nil {
			return team, nil, err
		}
		users = append(users, user)
	}
	return team, users, nil
}

// ofTable reads a row that must be of one table.
func ofTable(name string, v any, t *meta.Table) (op.Key, error) {
	key, err := rowOf(name, v, t)
	if err == nil && key.Table != t {
		err = badArgument(name)
	}
	return key, err
}

func convertTeam(w *engine.Work, m *op.Message) (op.Answer, error) {
	team, err := bound(m, "team")
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.ConvertToAccessTeam(w, team)
}

// setBusiness moves a user; the rows that it owned go to ReassignPrincipal first, unless
// that is the user itself.
func setBusiness(w *engine.Work, m *op.Message) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	model := w.Call.Model
	unit, err := ofTable("BusinessUnit", m.Argument("BusinessUnit"), model.Table("businessunit"))
	if err != nil {
		return op.Answer{}, err
	}
	to, err := owner(w, m, "ReassignPrincipal")
	if err != nil {
		return op.Answer{}, err
	}
	leave, _ := m.Argument("DoNotMoveAllRecords").(bool)
	if to.ID != user.ID {
		if err := company.Reassign(w, user, to); err != nil {
			return op.Answer{}, err
		}
	}
	return op.Answer{}, company.MoveUser(w, user, unit, leave)
}

// owner reads a user or team.
func owner(w *engine.Work, m *op.Message, name string) (op.Key, error) {
	model := w.Call.Model
	key, err := row(m, name, model.Table("systemuser"), model.Table("team"))
	if err == nil && key.Table.LogicalName != "systemuser" && key.Table.LogicalName != "team" {
		err = dverr.InvalidAssignee.With()
	}
	return key, err
}

func reassignOfUser(w *engine.Work, m *op.Message) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	to, err := owner(w, m, "ReassignPrincipal")
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.Reassign(w, user, to)
}

func reassignOfOwner(w *engine.Work, m *op.Message) (op.Answer, error) {
	from, err := owner(w, m, "FromPrincipal")
	if err != nil {
		return op.Answer{}, err
	}
	to, err := owner(w, m, "ToPrincipal")
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, company.Reassign(w, from, to)
}

// point makes an action that sets a lookup of the row it is called on to the row in Parent,
// or to the one whose id is in ParentId.
func point(table, column string) engine.Action {
	return func(w *engine.Work, m *op.Message) (op.Answer, error) {
		key, err := bound(m, table)
		if err != nil {
			return op.Answer{}, err
		}
		parent := op.Key{Table: key.Table}
		if v := m.Argument("ParentId"); v != nil {
			parent.ID, err = guidOf("ParentId", v)
		} else {
			parent, err = ofTable("Parent", m.Argument("Parent"), key.Table)
		}
		if err != nil {
			return op.Answer{}, err
		}
		return op.Answer{}, setLookup(w, key, column, op.Assignment{Value: query.GUID(parent.ID), Target: parent.Table})
	}
}

func setLookup(w *engine.Work, key op.Key, column string, a op.Assignment) error {
	a.Column = key.Table.Column(column)
	_, err := w.Do(&op.Update{Key: key, Mode: op.UpdateOnly, Values: []op.Assignment{a}})
	return err
}

// removeParent leaves a user without manager.
func removeParent(w *engine.Work, m *op.Message) (op.Answer, error) {
	user, err := bound(m, "systemuser")
	if err != nil {
		return op.Answer{}, err
	}
	return op.Answer{}, setLookup(w, user, "parentsystemuserid", op.Assignment{Value: query.Null()})
}
