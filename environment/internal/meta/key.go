package meta

import (
	"fmt"
	"slices"
)

// KeyStatus says how far the index of an alternate key is. Only an Active key names rows
// (Dataverse facts 5.5).
type KeyStatus uint8

// The statuses. The index of a key that the model is built with is there: KeyActive is
// the zero value.
const (
	KeyActive KeyStatus = iota
	KeyPending
	KeyInProgress
	KeyFailed
)

// String gives the member of EntityKeyIndexStatus.
func (s KeyStatus) String() string {
	return [...]string{"Active", "Pending", "InProgress", "Failed"}[s]
}

// Key is an alternate key: no two rows of Table have the same values in all Columns.
// Rows without a value in one of them are not compared.
type Key struct {
	Table       *Table
	LogicalName string
	SchemaName  string
	DisplayName string
	Columns     []*Column
	Status      KeyStatus
}

// KeyDefinition is a Key by names: its table and columns by logical name.
type KeyDefinition struct {
	Table                                string
	SchemaName, LogicalName, DisplayName string
	Columns                              []string
	Status                               KeyStatus
}

// Key finds the active alternate key of exactly these columns, in whatever order; nil
// when there is none.
func (t *Table) Key(columns []*Column) *Key {
	for _, k := range t.Keys {
		if k.Status == KeyActive && sameColumns(k.Columns, columns) {
			return k
		}
	}
	return nil
}

func sameColumns(a, b []*Column) bool {
	if len(a) != len(b) {
		return false
	}
	return !slices.ContainsFunc(a, func(c *Column) bool { return !slices.Contains(b, c) })
}

func (m *Model) addKey(d KeyDefinition) error {
	t := m.byName[d.Table]
	if t == nil {
		return fmt.Errorf("unknown table %s", d.Table)
	}
	k := &Key{Table: t, SchemaName: d.SchemaName, LogicalName: d.LogicalName, DisplayName: d.DisplayName, Status: d.Status}
	for _, name := range d.Columns {
		c := t.byName[name]
		if c == nil || slices.Contains(k.Columns, c) {
			return fmt.Errorf("column %s.%s is unknown or named twice", d.Table, name)
		}
		k.Columns = append(k.Columns, c)
	}
	if len(k.Columns) == 0 {
		return fmt.Errorf("no columns")
	}
	if slices.ContainsFunc(t.Keys, func(other *Key) bool { return other.LogicalName == k.LogicalName }) {
		return fmt.Errorf("defined twice")
	}
	t.Keys = append(t.Keys, k)
	return nil
}
