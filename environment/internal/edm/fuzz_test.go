package edm

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
)

// FuzzRead: whatever is asked gets JSON or a refusal of the catalogue.
func FuzzRead(f *testing.F) {
	b, m := open(f)
	for _, seed := range [][2]string{
		{"EntityDefinitions", "$select=LogicalName&$filter=IsActivity eq true"},
		{"EntityDefinitions(LogicalName='account')/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata", "$expand=OptionSet($select=Options)"},
		{"RelationshipDefinitions(SchemaName='a''b')", ""},
		{"EntityDefinitions(LogicalName='task')/DisplayName", "$select=*"},
		{"EntityDefinitions", "$filter=not (LogicalName gt 'b' or OwnershipType eq Microsoft.Dynamics.CRM.OwnershipTypes'UserOwned')"},
		{"EntityDefinitions()", "$expand=Attributes($expand=x;$filter=ColumnNumber ge -1)"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, path, query string) {
		text, err := b.Read(Question{Model: m, Root: root, Path: path, Query: query})
		var refusal *dverr.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.HTTPStatus() == 500) {
			t.Errorf("%s?%s: %v", path, query, err)
		}
		if err == nil && !json.Valid(text) {
			t.Errorf("%s?%s is no JSON: %.300s", path, query, text)
		}
	})
}

// FuzzFilter: a filter that is read can be asked of a row.
func FuzzFilter(f *testing.F) {
	b, m := open(f)
	row := describer{b.schema, m}.table(m.Table("account"))
	for _, seed := range []string{"IsActivity", "not IsActivity eq false", "IsCustomizable/Value ne null", "LogicalName le 'a''' and (ObjectTypeCode lt 5)", "DisplayName eq null"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		passes, err := b.schema.readFilter(text, row.kind)
		if err != nil {
			return
		}
		opposite, err := b.schema.readFilter("not ("+text+")", row.kind)
		if err == nil && passes(row) == opposite(row) {
			t.Errorf("%q and its opposite are both %v", text, passes(row))
		}
	})
}

// FuzzDeclaration: a declaration is read or refused.
func FuzzDeclaration(f *testing.F) {
	f.Add(someMessages)
	f.Add(declaration)
	f.Add("enum A B=4 C\nentity E key K\n  K Guid!\n  ...\n  nav N Collection(E)\nset Es E")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := readSchema(text)
		if err != nil || s.resolve() != nil {
			return
		}
		for _, k := range s.kinds {
			for _, p := range k.properties {
				if k.property(p.name) == nil {
					t.Errorf("%s lost %s", k.name, p.name)
				}
			}
		}
	})
}
