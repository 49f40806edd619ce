package environment_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestDeepInsert makes an account with its contact, its tasks and their notes, and takes
// a task along that was there (Dataverse facts 5.6).
func TestDeepInsert(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	there := app.made("tasks", `{"subject":"was there"}`)
	made := app.with("Prefer", "return=representation").post("accounts?$select=name&$expand=primarycontactid($select=fullname),Account_Tasks($select=subject;$orderby=subject)", `{
		"name": "Sample",
		"primarycontactid": {"@odata.type":"Microsoft.Dynamics.CRM.contact","firstname":"John","lastname":"Smith"},
		"Account_Tasks": [
			{"subject":"a","Task_Annotation":[{"subject":"n1"},{"subject":"n2"}]},
			{"subject":"b","ownerid@odata.bind":"systemusers(`+people["ben"].user+`)"}
		],
		"Account_Tasks@odata.bind": null,
		"contact_customer_accounts": []
	}`)
	if made.status == 400 { // both spellings of one property
		made.is(400, "…Only one of them can be given.…")
	} else {
		t.Errorf("both spellings: %d %s", made.status, made.body)
	}
	made = app.with("Prefer", "return=representation").post("accounts?$select=name&$expand=primarycontactid($select=fullname),Account_Tasks($select=subject;$orderby=subject)", `{
		"name": "Sample",
		"primarycontactid": {"@odata.type":"Microsoft.Dynamics.CRM.contact","firstname":"John","lastname":"Smith"},
		"Account_Tasks": [
			{"subject":"a","Task_Annotation":[{"subject":"n1"},{"subject":"n2"}]},
			{"subject":"b","ownerid@odata.bind":"systemusers(`+people["ben"].user+`)"}
		]
	}`).is(201, `…"name":"Sample",…"primarycontactid":{"@odata.etag":"…","fullname":"John Smith",…},"Account_Tasks":[{…"subject":"a",…},{…"subject":"b",…}]}`)
	id := made.object()["accountid"].(string)
	app.get("annotations/$count?$filter=subject eq 'n1' or subject eq 'n2'").is(200, bom+"2")
	app.get("tasks?$select=subject,_ownerid_value&$filter=subject eq 'b'").is(200, `…"_ownerid_value":"`+people["ben"].user+`"…`)
	other := app.made("accounts", `{"name":"Binds","Account_Tasks@odata.bind":["tasks(`+there+`)"]}`)
	app.get("accounts("+other+")/Account_Tasks/$ref").is(200, "…tasks("+there+")…")
	app.get("accounts("+id+")/Account_Tasks/$count").is(200, bom+"2")
}

// TestDeepInsertIsAllOrNothing: what fails deep inside leaves no trace.
func TestDeepInsertIsAllOrNothing(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for body, status := range map[string]int{
		`{"name":"x","primarycontactid":{"lastname":"y"},"Account_Tasks":[{"subject":"` + strings.Repeat("z", 201) + `"}]}`: 400,
		`{"name":"x","primarycontactid":{"lastname":"y"},"Account_Tasks@odata.bind":["tasks(` + absent + `)"]}`:             404,
		`{"name":"x","primarycontactid":{"lastname":"y","nonsense":1}}`:                                                     400,
		`{"name":"x","primarycontactid":[{"lastname":"y"}]}`:                                                                400,
		`{"name":"x","Account_Tasks":{"subject":"y"}}`:                                                                      400,
		`{"name":"x","Account_Tasks":["y"]}`:                                                                                400,
		`{"name":"x","Account_Tasks@odata.bind":[7]}`:                                                                       400,
		`{"name":"x","Account_Tasks@odata.bind":["contacts(` + absent + `)"]}`:                                              400,
		`{"name":"` + strings.Repeat("z", 161) + `","primarycontactid":{"lastname":"y"}}`:                                   400,
	} {
		a := app.post("accounts", body)
		if a.status != status {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	for _, set := range []string{"accounts", "contacts", "tasks"} {
		app.get(set+"/$count").is(200, bom+"0")
	}
	reader := w.as(t, "contoso-reader")
	if a := reader.post("systemusers", `{"domainname":"x"}`); a.status < 400 {
		t.Errorf("a user was made: %d", a.status)
	}
	app.patch("accounts("+app.made("accounts", `{"name":"x"}`)+")", `{"Account_Tasks":[{"subject":"y"}]}`).
		fails(400, "0x80060888", "Deep update is not supported: the navigation property 'Account_Tasks' cannot be given related rows in an update.")
}

// bulk posts targets to a bulk message of a set.
func (c client) bulk(set, message string, targets ...string) answer {
	c.t.Helper()
	return c.post(set+"/Microsoft.Dynamics.CRM."+message, `{"Targets":[`+strings.Join(targets, ",")+`]}`)
}

func target(members string) string {
	return `{"@odata.type":"Microsoft.Dynamics.CRM.account",` + members + `}`
}

// TestBulk makes, changes and upserts many rows at once (Dataverse facts 5.16).
func TestBulk(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	got := app.bulk("accounts", "CreateMultiple", target(`"name":"a"`), target(`"name":"b","primarycontactid":{"lastname":"deep"}`), target(`"name":"c","accountid":"`+absent+`"`)).
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse","Ids":["…","…","`+absent+`"]}`)
	ids := got.object()["Ids"].([]any)
	for i, name := range []string{"a", "b", "c"} {
		app.get(fmt.Sprintf("accounts(%s)/name/$value", ids[i])).is(200, name)
	}
	app.bulk("accounts", "UpdateMultiple", target(fmt.Sprintf(`"accountid":"%s","name":"A"`, ids[0])), target(fmt.Sprintf(`"@odata.id":"accounts(%s)","name":"B"`, ids[1]))).is(204, "")
	app.get("accounts?$select=name&$orderby=name").is(200, `…"name":"A"…"name":"B"…"name":"c"…`)
	fresh := "5a1f0000-0000-4000-8000-00000000f001"
	app.bulk("accounts", "UpsertMultiple", target(fmt.Sprintf(`"accountid":"%s","name":"C"`, ids[2])), target(`"accountid":"`+fresh+`","name":"D"`), target(`"name":"E"`)).is(204, "")
	app.get("accounts?$select=name&$orderby=name").is(200, `…"name":"A"…"name":"B"…"name":"C"…"name":"D"…"name":"E"…`)
	app.bulk("accounts", "DeleteMultiple", target(`"accountid":"`+fresh+`"`)).fails(501, "0x80040219", "DeleteMultiple has not yet been implemented.")
	app.batch(changes(
		partOf("Content-ID: 1\r\n", "POST accounts/Microsoft.Dynamics.CRM.CreateMultiple HTTP/1.1", "Content-Type: application/json", "", `{"Targets":[`+target(`"name":"F"`)+`]}`),
		partOf("Content-ID: 2\r\n", "DELETE accounts("+fresh+") HTTP/1.1"),
	)).is(200, `…"Ids":["…"]}…`)
	app.get("accounts/$count").is(200, bom+"5")
}

func TestBulkRefused(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	good := target(`"name":"good"`)
	for name, c := range map[string]struct {
		message, target string
		status          int
	}{
		"no type":       {"CreateMultiple", `{"name":"x"}`, 400},
		"other type":    {"CreateMultiple", `{"@odata.type":"Microsoft.Dynamics.CRM.contact","lastname":"x"}`, 400},
		"too long":      {"CreateMultiple", target(`"name":"` + strings.Repeat("x", 161) + `"`), 400},
		"no object":     {"CreateMultiple", `7`, 400},
		"taken":         {"CreateMultiple", target(`"name":"x","accountid":"`+absent+`"`) + "," + target(`"name":"y","accountid":"`+absent+`"`), 412},
		"no key":        {"UpdateMultiple", target(`"name":"x"`), 400},
		"not there":     {"UpdateMultiple", target(`"name":"x","accountid":"` + absent + `"`), 404},
		"upsert, wrong": {"UpsertMultiple", target(`"name":"x","nonsense":"y"`), 400},
	} {
		all := []string{good, c.target}
		if c.message == "UpdateMultiple" {
			all = all[1:]
		}
		if a := app.bulk("accounts", c.message, all...); a.status != c.status {
			t.Errorf("%s: %d %s", name, a.status, a.body)
		}
	}
	for _, body := range []string{`{}`, `{"Targets":{}}`, `{"Targets":[],"More":1}`, `[]`, `{"Targets":[`} {
		if a := app.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", body); a.status != 400 {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}
	app.get("accounts/Microsoft.Dynamics.CRM.CreateMultiple").is(405, "…")
	app.bulk("systemusers", "CreateMultiple", `{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","lastname":"x"}`).is(405, "…")
	app.get("accounts/$count").is(200, bom+"0")
}
