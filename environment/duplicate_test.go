package environment_test

import (
	"testing"
)

const duplicate = "A record was not created or updated because a duplicate of the current record already exists."

// rule makes a duplicate detection rule with conditions, and publishes it.
func (c client) rule(base, matching, extra string, conditions ...string) string {
	c.t.Helper()
	id := c.made("duplicaterules", `{"name":"rule","baseentityname":"`+base+`","matchingentityname":"`+matching+`"`+extra+`}`)
	for _, condition := range conditions {
		c.made("duplicateruleconditions", `{`+condition+`,"regardingobjectid@odata.bind":"duplicaterules(`+id+`)"}`)
	}
	c.post("PublishDuplicateRule", `{"DuplicateRuleId":"`+id+`"}`).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.PublishDuplicateRuleResponse","JobId":"…"}`)
	return id
}

func same(base, matching, rest string) string {
	return `"baseattributename":"` + base + `","matchingattributename":"` + matching + `"` + rest
}

func TestDuplicateDetection(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	rule := app.rule("account", "account", `,"excludeinactiverecords":true`, same("accountnumber", "accountnumber", `,"operatorcode":0,"ignoreblankvalues":true`))
	app.get("duplicaterules("+rule+")?$select=statecode,statuscode").is(200, `{…"statecode":1,"statuscode":2,…}`)
	strict := app.with("MSCRM.SuppressDuplicateDetection", "false")
	first := app.made("accounts", `{"name":"first","accountnumber":"A_1"}`)
	second := app.made("accounts", `{"name":"second","accountnumber":"a_1"}`)

	strict.post("accounts", `{"name":"third","accountnumber":"A_1"}`).fails(412, "0x80040333", duplicate)
	app.with("MSCRM.SuppressDuplicateDetection", "true").post("accounts", `{"name":"third","accountnumber":"A_3"}`).is(204, "")
	strict.post("accounts", `{"name":"no number"}`).is(204, "")
	strict.post("accounts", `{"name":"no number either"}`).is(204, "")
	strict.patch("accounts("+first+")", `{"name":"still like the second"}`).fails(412, "0x80040333", duplicate)
	strict.patch("accounts("+second+")", `{"accountnumber":"A_2"}`).is(204, "")
	strict.patch("accounts("+first+")", `{"name":"like itself alone"}`).is(204, "")
	strict.patch("accounts("+first+")", `{"accountnumber":"A_2"}`).fails(412, "0x80040333", duplicate)
	app.patch("accounts("+second+")", `{"statecode":1}`).is(204, "")
	strict.patch("accounts("+first+")", `{"accountnumber":"A_2"}`).is(204, "")
	strict.patch("accounts("+absent+")", `{"accountnumber":"A_2"}`).fails(412, "0x80040333", duplicate)

	app.post("UnpublishDuplicateRule", `{"DuplicateRuleId":"`+rule+`"}`).is(204, "")
	strict.post("accounts", `{"name":"not in force","accountnumber":"A_2"}`).is(204, "")
}

func TestDuplicatesOfOtherTablesAndOtherOperators(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	strict := app.with("MSCRM.SuppressDuplicateDetection", "false")
	app.rule("contact", "account", "", same("company", "telephone1", `,"operatorcode":2,"operatorparam":4`), same("lastname", "name", `,"operatorcode":1,"operatorparam":3`))
	app.made("accounts", `{"name":"10% Off","telephone1":"0555-1234"}`)
	strict.post("contacts", `{"lastname":"10% more","company":"+1 555 1234"}`).fails(412, "0x80040333", duplicate)
	strict.post("contacts", `{"lastname":"100 more","company":"+1 555 1234"}`).is(204, "")
	strict.post("contacts", `{"lastname":"10% more","company":"+1 555 9876"}`).is(204, "")
	app.rule("task", "task", "", same("scheduledend", "scheduledend", `,"operatorcode":3`), same("prioritycode", "prioritycode", `,"operatorcode":5`))
	app.made("tasks", `{"subject":"a","scheduledend":"2026-03-04T01:00:00Z","prioritycode":2}`)
	strict.post("tasks", `{"subject":"b","scheduledend":"2026-03-04T23:59:59Z","prioritycode":2}`).fails(412, "0x80040333", duplicate)
	strict.post("tasks", `{"subject":"b","scheduledend":"2026-03-05T00:00:00Z","prioritycode":2}`).is(204, "")
	strict.post("tasks", `{"subject":"b","scheduledend":"2026-03-04T23:59:59Z","prioritycode":1}`).is(204, "")
}

func TestRetrieveDuplicates(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.rule("account", "account", "", same("name", "name", ""))
	first := app.made("accounts", `{"name":"Twin"}`)
	app.made("accounts", `{"name":"twin"}`)
	app.made("accounts", `{"name":"Other"}`)
	of := func(row string) string {
		return "RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)?@p1={'@odata.type':'Microsoft.Dynamics.CRM.account'," + row + "}&@p2='account'&@p3={'PageNumber':1,'Count':50}"
	}
	app.get(of("'accountid':'"+first+"'")).is(200, `{"@odata.context":"`+root+`$metadata#accounts","value":[{"@odata.etag":"…"name":"twin",…}]}`)
	if got := app.get(of("'name':'TWIN'")).names("name"); len(got) != 2 {
		t.Errorf("a row that is not there yet has the duplicates %v", got)
	}
	ben.get(of("'name':'TWIN'")).is(200, `{…"value":[]}`)
	ben.get(of("'accountid':'"+first+"'")).is(403, "…")
	w.as(t, "idle").get(of("'name':'x'")).is(403, "…")
	app.get(of("'name':'nobody'")).is(200, `{…"value":[]}`)
}

func TestRulesThatCannotBePublished(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	bare := app.made("duplicaterules", `{"name":"bare","baseentityname":"account","matchingentityname":"account"}`)
	publish := func(id string) string { return `{"DuplicateRuleId":"` + id + `"}` }
	app.post("PublishDuplicateRule", publish(bare)).is(400, "…")
	foreign := app.made("duplicaterules", `{"name":"foreign","baseentityname":"nonsense","matchingentityname":"account"}`)
	app.post("PublishDuplicateRule", publish(foreign)).fails(400, "0x80048410", "Duplicate detection is not supported on this record type.")
	app.post("PublishDuplicateRule", publish(absent)).is(404, "…")
	app.post("PublishDuplicateRule", "{}").is(400, "…")
	w.as(t, "ben").post("PublishDuplicateRule", publish(bare)).is(403, "…")
	app.patch("duplicaterules("+bare+")", `{"statecode":1,"statuscode":2}`).is(204, "")
	app.get("duplicaterules("+bare+")/statecode").is(200, `{…"value":0}`)
}
