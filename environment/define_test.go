package environment_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// label is a Label in English.
func label(text string) string {
	return `{"@odata.type":"Microsoft.Dynamics.CRM.Label","LocalizedLabels":[{"@odata.type":"Microsoft.Dynamics.CRM.LocalizedLabel","Label":"` + text + `","LanguageCode":1033}]}`
}

// bankAccount is the table of the public sample on table definitions.
var bankAccount = `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","SchemaName":"sample_BankAccount",
	"DisplayName":` + label("Bank Account") + `,"DisplayCollectionName":` + label("Bank Accounts") + `,"Description":` + label("Accounts of customers") + `,
	"OwnershipType":"UserOwned","IsActivity":false,"HasActivities":false,"HasNotes":false,"PrimaryNameAttribute":"sample_name",
	"Attributes":[{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata","IsPrimaryName":true,"SchemaName":"sample_Name",
		"AttributeType":"String","AttributeTypeName":{"Value":"StringType"},"MaxLength":100,"FormatName":{"Value":"Text"},
		"RequiredLevel":{"Value":"None","CanBeChanged":true,"ManagedPropertyLogicalName":"canmodifyrequirementlevelsettings"},
		"DisplayName":` + label("Account Name") + `,"Description":` + label("The name") + `}]}`

// withBank makes the sample's publisher, solution and table.
func (w *world) withBank(t testing.TB) client {
	t.Helper()
	app := w.as(t, "contoso-app")
	publisher := app.made("publishers", `{"friendlyname":"Example Publisher","uniquename":"examplepublisher","description":"An example publisher for samples",
		"customizationprefix":"sample","customizationoptionvalueprefix":72700}`)
	app.made("solutions", `{"friendlyname":"Example Solution","uniquename":"examplesolution","description":"An example solution for samples","version":"1.0.0.0",
		"publisherid@odata.bind":"publishers(`+publisher+`)"}`)
	app = app.with("MSCRM.SolutionUniqueName", "examplesolution", "MSCRM.MergeLabels", "true", "Consistency", "Strong")
	app.post("EntityDefinitions", bankAccount).is(204, "").has("OData-EntityId", root+"EntityDefinitions(…)")
	return app
}

const bankPath = "EntityDefinitions(LogicalName='sample_bankaccount')"

// column makes a column of the bank account.
func (c client) column(kind, name, more string) answer {
	c.t.Helper()
	a := c.post(bankPath+"/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.`+kind+`AttributeMetadata","SchemaName":"`+name+`",
		"DisplayName":`+label("Sample "+name)+`,"Description":`+label("A "+kind)+`,"RequiredLevel":{"Value":"None"}`+more+`}`)
	return a.is(204, "").has("OData-EntityId", root+"EntityDefinitions(…)/Attributes(…)")
}

// TestTableDefinitionsSample walks through the public sample on table definitions: the
// same requests in the same order, and what the sample prints of the answers.
func TestTableDefinitionsSample(t *testing.T) {
	w := start(t)
	app := w.withBank(t)

	// Section 1: the table is read whole, changed and put back.
	read := app.get(bankPath).object()
	if read["ObjectTypeCode"].(float64) < 10000 || read["IsCustomEntity"] != true || read["EntitySetName"] != "sample_bankaccounts" ||
		read["PrimaryIdAttribute"] != "sample_bankaccountid" || read["PrimaryNameAttribute"] != "sample_name" || len(read["Privileges"].([]any)) != 8 {
		t.Errorf("the table is %v", read)
	}
	read["HasActivities"] = true
	read["Description"].(map[string]any)["LocalizedLabels"].([]any)[0].(map[string]any)["Label"] = "Contains information about customer bank accounts"
	app.send("PUT", bankPath, text(t, read)).is(204, "")
	app.get(bankPath+"?$select=HasActivities,Description").is(200, `…"HasActivities":true,"MetadataId":"…","Description":{"LocalizedLabels":[{"Label":"Contains information about customer bank accounts","LanguageCode":1033,…}`)

	// Section 2: columns.
	app.column("Boolean", "sample_Boolean", `,"OptionSet":{"@odata.type":"Microsoft.Dynamics.CRM.BooleanOptionSetMetadata",
		"TrueOption":{"Value":1,"Label":`+label("True")+`},"FalseOption":{"Value":0,"Label":`+label("False")+`},"OptionSetType":"Boolean"}`)
	boolean := bankPath + "/Attributes(LogicalName='sample_boolean')/Microsoft.Dynamics.CRM.BooleanAttributeMetadata"
	full := app.get(boolean + "?$expand=OptionSet").object()
	full["RequiredLevel"].(map[string]any)["Value"] = "ApplicationRequired"
	app.send("PUT", bankPath+"/Attributes(LogicalName='sample_boolean')", text(t, full)).is(204, "")
	for value, word := range map[string]string{"1": "Up", "0": "Down"} {
		app.post("UpdateOptionValue", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"sample_boolean","Value":`+value+`,"Label":`+label(word)+`,"MergeLabels":true}`).is(204, "")
	}
	app.get(boolean+"?$select=MetadataId,RequiredLevel&$expand=OptionSet").is(200, `…"RequiredLevel":{"Value":"ApplicationRequired",…"TrueOption":{…"Label":"Up"…"FalseOption":{…"Label":"Down"…`)

	app.column("DateTime", "sample_DateTime", `,"DateTimeBehavior":{"Value":"DateOnly"},"Format":"DateOnly","ImeMode":"Disabled"`)
	app.column("Decimal", "sample_Decimal", `,"MaxValue":100,"MinValue":0,"Precision":1`)
	app.column("Integer", "sample_Integer", `,"MaxValue":100,"MinValue":0,"Format":"None"`)
	app.column("Memo", "sample_Memo", `,"Format":"TextArea","ImeMode":"Disabled","MaxLength":500`)
	app.column("Money", "sample_Money", `,"MaxValue":1000,"MinValue":0,"Precision":1,"PrecisionSource":1,"ImeMode":"Disabled"`)
	app.column("Picklist", "sample_Choice", `,"OptionSet":{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","IsGlobal":false,"OptionSetType":"Picklist","Options":[
		{"Value":727000000,"Label":`+label("Bravo")+`},{"Value":727000001,"Label":`+label("Delta")+`},{"Value":727000002,"Label":`+label("Alpha")+`},{"Value":727000003,"Label":`+label("Charlie")+`}]}`)
	const choice = `"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"sample_choice"`
	app.post("InsertOptionValue", `{`+choice+`,"Label":`+label("Echo")+`,"Value":727000004,"SolutionUniqueName":"examplesolution"}`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InsertOptionValueResponse","NewOptionValue":727000004}`)
	app.post("OrderOption", `{`+choice+`,"Values":[727000002,727000000,727000003,727000001,727000004],"SolutionUniqueName":"examplesolution"}`).is(204, "")
	app.post("DeleteOptionValue", `{`+choice+`,"Value":727000004}`).is(204, "")
	app.get(bankPath+"/Attributes(LogicalName='sample_choice')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=MetadataId&$expand=OptionSet($select=Options)").
		is(200, `…"Value":727000002,…"Value":727000000,…"Value":727000003,…"Value":727000001,…`)
	app.column("MultiSelectPicklist", "sample_MultiSelectChoice", `,"OptionSet":{"IsGlobal":false,"OptionSetType":"Picklist","Options":[
		{"Value":727000000,"Label":`+label("Appetizer")+`},{"Value":727000001,"Label":`+label("Entree")+`},{"Value":727000002,"Label":`+label("Dessert")+`}]}`)
	app.post("InsertStatusValue", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"statuscode","Label":`+label("Frozen")+`,"StateCode":1,"SolutionUniqueName":"examplesolution"}`).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.InsertStatusValueResponse","NewOptionValue":727000000}`)

	// Section 3: a shared choice.
	colors := app.post("GlobalOptionSetDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OptionSetMetadata","Name":"sample_colors","OptionSetType":"Picklist","DisplayName":`+label("Colors")+`,
		"Options":[{"Value":727000000,"Label":`+label("Red")+`},{"Value":727000001,"Label":`+label("Yellow")+`}]}`).is(204, "").header.Get("OData-EntityId")
	app.get(colors+"/Microsoft.Dynamics.CRM.OptionSetMetadata?$select=Name,Options").is(200, `…"Name":"sample_colors",…"Value":727000000,…"Label":"Yellow",…`)
	app.column("Picklist", "sample_Colors", `,"GlobalOptionSet@odata.bind":"`+strings.TrimPrefix(colors, root[:len(root)-1])+`"`)

	// Sections 4 to 7: relationships.
	app.post("CreateCustomerRelationships", `{"Lookup":{"@odata.type":"Microsoft.Dynamics.CRM.ComplexLookupAttributeMetadata","SchemaName":"sample_CustomerId","AttributeType":"Lookup",
		"AttributeTypeName":{"Value":"LookupType"},"DisplayName":`+label("Bank Account owner")+`,"RequiredLevel":{"Value":"ApplicationRequired"},"Targets":["account","contact"]},
		"OneToManyRelationships":[{"@odata.type":"Microsoft.Dynamics.CRM.ComplexOneToManyRelationshipMetadata","ReferencedEntity":"account","ReferencingEntity":"sample_bankaccount","SchemaName":"sample_BankAccount_Customer_Account"},
		{"@odata.type":"Microsoft.Dynamics.CRM.ComplexOneToManyRelationshipMetadata","ReferencedEntity":"contact","ReferencingEntity":"sample_bankaccount","SchemaName":"sample_BankAccount_Customer_Contact"}],
		"SolutionUniqueName":"examplesolution"}`).is(200, `{"@odata.context":"…#Microsoft.Dynamics.CRM.CreateCustomerRelationshipsResponse","RelationshipIds":["…","…"],"AttributeId":"…"}`)
	app.get(bankPath+"/Attributes(LogicalName='sample_customerid')/Microsoft.Dynamics.CRM.LookupAttributeMetadata?$select=Targets").is(200, `…"Targets":["account","contact"]…`)
	app.post("CanBeReferenced", `{"EntityName":"sample_bankaccount"}`).is(200, `{"@odata.context":"…#Microsoft.Dynamics.CRM.CanBeReferencedResponse","CanBeReferenced":true}`)
	app.get("GetValidReferencingEntities(ReferencedEntityName=@p1)?@p1='sample_bankaccount'").is(200, `…"contact"…`)
	oneToMany := app.relationship("sample_BankAccount_Contacts", "sample_bankaccount", "contact", "sample_BankAccountId")
	app.get(oneToMany+"/Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata").is(200, `…"ReferencingAttribute":"sample_bankaccountid",…"SchemaName":"sample_BankAccount_Contacts",…"Delete":"RemoveLink",…`)
	app.relationship("sample_Account_BankAccounts", "account", "sample_bankaccount", "sample_RelatedAccountId")
	app.get("GetValidManyToMany").is(200, `…"contact"…"sample_bankaccount"…`)
	manyToMany := app.post("RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"sample_sample_BankAccounts_Contacts",
		"IntersectEntityName":"sample_sample_BankAccounts_Contacts","Entity1LogicalName":"sample_bankaccount","Entity2LogicalName":"contact",
		"Entity1AssociatedMenuConfiguration":{"Behavior":"UseLabel","Group":"Details","Label":`+label("Bank Accounts")+`,"Order":10000}}`).is(204, "").header.Get("OData-EntityId")
	app.get(manyToMany+"/Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata").is(200, `…"IntersectEntityName":"sample_sample_bankaccounts_contacts",…`)

	// The end: what the sample made goes again.
	app.delete(oneToMany).is(204, "")
	app.delete(bankPath).is(204, "")
	app.delete(colors).is(204, "")
	app.get(bankPath).is(404, "…")
	app.get("contacts?$top=1").is(200, "…")
}

// relationship makes a one-to-many relationship and gives its address.
func (c client) relationship(name, one, many, lookup string) string {
	c.t.Helper()
	a := c.post("RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata","SchemaName":"`+name+`","ReferencedAttribute":"`+one+`id",
		"ReferencedEntity":"`+one+`","ReferencingEntity":"`+many+`","Lookup":{"@odata.type":"Microsoft.Dynamics.CRM.LookupAttributeMetadata","SchemaName":"`+lookup+`","DisplayName":`+label(lookup)+`},
		"AssociatedMenuConfiguration":{"Behavior":"UseLabel","Group":"Details","Label":`+label("Cardholders")+`,"Order":10000},
		"CascadeConfiguration":{"Assign":"NoCascade","Share":"NoCascade","Unshare":"NoCascade","RollupView":"NoCascade","Reparent":"NoCascade","Delete":"RemoveLink","Merge":"Cascade"}}`)
	return a.is(204, "").header.Get("OData-EntityId")
}

func text(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
