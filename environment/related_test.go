package environment_test

import (
	"fmt"
	"testing"
)

const bom = "\xef\xbb\xbf"

// firm is an account with a primary contact and three tasks.
type firm struct {
	account, contact string
	tasks            []string
}

func (c client) firm() firm {
	c.t.Helper()
	f := firm{contact: c.made("contacts", `{"firstname":"Rene","lastname":"Valdes"}`)}
	f.account = c.made("accounts", `{"name":"Fabrikam \"& Söhne\"","revenue":5,"primarycontactid@odata.bind":"contacts(`+f.contact+`)"}`)
	for i := range 3 {
		f.tasks = append(f.tasks, c.made("tasks", fmt.Sprintf(`{"subject":"task %d","regardingobjectid_account_task@odata.bind":"accounts(%s)"}`, i, f.account)))
	}
	return f
}

func (f firm) row() string { return "accounts(" + f.account + ")" }

func TestPathsThroughRows(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	other := app.made("accounts", `{"name":"Empty"}`)
	app.made("tasks", `{"subject":"elsewhere","regardingobjectid_account_task@odata.bind":"accounts(`+other+`)"}`)
	row, contact := f.row(), "contacts("+f.contact+")"
	for path, body := range map[string]string{
		"accounts/$count":                                       bom + "2",
		"accounts/$count?$filter=name eq 'Empty'":               bom + "1",
		row + "/Account_Tasks/$count":                           bom + "3",
		row + "/Account_Tasks/$count?$filter=subject ne 'x'":    bom + "3",
		row + "/name/$value":                                    `Fabrikam "& Söhne"`,
		row + "/revenue/$value":                                 "5.0000",
		row + "/accountid/$value":                               f.account,
		row + "/createdon/$value":                               "2026-11-21T12:00:00Z",
		row + "/name":                                           `{"@odata.context":"` + root + `$metadata#` + row + `/name","value":"Fabrikam \"& Söhne\""}`,
		row + "/primarycontactid?$select=fullname":              `{"@odata.context":"` + root + `$metadata#contacts(fullname)/$entity","@odata.etag":"…","fullname":"Rene Valdes","contactid":"` + f.contact + `"}`,
		row + "/primarycontactid/fullname":                      `{"@odata.context":"` + root + `$metadata#` + row + `/primarycontactid/fullname","value":"Rene Valdes"}`,
		row + "/primarycontactid/fullname/$value":               "Rene Valdes",
		row + "/primarycontactid/$ref":                          `{"@odata.context":"` + root + `$metadata#$ref","@odata.id":"` + root + contact + `"}`,
		row + "/ownerid/$ref":                                   `{"@odata.context":"` + root + `$metadata#$ref","@odata.id":"` + root + `systemusers(` + people["contoso-app"].user + `)"}`,
		row + "/Account_Tasks?$select=subject&$orderby=subject": `{"@odata.context":"` + root + `$metadata#tasks(subject)","value":[{"@odata.etag":"…","subject":"task 0","activityid":"` + f.tasks[0] + `"},…"subject":"task 2",…}]}`,
		row + "/Account_Tasks/$ref":                             `{"@odata.context":"` + root + `$metadata#Collection($ref)","value":[{"@odata.id":"` + root + `tasks(` + f.tasks[0] + `)"},{"@odata.id":"` + root + `tasks(` + f.tasks[1] + `)"},{"@odata.id":"` + root + `tasks(` + f.tasks[2] + `)"}]}`,
	} {
		app.get(path).is(200, body)
	}
	app.get("accounts/$count").has("Content-Type", "text/plain", "OData-Version", "4.0")
	for _, empty := range []string{"/primarycontactid", "/primarycontactid/$ref", "/primarycontactid/fullname", "/telephone1/$value", "/telephone1"} {
		app.get("accounts("+other+")"+empty).is(204, "")
	}
	app.get("accounts("+other+")/contact_customer_accounts/$ref").is(200, `{"@odata.context":"`+root+`$metadata#Collection($ref)","value":[]}`)
	app.get(row+"/Account_Tasks/$count?$top=1&$bogus=2").is(400, "…")
	for _, path := range []string{"/primarycontactid", "/Account_Tasks", "/Account_Tasks/$count", "/primarycontactid/$ref", "/name/$value"} {
		app.get("accounts("+absent+")"+path).fails(404, "0x80040217", "Entity 'account' With Id = "+absent+" Does Not Exist")
	}
	app.get("systemusers("+people["ben"].user+")/systemuserroles_association?$select=name").
		is(200, `{"@odata.context":"`+root+`$metadata#roles(name)","value":[{"@odata.etag":"…","name":"Basic User","roleid":"…"}]}`)
}

// TestPathsThroughRowsHeedRights: what leads from a row is for those who may read it.
func TestPathsThroughRowsHeedRights(t *testing.T) {
	w := start(t)
	f := w.as(t, "contoso-app").firm()
	for _, path := range []string{"/primarycontactid", "/Account_Tasks", "/Account_Tasks/$count", "/Account_Tasks/$ref", "/primarycontactid/$ref", "/name/$value"} {
		w.as(t, "ben").get(f.row()+path).is(403, "…")
	}
	ben := w.as(t, "ben")
	mine := ben.made("accounts", `{"name":"mine"}`)
	w.as(t, "contoso-app").patch("accounts("+mine+")", `{"primarycontactid@odata.bind":"contacts(`+f.contact+`)"}`).is(204, "")
	ben.get("accounts("+mine+")/primarycontactid").is(403, "…")
	ben.get("accounts("+mine+")/primarycontactid/$ref").is(200, "…"+f.contact+"…")
	ben.get("accounts/$count").is(200, bom+"1")
}

func TestPagesOfACollection(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	for _, path := range []string{"/Account_Tasks?$select=subject&$orderby=subject desc", "/Account_Tasks/$ref"} {
		two := app.with("Prefer", "odata.maxpagesize=2")
		first := two.get(f.row()+path).is(200, "…")
		link, _ := first.object()["@odata.nextLink"].(string)
		rest := two.get(link).is(200, "…")
		if n, m := len(first.object()["value"].([]any)), len(rest.object()["value"].([]any)); n != 2 || m != 1 || rest.object()["@odata.nextLink"] != nil {
			t.Errorf("%s: %d and %d rows, then %v", path, n, m, rest.object()["@odata.nextLink"])
		}
	}
}

// TestReferences makes and cuts links from both ends (Dataverse facts 5.10).
func TestReferences(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	other := app.made("accounts", `{"name":"Other"}`)
	contact := root + "contacts(" + f.contact + ")"
	theirs := "accounts(" + other + ")"
	app.send("PUT", theirs+"/primarycontactid/$ref", `{"@odata.id":"contacts(`+f.contact+`)"}`).is(204, "")
	app.get(theirs+"/primarycontactid/$ref").is(200, `…"@odata.id":"`+contact+`"}`)
	app.delete(theirs+"/primarycontactid/$ref").is(204, "")
	app.get(theirs+"/primarycontactid/$ref").is(204, "")

	app.post(theirs+"/Account_Tasks/$ref", `{"@odata.context":"x","@odata.id":"`+root+`tasks(`+f.tasks[0]+`)"}`).is(204, "")
	app.get(theirs+"/Account_Tasks/$count").is(200, bom+"1")
	app.get(f.row()+"/Account_Tasks/$count").is(200, bom+"2")
	app.delete(f.row()+"/Account_Tasks("+f.tasks[0]+")/$ref").fails(404, "0x80040217", "Entity 'task' With Id = "+f.tasks[0]+" Does Not Exist")
	app.get(theirs+"/Account_Tasks/$count").is(200, bom+"1")
	app.delete(theirs+"/Account_Tasks("+f.tasks[0]+")/$ref").is(204, "")
	app.delete(f.row()+"/Account_Tasks/$ref?$id="+root+"tasks("+f.tasks[1]+")").is(204, "")
	app.get(f.row()+"/Account_Tasks/$count").is(200, bom+"1")
	app.batch(changes(
		partOf("Content-ID: 1\r\n", "POST contacts HTTP/1.1", "Content-Type: application/json", "", `{"lastname":"New"}`),
		partOf("Content-ID: 2\r\n", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{"name":"Newer"}`),
		partOf("Content-ID: 3\r\n", "PUT $2/primarycontactid/$ref HTTP/1.1", "Content-Type: application/json", "", `{"@odata.id":"$1"}`),
	)).is(200, "…Content-ID: 3\r\n\r\nHTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n\r\n--changesetresponse…")
	app.get("accounts?$select=name&$filter=primarycontactid/lastname eq 'New'").is(200, `…"name":"Newer"…`)
}

func TestReferencesRefused(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	put := func(path, body string) answer { return app.send("PUT", f.row()+path, body) }
	put("/primarycontactid/$ref", `{"@odata.id":"tasks(`+f.tasks[0]+`)"}`).fails(400, "0x80060888", "A resource with type 'Microsoft.Dynamics.CRM.task' was found, but it is not assignable to the type of the navigation property 'primarycontactid'.")
	put("/primarycontactid/$ref", `{"@odata.id":"contacts(`+absent+`)"}`).fails(404, "0x80040217", "Entity 'contact' With Id = "+absent+" Does Not Exist")
	put("/primarycontactid/$ref", `{}`).is(400, "…")
	put("/primarycontactid/$ref", `{"@odata.id":"https://elsewhere.example/contacts(`+f.contact+`)"}`).is(400, "…is not based on…")
	put("/primarycontactid/$ref", `{"name":"x"}`).is(400, "…")
	app.delete(f.row()+"/Account_Tasks/$ref").fails(400, "0x80060888", "The $id query option is required to remove a row from the collection 'Account_Tasks'.")
	app.post("systemusers("+people["ben"].user+")/systemuserroles_association/$ref", `{"@odata.id":"roles(`+absent+`)"}`).fails(404, "0x80040217", "Entity 'role' With Id = "+absent+" Does Not Exist")
	app.post("systemusers("+people["ben"].user+")/teammembership_association/$ref", `{"@odata.id":"teams(`+absent+`)"}`).is(404, "…")
	w.as(t, "ben").send("PUT", f.row()+"/primarycontactid/$ref", `{"@odata.id":"contacts(`+f.contact+`)"}`).is(403, "…")
	w.as(t, "ben").delete(f.row()+"/Account_Tasks("+f.tasks[0]+")/$ref").is(403, "…")
	app.get(f.row()+"/Account_Tasks/$count").is(200, bom+"3")
}

// TestSingleProperties are written and cleared one by one (Dataverse facts 5.8).
func TestSingleProperties(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	row := f.row()
	app.send("PUT", row+"/name", `{"value":"Renamed"}`).is(204, "").has("OData-EntityId", "")
	app.get(row+"/name/$value").is(200, "Renamed")
	app.send("PUT", row+"/revenue", `{"@odata.context":"x","value":12.5}`).is(204, "")
	app.get(row+"/revenue").is(200, `…"value":12.5000}`)
	app.delete(row+"/revenue").is(204, "")
	app.get(row+"/revenue").is(204, "")
	stale := app.with("If-Match", `W/"1"`)
	stale.send("PUT", row+"/name", `{"value":"Lost"}`).is(412, "…")
	stale.delete(row+"/name").is(412, "…")
	app.send("PUT", row+"/name", `{"value":"`+fmt.Sprintf("%0161d", 0)+`"}`).is(400, "…maximum allowed length of '160'…")
	app.send("PUT", row+"/name", `{"name":"x"}`).is(400, "…")
	app.send("PUT", row+"/name", `{}`).is(400, "…")
	app.send("PUT", row+"/numberofemployees", `{"value":"many"}`).is(400, "…Cannot convert the literal 'many'…")
	app.send("PUT", row+"/_primarycontactid_value", `{"value":"`+f.contact+`"}`).is(400, "…Use Navigation properties instead.…")
	app.delete(row+"/_primarycontactid_value").is(400, "…Use Navigation properties instead.…")
	app.send("PUT", "accounts("+absent+")/name", `{"value":"x"}`).is(404, "…")
	w.as(t, "ben").send("PUT", row+"/name", `{"value":"x"}`).is(403, "…")
	app.get(row+"/name/$value").is(200, "Renamed")
}
