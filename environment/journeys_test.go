package environment_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// TestJourneysToTheServer holds how often writes wait for an answer of a database server: its distance is what they take
// longest for.
func TestJourneysToTheServer(t *testing.T) {
	wire := sqldbtest.NewWire(t)
	w := start(t, func(c *environment.Config) { c.Database = wire.Address })
	app := w.as(t, "contoso-app")
	made := func(table, body string) string {
		t.Helper()
		got := app.post(table, body)
		got.is(204, "")
		return strings.TrimPrefix(got.header.Get("OData-EntityId"), root)
	}
	account := func() string { return made("accounts", `{"name":"Tailspin"}`) }
	contact := func() string { return made("contacts", `{"lastname":"Ives"}`) }
	bulk := func(table, action, rows string) {
		t.Helper()
		app.post(table+"/Microsoft.Dynamics.CRM."+action, `{"Targets":[`+rows+`]}`).is(map[bool]int{true: 200, false: 204}[action == "CreateMultiple"], "…")
	}
	one, two, parent := account(), contact(), account()
	bare := func(path string) string { return strings.Trim(path[strings.Index(path, "("):], "()") }
	for _, try := range []struct {
		name     string
		journeys int
		do       func()
	}{
		{"a create", 2, func() { account() }},
		{"a create with a lookup", 2, func() { made("accounts", `{"name":"Tailspin","primarycontactid@odata.bind":"/`+two+`"}`) }},
		{"a create below another row", 3, func() { made("contacts", `{"lastname":"Ives","parentcustomerid_account@odata.bind":"/`+parent+`"}`) }},
		{"a create with its representation", 2, func() {
			app.with("Prefer", "return=representation").post("accounts", `{"name":"Tailspin"}`).is(201, "…")
		}},
		{"an update", 2, func() { app.patch(one, `{"telephone1":"1"}`).is(204, "") }},
		{"an update with a lookup", 2, func() { app.patch(one, `{"primarycontactid@odata.bind":"/`+two+`"}`).is(204, "") }},
		{"an upsert that finds its row", 2, func() { app.patch(one, `{"telephone1":"2"}`).is(204, "") }},
		{"a delete", 5, func() { app.delete(account()).is(204, "") }},
		{"CreateMultiple of 100", 2, func() {
			bulk("accounts", "CreateMultiple", strings.TrimSuffix(strings.Repeat(`{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"Tailspin"},`, 100), ","))
		}},
		{"UpdateMultiple of 2", 2, func() {
			bulk("accounts", "UpdateMultiple", `{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"`+bare(one)+`","telephone1":"3"},`+
				`{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"`+bare(parent)+`","telephone1":"3"}`)
		}},
		{"a deep insert", 4, func() {
			made("accounts", `{"name":"Tailspin","primarycontactid":{"lastname":"Ives"},"Account_Tasks":[{"subject":"Call"}]}`)
		}},
	} {
		var n int
		for range 3 { // the first times statements are prepared
			wire.Journeys()
			try.do()
			n = wire.Journeys()
		}
		if try.name == "a delete" {
			n -= 2 // of the create
		}
		if n != try.journeys {
			t.Errorf("%s: %d journeys to the server, want %d", try.name, n, try.journeys)
		}
	}
}
