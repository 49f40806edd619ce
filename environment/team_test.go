package environment_test

import (
	"strings"
	"testing"
)

// members sends users to a team's action.
func (c client) members(team, action string, names ...string) answer {
	c.t.Helper()
	users := make([]string, len(names))
	for i, name := range names {
		users[i] = user(name)
	}
	return c.post("teams("+team+")/Microsoft.Dynamics.CRM."+action, `{"Members":[`+strings.Join(users, ",")+`]}`)
}

// TestTeams: a team's members act by its roles and own through it, from the next request on.
func TestTeams(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top := app.unit("Contoso")
	team := app.made("teams", `{"name":"Crew"}`)
	app.get("teams("+team+")?$select=teamtype,isdefault,_businessunitid_value,_administratorid_value").
		is(200, `…"teamtype":0,"isdefault":false,"_businessunitid_value":"`+top+`","_administratorid_value":"`+people["contoso-app"].user+`"…`)
	account := app.made("accounts", `{"name":"Fabrikam"}`)
	assign := func() answer {
		return app.patch("accounts("+account+")", `{"ownerid@odata.bind":"teams(`+team+`)"}`)
	}
	assign().is(403, "…0x80040231…")
	app.role("Crew", top, "prvReadAccount", "Basic", "prvWriteAccount", "Basic", "prvReadUser", "Global")
	ref := `{"@odata.id":"` + root + `roles(` + app.roleIn("Crew", top) + `)"}`
	app.post("teams("+team+")/teamroles_association/$ref", ref).is(204, "")
	app.post("teams("+team+")/teamroles_association/$ref", ref).is(412, "…0x80040237…")
	assign().is(204, "")
	ben.patch("accounts("+account+")", `{"name":"Fabrikam Ltd"}`).is(403, "…")
	app.members(team, "AddMembersTeam", "ben", "idle").is(204, "")
	app.members(team, "AddMembersTeam", "ben").is(204, "")
	ben.patch("accounts("+account+")", `{"name":"Fabrikam Ltd"}`).is(204, "")
	w.as(t, "idle").get("accounts?$select=name").is(200, `…"name":"Fabrikam Ltd",…]}`)
	idle := "systemusers(" + people["idle"].user + ")"
	if got := app.get("RetrieveUsersPrivilegesThroughTeams(UserId=" + people["idle"].user + ")").privileges(); !strings.Contains(strings.Join(got, " "), "prvWriteAccount Basic") {
		t.Errorf("through its team idle holds %v", got)
	}
	if got := app.get("teams(" + team + ")/Microsoft.Dynamics.CRM.RetrieveTeamPrivileges()").privileges(); len(got) != len(firstPrivileges)+3 {
		t.Errorf("the team holds %v", got)
	}
	if got := app.access("teams("+team+")", "accounts("+account+")"); got != "ReadAccess, WriteAccess" {
		t.Errorf("the team has %s", got)
	}
	app.delete("teams("+team+")").fails(400, "0x8004830e", "Can't delete a team which owns records. Reassign the records and try again.")
	app.members(team, "RemoveMembersTeam", "idle").is(204, "")
	w.as(t, "idle").get("accounts").is(403, "…0x80042f09…")
	app.post(idle+"/teammembership_association/$ref", `{"@odata.id":"`+root+`teams(`+team+`)"}`).is(204, "")
	app.post(idle+"/teammembership_association/$ref", `{"@odata.id":"`+root+`teams(`+team+`)"}`).is(412, "…0x80040237…")
	app.delete("teams("+team+")/teammembership_association("+people["idle"].user+")/$ref").is(204, "")
	app.delete("teams("+team+")/teammembership_association("+people["idle"].user+")/$ref").is(404, "…")
	app.delete("teams("+team+")/teamroles_association("+app.roleIn("Crew", top)+")/$ref").is(204, "")
	ben.get("accounts("+account+")").is(200, "…") // by a role of his own, which reaches what his teams own
	app.patch("accounts("+account+")", `{"ownerid@odata.bind":"systemusers(`+people["ada"].user+`)"}`).is(204, "")
	ben.get("accounts("+account+")").is(403, "…")
	app.share("GrantAccess", to("account", account), to("team", team), "ReadAccess").is(204, "")
	ben.get("accounts("+account+")").is(200, "…")
	app.delete("teams("+team+")").is(204, "")
	ben.get("accounts("+account+")").is(403, "…")
	app.get("principalobjectaccessset").is(200, `…"value":[]}`)
}

func TestTeamsRefused(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top, sales := app.unit("Contoso"), app.unit("Sales")
	own := app.id("teams?$select=name&$filter=isdefault eq true and _businessunitid_value eq "+sales, "teamid")
	app.members(own, "AddMembersTeam", "cleo").fails(400, "0x8004830b", "Can't add members to the default business unit team.")
	app.members(own, "RemoveMembersTeam", "ben").fails(400, "0x8004830c", "Can't remove members from the default business unit team.")
	app.post("teams", `{}`).fails(400, "0x80041d0b", "The team name was unexpectedly missing.")
	app.post("teams", `{"name":"Group","teamtype":2}`).fails(400, "0x80040200", "Required field 'azureactivedirectoryobjectid' is missing")
	group := app.made("teams", `{"name":"Group","teamtype":2,"membershiptype":0,"azureactivedirectoryobjectid":"`+absent+`"}`)
	app.members(group, "AddMembersTeam", "ben").is(405, "…")
	helpers := app.made("teams", `{"name":"Helpers","teamtype":1}`)
	basic := `{"@odata.id":"` + root + `roles(` + app.roleIn("Basic User", top) + `)"}`
	app.post("teams("+helpers+")/teamroles_association/$ref", basic).fails(400, "0x80048331", "Cannot assign roles or profiles to an access team.")
	elsewhere := app.roleIn("Basic User", sales)
	crew := app.made("teams", `{"name":"Crew"}`)
	app.post("teams("+crew+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+elsewhere+`)"}`).
		fails(400, "0x8004140d", "The team with id="+crew+" belongs to a different business unit="+top+" than the role with roleId="+elsewhere+" and roleBusinessUnit="+sales+".")
	ben.members(crew, "AddMembersTeam", "ben").is(403, "…")
	ben.post("teams", `{"name":"Mine"}`).is(403, "…prvCreateTeam…")
	ben.post("teams("+crew+")/teamroles_association/$ref", basic).is(403, "…prvAssignRole…")
	app.post("teams("+crew+")/teamroles_association/$ref", basic).is(204, "")
	convert := func(team string) answer {
		return app.post("teams("+team+")/Microsoft.Dynamics.CRM.ConvertOwnerTeamToAccessTeam", "")
	}
	convert(crew).fails(400, "0x80048336", "You cannot modify the type of the team because there are security roles or field security profiles assigned to the team.")
	account := app.made("accounts", `{"name":"Fabrikam","ownerid@odata.bind":"teams(`+crew+`)"}`)
	app.delete("teams("+crew+")/teamroles_association("+app.roleIn("Basic User", top)+")/$ref").is(204, "")
	convert(crew).fails(400, "0x80048337", "You cannot modify the type of the team because there are records owned by the team.")
	app.delete("accounts("+account+")").is(204, "")
	convert(crew).is(204, "")
	app.get("teams("+crew+")?$select=teamtype").is(200, `…"teamtype":1…`)
	convert(crew).is(405, "…")
	convert(own).is(405, "…")
}

// TestNobodyRisesByATeam: who may change a team's members gives no more than they hold.
func TestNobodyRisesByATeam(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top, sales := app.unit("Contoso"), app.unit("Sales")
	app.role("Recruiter", top, "prvAppendTeam", "Global", "prvAppendToUser", "Global")
	app.give("ben", "Recruiter", sales).is(204, "")
	admins := app.made("teams", `{"name":"Admins"}`)
	ben.members(admins, "AddMembersTeam", "ben").is(204, "")
	ben.members(admins, "RemoveMembersTeam", "ben").is(204, "")
	app.post("teams("+admins+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+app.roleIn("System Administrator", top)+`)"}`).is(204, "")
	ben.members(admins, "AddMembersTeam", "ben").is(403, "…0x80040220…")
	ben.post("teams("+admins+")/teammembership_association/$ref", `{"@odata.id":"`+root+`systemusers(`+people["ben"].user+`)"}`).is(403, "…0x80040220…")
	app.members(admins, "AddMembersTeam", "ben").is(204, "")
	ben.get("fieldsecurityprofiles").is(200, "…")
}

// TestTeamsMove: a team that comes into another unit leaves its roles, and takes its rows.
func TestTeamsMove(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	top, sales := app.unit("Contoso"), app.unit("Sales")
	team := app.made("teams", `{"name":"Crew"}`)
	app.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+app.roleIn("Basic User", top)+`)"}`).is(204, "")
	account := app.made("accounts", `{"name":"Fabrikam","ownerid@odata.bind":"teams(`+team+`)"}`)
	app.patch("teams("+team+")", `{"businessunitid@odata.bind":"businessunits(`+sales+`)"}`).is(204, "")
	app.get("accounts("+account+")?$select=_owningbusinessunit_value").is(200, `…"_owningbusinessunit_value":"`+sales+`"…`)
	app.get("teams("+team+")/teamroles_association").is(200, `…"value":[]}`)
	app.patch("teams("+team+")", `{"name":null}`).fails(400, "0x80041d0b", "The team name was unexpectedly missing.")
}
