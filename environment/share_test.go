package environment_test

import (
	"strings"
	"testing"
)

// to is a principal as messages name it.
func to(table, id string) string {
	return `{"` + table + `id":"` + id + `","@odata.type":"Microsoft.Dynamics.CRM.` + table + `"}`
}

func activity(id string) string {
	return `{"activityid":"` + id + `","@odata.type":"Microsoft.Dynamics.CRM.task"}`
}

func user(name string) string { return to("systemuser", people[name].user) }

// share sends a sharing action for a row.
func (c client) share(action, target, principal, mask string) answer {
	c.t.Helper()
	return c.post(action, `{"Target":`+target+`,"PrincipalAccess":{"AccessMask":"`+mask+`","Principal":`+principal+`}}`)
}

func (c client) revoke(target, principal string) answer {
	c.t.Helper()
	return c.post("RevokeAccess", `{"Target":`+target+`,"Revokee":`+principal+`}`)
}

// access tells what a principal may do with a row.
func (c client) access(principal, row string) string {
	c.t.Helper()
	a := c.get(principal + "/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@p1)?@p1={'@odata.id':'" + row + "'}")
	rights, ok := a.object()["AccessRights"].(string)
	if !ok {
		c.t.Fatalf("%s: %d %s", a.what, a.status, a.body)
	}
	return rights
}

const everyRight = "ReadAccess, WriteAccess, AppendAccess, AppendToAccess, CreateAccess, DeleteAccess, ShareAccess, AssignAccess"

// TestSharing: a share acts in the next request, no further than it says, and its end too.
func TestSharing(t *testing.T) {
	w := start(t)
	ben, cleo := w.as(t, "ben"), w.as(t, "cleo")
	id := ben.made("accounts", `{"name":"Fabrikam"}`)
	path, target := "accounts("+id+")", to("account", id)
	benPath, cleoPath := "systemusers("+people["ben"].user+")", "systemusers("+people["cleo"].user+")"
	cleo.get(path).is(403, "…")
	ben.share("GrantAccess", target, user("cleo"), "ReadAccess").is(204, "")
	cleo.get(path+"?$select=name").is(200, `…"name":"Fabrikam"…`)
	cleo.patch(path, `{"name":"x"}`).is(403, "…")
	ben.get("RetrieveSharedPrincipalsAndAccess(Target=@p1)?@p1={'@odata.id':'"+path+"'}").
		is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveSharedPrincipalsAndAccessResponse","PrincipalAccesses":[{"AccessMask":"ReadAccess","Principal":{"@odata.type":"#Microsoft.Dynamics.CRM.systemuser","systemuserid":"`+people["cleo"].user+`","ownerid":"`+people["cleo"].user+`"}}]}`)
	ben.share("GrantAccess", target, user("cleo"), "WriteAccess, DeleteAccess").is(204, "")
	if got := ben.access(cleoPath, path); got != "ReadAccess, WriteAccess, DeleteAccess" {
		t.Errorf("cleo has %s", got)
	}
	if got := ben.access(benPath, path); got != everyRight {
		t.Errorf("ben has %s", got)
	}
	cleo.patch(path, `{"name":"Fabrikam Ltd"}`).is(204, "")
	ben.share("ModifyAccess", target, user("cleo"), "ReadAccess").is(204, "")
	cleo.patch(path, `{"name":"x"}`).is(403, "…")
	ben.revoke(target, user("cleo")).is(204, "")
	cleo.get(path).is(403, "…")
	ben.get("RetrieveSharedPrincipalsAndAccess(Target=@p1)?@p1={'@odata.id':'"+path+"'}").is(200, `…"PrincipalAccesses":[]}`)
	organization := `{"@odata.id":"organizations(` + organization + `)"}`
	ben.share("GrantAccess", target, organization, "ReadAccess").is(204, "")
	cleo.get(path).is(200, "…")
	w.as(t, "contoso-app").get("principalobjectaccessset?$select=accessrightsmask,inheritedaccessrightsmask,objecttypecode,principaltypecode").
		is(200, `…"accessrightsmask":1,"inheritedaccessrightsmask":0,"objecttypecode":"account","principaltypecode":"organization",…]}`)
	ben.delete(path).is(204, "")
	w.as(t, "contoso-app").get("principalobjectaccessset").is(200, `…"value":[]}`)
}

func TestSharingRefused(t *testing.T) {
	w := start(t)
	app, ben, cleo := w.as(t, "contoso-app"), w.as(t, "ben"), w.as(t, "cleo")
	id := ben.made("accounts", `{"name":"Fabrikam"}`)
	target := to("account", id)
	ben.share("GrantAccess", target, user("ben"), "ReadAccess").fails(400, "0x80040214", "An item cannot be shared with the owning user.")
	ben.share("GrantAccess", target, user("cleo"), "CreateAccess").fails(403, "0x8004020d", "Invalid access rights.")
	ben.share("GrantAccess", target, user("cleo"), "None").fails(403, "0x8004020d", "Invalid access rights.")
	ben.share("GrantAccess", target, user("cleo"), "SeeAccess").is(400, "…0x80040203…")
	ben.share("GrantAccess", target, to("systemuser", id), "ReadAccess").is(404, "…")
	ben.share("GrantAccess", target, to("account", id), "ReadAccess").fails(400, "0x8004020c", "Invalid share id.")
	ben.share("GrantAccess", to("account", people["ben"].user), user("cleo"), "ReadAccess").is(404, "…")
	app.share("GrantAccess", user("cleo"), user("ben"), "ReadAccess").fails(400, "0x8004021f", "Invalid object type.")
	ben.post("GrantAccess", `{}`).fails(400, "0x80040200", "Required field 'Target' is missing")
	ben.post("GrantAccess", `{"Target":`+target+`}`).fails(400, "0x80040200", "Required field 'PrincipalAccess' is missing")
	ben.get("GrantAccess").is(405, "…")
	cleo.share("GrantAccess", target, user("cleo"), "ReadAccess").is(403, "…0x80048306…")
	ben.share("GrantAccess", target, user("cleo"), "ReadAccess, ShareAccess").is(204, "")
	// cleo may share now, but gives no more than she has.
	cleo.share("GrantAccess", target, user("integration"), "ReadAccess").is(204, "")
	cleo.share("GrantAccess", target, user("integration"), "ReadAccess, WriteAccess").is(403, "…AccessRights: WriteAccess…")
	cleo.share("ModifyAccess", target, user("cleo"), "ReadAccess, WriteAccess").is(403, "…")
	// A share gives nothing to who lacks the privilege on the table.
	if got := app.access("systemusers("+people["idle"].user+")", "accounts("+id+")"); got != "None" {
		t.Errorf("idle has %s", got)
	}
}

// TestSharesComeDown: rows below are shared with theirs, by the relationships that say so.
func TestSharesComeDown(t *testing.T) {
	w := start(t)
	ben, cleo, app := w.as(t, "ben"), w.as(t, "cleo"), w.as(t, "contoso-app")
	account := ben.made("accounts", `{"name":"Fabrikam"}`)
	contact := ben.made("contacts", `{"lastname":"Yvonne","parentcustomerid_account@odata.bind":"accounts(`+account+`)"}`)
	task := ben.made("tasks", `{"subject":"Call","regardingobjectid_contact_task@odata.bind":"contacts(`+contact+`)"}`)
	apart := ben.made("contacts", `{"lastname":"Jim"}`)
	sees := func(want string) {
		t.Helper()
		var got []string
		for _, path := range []string{"accounts(" + account + ")", "contacts(" + contact + ")", "tasks(" + task + ")", "contacts(" + apart + ")"} {
			if cleo.get(path).status == 200 {
				got = append(got, path[:strings.Index(path, "(")])
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("cleo sees %v, want %s", got, want)
		}
	}
	ben.share("GrantAccess", to("account", account), user("cleo"), "ReadAccess").is(204, "")
	sees("accounts contacts tasks")
	ben.get("RetrieveSharedPrincipalsAndAccess(Target=@p1)?@p1={'@odata.id':'contacts("+contact+")'}").is(200, `…"PrincipalAccesses":[]}`)
	// A share of its own outlives the one from above.
	ben.share("GrantAccess", activity(task), user("cleo"), "ReadAccess").is(204, "")
	ben.revoke(to("account", account), user("cleo")).is(204, "")
	sees("tasks")
	ben.revoke(activity(task), user("cleo")).is(204, "")
	sees("")
	// A row that comes below a shared one inherits, and loses it with the link.
	ben.share("GrantAccess", to("account", account), user("cleo"), "ReadAccess").is(204, "")
	ben.patch("contacts("+apart+")", `{"parentcustomerid_account@odata.bind":"accounts(`+account+`)"}`).is(204, "")
	sees("accounts contacts tasks contacts")
	ben.patch("contacts("+apart+")", `{"parentcustomerid_account@odata.bind":null}`).is(204, "")
	sees("accounts contacts tasks")
	if got := app.get("principalobjectaccessset?$select=inheritedaccessrightsmask&$filter=objecttypecode eq 'task'").body; !strings.Contains(got, `"inheritedaccessrightsmask":1,`) {
		t.Errorf("the task: %s", got)
	}
}

// TestAssigningComesDown: rows below go to the new owner; and the owner of a row above
// has every right on those of others below it.
func TestAssigningComesDown(t *testing.T) {
	w := start(t)
	app, ben, cleo := w.as(t, "contoso-app"), w.as(t, "ben"), w.as(t, "cleo")
	account := ben.made("accounts", `{"name":"Fabrikam"}`)
	contact := app.made("contacts", `{"lastname":"Yvonne","parentcustomerid_account@odata.bind":"accounts(`+account+`)"}`)
	if got := app.access("systemusers("+people["ben"].user+")", "contacts("+contact+")"); got != strings.Replace(everyRight, "CreateAccess, ", "", 1) {
		t.Errorf("the owner of the account has %s on a contact below it", got)
	}
	app.get("principalobjectaccessset?$select=accessrightsmask,inheritedaccessrightsmask").is(200, `…"accessrightsmask":0,"inheritedaccessrightsmask":135069719,…]}`)
	before := app.get("contacts(" + contact + ")").header.Get("ETag")
	app.patch("accounts("+account+")", `{"ownerid@odata.bind":"systemusers(`+people["cleo"].user+`)"}`).is(204, "")
	app.get("contacts("+contact+")?$select=_ownerid_value,_owninguser_value,_owningbusinessunit_value").
		is(200, `…"_ownerid_value":"`+people["cleo"].user+`","_owninguser_value":"`+people["cleo"].user+`","_owningbusinessunit_value":"`+app.unit("Service")+`"…`)
	if after := app.get("contacts(" + contact + ")").header.Get("ETag"); after == before {
		t.Error("an assigned row has a new version")
	}
	cleo.get("contacts("+contact+")").is(200, "…")
	ben.get("contacts("+contact+")").is(403, "…")
	app.get("principalobjectaccessset").is(200, `…"value":[]}`)
}
