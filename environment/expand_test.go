package environment_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestNestedExpands: what the pages about joining tables show of nested expands, member
// by member: no ETag and no foreign key in what is expanded.
func TestNestedExpands(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	me := people["contoso-app"].user
	app.patch("contacts("+f.contact+")", `{"parentcustomerid_account@odata.bind":"/`+f.row()+`"}`).is(204, "")
	user := `{"fullname":"contoso-app","systemuserid":"` + me + `","ownerid":"` + me + `"}`
	app.get("tasks?$select=subject&$top=1&$expand=regardingobjectid_account_task($select=name;$expand=primarycontactid($select=fullname;$expand=createdby($select=fullname)))").
		is(200, `{"@odata.context":"`+root+`$metadata#tasks(subject,regardingobjectid_account_task(name,primarycontactid(fullname,createdby(fullname))))","value":[{"@odata.etag":"…","subject":"task 0","activityid":"`+f.tasks[0]+`",`+
			`"regardingobjectid_account_task":{"name":"Fabrikam \"& Söhne\"","accountid":"`+f.account+`","primarycontactid":{"fullname":"Rene Valdes","contactid":"`+f.contact+`","createdby":`+user+`}}}]}`)
	paged := app.with("Prefer", "odata.maxpagesize=2")
	path := "accounts?$select=name,accountid&$expand=Account_Tasks($select=subject),contact_customer_accounts($select=fullname;$expand=owninguser($select=fullname))"
	paged.get(path).is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,accountid,Account_Tasks(subject),contact_customer_accounts(fullname,owninguser(fullname)))","value":[{"@odata.etag":"…","name":"Fabrikam \"& Söhne\"","accountid":"`+f.account+`",`+
		`"Account_Tasks":[{"subject":"task 0","activityid":"`+f.tasks[0]+`"},{"subject":"task 1","activityid":"`+f.tasks[1]+`"}],`+
		`"Account_Tasks@odata.nextLink":"`+root+f.row()+`/Account_Tasks?$select=subject&$skiptoken=…",`+
		`"contact_customer_accounts":[{"fullname":"Rene Valdes","contactid":"`+f.contact+`","owninguser":`+user+`}]}]}`)
	app.get(f.row()+"?$select=name&$expand=primarycontactid($select=fullname;$expand=contact_customer_contacts($select=lastname),createdby($select=fullname))").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid(fullname,contact_customer_contacts(lastname),createdby(fullname)))/$entity",…"primarycontactid":{"@odata.etag":"…","fullname":"Rene Valdes","contactid":"`+f.contact+`","contact_customer_contacts":[],"createdby":{…}}}`)
}

// TestNestedPages: the links in nested expands lead through all rows, and to nobody else.
func TestNestedPages(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app").with("Prefer", "odata.maxpagesize=2")
	account := app.made("accounts", `{"name":"Contoso"}`)
	for i := range 3 {
		contact := app.made("contacts", fmt.Sprintf(`{"lastname":"c%d","parentcustomerid_account@odata.bind":"/accounts(%s)"}`, i, account))
		for j := range 3 {
			app.made("tasks", fmt.Sprintf(`{"subject":"t%d%d","regardingobjectid_contact_task@odata.bind":"/contacts(%s)"}`, i, j, contact))
		}
	}
	first := app.get("accounts?$select=name&$expand=contact_customer_accounts($select=lastname;$filter=lastname ne @p1;$expand=Contact_Tasks($select=subject;$filter=startswith(subject,@p2)))&@p1='x'&@p2='t'")
	row := first.object()["value"].([]any)[0].(map[string]any)
	var subjects []string
	gather := func(contacts any) {
		for _, c := range contacts.([]any) {
			c := c.(map[string]any)
			list, link := c["Contact_Tasks"].([]any), c["Contact_Tasks@odata.nextLink"].(string)
			more := app.get(link)
			if next, isMap := more.object()["@odata.nextLink"].(string); isMap {
				t.Errorf("a third page of three tasks by two: %s", next)
			}
			for _, k := range append(list, more.object()["value"].([]any)...) {
				subjects = append(subjects, k.(map[string]any)["subject"].(string))
			}
		}
	}
	gather(row["contact_customer_accounts"])
	// What follows the link has one level of $expand, whose rows are not paged.
	link := row["contact_customer_accounts@odata.nextLink"].(string)
	for _, k := range app.get(link).object()["value"].([]any)[0].(map[string]any)["Contact_Tasks"].([]any) {
		subjects = append(subjects, k.(map[string]any)["subject"].(string))
	}
	if got, want := strings.Join(subjects, " "), "t00 t01 t02 t10 t11 t12 t20 t21 t22"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	w.as(t, "ada").with("Prefer", "odata.maxpagesize=2").get(link).fails(400, "0x8004112a", "…")
}

func TestExpandsOfReferencesAndOwners(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	f := app.firm()
	me := people["contoso-app"].user
	app.get("accounts?$select=name&$expand=primarycontactid/$ref").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid,primarycontactid/$ref())","value":[{"@odata.etag":"…","name":"Fabrikam \"& Söhne\"","_primarycontactid_value":"`+f.contact+`","accountid":"`+f.account+`","primarycontactid":{"@odata.id":"`+root+`contacts(`+f.contact+`)"}}]}`)
	app.get(f.row()+"?$select=name&$expand=primarycontactid/$ref,parentaccountid/$ref").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,primarycontactid,parentaccountid)/$entity",…"_primarycontactid_value":"`+f.contact+`","_parentaccountid_value":null,"accountid":"`+f.account+`","primarycontactid":{"@odata.id":"`+root+`contacts(`+f.contact+`)"},"parentaccountid":null}`)
	app.get(f.row()+"?$select=name&$expand=ownerid($select=ownerid)").
		is(200, `{"@odata.context":"`+root+`$metadata#accounts(name,ownerid(ownerid))/$entity",…"_ownerid_value":"`+me+`","accountid":"`+f.account+`","ownerid":{"@odata.type":"#Microsoft.Dynamics.CRM.systemuser","ownerid":"`+me+`"}}`)
	app.get("accounts?$select=name&$expand=ownerid/$ref,createdby($select=fullname)").
		is(200, `{…"ownerid":{"@odata.id":"`+root+`systemusers(`+me+`)"},"createdby":{"fullname":"contoso-app",…}}]}`)
}
