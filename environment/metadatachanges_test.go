package environment_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// definitions asks RetrieveMetadataChanges; more are further parameters, as @p=value.
func (c client) definitions(query string, more ...string) answer {
	c.t.Helper()
	names, values := []string{}, ""
	if query != "" {
		names, values = append(names, "Query=@p1"), "@p1="+url.QueryEscape(query)
	}
	for _, m := range more {
		name, value, _ := strings.Cut(m, "=")
		names = append(names, name+"=@"+name)
		values += "&@" + name + "=" + url.QueryEscape(value)
	}
	return c.get("RetrieveMetadataChanges(" + strings.Join(names, ",") + ")?" + strings.TrimPrefix(values, "&"))
}

// tables lists the tables of an answer, with their columns where there are any.
func (a answer) tables() string {
	a.t.Helper()
	var got struct {
		EntityMetadata []struct {
			LogicalName string
			HasChanged  *bool
			Attributes  []struct{ LogicalName string }
		}
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 {
		a.t.Fatalf("%d %s", a.status, a.body)
	}
	var list []string
	for _, e := range got.EntityMetadata {
		text := e.LogicalName
		for _, c := range e.Attributes {
			text += " " + c.LogicalName
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func (a answer) stamp() string {
	stamp, _ := a.object()["ServerVersionStamp"].(string)
	return stamp
}

func equal(property, kind, value string) string {
	return `{"ConditionOperator":"Equals","PropertyName":"` + property + `","Value":{"Type":"` + kind + `","Value":"` + value + `"}}`
}

const sampleQuery = `{"Properties":{"AllProperties":false,"PropertyNames":["SchemaName","Attributes"]},
 "Criteria":{"FilterOperator":"Or","Conditions":[{"ConditionOperator":"Equals","PropertyName":"LogicalName","Value":{"Type":"System.String","Value":"account"}},{"ConditionOperator":"Equals","PropertyName":"LogicalName","Value":{"Type":"System.String","Value":"contact"}}]},
 "AttributeQuery":{"Properties":{"AllProperties":false,"PropertyNames":["LogicalName"]},"Criteria":{"FilterOperator":"And","Conditions":[{"ConditionOperator":"Equals","PropertyName":"SchemaName","Value":{"Type":"System.String","Value":"AccountNumber"}}]}},
 "LabelQuery":{"FilterLanguages":[1033],"MissingLabelBehavior":0}}`

// TestMetadataChanges: the published example, and what queries can say.
func TestMetadataChanges(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	a := app.definitions(sampleQuery)
	a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse","ServerVersionStamp":"…!11/21/2026 12:00:00","DeletedMetadata":{"Count":0,"IsReadOnly":false,"Keys":[],"Values":[]},"EntityMetadata":[{"ActivityTypeMask":null,…"LogicalName":"account",…"SchemaName":"Account",…"MetadataId":"…","HasChanged":null,…"Attributes":[{"@odata.type":"#Microsoft.Dynamics.CRM.ComplexStringAttributeMetadata",…"LogicalName":"accountnumber",…"HasChanged":null,…}],"Keys":null,…},{…"LogicalName":"contact",…"Attributes":[],…}]}`)
	names := func(criteria string) string {
		return `{"Properties":{"AllProperties":"False","PropertyNames":["LogicalName"]},"Criteria":{"FilterOperator":"And","Conditions":[` + criteria + `]}}`
	}
	for query, want := range map[string]string{
		names(equal("LogicalName", "System.String", "Team")):                                                                                                                            "team",
		names(`{"ConditionOperator":"In","PropertyName":"LogicalName","Value":{"Type":"System.String[]","Value":"['account','task']"}}`):                                                "account, task",
		names(`{"ConditionOperator":0,"PropertyName":"ObjectTypeCode","Value":{"Type":"System.Int32","Value":"4212"}}`):                                                                 "task",
		names(`{"ConditionOperator":"LessThan","PropertyName":"ObjectTypeCode","Value":{"Type":"System.Int32","Value":"3"}}`):                                                           "account, contact",
		names(equal("IsCustomizable", "System.Boolean", "True") + "," + equal("IsActivity", "System.Boolean", "True")):                                                                  "email, task",
		names(equal("OwnershipType", "Microsoft.Xrm.Sdk.Metadata.OwnershipTypes", "UserOwned") + `,{"ConditionOperator":"Equals","PropertyName":"PrimaryImageAttribute","Value":null}`): app.definitions(names(equal("OwnershipType", "Microsoft.Xrm.Sdk.Metadata.OwnershipTypes", "UserOwned") + `,{"ConditionOperator":"Equals","PropertyName":"PrimaryImageAttribute","Value":{"Value":null}}`)).tables(),
		`{"Properties":{"PropertyNames":["Attributes"]},"Criteria":{"Conditions":[` + equal("LogicalName", "System.String", "role") + `]},"AttributeQuery":{"Criteria":{"FilterOperator":"Or","Conditions":[` + equal("AttributeTypeName", "Microsoft.Xrm.Sdk.Metadata.AttributeTypeDisplayName", "MemoType") + `],"Filters":[{"Conditions":[` + equal("MaxLength", "System.Int32", "100") + `]}]}}}`: "role name",
	} {
		if got := app.definitions(query).tables(); got != want {
			t.Errorf("%s\ngives %q, want %q", query, got, want)
		}
	}
	whole := app.definitions("")
	if got := whole.tables(); !strings.Contains(got, "account accountid") || !strings.Contains(whole.body, `"ManyToOneRelationships":[{`) {
		t.Errorf("without a query: %.300s", got)
	}
	for query, want := range map[string]string{
		`x`: "cannot be read", names(equal("Foo", "System.String", "x")): "'Foo'", names(equal("DisplayName", "System.String", "x")): "'DisplayName'",
		names(`{"ConditionOperator":"Like","PropertyName":"LogicalName","Value":{"Value":"x"}}`): "'Like'", `{"Criteria":{"FilterOperator":"Xor"}}`: "'Xor'",
		`{"Criteria":` + strings.Repeat(`{"Filters":[`, 30) + strings.Repeat(`]}`, 30) + `}`: "deeper",
	} {
		if a := app.definitions(query); a.status != 400 || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d %.300s", query, a.status, a.body)
		}
	}
	w.as(t, "idle").definitions(sampleQuery).is(403, "…")
	app.post("RetrieveMetadataChanges", `{}`).is(405, "…")
}

// TestMetadataChangesSince: what is new, changed and gone since a stamp; stamps that are
// none are refused.
func TestMetadataChangesSince(t *testing.T) {
	app := start(t).withBank(t)
	query := `{"Properties":{"PropertyNames":["SchemaName","Attributes"]},"AttributeQuery":{"Properties":{"PropertyNames":["SchemaName"]}}}`
	first := app.definitions(query).stamp()
	since := func(stamp string) answer {
		return app.definitions(query, "ClientVersionStamp='"+stamp+"'", "DeletedMetadataFilters=Microsoft.Dynamics.CRM.DeletedMetadataFilters'All'")
	}
	same := since(first)
	if got := same.tables(); got != "" {
		t.Errorf("nothing changed, and %s did", got)
	}
	app.column("Integer", "sample_Number", "")
	second := since(first)
	if got := second.tables(); got != "sample_bankaccount sample_number" {
		t.Errorf("after a column: %s", got)
	}
	if !strings.Contains(second.body, `"HasChanged":true`) || !strings.Contains(second.body, `"HasChanged":false`) {
		t.Errorf("the column is new and its table is not: %s", second.body)
	}
	column, _ := app.get(bankPath + "/Attributes(LogicalName='sample_number')?$select=MetadataId").object()["MetadataId"].(string)
	app.delete(bankPath+"/Attributes(LogicalName='sample_number')").is(204, "")
	since(second.stamp()).is(200, `{…"DeletedMetadata":{"Count":1,"IsReadOnly":false,"Keys":["Attribute"],"Values":[{"Items":["`+column+`"]}]},"EntityMetadata":[]}`)
	if got := since(first).tables(); got != "" {
		t.Errorf("made and deleted again: %s", got)
	}
	table, _ := app.get(bankPath + "?$select=MetadataId").object()["MetadataId"].(string)
	app.delete(bankPath).is(204, "")
	gone := since(first)
	gone.is(200, `{…"Keys":["Entity","Attribute","Relationship",…"Values":[{"Items":["`+table+`"]},…`)
	app.definitions(query, "ClientVersionStamp='"+first+"'").is(200, `{…"DeletedMetadata":{"Count":0,"IsReadOnly":false,"Keys":[],"Values":[]},…`)
	for _, stamp := range []string{"x", "1", "999999!11/21/2026 12:00:00", "x!11/21/2026 12:00:00", "1!yesterday"} {
		since(stamp).fails(400, "0x80044352", "Version stamp associated with the client has expired. Please perform a full sync.")
	}
	app.definitions(query, "ClientVersionStamp='"+first+"'", "DeletedMetadataFilters=Microsoft.Dynamics.CRM.DeletedMetadataFilters'Some'").is(400, "…'Some'…")
}
