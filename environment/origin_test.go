package environment_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

// origin asks why somebody has access to a row.
func (c client) origin(table, id, principal string) string {
	c.t.Helper()
	a := c.get(fmt.Sprintf("RetrieveAccessOrigin(ObjectId=@o,LogicalName=@l,PrincipalId=@p)?@o=%s&@l='%s'&@p=%s", id, table, principal))
	a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrieveAccessOriginResponse","Response":"…"}`)
	text, _ := a.object()["Response"].(string)
	return text
}

type accessInfo struct{ GrantedAccessRights, RoleAccessRights, PoaAccessRights, HsmAccessRights string }

// info asks what somebody may do with an account, and why.
func (c client) info(principal, account string) (i accessInfo) {
	c.t.Helper()
	a := c.get(principal + "/Microsoft.Dynamics.CRM.RetrievePrincipalAccessInfo(ObjectId=" + account + ",EntityName='account')")
	a.is(200, `{"@odata.context":"`+root+`$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAccessInfoResponse","AccessInfo":"…"}`)
	text, _ := a.object()["AccessInfo"].(string)
	if err := json.Unmarshal([]byte(text), &i); err != nil {
		c.t.Errorf("%s: %v", text, err)
	}
	if granted := c.access(principal, "accounts("+account+")"); granted != i.GrantedAccessRights {
		c.t.Errorf("granted %s, and %s", i.GrantedAccessRights, granted)
	}
	return i
}

// TestWhereAccessComesFrom: every sentence of the service that can be true here, in turn, and
// the rights by their reasons.
func TestWhereAccessComesFrom(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	ben, cleo := people["ben"].user, people["cleo"].user
	account := ada.made("accounts", `{"name":"a"}`)
	row := "accounts(" + account + ")"
	is := func(who, want string) {
		t.Helper()
		if got := ada.origin("account", account, who); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	has := func(who string, want accessInfo) {
		t.Helper()
		if got := ada.info("systemusers("+who+")", account); got != want {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}
	const none = "Access origin could not be found. Access does not come from POA table or object ownership."
	is(people["ada"].user, "PrincipalId is object owner ("+account+")")
	has(people["ada"].user, accessInfo{everyRight, everyRight, "None", "None"})
	is(ben, none)
	is(absent, none)
	has(ben, accessInfo{"None", "None", "None", "None"})
	// A share of somebody without the privilege says where access would come from, and gives none.
	ada.share("GrantAccess", to("account", account), user("ben"), "ReadAccess, WriteAccess").is(204, "")
	is(ben, "PrincipalId has direct poa access to object ("+account+")")
	has(ben, accessInfo{"ReadAccess, WriteAccess", "None", "ReadAccess, WriteAccess", "None"})
	team := ada.made("teams", `{"name":"t"}`)
	ada.post("teams("+team+")/Microsoft.Dynamics.CRM.AddMembersTeam", `{"Members":[`+user("cleo")+`]}`).is(204, "")
	ada.share("GrantAccess", to("account", account), to("team", team), "ReadAccess").is(204, "")
	is(cleo, "PrincipalId is member of team ("+team+") who has poa access to object ("+account+")")
	has(cleo, accessInfo{"ReadAccess", "None", "ReadAccess", "None"})
	if got := ada.info("teams("+team+")", account); got != (accessInfo{"None", "None", "None", "None"}) {
		t.Errorf("a team without roles has %+v", got)
	}
	ada.revoke(to("account", account), to("team", team)).is(204, "")
	ada.share("GrantAccess", to("account", account), to("organization", organization), "ReadAccess").is(204, "")
	is(cleo, "PrincipalId is member of organization ("+organization+") who has poa access to object ("+account+")")

	// A team that owns, and who stands above an owner.
	role := ada.role("Owns", ada.unit("Contoso"), "prvReadAccount", "Basic")
	ada.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"roles(`+role+`)"}`).is(204, "")
	ada.patch(row, `{"ownerid@odata.bind":"/teams(`+team+`)"}`).is(204, "")
	is(cleo, "PrincipalId is member of team ("+team+") who is object owner ("+account+")")
	is(team, "PrincipalId is object owner ("+account+")")
	ada.patch("organizations("+organization+")", `{"ishierarchicalsecuritymodelenabled":true}`).is(204, "")
	ada.patch("systemusers("+cleo+")", `{"parentsystemuserid@odata.bind":"/systemusers(`+people["contoso-reader"].user+`)"}`).is(204, "")
	mine := w.as(t, "cleo").made("accounts", `{"name":"mine"}`)
	want := "PrincipalId has access to (" + cleo + ") through hierarchy security. (" + cleo + ") is object owner (" + mine + ")"
	if got := ada.origin("account", mine, people["contoso-reader"].user); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	const direct = "ReadAccess, WriteAccess, AppendAccess, AppendToAccess"
	if got, want := ada.info("systemusers("+people["contoso-reader"].user+")", mine), (accessInfo{direct, "None", "None", direct}); got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}

	// What comes down to a row: by its parent's owner, by the parent's shares.
	task := ada.made("tasks", `{"subject":"t","ownerid@odata.bind":"/systemusers(`+people["ada"].user+`)","regardingobjectid_account_task@odata.bind":"/accounts(`+mine+`)"}`)
	if got, want := ada.origin("task", task, cleo), "PrincipalId is owner of a parent entity of object ("+task+")"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	ada.share("GrantAccess", to("account", mine), user("ben"), "ReadAccess").is(204, "")
	if got, want := ada.origin("task", task, ben), "PrincipalId has poa access to object's root entity ("+task+")"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}

	unit := ada.unit("Sales")
	if got, want := ada.origin("businessunit", unit, ben), "PrincipalId is member of organization ("+organization+") who is object owner ("+unit+")"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := ada.origin("account", absent, ben), "Entity 'account' With Id = "+absent+" Does Not Exist"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	ada.get("RetrieveAccessOrigin(ObjectId="+account+",LogicalName='nosuch',PrincipalId="+ben+")").
		fails(400, "0x80041102", "The entity with a name = 'nosuch' with namemapping = 'Logical' was not found in the MetadataCache.")
	ada.get("systemusers("+ben+")/Microsoft.Dynamics.CRM.RetrievePrincipalAccessInfo(ObjectId="+absent+",EntityName='account')").is(404, "…")
	w.as(t, "ben").get("RetrieveAccessOrigin(ObjectId="+w.as(t, "ada").made("accounts", `{"name":"hidden"}`)+",LogicalName='account',PrincipalId="+ben+")").is(403, "…")
	ada.get("RetrieveAccessOrigin(LogicalName='account',PrincipalId="+ben+")").is(400, "…ObjectId…")
}

// TestPrincipalAttributePrivileges: the secured columns that profiles open, to the user and
// to those in a team.
func TestPrincipalAttributePrivileges(t *testing.T) {
	w := start(t)
	w.vault(t)
	ada := w.as(t, "ada")
	path := func(principal string) string {
		return principal + "/Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivileges()"
	}
	ben, cleo := "systemusers("+people["ben"].user+")", "systemusers("+people["cleo"].user+")"
	context := `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.RetrievePrincipalAttributePrivilegesResponse","AttributePrivileges":[`
	ada.get(path(ben)).is(200, context+`]}`)
	profile := ada.profile("ben", "contact.lastname")
	id := ada.get("EntityDefinitions(LogicalName='contact')/Attributes(LogicalName='lastname')?$select=MetadataId").object()["MetadataId"].(string)
	want := context + `{"AttributeId":"` + id + `","CanCreate":0,"CanRead":4,"CanUpdate":0}]}`
	ada.get(path(ben)).is(200, want)
	w.as(t, "ben").get(path(ben)).is(200, want)
	team := ada.made("teams", `{"name":"t"}`)
	ada.post("fieldsecurityprofiles("+profile+")/teamprofiles_association/$ref", `{"@odata.id":"`+root+`teams(`+team+`)"}`).is(204, "")
	ada.get(path(cleo)).is(200, context+`]}`)
	ada.post("teams("+team+")/Microsoft.Dynamics.CRM.AddMembersTeam", `{"Members":[`+user("cleo")+`]}`).is(204, "")
	ada.get(path(cleo)).is(200, want)
	ada.get(path("teams("+team+")")).is(200, want)
	if all := ada.get(path("systemusers(" + people["ada"].user + ")")).object()["AttributePrivileges"].([]any); len(all) != 2 {
		t.Errorf("an administrator has %v", all)
	}
	ada.get(path("systemusers("+absent+")")).is(404, "…")
	w.as(t, "idle").get(path(ben)).is(403, "…")
}
