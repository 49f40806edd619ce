package meta

import (
	"strings"
	"testing"
)

func keyed(keys ...KeyDefinition) (*Model, error) {
	one, two := &Column{LogicalName: "one", Kind: String}, &Column{LogicalName: "two", Kind: Integer}
	id := &Column{LogicalName: "thingid", Kind: UniqueID}
	t := &Table{LogicalName: "thing", SetName: "things", TypeCode: 10001, PrimaryID: id, Columns: []*Column{id, one, two}}
	return Build(Definition{Version: 1, Tables: []*Table{t}, Keys: keys})
}

func TestKeysAreFoundByTheirColumns(t *testing.T) {
	m, err := keyed(
		KeyDefinition{Table: "thing", SchemaName: "Both", LogicalName: "both", Columns: []string{"one", "two"}},
		KeyDefinition{Table: "thing", SchemaName: "Two", LogicalName: "two", Columns: []string{"two"}, Status: KeyPending},
	)
	if err != nil {
		t.Fatal(err)
	}
	things := m.Table("thing")
	one, two := things.Column("one"), things.Column("two")
	if k := things.Key([]*Column{two, one}); k == nil || k.SchemaName != "Both" {
		t.Errorf("both columns find %v", k)
	}
	if things.Key([]*Column{one}) != nil || things.Key([]*Column{one, one}) != nil {
		t.Error("a part of a key is taken for the key")
	}
	if things.Key([]*Column{two}) != nil {
		t.Error("a key whose index is not there yet names rows")
	}
}

func TestKeysThatAreNone(t *testing.T) {
	for name, tt := range map[string]struct {
		keys []KeyDefinition
		want string
	}{
		"no table":   {[]KeyDefinition{{Table: "none", SchemaName: "K", Columns: []string{"one"}}}, "unknown table none"},
		"no column":  {[]KeyDefinition{{Table: "thing", SchemaName: "K", Columns: []string{"three"}}}, "thing.three"},
		"no columns": {[]KeyDefinition{{Table: "thing", SchemaName: "K"}}, "no columns"},
		"twice":      {[]KeyDefinition{{Table: "thing", LogicalName: "k", Columns: []string{"one"}}, {Table: "thing", LogicalName: "k", Columns: []string{"two"}}}, "defined twice"},
	} {
		if _, err := keyed(tt.keys...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
