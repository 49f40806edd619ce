package edm

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// maker changes definitions with nothing below: the set and the model that it makes.
type maker struct {
	book  *Book
	set   *custom.Set
	model *meta.Model
}

func newMaker(t testing.TB) *maker {
	b, m := open(t)
	return &maker{b, custom.NewSet(), m}
}

func ground(m *meta.Model) custom.Ground {
	return custom.Ground{Model: m, Prefixes: []string{"new"}, OptionPrefix: 10000, Repeats: func(*meta.Table, []*meta.Column) (bool, error) { return false, nil }}
}

// send orders a change. A failure that is no refusal of the catalogue is broken.
func (k *maker) send(method, path, body string) (made custom.Made, refused, broken error) {
	defer func() {
		var refusal *dverr.Error
		if refused != nil && (!errors.As(refused, &refusal) || refusal.HTTPStatus() >= 500 && refusal.HTTPStatus() != 501) {
			broken = refused
		}
	}()
	d, err := k.book.Define(Order{Method: method, Model: k.model, Root: root, Path: path, Body: []byte(body), Merge: true})
	if err != nil || d.Change == nil {
		return made, err, nil
	}
	set, made, err := custom.Apply(k.set, ground(k.model), d.Change)
	if err != nil {
		return made, err, nil
	}
	model, err := set.Model(k.model.Version + 1)
	if err != nil {
		return made, nil, fmt.Errorf("%s %s %s makes no model: %w", method, path, body, err)
	}
	k.set, k.model = set, model
	return made, nil, nil
}

func words(text string) string {
	return `{"LocalizedLabels":[{"Label":"` + text + `","LanguageCode":1033},{"Label":"` + text + ` auf Deutsch","LanguageCode":1031}]}`
}

func newTable(name, owner, notes, activities string) string {
	return `{"SchemaName":"` + name + `","DisplayName":` + words("T") + `,"DisplayCollectionName":` + words("Ts") + `,"OwnershipType":"` + owner +
		`","HasNotes":` + notes + `,"HasActivities":` + activities +
		`,"Attributes":[{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"new_Title","IsPrimaryName":true,"DisplayName":` + words("N") + `}]}`
}

// order draws a change from a few names, so that changes meet.
func order(r *rapid.T) (method, path, body string) {
	pick := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(r, label) }
	table := pick("table", "new_a", "new_b", "account", "task", "systemuser", "new_n")
	name := pick("name", "new_a", "new_B", "new_c", "Name", "new_n")
	one := "EntityDefinitions(LogicalName='" + table + "')"
	column := one + "/Attributes(LogicalName='" + strings.ToLower(name) + "')"
	kind := pick("kind", "String", "Memo", "Integer", "BigInt", "Decimal", "Double", "Money", "Boolean", "DateTime", "Picklist", "MultiSelectPicklist", "Lookup", "State")
	define := `{"@odata.type":"Microsoft.Dynamics.CRM.` + kind + `AttributeMetadata","SchemaName":"` + name + `","DisplayName":` + words("C") + `}`
	switch pick("what", "table", "table", "column", "column", "column", "change", "drop", "drop table", "rename", "one", "many", "drop link", "key", "drop key", "set", "use set", "drop set", "option", "customer") {
	case "table":
		return "POST", "EntityDefinitions", newTable(name, pick("owner", "UserOwned", "OrganizationOwned"), pick("notes", "true", "false"), pick("activities", "true", "false"))
	case "column":
		return "POST", one + "/Attributes", define
	case "change":
		return "PUT", column, define
	case "drop":
		return "DELETE", column, ""
	case "drop table":
		return "DELETE", one, ""
	case "rename":
		return "PUT", one, `{"DisplayName":` + words("Other") + `,"HasNotes":true,"HasActivities":true}`
	case "one":
		return "POST", "RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":"` + name + `_rel","ReferencedEntity":"` + table + `","ReferencingEntity":"` +
			pick("other", "new_a", "new_b", "contact") + `","Lookup":{"SchemaName":"` + name + `Id","DisplayName":` + words("L") + `}}`
	case "many":
		return "POST", "RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"` + name + `_rel","Entity1LogicalName":"` + table + `","Entity2LogicalName":"` +
			pick("other", "new_a", "new_b", "contact") + `"}`
	case "drop link":
		return "DELETE", "RelationshipDefinitions(SchemaName='" + name + "_rel')", ""
	case "key":
		return "POST", one + "/Keys", `{"SchemaName":"` + name + `","KeyAttributes":["` + strings.ToLower(name) + `"]}`
	case "drop key":
		return "DELETE", one + "/Keys(LogicalName='" + strings.ToLower(name) + "')", ""
	case "set":
		return "POST", "GlobalOptionSetDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"` + name + `","DisplayName":` + words("S") + `,"Options":[{"Label":` + words("O") + `}]}`
	case "use set":
		return "POST", one + "/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.PicklistAttributeMetadata","SchemaName":"` + name + `","DisplayName":` + words("C") + `,"GlobalOptionSet@odata.bind":"/GlobalOptionSetDefinitions(Name='` + name + `')"}`
	case "drop set":
		return "DELETE", "GlobalOptionSetDefinitions(Name='" + name + "')", ""
	case "customer":
		return "POST", "CreateCustomerRelationships", `{"Lookup":{"SchemaName":"` + name + `","DisplayName":` + words("L") + `},"OneToManyRelationships":[{"SchemaName":"` + name + `_acc","ReferencedEntity":"account","ReferencingEntity":"` + table +
			`"},{"SchemaName":"` + name + `_con","ReferencedEntity":"contact","ReferencingEntity":"` + table + `"}]}`
	}
	return "POST", pick("action", "InsertOptionValue", "InsertStatusValue", "DeleteOptionValue", "UpdateOptionValue"), `{"EntityLogicalName":"` + table + `","AttributeLogicalName":"` + pick("of", "statuscode", "new_c", "industrycode") +
		`","Value":` + pick("value", "1", "5", "100000000") + `,"StateCode":1,"MergeLabels":false,"Label":` + words("X") + `}`
}

// TestRandomDefinitions: whatever is ordered either is refused, or makes a model that is
// the same when its set is kept and loaded, and whose $metadata is sound XML in which
// every type that is named is there.
func TestRandomDefinitions(t *testing.T) {
	first := newMaker(t)
	for _, name := range []string{"new_A", "new_B"} {
		if _, refused, broken := first.send("POST", "EntityDefinitions", newTable(name, "UserOwned", "false", "false")); refused != nil || broken != nil {
			t.Fatal(refused, broken)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		k := &maker{first.book, first.set, first.model}
		for range rapid.IntRange(4, 20).Draw(r, "changes") {
			if _, _, err := k.send(order(r)); err != nil {
				r.Fatal(err)
			}
		}
		loaded, err := custom.Load(k.set.Components())
		if err != nil {
			r.Fatal(err)
		}
		again, err := loaded.Model(k.model.Version)
		if err != nil {
			r.Fatal(err)
		}
		document := k.book.CSDL(k.model, nil, true)
		if !bytes.Equal(document, k.book.CSDL(again, nil, true)) || definitions(r, k.book, k.model) != definitions(r, k.book, again) {
			r.Fatal("the model that was kept is another one")
		}
		if err := sound(document); err != nil {
			r.Fatal(err)
		}
	})
}

// definitions gives what readers of definitions see.
func definitions(r *rapid.T, b *Book, m *meta.Model) string {
	all := ""
	for _, set := range []string{"EntityDefinitions", "RelationshipDefinitions", "GlobalOptionSetDefinitions"} {
		query := ""
		if set == "EntityDefinitions" {
			query = "$expand=Attributes,Keys&$filter=IsCustomEntity eq true or LogicalName eq 'account'"
		}
		text, err := b.Read(Question{Model: m, Root: root, Path: set, Query: query})
		if err != nil {
			r.Fatal(err)
		}
		all += string(text)
	}
	return all
}

// sound reads a document to its end and looks for types that are named and not there.
func sound(document []byte) error {
	d, types, named := xml.NewDecoder(bytes.NewReader(document)), map[string]bool{}, map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			switch {
			case a.Name.Local == "Name" && strings.HasSuffix(e.Name.Local, "Type"):
				types["mscrm."+a.Value] = true
			case a.Name.Local == "Type" || a.Name.Local == "EntityType":
				named[strings.TrimSuffix(strings.TrimPrefix(a.Value, "Collection("), ")")] = true
			}
		}
	}
	for name := range named {
		if strings.HasPrefix(name, "mscrm.") && !types[name] {
			return fmt.Errorf("the type %s is named and not there", name)
		}
	}
	return nil
}

// FuzzDefine: whatever is sent is refused or makes a model.
func FuzzDefine(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", "EntityDefinitions", `{"SchemaName":"new_A","DisplayName":` + words("A") + `,"DisplayCollectionName":` + words("As") + `,"Attributes":[{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","SchemaName":"new_N","IsPrimaryName":true,"DisplayName":` + words("N") + `}]}`},
		{"POST", "EntityDefinitions(LogicalName='account')/Attributes", `{"@odata.type":"#Microsoft.Dynamics.CRM.MoneyAttributeMetadata","SchemaName":"new_M","MinValue":"1","MaxValue":2e3,"DisplayName":` + words("M") + `}`},
		{"PUT", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", `{"MaxLength":10}`},
		{"DELETE", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='telephone1')/Microsoft.Dynamics.CRM.StringAttributeMetadata", ""},
		{"POST", "OrderOption", `{"EntityLogicalName":"account","AttributeLogicalName":"industrycode","Values":[1,2]}`},
		{"GET", "GetValidReferencedEntities(ReferencingEntityName='account')", ""},
		{"POST", "PublishXml", `{"ParameterXml":"<importexportxml/>"}`},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	first := newMaker(f)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		k := &maker{first.book, custom.NewSet(), first.model}
		if _, _, err := k.send(method, path, body); err != nil {
			t.Error(err)
		}
	})
}
