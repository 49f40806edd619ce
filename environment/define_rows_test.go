package environment_test

import (
	"strings"
	"testing"
)

// withColumns gives the bank account columns, a lookup to accounts and a many-to-many
// relationship with contacts.
func (w *world) withColumns(t testing.TB) client {
	t.Helper()
	app := w.withBank(t)
	app.column("Integer", "sample_Integer", `,"MaxValue":100,"MinValue":0`)
	app.column("Decimal", "sample_Decimal", `,"MaxValue":100,"MinValue":0,"Precision":1`)
	app.column("Double", "sample_Double", ``)
	app.column("Money", "sample_Balance", `,"Precision":2,"PrecisionSource":2`)
	app.column("Memo", "sample_Memo", `,"MaxLength":500`)
	app.column("Boolean", "sample_Boolean", `,"DefaultValue":true`)
	app.column("DateTime", "sample_Day", `,"DateTimeBehavior":{"Value":"DateOnly"},"Format":"DateOnly"`)
	app.column("DateTime", "sample_Moment", `,"DateTimeBehavior":{"Value":"TimeZoneIndependent"},"Format":"DateAndTime"`)
	app.column("Picklist", "sample_Choice", `,"DefaultFormValue":727000001,"OptionSet":{"Options":[{"Value":727000000,"Label":`+label("One")+`},{"Label":`+label("Two")+`}]}`)
	app.column("MultiSelectPicklist", "sample_Choices", `,"OptionSet":{"Options":[{"Value":1,"Label":`+label("A")+`},{"Value":2,"Label":`+label("B")+`}]}`)
	app.relationship("sample_Account_BankAccounts", "account", "sample_bankaccount", "sample_RelatedAccountId")
	app.post("RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"sample_holders",
		"IntersectEntityName":"sample_holders","Entity1LogicalName":"sample_bankaccount","Entity2LogicalName":"contact"}`).is(204, "")
	return app
}

// TestRowsOfANewTable: a table that a maker made is like any other, and still is after a
// restart.
func TestRowsOfANewTable(t *testing.T) {
	w := start(t)
	app := w.withColumns(t)
	account := app.made("accounts", `{"name":"Contoso"}`)
	contact := app.made("contacts", `{"lastname":"Ada"}`)
	bank := app.made("sample_bankaccounts", `{"sample_name":"Savings","sample_integer":42,"sample_decimal":4.25,"sample_double":0.5,"sample_balance":12.5,"sample_memo":"long",
		"sample_day":"2026-11-21","sample_moment":"2026-11-21T10:00:00Z","sample_choices":"1,2","sample_RelatedAccountId@odata.bind":"/accounts(`+account+`)"}`)
	app.post("sample_bankaccounts("+bank+")/sample_holders/$ref", `{"@odata.id":"`+root+`contacts(`+contact+`)"}`).is(204, "")
	app.post("sample_bankaccounts("+bank+")/sample_holders/$ref", `{"@odata.id":"`+root+`contacts(`+contact+`)"}`).is(412, "…")
	look := func(app client) {
		t.Helper()
		app.with("Prefer", `odata.include-annotations="OData.Community.Display.V1.FormattedValue"`).
			get("sample_bankaccounts("+bank+")?$select=sample_name,sample_integer,sample_decimal,sample_double,sample_balance,sample_balance_base,sample_memo,sample_boolean,sample_day,sample_moment,sample_choice,sample_choices,_transactioncurrencyid_value&$expand=sample_RelatedAccountId($select=name),sample_holders($select=lastname)").
			is(200, `…"sample_name":"Savings",…"sample_integer":42,…"sample_decimal":4.3000000000,…"sample_double":0.5,…"sample_balance":12.5000,…"sample_balance_base":12.5000,…"sample_memo":"long",…"sample_boolean":true,…"sample_day":"2026-11-21",…"sample_moment":"2026-11-21T10:00:00Z",…Two…"sample_choice":727000001,…A; B…"sample_choices":"1,2",…"name":"Contoso",…"lastname":"Ada",…`)
		app.get("accounts("+account+")?$select=name&$expand=sample_Account_BankAccounts($select=sample_name)").is(200, `…"sample_name":"Savings",…`)
		app.get("contacts("+contact+")/sample_holders?$select=sample_name").is(200, `…"sample_name":"Savings"…`)
		app.get("sample_bankaccounts?$filter=sample_integer gt 41 and sample_RelatedAccountId/name eq 'Contoso'&$select=sample_name").is(200, `…"sample_name":"Savings"…`)
		if document := app.get("$metadata").body; !strings.Contains(document, `<EntityType Name="sample_bankaccount" `) || !strings.Contains(document, `Name="sample_RelatedAccountId" Type="mscrm.account"`) {
			t.Error("$metadata lacks the table")
		}
	}
	look(app)
	w.Close()
	w.open(t)
	look(w.as(t, "contoso-app"))
	app.patch("sample_bankaccounts("+bank+")", `{"sample_integer":101}`).is(400, `…"code":"0x8004432f"…`)
	app.delete("accounts("+account+")").is(204, "")
	app.get("sample_bankaccounts("+bank+")?$select=_sample_relatedaccountid_value").is(200, `…"_sample_relatedaccountid_value":null…`)
	app.delete("sample_bankaccounts("+bank+")/sample_holders("+contact+")/$ref").is(204, "")
	app.get("sample_bankaccounts("+bank+")/sample_holders/$count").is(200, "\ufeff0")
}

// TestNewTableNeedsItsPrivileges: a table comes with eight privileges, which the
// administrators' and the customizers' role hold at once and nobody else does; they go
// with the table.
func TestNewTableNeedsItsPrivileges(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.made("sample_bankaccounts", `{"sample_name":"Savings"}`)
	w.as(t, "ben").get("sample_bankaccounts").is(403, `…prvReadsample_BankAccount…`)
	w.as(t, "ben").post("EntityDefinitions", bankAccount).is(403, `…prvCreateEntity…`)
	if n := len(app.get("privileges?$select=name&$filter=contains(name,'sample_BankAccount')").names("name")); n != 8 {
		t.Errorf("there are %d privileges", n)
	}
	held := app.get("roles?$select=name&$filter=name eq 'System Customizer'&$expand=roleprivileges_association($select=name;$filter=contains(name,'sample_BankAccount'))").body
	if strings.Count(held, `"prv`) < 8 {
		t.Errorf("the customizers hold %s", held)
	}
	app.delete(bankPath).is(204, "")
	if n := app.get("privileges?$select=name&$filter=contains(name,'sample_BankAccount')").names("name"); len(n) != 0 {
		t.Errorf("privileges are left: %v", n)
	}
	app.get("sample_bankaccounts").is(404, "…")
}

// TestMadeAgain: what was deleted can be made again, of another type, and holds nothing
// of what it held.
func TestMadeAgain(t *testing.T) {
	w := start(t)
	app := w.withColumns(t)
	bank := app.made("sample_bankaccounts", `{"sample_name":"Savings","sample_memo":"long"}`)
	app.delete(bankPath+"/Attributes(LogicalName='sample_memo')").is(204, "")
	app.get("sample_bankaccounts?$select=sample_memo").is(400, "…")
	app.column("Integer", "sample_Memo", "")
	app.get("sample_bankaccounts("+bank+")?$select=sample_memo").is(200, `…"sample_memo":null…`)
	app.patch("sample_bankaccounts("+bank+")", `{"sample_memo":7}`).is(204, "")
	app.delete(bankPath).is(204, "")
	w.Close()
	w.open(t)
	app = w.as(t, "contoso-app")
	app.post("EntityDefinitions", bankAccount).is(204, "")
	app.get("sample_bankaccounts").is(200, `…"value":[]}`)
	app.delete(bankPath).is(204, "")
	app.post("EntityDefinitions", bankAccount).is(204, "")
	app.get("sample_bankaccounts").is(200, `…"value":[]}`)
}

// TestKeysOfMakers: a key that rows repeat fails, and can be tried again.
func TestKeysOfMakers(t *testing.T) {
	app := start(t).withColumns(t)
	first := app.made("sample_bankaccounts", `{"sample_name":"Same","sample_integer":1}`)
	app.made("sample_bankaccounts", `{"sample_name":"Same","sample_integer":2}`)
	key := func(name, column string) {
		t.Helper()
		app.post(bankPath+"/Keys", `{"SchemaName":"`+name+`","DisplayName":`+label(name)+`,"KeyAttributes":["`+column+`"]}`).is(204, "").has("OData-EntityId", root+"EntityDefinitions(…)/Keys(…)")
	}
	key("sample_ByNumber", "sample_integer")
	app.get("sample_bankaccounts(sample_integer=1)?$select=sample_name").is(200, `…"sample_bankaccountid":"`+first+`"…`)
	app.post("sample_bankaccounts", `{"sample_name":"Other","sample_integer":1}`).is(412, `…"code":"0x80060892"…`)
	key("sample_ByName", "sample_name")
	app.get(bankPath+"/Keys(LogicalName='sample_byname')?$select=EntityKeyIndexStatus").is(200, `…"EntityKeyIndexStatus":"Failed"…`)
	app.patch("sample_bankaccounts("+first+")", `{"sample_name":"Another"}`).is(204, "")
	app.post("ReactivateEntityKey", `{"EntityLogicalName":"sample_bankaccount","EntityKeyLogicalName":"sample_byname"}`).is(204, "")
	app.get("sample_bankaccounts(sample_name='Another')?$select=sample_integer").is(200, `…"sample_integer":1…`)
	app.delete(bankPath+"/Attributes(LogicalName='sample_integer')").is(400, `…"code":"0x8004f01f"…`)
	app.delete(bankPath+"/Keys(LogicalName='sample_bynumber')").is(204, "")
	app.delete(bankPath+"/Attributes(LogicalName='sample_integer')").is(204, "")
}
