package environment_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// id gives a member of the first row of a list.
func (c client) id(path, member string) string {
	c.t.Helper()
	names := c.get(path).names(member)
	if len(names) == 0 || names[0] == "" {
		c.t.Fatalf("%s has no %s", path, member)
	}
	return names[0]
}

// unit gives the id of a business unit by its name.
func (c client) unit(name string) string {
	return c.id("businessunits?$select=name&$filter=name eq '"+name+"'", "businessunitid")
}

// roleIn gives the id of a role's copy in a unit.
func (c client) roleIn(name, unit string) string {
	return c.id("roles?$select=name&$filter=name eq '"+name+"' and _businessunitid_value eq "+unit, "roleid")
}

func (c client) privilege(name string) string {
	return c.id("privileges?$select=name&$filter=name eq '"+name+"'", "privilegeid")
}

// role makes a role in a unit with privileges given as name and depth in turn.
func (c client) role(name, unit string, privileges ...string) string {
	c.t.Helper()
	id := c.made("roles", `{"name":"`+name+`","businessunitid@odata.bind":"businessunits(`+unit+`)"}`)
	c.hold(id, "AddPrivilegesRole", privileges...).is(204, "")
	return id
}

// hold sends privileges, given as name and depth in turn, to a role's action.
func (c client) hold(role, action string, privileges ...string) answer {
	c.t.Helper()
	var list []string
	for i := 0; i < len(privileges); i += 2 {
		list = append(list, `{"PrivilegeId":"`+c.w.as(c.t, "contoso-app").privilege(privileges[i])+`","Depth":"`+privileges[i+1]+`"}`)
	}
	return c.post("roles("+role+")/Microsoft.Dynamics.CRM."+action, `{"Privileges":[`+strings.Join(list, ",")+`]}`)
}

// give assigns the copy of a role that belongs to the user's unit.
func (c client) give(user, role, unit string) answer {
	c.t.Helper()
	return c.post("systemusers("+people[user].user+")/systemuserroles_association/$ref",
		`{"@odata.id":"`+root+`roles(`+c.roleIn(role, unit)+`)"}`)
}

// privileges lists what an answer with RolePrivileges says: name and depth.
func (a answer) privileges() []string {
	a.t.Helper()
	var all []string
	rows, ok := a.object()["RolePrivileges"].([]any)
	if !ok {
		a.t.Fatalf("%s: no RolePrivileges in %s", a.what, a.body)
	}
	for _, row := range rows {
		r := row.(map[string]any)
		all = append(all, fmt.Sprint(r["PrivilegeName"], " ", r["Depth"]))
	}
	slices.Sort(all)
	return all
}

var firstPrivileges = []string{
	"prvCreateSharePointData Global", "prvReadPluginAssembly Global", "prvReadPluginType Global", "prvReadSdkMessage Global",
	"prvReadSdkMessageProcessingStep Global", "prvReadSdkMessageProcessingStepImage Global", "prvReadSharePointData Global",
	"prvReadSharePointDocument Global", "prvWriteSharePointData Global",
}

// TestRolesAreCopiedDown: a role lies in every unit below the one where it was made, and
// its copies are it.
func TestRolesAreCopiedDown(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	top := app.unit("Contoso")
	role := app.role("Seller", top)
	copies := app.get("roles?$select=name,_parentroleid_value,_parentrootroleid_value&$filter=name eq 'Seller'")
	if got := copies.names("_parentrootroleid_value"); !slices.Equal(got, []string{role, role, role}) {
		t.Errorf("copies: %s", copies.body)
	}
	sales := app.unit("Sales")
	copied := app.roleIn("Seller", sales)
	app.get("roles("+copied+")?$select=_parentroleid_value").is(200, `…"_parentroleid_value":"`+role+`"…`)
	if got := app.get("roles(" + copied + ")/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole()").privileges(); !slices.Equal(got, firstPrivileges) {
		t.Errorf("a new role holds %v", got)
	}
	app.patch("roles("+role+")", `{"name":"Salesperson","isinherited":0,"description":"sells"}`).is(204, "")
	app.get("roles("+copied+")?$select=name,isinherited,description").is(200, `…"name":"Salesperson","isinherited":0,"description":"sells"…`)
	app.patch("roles("+copied+")", `{"name":"x"}`).fails(400, "0x80044152", "Inherited roles cannot be modified.")
	app.hold(copied, "AddPrivilegesRole", "prvReadAccount", "Global").fails(400, "0x80044152", "Inherited roles cannot be modified.")
	app.delete("roles("+copied+")").fails(400, "0x8004140c", "Cannot delete a role that is inherited from a parent business.")
	app.post("roles", `{"name":"salesperson","businessunitid@odata.bind":"businessunits(`+sales+`)"}`).
		fails(400, "0x80041403", "A role with the specified name 'salesperson' already exists on business unit "+sales+" and Solution Id …. Role id: "+copied)
	app.post("roles", `{"name":"y"}`).fails(400, "0x80041406", "The role's business unit ID was unexpectedly missing.")
	app.post("roles", `{"businessunitid@odata.bind":"businessunits(`+sales+`)"}`).fails(400, "0x80041407", "The role name was unexpectedly missing.")
	app.give("ben", "Salesperson", sales).is(204, "")
	app.delete("roles("+role+")").is(204, "")
	app.get("roles?$select=name&$filter=name eq 'Salesperson'").is(200, `…"value":[]}`)
	app.get("systemusers("+people["ben"].user+")/systemuserroles_association?$select=name").is(200, `…"value":[{…"name":"Basic User",…}]}`)
}

// TestTheLastAdministratorKeepsTheRole: it cannot be taken from the only enabled user
// that holds it (Dataverse facts 3.3).
func TestTheLastAdministratorKeepsTheRole(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	admin := app.roleIn("System Administrator", app.unit("Contoso"))
	take := func(user string) answer {
		return app.delete("systemusers(" + people[user].user + ")/systemuserroles_association(" + admin + ")/$ref")
	}
	take("ada").is(204, "")
	take("contoso-app").fails(400, "0x80041d30", "A user cannot be removed from the System Administrator Role if they are the only user that has the role.")
	app.give("ada", "System Administrator", app.unit("Contoso")).is(204, "")
	app.patch("systemusers("+people["ada"].user+")", `{"isdisabled":true}`).is(204, "")
	take("contoso-app").is(400, "…0x80041d30…")
	app.patch("systemusers("+people["ada"].user+")", `{"isdisabled":false}`).is(204, "")
	take("contoso-app").is(204, "")
	app.get("accounts").is(403, "…")
}

// TestPrivilegesOfRoles: what a role is given acts in the next request.
func TestPrivilegesOfRoles(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	app.made("accounts", `{"name":"Fabrikam"}`)
	role := app.role("Seller", app.unit("Contoso"), "prvReadAccount", "Local")
	app.give("ben", "Seller", app.unit("Sales")).is(204, "")
	seen := func() int { return len(ben.get("accounts?$select=name").names("name")) }
	if seen() != 0 {
		t.Error("Local reaches another unit")
	}
	app.hold(role, "AddPrivilegesRole", "prvReadAccount", "Global", "prvReadContact", "Deep").is(204, "")
	if seen() != 1 {
		t.Error("a privilege that is given again is deeper")
	}
	if got := app.get("RetrieveRolePrivilegesRole(RoleId=" + role + ")").privileges(); len(got) != len(firstPrivileges)+2 || !slices.Contains(got, "prvReadAccount Global") || !slices.Contains(got, "prvReadContact Deep") {
		t.Errorf("the role holds %v", got)
	}
	app.hold(role, "ReplacePrivilegesRole", "prvReadTeam", "Local").is(204, "")
	if got := app.get("RetrieveRolePrivilegesRole(RoleId=" + role + ")").privileges(); !slices.Equal(got, []string{"prvReadTeam Local"}) || seen() != 0 {
		t.Errorf("the role holds %v", got)
	}
	app.post("roles("+role+")/Microsoft.Dynamics.CRM.RemovePrivilegeRole", `{"PrivilegeId":"`+app.privilege("prvReadTeam")+`"}`).is(204, "")
	app.get("roles("+role+")/Microsoft.Dynamics.CRM.RetrieveRolePrivilegesRole").is(200, `…"RolePrivileges":[]}`)
	app.get("roles("+role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole").is(405, "…")
}

func TestPrivilegesOfRolesRefused(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	top := app.unit("Contoso")
	role := app.role("Seller", top)
	admin := app.roleIn("System Administrator", top)
	app.hold(admin, "ReplacePrivilegesRole", "prvReadAccount", "Global").fails(400, "0x80041d31", "The System Administrator Role cannot be modified.")
	app.patch("roles("+admin+")", `{"name":"x"}`).fails(400, "0x80041d31", "The System Administrator Role cannot be modified.")
	app.delete("roles("+admin+")").fails(400, "0x80041d2e", "The System Administrator Role cannot be deleted.")
	app.delete("roles("+app.roleIn("System Customizer", top)+")").fails(400, "0x80041d4a", "The System Customizer Role cannot be deleted.")
	app.delete("roles("+app.roleIn("Basic User", top)+")").fails(400, "0x80041d5a", "The Common Data Service User Role cannot be deleted.")
	app.hold(app.roleIn("Basic User", top), "AddPrivilegesRole", "prvActOnBehalfOfAnotherUser", "Global").
		fails(403, "0x8004ed43", "Act on Behalf of Another User privilege cannot be added or removed.")
	app.hold(role, "AddPrivilegesRole", "prvReadOrganization", "Basic").fails(400, "0x8004140b", "Invalid privilege depth.")
	app.hold(role, "AddPrivilegesRole", "prvReadAccount", "Wide").fails(400, "0x8004140b", "Invalid privilege depth.")
	app.hold(role, "AddPrivilegesRole", "prvReadAccount", "Basic", "prvReadAccount", "Local").
		fails(400, "0x8004140f", "Privilege "+app.privilege("prvReadAccount")+" is duplicated.")
	app.post("roles("+role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", `{"Privileges":[{"Depth":"Basic"}]}`).
		fails(400, "0x80041408", "The privilege ID was unexpectedly missing.")
	app.post("roles("+role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", `{}`).fails(400, "0x80040200", "Required field 'Privileges' is missing")
	app.post("accounts("+role+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", `{}`).is(404, "…")
	w.as(t, "ben").hold(role, "AddPrivilegesRole", "prvReadAccount", "Basic").is(403, "…prvWriteRole…")
	w.as(t, "ben").post("roles", `{"name":"Mine","businessunitid@odata.bind":"businessunits(`+app.unit("Sales")+`)"}`).is(403, "…prvCreateRole…")
}

// TestRoleEditorsGiveWhatTheyHold: who may write roles gives no more than they have.
func TestRoleEditorsGiveWhatTheyHold(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top, sales := app.unit("Contoso"), app.unit("Sales")
	app.role("Editor", top, "prvReadRole", "Global", "prvWriteRole", "Global", "prvCreateRole", "Global", "prvAppendRole", "Global", "prvAppendToBusinessUnit", "Global")
	app.give("ben", "Editor", sales).is(204, "")
	role := ben.role("Own", sales, "prvReadAccount", "Basic")
	ben.hold(role, "AddPrivilegesRole", "prvReadAccount", "Local").
		fails(403, "0x80040220", "Principal user (Id="+people["ben"].user+", type=8) is missing prvReadAccount privilege (Id=886b280c-6396-4d56-a0a3-2c1b0a50ceb0)")
	ben.hold(role, "ReplacePrivilegesRole", "prvAssignRole", "Global").is(403, "…prvAssignRole…")
	app.hold(role, "AddPrivilegesRole", "prvReadAccount", "Global").is(204, "")
	ben.hold(role, "ReplacePrivilegesRole", "prvReadAccount", "Global").is(204, "")
}

// TestWhatUsersHold asks for a user's privileges in every way.
func TestWhatUsersHold(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	sales := app.unit("Sales")
	app.role("Seller", app.unit("Contoso"), "prvReadAccount", "Deep")
	app.give("ben", "Seller", sales).is(204, "")
	ben := "systemusers(" + people["ben"].user + ")/Microsoft.Dynamics.CRM."
	account := `{"Depth":"Deep","PrivilegeId":"886b280c-6396-4d56-a0a3-2c1b0a50ceb0","BusinessUnitId":"` + sales + `","PrivilegeName":"prvReadAccount"}`
	head := func(name string) string {
		return `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.` + name + `Response","RolePrivileges":[`
	}
	app.get(ben+"RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvReadAccount')").is(200, head("RetrieveUserPrivilegeByPrivilegeName")+account+`]}`)
	app.get(ben+"RetrieveUserPrivilegeByPrivilegeId(PrivilegeId=886b280c-6396-4d56-a0a3-2c1b0a50ceb0)").is(200, head("RetrieveUserPrivilegeByPrivilegeId")+account+`]}`)
	app.get(ben+"RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)?@p=['prvReadAccount','prvMerge']").is(200, head("RetrieveUserSetOfPrivilegesByNames")+account+`]}`)
	app.get(ben+"RetrieveUserSetOfPrivilegesByIds(PrivilegeIds=@p)?@p=['886b280c-6396-4d56-a0a3-2c1b0a50ceb0']").is(200, head("RetrieveUserSetOfPrivilegesByIds")+account+`]}`)
	object := "DirectoryObjectId=" + people["ben"].object
	app.get("RetrieveAadUserSetOfPrivilegesByNames("+object+",PrivilegeNames=@p)?@p=['prvReadAccount']").is(200, head("RetrieveAadUserSetOfPrivilegesByNames")+account+`]}`)
	if got := app.get(ben + "RetrieveUserPrivileges()").privileges(); !slices.Equal(got, app.get("RetrieveAadUserPrivileges("+object+")").privileges()) || len(got) < 50 {
		t.Errorf("ben holds %v", got)
	}
	roles := app.get("RetrieveAadUserRoles("+object+")").has("Content-Type", "…").is(200, `{"@odata.context":"`+root+`$metadata#roles","value":[…]}`).names("name")
	if slices.Sort(roles); !slices.Equal(roles, []string{"Basic User", "Seller"}) {
		t.Errorf("ben's roles are %v", roles)
	}
	app.get("RetrieveAadUserRoles(DirectoryObjectId="+people["mallory"].object+")").is(404, "…")
	app.get("RetrieveUsersPrivilegesThroughTeams(UserId="+people["ben"].user+")").is(200, head("RetrieveUsersPrivilegesThroughTeams")+`]}`)
	if got := app.get("RetrievePrivilegeSet()").names("name"); !slices.Contains(got, "prvReadAccount") {
		t.Errorf("privileges: %v", got)
	}
}
