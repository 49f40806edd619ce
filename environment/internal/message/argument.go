package message

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// missingArgument is the refusal of a call without a parameter it needs.
func missingArgument(name string) error { return dverr.RequiredMissing.With(name) }

func badArgument(name string) error {
	return dverr.InvalidArgument.With().Helping("The value of the parameter %s is of the wrong type.", name)
}

// bound gives the row that a message is called on, which must be of the table.
func bound(m *op.Message, table string) (op.Key, error) {
	if m.Bound == nil || m.Bound.Table.LogicalName != table {
		return op.Key{}, dverr.SegmentNotFound.With("Microsoft.Dynamics.CRM." + m.Name)
	}
	return *m.Bound, nil
}

// guid reads an id: a literal of a function, a string of an action.
func guid(m *op.Message, name string) (meta.ID, error) { return guidOf(name, m.Argument(name)) }

func guidOf(name string, v any) (meta.ID, error) {
	switch v := v.(type) {
	case nil:
		return meta.ID{}, missingArgument(name)
	case meta.ID:
		return v, nil
	case string:
		if id, err := meta.ParseID(v); err == nil {
			return id, nil
		}
	}
	return meta.ID{}, badArgument(name)
}

// row reads the row that a parameter names. One that is described without its type is of
// one of the tables, the first whose primary id it gives.
func row(m *op.Message, name string, tables ...*meta.Table) (op.Key, error) {
	return rowOf(name, m.Argument(name), tables...)
}

func rowOf(name string, v any, tables ...*meta.Table) (op.Key, error) {
	switch v := v.(type) {
	case nil:
		return op.Key{}, missingArgument(name)
	case op.Row:
		if v.Key.ID.IsZero() {
			return op.Key{}, missingArgument(v.Key.Table.PrimaryID.LogicalName)
		}
		return v.Key, nil
	case []op.Member:
		for _, t := range tables {
			for _, member := range v {
				if member.Name == t.PrimaryID.LogicalName {
					id, err := guidOf(member.Name, member.Value)
					return op.Key{Table: t, ID: id}, err
				}
			}
		}
	}
	return op.Key{}, badArgument(name)
}

// collection reads a list.
func collection(m *op.Message, name string) (op.List, error) {
	switch v := m.Argument(name).(type) {
	case nil:
		return nil, missingArgument(name)
	case op.List:
		return v, nil
	}
	return nil, badArgument(name)
}

// member gives a member of a complex value, nil when it has none.
func member(v []op.Member, name string) any {
	for _, m := range v {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// depth reads a PrivilegeDepth: its name, alone or as an enumeration's literal, or its
// number (Dataverse facts 3.5).
func depth(v any) (access.Depth, bool) {
	switch v := v.(type) {
	case int64:
		return access.Depth(v + 1), v >= 0 && v <= 3
	case string:
		v = strings.Trim(strings.TrimPrefix(v, "Microsoft.Dynamics.CRM.PrivilegeDepth"), "'")
		for d := access.Basic; d <= access.Global; d++ {
			if d.Word() == v {
				return d, true
			}
		}
	}
	return access.None, false
}
