package environment_test

import (
	"fmt"
	"slices"
	"testing"
)

// TestMessagesThatAnswerWithRows: settings of a user, users below a user, units below a
// unit, of the columns that are selected.
func TestMessagesThatAnswerWithRows(t *testing.T) {
	w := start(t)
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	user := func(name string) string { return "systemusers(" + people[name].user + ")" }
	settings := "/Microsoft.Dynamics.CRM.RetrieveUserSettingsSystemUser()"
	const few = "?$select=timezonecode,paginglimit"
	ben.get(user("ben")+settings+few).is(200, ben.get("usersettingscollection("+people["ben"].user+")"+few).body)
	if all := ada.get(user("ben") + settings).object(); all["systemuserid"] != people["ben"].user || all["dateformatstring"] != "M/d/yyyy" {
		t.Errorf("all settings: %v", all)
	}
	ben.get(user("cleo")+settings).fails(403, "0x80048306", "SecLib::AccessCheckEx failed.…")
	ada.get("systemusers("+absent+")"+settings).is(404, "…")
	ada.get("teams("+absent+")"+settings).is(404, "…")

	below := "/Microsoft.Dynamics.CRM.RetrieveAllChildUsersSystemUser()"
	manager := func(of, by string) {
		ada.patch(user(of), `{"parentsystemuserid@odata.bind":"/`+user(by)+`"}`).is(204, "")
	}
	manager("ben", "ada")
	manager("cleo", "ben")
	ada.get(user("ada")+below+"?$select=fullname").is(200, `{"@odata.context":"`+root+`$metadata#systemusers(fullname)","value":[{"@odata.etag":"…","fullname":"…",…`)
	for of, want := range map[string]int{"ada": 2, "ben": 1, "cleo": 0} {
		if got := ada.get(user(of) + below).names("systemuserid"); len(got) != want {
			t.Errorf("below %s: %v", of, got)
		}
	}
	w.as(t, "idle").get(user("ada")+below).is(403, "…")

	units := "/Microsoft.Dynamics.CRM.RetrieveBusinessHierarchyBusinessUnit()?$select=name"
	top, sales := ada.unit("Contoso"), ada.unit("Sales")
	ada.made("businessunits", `{"name":"Sales North","parentbusinessunitid@odata.bind":"/businessunits(`+sales+`)"}`)
	if all := ada.get("businessunits(" + top + ")" + units).names("name"); len(all) != len(ada.get("businessunits?$select=name").names("name")) {
		t.Errorf("all units: %v", all)
	}
	got := ada.get("businessunits(" + sales + ")" + units).names("name")
	if slices.Sort(got); fmt.Sprint(got) != "[Sales Sales North]" {
		t.Errorf("units: %v", got)
	}
	ada.get("businessunits("+sales+")"+units+",nosuch").is(400, "…nosuch…")
}

// TestSmallFacts: rates of currencies, versions of language packs, states.
func TestSmallFacts(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	euro := app.made("transactioncurrencies", `{"currencyname":"Euro","isocurrencycode":"EUR","currencysymbol":"€","currencyprecision":2,"exchangerate":0.925}`)
	app.get("RetrieveExchangeRate(TransactionCurrencyId="+euro+")").is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveExchangeRateResponse","ExchangeRate":0.925}`)
	app.get("RetrieveExchangeRate(TransactionCurrencyId="+absent+")").is(404, "…")
	app.get("RetrieveExchangeRate()").is(400, "…TransactionCurrencyId…")
	w.as(t, "idle").get("RetrieveExchangeRate(TransactionCurrencyId="+euro+")").is(403, "…")

	version := app.get("RetrieveVersion()").object()["Version"].(string)
	for _, name := range []string{"RetrieveInstalledLanguagePackVersion", "RetrieveProvisionedLanguagePackVersion"} {
		app.get(name+"(Language=1033)").is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.`+name+`Response","PackVersion":"`+version+`"}`)
		app.get(name+"(Language=1031)").is(400, "…1031…")
		app.get(name+"(Language='x')").is(400, "…")
		app.get(name+"()").is(400, "…")
	}

	account, task := app.made("accounts", `{"name":"a"}`), app.made("tasks", `{"subject":"t"}`)
	may := func(row, state string, status int) answer {
		return app.get(fmt.Sprintf("IsValidStateTransition(Entity=@p1,NewState='%s',NewStatus=%d)?@p1={'@odata.id':'%s'}", state, status, row))
	}
	for _, c := range []struct {
		row, state string
		status     int
		want       bool
	}{
		{"accounts(" + account + ")", "Inactive", 2, true}, {"accounts(" + account + ")", "Inactive", 1, false}, {"accounts(" + account + ")", "Active", -1, true},
		{"accounts(" + account + ")", "Nosuch", 1, false}, {"tasks(" + task + ")", "Completed", 5, true}, {"tasks(" + task + ")", "Completed", 6, false},
		{"tasks(" + task + ")", "Canceled", 6, true}, {"systemusers(" + people["ben"].user + ")", "Active", 1, false},
	} {
		may(c.row, c.state, c.status).is(200, fmt.Sprintf(`{"@odata.context":"%s$metadata#Microsoft.Dynamics.CRM.IsValidStateTransitionResponse","IsValid":%v}`, root, c.want))
	}
	may("accounts("+absent+")", "Active", 1).is(404, "…")
	app.get("IsValidStateTransition(Entity=@p1,NewState=5,NewStatus=1)?@p1={'@odata.id':'accounts("+account+")'}").is(400, "…")
	app.get("IsValidStateTransition(NewState='x',NewStatus=1)").is(400, "…Entity…")
}

// TestAssign: the message does what an update of the owner does.
func TestAssign(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	id := app.made("accounts", `{"name":"a"}`)
	body := func(table, id, to string) string {
		return `{"Target":{"@odata.type":"Microsoft.Dynamics.CRM.` + table + `","` + table + `id":"` + id + `"},"Assignee":{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","systemuserid":"` + to + `"}}`
	}
	ben.post("Assign", body("account", id, people["ben"].user)).is(403, "…")
	app.post("Assign", body("account", id, people["ben"].user)).is(204, "")
	app.get("accounts("+id+")/_ownerid_value/$value").is(200, people["ben"].user)
	app.post("Assign", body("account", id, absent)).is(404, "…")
	app.post("Assign", body("account", absent, people["ben"].user)).is(404, "…")
	app.post("Assign", body("businessunit", app.unit("Sales"), people["ben"].user)).fails(400, "0x80040203", "The Assign message is not supported for the entity 'businessunit'.")
	app.post("Assign", `{}`).is(400, "…Target…")
}
