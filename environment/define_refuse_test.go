package environment_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// TestDefinitionRefusals: what cannot be defined is refused in the service's words, and
// leaves nothing behind.
func TestDefinitionRefusals(t *testing.T) {
	w := start(t)
	app := w.withColumns(t)
	before := app.get("$metadata").body
	attributes := bankPath + "/Attributes"
	named := func(kind, name, more string) string {
		return `{"@odata.type":"Microsoft.Dynamics.CRM.` + kind + `AttributeMetadata","SchemaName":"` + name + `","DisplayName":` + label("X") + more + `}`
	}
	other := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(strings.ReplaceAll(bankAccount, "sample_BankAccount", "sample_Other"))
	}
	for name, tt := range map[string]struct{ method, path, body, code string }{
		"a table twice":             {"POST", "EntityDefinitions", bankAccount, "0x8004700b"},
		"no prefix":                 {"POST", "EntityDefinitions", other("sample_Other", "Other"), "0x80040203"},
		"a foreign prefix":          {"POST", "EntityDefinitions", other("sample_Other", "else_Other"), "0x80040203"},
		"a long name":               {"POST", "EntityDefinitions", other("sample_Other", "sample_"+strings.Repeat("x", 50)), "0x80040203"},
		"no columns":                {"POST", "EntityDefinitions", other()[:strings.Index(other(), `"Attributes"`)] + `"Attributes":[]}`, "0x80047014"},
		"no primary name":           {"POST", "EntityDefinitions", other(`"IsPrimaryName":true`, `"IsPrimaryName":false`), "0x80040200"},
		"a primary name of numbers": {"POST", "EntityDefinitions", other("StringAttribute", "IntegerAttribute", `"FormatName":{"Value":"Text"},`, "", `"MaxLength":100,`, ""), "0x8004700e"},
		"owned by nobody":           {"POST", "EntityDefinitions", other("UserOwned", "None"), "0x8004700d"},
		"no display name":           {"POST", "EntityDefinitions", other("DisplayCollectionName", "Description"), "0x8004700c"},
		"a set without prefix":      {"POST", "EntityDefinitions", other(`"OwnershipType"`, `"EntitySetName":"others","OwnershipType"`), "0x8006089c"},
		"a set twice":               {"POST", "EntityDefinitions", other(`"OwnershipType"`, `"EntitySetName":"sample_bankaccounts","OwnershipType"`), "0x8006089b"},
		"an unknown member":         {"POST", "EntityDefinitions", `{"SchemaName":"sample_Other","Color":"red"}`, "0x80048d19"},
		"no JSON":                   {"POST", "EntityDefinitions", `{"SchemaName":`, "0x80048d19"},
		"a column twice":            {"POST", attributes, named("Integer", "sample_Integer", ""), "0x80047013"},
		"a system column's name":    {"POST", attributes, named("Integer", "createdon", ""), "0x80040203"},
		"a second primary name":     {"POST", attributes, named("String", "sample_Second", `,"IsPrimaryName":true`), "0x8004701e"},
		"a lookup by itself":        {"POST", attributes, named("Lookup", "sample_Second", ""), "0x80040203"},
		"too long a text":           {"POST", attributes, named("String", "sample_Second", `,"MaxLength":4001`), "0x80040203"},
		"a range upside down":       {"POST", attributes, named("Integer", "sample_Second", `,"MinValue":2,"MaxValue":1`), "0x80040203"},
		"an option twice":           {"POST", attributes, named("Picklist", "sample_Second", `,"OptionSet":{"Options":[{"Value":1,"Label":`+label("a")+`},{"Value":1,"Label":`+label("b")+`}]}`), "0x80044310"},
		"three truths":              {"POST", attributes, named("Boolean", "sample_Second", `,"OptionSet":{"@odata.type":"Microsoft.Dynamics.CRM.BooleanOptionSetMetadata","TrueOption":{"Value":2,"Label":`+label("a")+`},"FalseOption":{"Value":0,"Label":`+label("b")+`}}`), "0x8004431c"},
		"a shared choice not there": {"POST", attributes, named("Picklist", "sample_Second", `,"GlobalOptionSet@odata.bind":"/GlobalOptionSetDefinitions(Name='sample_none')"`), "0x80040217"},
		"a standard column":         {"DELETE", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')", "", "0x80047002"},
		"another standard column":   {"DELETE", "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='telephone1')", "", "0x80047009"},
		"a computed column":         {"DELETE", attributes + "(LogicalName='sample_balance_base')", "", "0x80047016"},
		"a standard table":          {"DELETE", "EntityDefinitions(LogicalName='account')", "", "0x80047008"},
		"a standard relationship":   {"DELETE", "RelationshipDefinitions(SchemaName='account_primary_contact')", "", "0x8004700a"},
		"a table by PATCH":          {"PATCH", bankPath, "{}", "0x80060888"},
		"another type":              {"PUT", attributes + "(LogicalName='sample_integer')", named("Decimal", "sample_Integer", ""), "0x80048d19"},
		"a date's behaviour":        {"PUT", attributes + "(LogicalName='sample_day')", named("DateTime", "sample_Day", `,"DateTimeBehavior":{"Value":"UserLocal"}`), "0x800608a1"},
		"a relationship twice":      {"POST", "RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"sample_holders","Entity1LogicalName":"account","Entity2LogicalName":"contact"}`, "0x8004432b"},
		"a relationship of nothing": {"POST", "RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"sample_more","Entity1LogicalName":"none","Entity2LogicalName":"contact"}`, "0x80040217"},
		"a key over everything":     {"POST", bankPath + "/Keys", `{"SchemaName":"sample_Key","KeyAttributes":["sample_memo"]}`, "0x8006088f"},
		"an option of a state":      {"POST", "InsertOptionValue", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"statecode","Label":` + label("a") + `}`, "0x8004431e"},
		"a status of no state":      {"POST", "InsertStatusValue", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"statuscode","StateCode":7,"Label":` + label("a") + `}`, "0x80044322"},
		"an order of too few":       {"POST", "OrderOption", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"sample_choice","Values":[727000000]}`, "0x80044324"},
		"the default status":        {"POST", "DeleteOptionValue", `{"EntityLogicalName":"sample_bankaccount","AttributeLogicalName":"statuscode","Value":1}`, "0x80044341"},
		"a parameter too few":       {"POST", "DeleteOptionValue", `{"EntityLogicalName":"sample_bankaccount"}`, "0x80040203"},
	} {
		a := app.send(tt.method, tt.path, tt.body)
		if !strings.Contains(a.body, `"code":"`+tt.code+`"`) || a.status < 400 || a.status >= 500 {
			t.Errorf("%s: answered %d %s, want %s", name, a.status, a.body, tt.code)
		}
	}
	app.with("MSCRM.SolutionUniqueName", "nosuch").post("EntityDefinitions", other()).is(404, `…nosuch…`)
	if app.get("$metadata").body != before {
		t.Error("a refusal changed the model")
	}
}

// TestRequestsWhileTablesChange: while columns come and go, nobody who reads or writes
// rows notices.
func TestRequestsWhileTablesChange(t *testing.T) {
	w := start(t, func(c *environment.Config) { c.Limits = "off" }) // nobody paces them
	app := w.withBank(t)
	bank := app.made("sample_bankaccounts", `{"sample_name":"Savings"}`)
	done := make(chan struct{})
	var busy sync.WaitGroup
	for i := range 4 {
		busy.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-done:
					return
				default:
				}
				var a answer
				switch i {
				case 0:
					a = app.get("sample_bankaccounts(" + bank + ")")
				case 1:
					a = app.get("sample_bankaccounts?$orderby=sample_name&$top=5")
				case 2:
					a = app.post("sample_bankaccounts", `{"sample_name":"Another"}`)
				default:
					a = app.patch("sample_bankaccounts("+bank+")", `{"sample_name":"Savings"}`)
				}
				if a.status >= 300 {
					t.Errorf("%s: %d %s", a.what, a.status, a.body)
					return
				}
			}
		})
	}
	for n := range 6 {
		app.column("String", fmt.Sprintf("sample_Text%d", n), `,"MaxLength":50`)
		if n%2 == 1 {
			app.delete(fmt.Sprintf("%s/Attributes(LogicalName='sample_text%d')", bankPath, n)).is(204, "")
		}
	}
	close(done)
	busy.Wait()
}

// TestRandomDefinitionsSurvive: after any changes the environment opened again has the
// same model, the same rows and the same definitions.
func TestRandomDefinitionsSurvive(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	random := rand.New(rand.NewPCG(7, 11))
	kinds := []string{"String", "Memo", "Integer", "Decimal", "Double", "Money", "Boolean", "DateTime"}
	tables := []string{"sample_bankaccount", "account", "contact"}
	var columns []string
	for n := range 40 {
		table := tables[random.IntN(len(tables))]
		switch random.IntN(5) {
		case 0, 1:
			name := fmt.Sprintf("sample_C%d", n)
			app.post("EntityDefinitions(LogicalName='"+table+"')/Attributes", `{"@odata.type":"Microsoft.Dynamics.CRM.`+kinds[random.IntN(len(kinds))]+`AttributeMetadata","SchemaName":"`+name+`","DisplayName":`+label(name)+`}`).is(204, "")
			columns = append(columns, "EntityDefinitions(LogicalName='"+table+"')/Attributes(LogicalName='"+strings.ToLower(name)+"')")
		case 2:
			if len(columns) > 0 {
				at := random.IntN(len(columns))
				app.delete(columns[at]).is(204, "")
				columns = append(columns[:at], columns[at+1:]...)
			}
		case 3:
			app.relationship(fmt.Sprintf("sample_r%d", n), tables[random.IntN(len(tables))], table, fmt.Sprintf("sample_L%d", n))
		default:
			app.made("sample_bankaccounts", fmt.Sprintf(`{"sample_name":"Row %d"}`, n))
		}
	}
	paths := []string{"$metadata", "EntityDefinitions?$expand=Attributes,OneToManyRelationships", "RelationshipDefinitions", "sample_bankaccounts", "accounts", "privileges?$select=name&$orderby=name"}
	before := map[string]string{}
	for _, p := range paths {
		before[p] = app.get(p).is(200, "…").body
	}
	w.Close()
	w.open(t)
	app = w.as(t, "contoso-app")
	for _, p := range paths {
		if got := app.get(p).body; got != before[p] {
			t.Errorf("%s is different after a restart", p)
		}
	}
}
