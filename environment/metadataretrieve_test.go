package environment_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// retrieved calls a function that answers with definitions; no id is given unless more says so.
func (c client) retrieved(function, more string) answer {
	c.t.Helper()
	if !strings.Contains(more, "MetadataId=") {
		more += ",MetadataId=00000000-0000-0000-0000-000000000000"
	}
	return c.get(function + "(RetrieveAsIfPublished=true," + more + ")")
}

func filters(words string) string {
	return "EntityFilters=Microsoft.Dynamics.CRM.EntityFilters'" + words + "'"
}

// TestRetrieveEntity: a table by name or id, with the parts that are asked for.
func TestRetrieveEntity(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	plain := app.get("EntityDefinitions(LogicalName='account')").object()
	part := func(a answer) map[string]any {
		e, ok := a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveEntityResponse","EntityMetadata":{…`).object()["EntityMetadata"].(map[string]any)
		if !ok || e["LogicalName"] != "account" || e["ObjectTypeCode"] != 1.0 || fmt.Sprint(e["DisplayName"]) != fmt.Sprint(plain["DisplayName"]) {
			t.Fatalf("%.300s", a.body)
		}
		return e
	}
	all := []string{"Attributes", "Privileges", "OneToManyRelationships", "ManyToOneRelationships", "ManyToManyRelationships"}
	for words, want := range map[string]string{
		"Entity": "", "Default": "", "Attributes": "Attributes", "Entity,Attributes": "Attributes", "Privileges": "Privileges",
		"Relationships": strings.Join(all[2:], " "), "All": strings.Join(all, " "), "6": "Attributes Privileges",
	} {
		e := part(app.retrieved("RetrieveEntity", filters(words)+",LogicalName='account'"))
		var got []string
		for _, name := range all {
			if list, ok := e[name].([]any); ok && (len(list) > 0 || name == "ManyToManyRelationships") {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", words, got)
		}
	}
	byID := part(app.retrieved("RetrieveEntity", filters("Entity")+",LogicalName=null,MetadataId="+plain["MetadataId"].(string)))
	if byID["MetadataId"] != plain["MetadataId"] {
		t.Errorf("found %v", byID["MetadataId"])
	}
	app.retrieved("RetrieveEntity", filters("Entity")+",LogicalName='nosuch'").
		fails(404, "0x80040217", "Could not find an entity with name nosuch and id 00000000-0000-0000-0000-000000000000.")
	app.retrieved("RetrieveEntity", filters("Entity")+",LogicalName=null").is(404, "…")
	app.retrieved("RetrieveEntity", filters("Some")+",LogicalName='account'").fails(400, "0x80040203", "'Some' is no value of EntityFilters.")
	app.get("RetrieveEntity("+filters("Entity")+",LogicalName='account')").is(400, "…MetadataId…")
	w.as(t, "idle").retrieved("RetrieveEntity", filters("Entity")+",LogicalName='account'").is(403, "…")
}

// TestRetrieveDefinitions: every table, a column, a shared choice and a relationship, as the
// sets of definitions have them.
func TestRetrieveDefinitions(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	names := app.get("EntityDefinitions?$select=LogicalName").names("LogicalName")
	everything := app.get("RetrieveAllEntities(" + filters("Entity") + ",RetrieveAsIfPublished=false)")
	everything.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveAllEntitiesResponse","EntityMetadata":[…],"Timestamp":"…"}`)
	if got := everything.tables(); got != strings.Join(names, ", ") {
		t.Errorf("all tables: %s", got)
	}
	// same compares what an answer holds with the set's own row, as far as that goes.
	same := func(a answer, member, of, path string) {
		t.Helper()
		var got map[string]map[string]any
		a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.`+of+`","`+member+`":{"@odata.type":"#Microsoft.Dynamics.CRM.Complex…`)
		_ = json.Unmarshal([]byte(a.body), &got) // the context is no object
		n := 0
		for name, v := range app.get(path).object() {
			if strings.HasPrefix(name, "@") {
				continue
			}
			if n++; fmt.Sprint(got[member][name]) != fmt.Sprint(v) {
				t.Errorf("%s %s: %v, want %v", path, name, got[member][name], v)
			}
		}
		if n < 10 {
			t.Errorf("%s has %d properties", path, n)
		}
	}
	column := "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"
	same(app.retrieved("RetrieveAttribute", "EntityLogicalName='account',LogicalName='name',ColumnNumber=0"), "AttributeMetadata", "RetrieveAttributeResponse", column)
	id := app.get(column).object()["MetadataId"].(string)
	same(app.retrieved("RetrieveAttribute", "EntityLogicalName=null,LogicalName=null,ColumnNumber=0,MetadataId="+id), "AttributeMetadata", "RetrieveAttributeResponse", column)
	same(app.retrieved("RetrieveRelationship", "Name='account_primary_contact'"), "RelationshipMetadata", "RetrieveRelationshipResponse",
		"RelationshipDefinitions(SchemaName='account_primary_contact')")
	app.post("GlobalOptionSetDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"new_sizes","OptionSetType":"Picklist","IsGlobal":true,"DisplayName":{"LocalizedLabels":[{"Label":"Sizes","LanguageCode":1033}]},"Options":[{"Value":1,"Label":{"LocalizedLabels":[{"Label":"One","LanguageCode":1033}]}}]}`).is(204, "")
	same(app.retrieved("RetrieveOptionSet", "Name='new_sizes'"), "OptionSetMetadata", "RetrieveOptionSetResponse", "GlobalOptionSetDefinitions(Name='new_sizes')")

	for function, more := range map[string]string{
		"RetrieveAttribute": "EntityLogicalName='account',LogicalName='nosuch',ColumnNumber=0", "RetrieveRelationship": "Name='nosuch'", "RetrieveOptionSet": "Name='nosuch'",
	} {
		app.retrieved(function, more).fails(404, "0x80040217", "Could not find …nosuch and id 00000000-0000-0000-0000-000000000000.")
	}
	app.retrieved("RetrieveAttribute", "EntityLogicalName='nosuch',LogicalName='name',ColumnNumber=0").is(404, "…an entity with name nosuch…")
	w.as(t, "idle").retrieved("RetrieveRelationship", "Name='account_primary_contact'").is(403, "…")
}

// TestIsComponentCustomizable: definitions by their ids and types.
func TestIsComponentCustomizable(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	ask := func(path string, kind int) answer {
		id := app.get(path + "?$select=IsCustomizable").object()
		a := app.get(fmt.Sprintf("IsComponentCustomizable(ComponentId=%s,ComponentType=%d)", id["MetadataId"], kind))
		if a.status == 200 {
			want := id["IsCustomizable"].(map[string]any)["Value"]
			a.is(200, fmt.Sprintf(`{"@odata.context":"%s$metadata#Microsoft.Dynamics.CRM.IsComponentCustomizableResponse","IsComponentCustomizable":%v}`, root, want))
		}
		return a
	}
	ask("EntityDefinitions(LogicalName='account')", 1).is(200, "…")
	ask("EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", 2).is(200, "…")
	ask("RelationshipDefinitions(SchemaName='account_primary_contact')", 10).is(200, "…")
	ask("EntityDefinitions(LogicalName='account')", 2).fails(404, "0x80040217", "Could not find a component of type 2 with id …")
	ask("EntityDefinitions(LogicalName='account')", 9).is(404, "…")
	ask("EntityDefinitions(LogicalName='account')", 20).is(501, "…")
	app.get("IsComponentCustomizable(ComponentType=1)").is(400, "…ComponentId…")
	app.get("IsComponentCustomizable(ComponentId="+absent+",ComponentType=1)").is(404, "…")
	app.get("IsComponentCustomizable(ComponentId="+absent+",ComponentType=one)").is(400, "…")
}
