package environment_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// teamed lets teams be made for the rows of a table.
func (c client) teamed(table string) {
	c.t.Helper()
	c.send("PUT", "EntityDefinitions(LogicalName='"+table+"')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","AutoCreateAccessTeams":true}`).is(204, "")
}

func (c client) template(name string, table, mask int) string {
	c.t.Helper()
	return c.made("teamtemplates", fmt.Sprintf(`{"teamtemplatename":%q,"objecttypecode":%d,"defaultaccessrightsmask":%d}`, name, table, mask))
}

// recordTeam calls AddUserToRecordTeam or RemoveUserFromRecordTeam for an account.
func (c client) recordTeam(message, user, account, template string) answer {
	c.t.Helper()
	return c.post("systemusers("+user+")/Microsoft.Dynamics.CRM."+message, `{"Record":{"@odata.type":"Microsoft.Dynamics.CRM.account","accountid":"`+account+`"},`+
		`"TeamTemplate":{"@odata.type":"Microsoft.Dynamics.CRM.teamtemplate","teamtemplateid":"`+template+`"}}`)
}

const (
	addToTeam    = "AddUserToRecordTeam"
	removeFrom   = "RemoveUserFromRecordTeam"
	readAndWrite = 3
)

// TestTeamsOfRows: the first member makes the team, with which the row is shared.
func TestTeamsOfRows(t *testing.T) {
	w := start(t)
	ada, ben, cleo := w.as(t, "ada"), w.as(t, "ben"), w.as(t, "cleo")
	ada.teamed("account")
	template := ada.template("Sales team", 1, readAndWrite)
	account := ada.made("accounts", `{"name":"a"}`)
	row := "accounts(" + account + ")"
	ben.get(row).is(403, "…")
	got := ada.recordTeam(addToTeam, people["ben"].user, account, template)
	got.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.AddUserToRecordTeamResponse","AccessTeamId":"…"}`)
	team := got.object()["AccessTeamId"].(string)
	ben.get(row+"?$select=name").is(200, "…")
	ben.patch(row, `{"telephone1":"1"}`).is(204, "")
	ben.delete(row).is(403, "…")
	cleo.get(row).is(403, "…")
	ada.recordTeam(addToTeam, people["cleo"].user, account, template).is(200, got.body)
	ada.recordTeam(addToTeam, people["cleo"].user, account, template).is(200, got.body)
	cleo.get(row).is(200, "…")
	ada.get("teams("+team+")?$select=name,teamtype,systemmanaged,isdefault,_teamtemplateid_value,_regardingobjectid_value").is(200,
		`{…"name":"`+account+"+"+template+`","teamtype":1,"systemmanaged":true,"isdefault":false,"_teamtemplateid_value":"`+template+`","_regardingobjectid_value":"`+account+`",…}`)
	if names := ada.get("teams(" + team + ")/teammembership_association?$select=systemuserid").names("systemuserid"); len(names) != 2 {
		t.Errorf("members: %v", names)
	}
	ada.get("RetrieveSharedPrincipalsAndAccess(Target=@p1)?@p1={'@odata.id':'"+row+"'}").is(200, `{…"PrincipalAccesses":[{"AccessMask":"ReadAccess, WriteAccess","Principal":{"@odata.type":"#Microsoft.Dynamics.CRM.team","teamid":"`+team+`",…}}]}`)
	ada.post("GrantAccess", `{"Target":{"@odata.id":"`+row+`"},"PrincipalAccess":{"AccessMask":"DeleteAccess","Principal":{"@odata.type":"Microsoft.Dynamics.CRM.team","teamid":"`+team+`"}}}`).is(400, "…0x80048339…")

	// A template that changes changes no team that is there.
	ada.patch("teamtemplates("+template+")", `{"defaultaccessrightsmask":1}`).is(204, "")
	ben.patch(row, `{"telephone1":"2"}`).is(204, "")
	other := ada.made("accounts", `{"name":"b"}`)
	if second := ada.recordTeam(addToTeam, people["ben"].user, other, template).object()["AccessTeamId"]; second == team {
		t.Error("two rows have one team")
	}
	ben.patch("accounts("+other+")", `{"telephone1":"1"}`).is(403, "…")

	ada.recordTeam(removeFrom, people["ben"].user, account, template).is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RemoveUserFromRecordTeamResponse","AccessTeamId":"`+team+`"}`)
	ada.recordTeam(removeFrom, people["ben"].user, account, template).is(200, "…")
	ben.get(row).is(403, "…")
	cleo.get(row).is(200, "…")

	// A team goes with its row, the teams of a template with that.
	teams := func() int {
		return len(ada.get("teams?$select=name&$filter=systemmanaged eq true and isdefault eq false").names("name"))
	}
	ada.delete(row).is(204, "")
	ada.get("teams("+team+")").is(404, "…")
	if n := teams(); n != 1 {
		t.Errorf("%d teams are left", n)
	}
	ada.delete("teamtemplates("+template+")").is(204, "")
	ben.get("accounts("+other+")").is(403, "…")
	if n, shares := teams(), ada.get("principalobjectaccessset").object()["value"].([]any); n != 0 || len(shares) != 0 {
		t.Errorf("%d teams and %d shares are left", n, len(shares))
	}
}

// TestTeamsOfRowsRefused: who may not share cannot add, and templates are judged.
func TestTeamsOfRowsRefused(t *testing.T) {
	w := start(t)
	ada, ben := w.as(t, "ada"), w.as(t, "ben")
	cleo := people["cleo"].user
	make := func(c client, table, mask int) answer {
		return c.post("teamtemplates", fmt.Sprintf(`{"teamtemplatename":"x","objecttypecode":%d,"defaultaccessrightsmask":%d}`, table, mask))
	}
	make(ada, 1, 1).fails(400, "0x80048334", "This entity is not enabled for auto created access teams.")
	ada.teamed("account")
	ada.get("EntityDefinitions(LogicalName='account')?$select=AutoCreateAccessTeams").is(200, `{…"AutoCreateAccessTeams":true,…}`)
	for _, mask := range []int{0, 32, 33, -1, 1 << 20} {
		make(ada, 1, mask).fails(400, "0x80048335", "Invalid access mask is specified for team template.")
	}
	make(ada, 99999, 1).fails(400, "0x80048334", "…")
	make(ben, 1, 1).is(403, "…prvCreateTeamTemplate…")
	template := ada.template("one", 1, 1|65536)
	ada.template("two", 1, 1)
	make(ada, 1, 1).fails(400, "0x80048333", "Current number of teams: 3 is greater than teams limit: 2 for entity with ObjectTypeCode 1")
	ada.patch("teamtemplates("+template+")", `{"objecttypecode":2}`).fails(400, "0x80048334", "…")
	ada.patch("teamtemplates("+template+")", `{"defaultaccessrightsmask":32}`).fails(400, "0x80048335", "…")
	ada.send("PUT", "EntityDefinitions(LogicalName='businessunit')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","AutoCreateAccessTeams":true}`).is(400, "…")
	for _, table := range []string{"contact", "task", "annotation", "email"} {
		ada.teamed(table)
	}
	ada.send("PUT", "EntityDefinitions(LogicalName='userquery')", `{"@odata.type":"Microsoft.Dynamics.CRM.EntityMetadata","AutoCreateAccessTeams":true}`).
		fails(400, "0x80048332", "Too many entities enabled for auto created access teams.")

	account, mine := ada.made("accounts", `{"name":"a"}`), ben.made("accounts", `{"name":"b"}`)
	ben.recordTeam(addToTeam, cleo, account, template).is(403, "…0x80048306…ReadAccess …")
	ada.post("GrantAccess", `{"Target":{"@odata.id":"accounts(`+account+`)"},"PrincipalAccess":{"AccessMask":"ReadAccess, ShareAccess","Principal":{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","systemuserid":"`+people["ben"].user+`"}}}`).is(204, "")
	ben.recordTeam(addToTeam, cleo, account, template).is(403, "…DeleteAccess …") // nobody gives what they have not
	ben.recordTeam(addToTeam, cleo, mine, template).is(200, "…")
	ada.recordTeam(addToTeam, absent, account, template).is(404, "…")
	ada.recordTeam(addToTeam, cleo, absent, template).is(404, "…")
	ada.recordTeam(addToTeam, cleo, account, absent).is(404, "…")
	ada.recordTeam(removeFrom, cleo, account, template).fails(404, "0x80040217", "The access team of the record "+account+" does not exist.")
	contact := ada.made("contacts", `{"lastname":"x"}`)
	ada.post("systemusers("+cleo+")/Microsoft.Dynamics.CRM."+addToTeam, `{"Record":{"@odata.id":"contacts(`+contact+`)"},"TeamTemplate":{"@odata.id":"teamtemplates(`+template+`)"}}`).
		fails(400, "0x80040203", "The team template "+template+" is not a template for the entity 'contact'.")
	ada.post("systemusers("+cleo+")/Microsoft.Dynamics.CRM."+addToTeam, `{"Record":{"@odata.id":"accounts(`+account+`)"},"TeamTemplate":{"@odata.id":"accounts(`+account+`)"}}`).is(400, "…")
	w.as(t, "idle").recordTeam(addToTeam, cleo, account, template).is(403, "…")
	ada.post("accounts("+account+")/Microsoft.Dynamics.CRM."+addToTeam, `{}`).is(404, "…")
	if teams := ada.get("teams?$select=name&$filter=systemmanaged eq true and isdefault eq false").names("name"); len(teams) != 1 {
		t.Errorf("refusals left %v", teams)
	}
}

// TestTeamsOfRowsAreShares: being in a row's team is being shared the row for what the
// template gives, whoever comes and goes.
func TestTeamsOfRowsAreShares(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	ada.teamed("account")
	who := []string{"ben", "cleo", "integration", "contoso-app"}
	rapid.Check(t, func(t *rapid.T) {
		mask := rapid.SampledFrom([]int{1, 3, 65537, 1 | 2 | 4 | 16, 262144 | 1, 524288 | 2, 852023 &^ 32}).Draw(t, "mask")
		template := ada.template("t", 1, mask)
		defer ada.delete("teamtemplates(" + template + ")")
		one, two := ada.made("accounts", `{"name":"team"}`), ada.made("accounts", `{"name":"share"}`)
		in := map[string]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			name := rapid.SampledFrom(who).Draw(t, "who")
			principal := `{"@odata.type":"Microsoft.Dynamics.CRM.systemuser","systemuserid":"` + people[name].user + `"}`
			target := `{"Target":{"@odata.id":"accounts(` + two + `)"},`
			if in[name] = rapid.Bool().Draw(t, "in"); in[name] {
				ada.recordTeam(addToTeam, people[name].user, one, template).is(200, "…")
				ada.post("ModifyAccess", target+`"PrincipalAccess":{"AccessMask":`+fmt.Sprint(mask)+`,"Principal":`+principal+`}}`).is(204, "")
				continue
			}
			if a := ada.recordTeam(removeFrom, people[name].user, one, template); a.status != 200 && a.status != 404 {
				t.Fatalf("%d %s", a.status, a.body)
			}
			ada.post("RevokeAccess", target+`"Revokee":`+principal+`}`).is(204, "")
		}
		for _, name := range who {
			has := func(row string) string {
				return ada.get("systemusers("+people[name].user+")/Microsoft.Dynamics.CRM.RetrievePrincipalAccess(Target=@p1)?@p1={'@odata.id':'accounts("+row+")'}").is(200, "…").body
			}
			if a, b := has(one), has(two); a != b {
				t.Fatalf("%s, in the team: %v\n%s\nwith a share\n%s", name, in[name], a, b)
			}
			if a, b := w.as(ada.t, name).get("accounts("+one+")?$select=name").status, w.as(ada.t, name).get("accounts("+two+")?$select=name").status; a != b {
				t.Fatalf("%s reads with %d, and with %d", name, a, b)
			}
		}
	})
}
