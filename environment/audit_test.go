package environment_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// audit turns auditing on for the organization and for tables, given by their definitions.
func (c client) audit(tables ...string) {
	c.t.Helper()
	c.patch("organizations("+organization+")", `{"isauditenabled":true}`).is(204, "")
	for _, table := range tables {
		c.send("PUT", table, `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","IsAuditEnabled":{"Value":true}}`).is(204, "")
	}
}

// audited is a world that audits, with its administrator.
func audited(t *testing.T) (*world, client) {
	w := start(t)
	ada := w.as(t, "ada")
	ada.audit()
	return w, ada
}

// names of actions, as far as tests meet them.
var actions = map[float64]string{1: "Create", 2: "Update", 3: "Delete", 13: "Assign", 14: "Share", 33: "Associate", 34: "Disassociate", 35: "AddMembers", 36: "RemoveMembers",
	41: "SetState", 48: "ModifyShare", 49: "Unshare", 53: "RoleToTeam", 54: "RoleFromTeam", 55: "RoleToUser", 56: "RoleFromUser", 57: "AddPrivileges", 58: "TakePrivileges", 59: "SetPrivileges",
	100: "TableDeleted", 101: "ColumnDeleted", 104: "OrgChanged", 105: "TableStarted", 106: "ColumnStarted", 107: "Started", 108: "TableStopped", 109: "ColumnStopped", 110: "Stopped", 111: "Forgotten"}

// past asks for the history of a row, or of a column of it.
func (c client) past(row, column string) answer {
	c.t.Helper()
	if column != "" {
		return c.get("RetrieveAttributeChangeHistory(Target=@t,AttributeLogicalName=@a)?@t={'@odata.id':'" + row + "'}&@a='" + column + "'")
	}
	return c.get("RetrieveRecordChangeHistory(Target=@t)?@t={'@odata.id':'" + row + "'}")
}

// story tells the history of a row in short, the oldest first: what happened, and of
// columns the names and what they held and hold.
func (c client) story(row string) string {
	c.t.Helper()
	a := c.past(row, "")
	collection, ok := a.object()["AuditDetailCollection"].(map[string]any)
	if !ok {
		c.t.Fatalf("%s: %d %s", a.what, a.status, a.body)
	}
	var all []string
	for _, d := range collection["AuditDetails"].([]any) {
		all = append(all, tale(d.(map[string]any)))
	}
	slices.Reverse(all)
	return strings.Join(all, "; ")
}

func tale(d map[string]any) string {
	record := d["AuditRecord"].(map[string]any)
	words := []string{actions[record["action"].(float64)]}
	switch kind, _ := d["@odata.type"].(string); strings.TrimPrefix(kind, "#Microsoft.Dynamics.CRM.") {
	case "ShareAuditDetail":
		words = append(words, fmt.Sprint(d["OldPrivileges"], ">", d["NewPrivileges"], " ", d["Principal"].(map[string]any)["ownerid"]))
	case "RelationshipAuditDetail":
		words = append(words, fmt.Sprint(d["RelationshipName"]))
		for _, r := range d["TargetRecords"].([]any) {
			words = append(words, strings.TrimPrefix(r.(map[string]any)["@odata.type"].(string), "#Microsoft.Dynamics.CRM."))
		}
	case "RolePrivilegeAuditDetail":
		words = append(words, fmt.Sprint(len(d["OldRolePrivileges"].([]any)), ">", len(d["NewRolePrivileges"].([]any))))
	case "AttributeAuditDetail":
		before, after := d["OldValue"].(map[string]any), d["NewValue"].(map[string]any)
		both := maps.Clone(before)
		maps.Copy(both, after)
		for _, name := range slices.Sorted(maps.Keys(both)) {
			if !strings.Contains(name, "@") {
				words = append(words, fmt.Sprint(name, "=", before[name], ">", after[name]))
			}
		}
	}
	return strings.ReplaceAll(strings.Join(words, " "), "<nil>", "")
}

// noted lists what is kept, the oldest first: the action, who did it and for whom, by name.
func (c client) noted(filter string) string {
	c.t.Helper()
	a := c.with("Prefer", `odata.include-annotations="*"`).get("audits?$select=action,_userid_value,_callinguserid_value&$filter=" + filter)
	rows, ok := a.object()["value"].([]any)
	if !ok {
		c.t.Fatalf("%s: %d %s", a.what, a.status, a.body)
	}
	var all []string
	for _, row := range rows {
		r := row.(map[string]any)
		words := actions[r["action"].(float64)] + " " + r["_userid_value@OData.Community.Display.V1.FormattedValue"].(string)
		if by, ok := r["_callinguserid_value@OData.Community.Display.V1.FormattedValue"]; ok {
			words += " by " + by.(string)
		}
		all = append(all, words)
	}
	return strings.Join(all, "; ")
}

func told(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n%s\nwant\n%s", what, got, want)
	}
}

// TestAuditingTellsWhoActedForWhom: what an application does for ben is kept as ben's, with
// the application as the caller; the record and its values are told as the service tells
// them.
func TestAuditingTellsWhoActedForWhom(t *testing.T) {
	w, ada := audited(t)
	app, ben := w.as(t, "integration").with("MSCRMCallerID", people["ben"].user), w.as(t, "ben")
	id := app.made("accounts", `{"name":"Fabrikam","description":"old"}`)
	app.patch("accounts("+id+")", `{"description":"new","name":"Fabrikam"}`).is(204, "")
	ben.patch("accounts("+id+")", `{"description":"newer"}`).is(204, "")
	w.as(t, "contoso-app").patch("accounts("+id+")", `{"description":null}`).is(204, "")
	told(t, "notes", ada.noted("_objectid_value eq "+id), "Create ben by integration; Update ben by integration; Update ben; Update contoso-app")
	told(t, "by the application", ada.noted("_callinguserid_value eq "+people["integration"].user+" and operation eq 2"), "Update ben by integration")
	ada.get("audits?$select=action&$expand=userid($select=fullname)&$filter=objecttypecode eq 'account' and operation eq 1").
		is(200, `{…"value":[{"action":1,"auditid":"…","userid":{"fullname":"ben",…}}]}`)
	ada.get("systemusers("+people["ben"].user+")/lk_audit_callinguserid?$select=action").is(200, `{…"value":[]}`)
	ada.get("systemusers("+people["integration"].user+")/lk_audit_callinguserid?$select=action").is(200, `{…"value":[{"action":1,…},{"action":2,…}]}`)

	ada.with("Prefer", `odata.include-annotations="*"`).get("audits?$select=objecttypecode&$filter=operation eq 1").
		is(200, `{…"value":[{"objecttypecode@OData.Community.Display.V1.FormattedValue":"Account","objecttypecode":"account",…}]}`)
	second := ada.get("audits?$select=auditid&$filter=_objectid_value eq " + id).names("auditid")[1]
	ada.with("Prefer", `odata.include-annotations="*"`).get("audits("+second+")/Microsoft.Dynamics.CRM.RetrieveAuditDetails").is(200,
		`{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveAuditDetailsResponse","AuditDetail":{"@odata.type":"#Microsoft.Dynamics.CRM.AttributeAuditDetail",`+
			`"InvalidNewValueAttributes":[],"LocLabelLanguageCode":0,"DeletedAttributes":{"Count":0,"Keys":[],"Values":[]},"AuditRecord":{"@odata.type":"#Microsoft.Dynamics.CRM.audit",…`+
			`"_objectid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_objectid_value":"`+id+`",…"auditid":"`+second+`"},`+
			`"OldValue":{"@odata.type":"#Microsoft.Dynamics.CRM.account","description":"old"},"NewValue":{"@odata.type":"#Microsoft.Dynamics.CRM.account","description":"new"}}}`)
	ada.get("audits("+absent+")/Microsoft.Dynamics.CRM.RetrieveAuditDetails").fails(404, "0x80040217", "Entity 'audit' With Id = "+absent+" Does Not Exist")
}

// TestAuditingIsSwitched: nothing is kept where the organization, the table or the column
// is not audited; that auditing began or ended is.
func TestAuditingIsSwitched(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	organizations := "organizations(" + organization + ")"
	id := ada.made("accounts", `{"name":"before"}`)
	ada.patch("accounts("+id+")", `{"name":"still before"}`).is(204, "")
	ada.delete("accounts("+ada.made("accounts", `{"name":"gone"}`)+")").is(204, "")
	ada.get("audits").is(200, `{…"value":[]}`)
	ada.get(organizations+"?$select=isauditenabled,auditretentionperiodv2,isuseraccessauditenabled,useraccessauditinginterval").
		is(200, `{…"isauditenabled":false,"auditretentionperiodv2":30,"isuseraccessauditenabled":false,"useraccessauditinginterval":4,…}`)

	ada.audit()
	ada.patch("accounts("+id+")", `{"name":"after","description":"d"}`).is(204, "")
	const name = "EntityDefinitions(LogicalName='account')/Attributes(LogicalName='name')"
	managed := func(value string) string {
		return `"IsAuditEnabled":{"Value":` + value + `,"CanBeChanged":true,"ManagedPropertyLogicalName":"canmodifyauditsettings"}`
	}
	ada.get(name+"?$select=IsAuditEnabled").is(200, `{…`+managed("true")+`…}`)
	full := ada.get(name + "/Microsoft.Dynamics.CRM.StringAttributeMetadata").object()
	full["IsAuditEnabled"] = map[string]any{"Value": false}
	ada.send("PUT", name, text(t, full)).is(204, "")
	ada.get(name+"?$select=IsAuditEnabled").is(200, `{…`+managed("false")+`…}`)
	ada.patch("accounts("+id+")", `{"name":"unseen"}`).is(204, "")
	ada.patch("accounts("+id+")", `{"name":"unseen too","description":"e"}`).is(204, "")
	told(t, "columns", ada.story("accounts("+id+")"), "Update description=>d name=still before>after; Update description=d>e")

	ada.send("PUT", "EntityDefinitions(LogicalName='account')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata",`+managed("false")+`}`).is(204, "")
	ada.patch("accounts("+id+")", `{"description":"f"}`).is(204, "")
	ada.get("EntityDefinitions?$select=LogicalName&$filter=IsAuditEnabled/Value eq true").is(200, `{…"businessunit"…"contact"…"systemuser"…}`)
	ada.send("PUT", "EntityDefinitions(LogicalName='account')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","HasNotes":true}`).is(204, "") // says nothing of it
	ada.get("EntityDefinitions(LogicalName='account')?$select=IsAuditEnabled").is(200, `{…`+managed("false")+`…}`)

	ada.patch(organizations, `{"maxrecordsforexporttoexcel":5}`).is(204, "")
	ada.patch(organizations, `{"isauditenabled":false}`).is(204, "")
	ada.patch(organizations, `{"maxrecordsforexporttoexcel":6}`).is(204, "")
	ada.made("contacts", `{"lastname":"unseen"}`)
	told(t, "all notes", ada.noted("action ne 2"), "Started ada; ColumnStopped ada; TableStopped ada; OrgChanged ada; Stopped ada")
	ada.get("audits?$select=objecttypecode,_objectid_value&$filter=action eq 108").is(200, `{…"objecttypecode":"account","_objectid_value":"00000000-0000-0000-0000-000000000000",…}`)
}

// TestAuditedUpdates: only what changed is kept, an owner as an assignment and a state as
// a change of state; however the update is spelled.
func TestAuditedUpdates(t *testing.T) {
	w, ada := audited(t)
	ben := people["ben"].user
	id := ada.made("accounts", `{"name":"a"}`)
	row := "accounts(" + id + ")"
	first := ada.story(row)
	if !strings.HasPrefix(first, "Create ") || !strings.Contains(first, " name=>a ") || !strings.Contains(first, "_ownerid_value=>"+people["ada"].user) {
		t.Errorf("a new row is told as %s", first)
	}
	step := func(what, want string) {
		t.Helper()
		now := ada.story(row)
		told(t, what, strings.TrimPrefix(strings.TrimPrefix(now, first), "; "), want)
		first = now
	}
	ada.patch(row, `{"name":"a"}`).is(204, "")
	step("nothing new", "")
	ada.patch(row, `{"name":"b","revenue":12.5,"donotphone":true,"industrycode":1,"lastusedincampaign":"2026-01-02T03:04:05Z"}`).is(204, "")
	step("values", "Update donotphone=false>true industrycode=>1 lastusedincampaign=>2026-01-02T03:04:05Z name=a>b revenue=>12.5")
	ada.patch(row, `{"name":"c","ownerid@odata.bind":"systemusers(`+ben+`)","statecode":1}`).is(204, "")
	step("three at once", "Update name=b>c; Assign _ownerid_value="+people["ada"].user+">"+ben+"; SetState statecode=0>1 statuscode=1>2")
	ada.send("PUT", row+"/telephone1", `{"value":"1"}`).is(204, "")
	step("a property", "Update telephone1=>1")
	ada.bulk("accounts", "UpdateMultiple", target(`"accountid":"`+id+`","telephone1":"2"`)).is(204, "")
	step("in bulk", "Update telephone1=1>2")
	ada.bulk("accounts", "UpsertMultiple", target(`"accountid":"`+id+`","telephone1":"3"`)).is(204, "")
	step("upserted in bulk", "Update telephone1=2>3")
	parent := ada.made("accounts", `{"name":"above"}`)
	ada.post("accounts("+parent+")/account_parent_account/$ref", `{"@odata.id":"`+root+row+`"}`).is(204, "")
	step("joined by a lookup", "Update _parentaccountid_value=>"+parent)
	ada.with("Prefer", `odata.include-annotations="*"`).past(row, "parentaccountid").is(200, `{…"NewValue":{"@odata.type":"#Microsoft.Dynamics.CRM.account",`+
		`"_parentaccountid_value@OData.Community.Display.V1.FormattedValue":"above","_parentaccountid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"parentaccountid",`+
		`"_parentaccountid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account","_parentaccountid_value":"`+parent+`"}}]}}`)

	ada.batch(changes(
		partOf("Content-ID: 1\r\n", "PATCH "+root+row+" HTTP/1.1", "Content-Type: application/json", "", `{"telephone1":"4"}`),
		partOf("Content-ID: 2\r\n", "POST contacts HTTP/1.1", "Content-Type: application/json", "", `{"lastname":"c","parentcustomerid_account@odata.bind":"`+row+`"}`),
	)).is(200, "…")
	step("in a change set", "Update telephone1=3>4")
	of := func(filter string) string {
		return ada.id("audits?$select=transactionid&$orderby=auditid desc&$filter="+filter, "transactionid")
	}
	told(t, "the transaction", of("objecttypecode eq 'contact'"), of("objecttypecode eq 'account' and action eq 2"))
	fresh := "accounts(5a1f0000-0000-4000-8000-00000000f001)"
	w.as(t, "ben").patch(fresh, `{"name":"upserted"}`).is(204, "")
	if got := ada.story(fresh); !strings.HasPrefix(got, "Create ") {
		t.Errorf("an upsert that makes a row is told as %s", got)
	}
}

// TestAuditedEnds: a deleted row leaves what it held, and so do those that go with it.
func TestAuditedEnds(t *testing.T) {
	w, ada := audited(t)
	ada.audit("EntityDefinitions(LogicalName='task')")
	ben := w.as(t, "ben")
	id := ben.made("accounts", `{"name":"a","description":"d"}`)
	task := ben.made("tasks", `{"subject":"s","regardingobjectid_account_task@odata.bind":"accounts(`+id+`)"}`)
	before := ada.story("accounts(" + id + ")")
	ben.delete("accounts("+id+")").is(204, "")
	after := strings.TrimPrefix(ada.story("accounts("+id+")"), before+"; ")
	if !strings.HasPrefix(after, "Delete ") || !strings.Contains(after, " description=d> ") || !strings.Contains(after, " name=a> ") {
		t.Errorf("the end of an account is told as %s", after)
	}
	if got := ada.story("tasks(" + task + ")"); !strings.Contains(got, "; Delete ") || !strings.Contains(got, " subject=s>") {
		t.Errorf("the end of its task is told as %s", got)
	}
	told(t, "who", ada.noted("operation eq 3"), "Delete ben; Delete ben")

	// Of a row that is no more only those are told who read every row of its table.
	ada.role("Auditor", ada.unit("Contoso"), "prvReadAuditSummary", "Global", "prvReadRecordAuditHistory", "Global")
	ada.give("ben", "Auditor", ada.unit("Sales")).is(204, "")
	ben.past("accounts("+id+")", "").fails(404, "0x80040217", "Entity 'account' With Id = "+id+" Does Not Exist")
	ben.get("audits("+ada.id("audits?$filter=_objectid_value eq "+id, "auditid")+")/Microsoft.Dynamics.CRM.RetrieveAuditDetails").is(404, "…")
}

// TestAuditedSharesAndLinks: shares, rows that are joined, roles, members and what roles
// hold.
func TestAuditedSharesAndLinks(t *testing.T) {
	_, ada := audited(t)
	ben, cleo := people["ben"].user, people["cleo"].user
	id := ada.made("accounts", `{"name":"a"}`)
	row, made := "accounts("+id+")", ""
	made = ada.story(row)
	ada.share("GrantAccess", to("account", id), user("ben"), "ReadAccess").is(204, "")
	ada.share("GrantAccess", to("account", id), user("ben"), "ReadAccess").is(204, "") // has it
	ada.share("ModifyAccess", to("account", id), user("ben"), "ReadAccess,WriteAccess").is(204, "")
	ada.revoke(to("account", id), user("ben")).is(204, "")
	told(t, "shares", strings.TrimPrefix(ada.story(row), made+"; "),
		"Share None>ReadAccess "+ben+"; ModifyShare ReadAccess>ReadAccess, WriteAccess "+ben+"; Unshare ReadAccess, WriteAccess>None "+ben)

	was := ada.story("systemusers(" + cleo + ")")
	ada.give("cleo", "Integration", ada.unit("Service")).is(204, "")
	ada.delete("systemusers("+cleo+")/systemuserroles_association("+ada.roleIn("Integration", ada.unit("Service"))+")/$ref").is(204, "")
	told(t, "a user's roles", strings.TrimPrefix(ada.story("systemusers("+cleo+")"), was+"; "),
		"RoleToUser systemuserroles_association role; RoleFromUser systemuserroles_association role")
	team := ada.made("teams", `{"name":"Crew"}`)
	was = ada.story("teams(" + team + ")")
	ada.members(team, "AddMembersTeam", "ben", "cleo").is(204, "")
	ada.members(team, "AddMembersTeam", "ben").is(204, "")
	ada.members(team, "RemoveMembersTeam", "ben").is(204, "")
	ada.delete("teams("+team+")/teammembership_association("+cleo+")/$ref").is(204, "")
	ada.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+ada.roleIn("Basic User", ada.unit("Contoso"))+`)"}`).is(204, "")
	told(t, "a team", strings.TrimPrefix(ada.story("teams("+team+")"), was+"; "), "AddMembers teammembership_association systemuser; AddMembers teammembership_association systemuser; "+
		"RemoveMembers teammembership_association systemuser; RemoveMembers teammembership_association systemuser; RoleToTeam teamroles_association role")

	role := ada.role("Crew", ada.unit("Contoso"), "prvReadAccount", "Global")
	ada.hold(role, "AddPrivilegesRole", "prvReadAccount", "Global").is(204, "") // holds it
	ada.hold(role, "ReplacePrivilegesRole", "prvReadContact", "Basic").is(204, "")
	held := ada.story("roles(" + role + ")")
	if !strings.Contains(held, "; AddPrivileges 9>10; SetPrivileges 10>1") || strings.Count(held, "; ") != 2 {
		t.Errorf("a role is told as %s", held)
	}
	ada.past("roles("+role+")", "").is(200, `{…{"@odata.type":"#Microsoft.Dynamics.CRM.RolePrivilegeAuditDetail","InvalidNewPrivileges":[],"NewRolePrivileges":[{"Depth":"Basic","PrivilegeId":"`+
		ada.privilege("prvReadContact")+`"}],"OldRolePrivileges":[…`)
}

// TestAuditedJoins: rows that makers' relationships join are told at each audited end.
func TestAuditedJoins(t *testing.T) {
	w := start(t)
	app := w.withBank(t)
	app.audit()
	app.post("RelationshipDefinitions", `{"@odata.type":"Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata","SchemaName":"sample_account_bank","Entity1LogicalName":"account","Entity2LogicalName":"sample_bankaccount","IntersectEntityName":"sample_account_bank"}`).is(204, "")
	account, bank := app.made("accounts", `{"name":"a"}`), app.made("sample_bankaccounts", `{"sample_name":"b"}`)
	was := app.story("accounts(" + account + ")")
	join := func() {
		app.post("sample_bankaccounts("+bank+")/sample_account_bank/$ref", `{"@odata.id":"`+root+`accounts(`+account+`)"}`).is(204, "")
	}
	join()
	app.delete("accounts("+account+")/sample_account_bank("+bank+")/$ref").is(204, "")
	told(t, "the account", strings.TrimPrefix(app.story("accounts("+account+")"), was+"; "), "Associate sample_account_bank sample_bankaccount; Disassociate sample_account_bank sample_bankaccount")
	told(t, "the other", app.story("sample_bankaccounts("+bank+")"), "")
	app.audit(bankPath)
	join()
	told(t, "the other, audited", app.story("sample_bankaccounts("+bank+")"), "Associate sample_account_bank account")

	// What was of a column that is no more is named and no longer told.
	app.column("String", "sample_Note", `,"MaxLength":50`)
	app.patch("sample_bankaccounts("+bank+")", `{"sample_note":"x","sample_name":"c"}`).is(204, "")
	app.delete(bankPath+"/Attributes(LogicalName='sample_note')").is(204, "")
	app.past("sample_bankaccounts("+bank+")", "").is(200, `{…"DeletedAttributes":{"Count":1,"Keys":[…],"Values":["sample_note"]},…"OldValue":{…"sample_name":"b"},"NewValue":{…"sample_name":"c"}}…`)
	app.delete(bankPath).is(204, "")
	told(t, "definitions", app.noted("action gt 99"), "Started contoso-app; TableStarted contoso-app; ColumnDeleted contoso-app; TableDeleted contoso-app")
	app.get("audits("+app.id("audits?$filter=objecttypecode eq 'sample_bankaccount' and action eq 2", "auditid")+")/Microsoft.Dynamics.CRM.RetrieveAuditDetails").is(404, "…")
}

// TestAuditingHeedsRights: which privileges notes need, and that neither rows nor columns
// that a reader may not read are told.
func TestAuditingHeedsRights(t *testing.T) {
	w, ada := audited(t)
	ben, top, sales := w.as(t, "ben"), ada.unit("Contoso"), ada.unit("Sales")
	mine, hers := ben.made("contacts", `{"firstname":"Yvonne","lastname":"Zander"}`), ada.made("contacts", `{"lastname":"hers"}`)
	note := func(id string) string { return ada.id("audits?$filter=_objectid_value eq "+id, "auditid") }
	details := func(id string) string { return "audits(" + note(id) + ")/Microsoft.Dynamics.CRM.RetrieveAuditDetails" }
	forget := func(c client, id string) answer {
		return c.post("DeleteRecordChangeHistory", `{"Target":`+to("contact", id)+`}`)
	}
	refused := func(a answer, privilege string) {
		t.Helper()
		a.is(403, `{"error":{"code":"0x80040220",…`+privilege+`…`)
	}

	refused(ben.get("audits"), "prvReadAuditSummary")
	refused(ben.get(details(mine)), "prvReadRecordAuditHistory")
	ada.role("Histories", top, "prvReadRecordAuditHistory", "Global")
	ada.give("ben", "Histories", sales).is(204, "")
	refused(ben.get(details(mine)), "prvReadAuditSummary")
	refused(ben.past("contacts("+mine+")", ""), "prvReadAuditSummary")
	ada.role("Summaries", top, "prvReadAuditSummary", "Global")
	ada.give("ben", "Summaries", sales).is(204, "")
	ben.get(details(mine)).is(200, `{…"lastname":"Zander"…}`)
	ben.past("contacts("+mine+")", "lastname").is(200, `{…"lastname":"Zander"…}`)
	told(t, "the summary", ben.noted("_objectid_value eq "+hers), "Create ada")
	ben.get(details(hers)).is(403, "…0x80048306…")
	ben.past("contacts("+hers+")", "").is(403, "…0x80048306…")
	ben.past("contacts("+hers+")", "lastname").is(403, "…0x80048306…")
	refused(ben.get("RetrieveAuditPartitionList()"), "prvReadAuditPartitions")
	ada.get("RetrieveAuditPartitionList()").is(200, `{"@odata.context":"…","AuditPartitionDetailCollection":[]}`)

	refused(ben.post("DeleteAuditData", `{"EndDate":"2021-04-09T00:00:00Z"}`), "prvDeleteAuditPartitions")
	ada.post("DeleteAuditData", `{"EndDate":"2021-04-09T00:00:00Z"}`).fails(400, "0x80040203", "There are no partitions ending before the given date")
	ada.post("DeleteAuditData", `{}`).is(400, "…EndDate…")

	ada.secure("contact", "lastname")
	ben.get(details(mine)).is(200, `{…"NewValue":{…"firstname":"Yvonne",…}}}`)
	for _, a := range []answer{ben.get(details(mine)), ben.past("contacts("+mine+")", ""), ben.past("contacts("+mine+")", "lastname")} {
		if a.status != 200 || strings.Contains(a.body, "Zander") || strings.Contains(a.body, `"lastname"`) {
			t.Errorf("%s tells a secured column: %d %s", a.what, a.status, a.body)
		}
	}
	ben.past("contacts("+mine+")", "lastname").is(200, `{…"TotalRecordCount":-1,"AuditDetails":[]}}`)
	ada.profile("ben", "contact.lastname")
	ben.past("contacts("+mine+")", "lastname").is(200, `{…"lastname":"Zander"…}`)

	for _, a := range []answer{ada.post("audits", `{"action":1}`), ada.patch("audits("+note(mine)+")", `{"action":2}`), ada.delete("audits(" + note(mine) + ")")} {
		a.is(405, `{"error":{"code":"0x80040315"…`)
	}
	refused(forget(ben, mine), "prvDeleteRecordChangeHistory")
	forget(ada, mine).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.DeleteRecordChangeHistoryResponse","DeletedEntriesCount":1}`)
	told(t, "a forgotten history", ada.story("contacts("+mine+")"), "")
	told(t, "who forgot it", ada.noted("_objectid_value eq "+mine), "Forgotten ada")
	forget(ada, mine).is(200, `{…"DeletedEntriesCount":0}`)
	ben.past("contacts("+mine+")", "nonsense").is(400, "…")
	ada.get("RetrieveRecordChangeHistory(PagingInfo=@p)?@p={}").is(400, "…Target…")
}

// TestHistoriesComeInPages: the latest first, a page at a time, with the number of all when
// it is asked for; and notes are kept for as long as the organization says.
func TestHistoriesComeInPages(t *testing.T) {
	w, ada := audited(t)
	id := ada.made("accounts", `{"name":"0"}`)
	for i := 1; i < 5; i++ {
		w.pass(time.Minute)
		ada.patch("accounts("+id+")", fmt.Sprintf(`{"name":"%d"}`, i)).is(204, "")
	}
	page := func(number, count int, total string) answer {
		return ada.get(fmt.Sprintf("RetrieveAttributeChangeHistory(Target=@t,AttributeLogicalName=@a,PagingInfo=@p)?@t={'@odata.id':'accounts(%s)'}&@a='name'&@p={\"PageNumber\":%d,\"Count\":%d%s}", id, number, count, total))
	}
	page(1, 2, `,"ReturnTotalRecordCount":true`).is(200, `{…"AuditDetailCollection":{"MoreRecords":true,"PagingCookie":"<cookie page=\"1\">…","TotalRecordCount":5,"AuditDetails":[…"name":"3"},…"name":"4"}},…"name":"2"},…"name":"3"}}]}}`)
	page(3, 2, "").is(200, `{…{"MoreRecords":false,"PagingCookie":"","TotalRecordCount":-1,"AuditDetails":[{…"OldValue":{"@odata.type":"#Microsoft.Dynamics.CRM.account"},"NewValue":{…"name":"0"}}]}}`)
	page(4, 2, "").is(200, `{…"AuditDetails":[]}}`)

	long := strings.Repeat("ä", 6000)
	ada.audit("EntityDefinitions(LogicalName='annotation')")
	note := ada.made("annotations", `{"notetext":"`+long+`","objectid_account@odata.bind":"accounts(`+id+`)"}`)
	if got, want := ada.past("annotations("+note+")", "notetext").body, `"notetext":"`+long[:2*5000]+`…"}}]}}`; !strings.HasSuffix(got, want) {
		t.Errorf("a long text is told as …%s", got[max(0, len(got)-200):])
	}

	w.pass(31 * 24 * time.Hour)
	ada = w.as(t, "ada")
	ada.patch("accounts("+id+")", `{"name":"late"}`).is(204, "")
	told(t, "after a month", ada.story("accounts("+id+")"), "Update name=4>late")
	ada.patch("organizations("+organization+")", `{"auditretentionperiodv2":-1}`).is(204, "")
	w.pass(31 * 24 * time.Hour)
	ada = w.as(t, "ada")
	ada.patch("accounts("+id+")", `{"name":"later"}`).is(204, "")
	told(t, "for good", ada.story("accounts("+id+")"), "Update name=4>late; Update name=late>later")
}

// TestAuditingCostsNoJourney: what is noted goes to a server with what causes it.
func TestAuditingCostsNoJourney(t *testing.T) {
	wire := sqldbtest.NewWire(t)
	w := start(t, func(c *environment.Config) { c.Database = wire.Address })
	ada := w.as(t, "ada")
	steps := func() (journeys [2]int) {
		for range 3 { // the first times statements are prepared
			wire.Journeys()
			id := ada.made("accounts", `{"name":"a"}`)
			journeys[0] = wire.Journeys()
			ada.patch("accounts("+id+")", `{"name":"b"}`).is(204, "")
			journeys[1] = wire.Journeys()
		}
		return journeys
	}
	off := steps()
	ada.audit()
	if on := steps(); on != off {
		t.Errorf("a create and an update take %v journeys to the server when they are audited, %v else", on, off)
	}
}
