package environment_test

import (
	"slices"
	"strings"
	"testing"
)

// newUnit makes a business unit below another.
func (c client) newUnit(name, parent string) string {
	c.t.Helper()
	return c.made("businessunits", `{"name":"`+name+`","parentbusinessunitid@odata.bind":"businessunits(`+parent+`)"}`)
}

// roleNames lists the roles in a unit.
func (c client) roleNames(unit string) string {
	c.t.Helper()
	names := c.get("roles?$select=name&$filter=_businessunitid_value eq " + unit).names("name")
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// TestUnitsBringTeamAndRoles: a new unit has its team and the roles of the unit above.
func TestUnitsBringTeamAndRoles(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	sales := app.unit("Sales")
	app.role("Seller", sales)
	north := app.newUnit("North", sales)
	if got := app.roleNames(north); got != "Basic User, Delegate, Integration, Seller, System Administrator, System Customizer" {
		t.Errorf("North has %s", got)
	}
	app.get("roles("+app.roleIn("Seller", north)+")?$select=_parentroleid_value").is(200, `…"_parentroleid_value":"`+app.roleIn("Seller", sales)+`"…`)
	team := app.id("teams?$select=name&$filter=_businessunitid_value eq "+north, "teamid")
	app.get("teams("+team+")?$select=name,isdefault,teamtype").is(200, `…"name":"North","isdefault":true,"teamtype":0…`)
	app.patch("businessunits("+north+")", `{"name":"Far North"}`).is(204, "")
	app.get("teams("+team+")?$select=name").is(200, `…"name":"Far North"…`)
	app.patch("teams("+team+")", `{"name":"x"}`).fails(400, "0x8004830a", "The default business unit team name can't be updated.")
	app.patch("teams("+team+")", `{"businessunitid@odata.bind":"businessunits(`+sales+`)"}`).fails(400, "0x80048308", "The default business unit team parent can't be set.")
	app.delete("teams("+team+")").fails(400, "0x80048307", "The default business unit team can't be deleted.")
	app.post("businessunits", `{"name":"sales","parentbusinessunitid@odata.bind":"businessunits(`+sales+`)"}`).fails(400, "0x8004022a", "An object with the specified name already exists.")
	app.post("businessunits", `{"parentbusinessunitid@odata.bind":"businessunits(`+sales+`)"}`).fails(400, "0x80041d00", "The business name was unexpectedly missing.")
	app.post("businessunits", `{"name":"x"}`).fails(400, "0x80041d02", "The parent business was unexpectedly missing.")
	w.as(t, "ben").post("businessunits", `{"name":"x","parentbusinessunitid@odata.bind":"businessunits(`+sales+`)"}`).is(403, "…prvCreateBusinessUnit…")
}

// TestUnitsMove: a moved subtree loses the roles of where it was and gets those of where it is.
func TestUnitsMove(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	top, sales, service := app.unit("Contoso"), app.unit("Sales"), app.unit("Service")
	app.role("Seller", sales)
	app.role("Helper", service)
	north := app.newUnit("North", sales)
	far := app.newUnit("Far", north)
	app.role("Own", north)
	app.patch("businessunits("+sales+")", `{"parentbusinessunitid@odata.bind":"businessunits(`+far+`)"}`).
		fails(400, "0x80041d21", "Creating this parental association would create a loop in business hierarchy.")
	app.patch("businessunits("+top+")", `{"parentbusinessunitid@odata.bind":"businessunits(`+far+`)"}`).is(400, "…0x80041d21…")
	app.post("businessunits("+north+")/Microsoft.Dynamics.CRM.SetParentBusinessUnit", `{"Parent":{"businessunitid":"`+service+`"}}`).is(204, "")
	app.get("businessunits("+north+")?$select=_parentbusinessunitid_value").is(200, `…"_parentbusinessunitid_value":"`+service+`"…`)
	for _, unit := range []string{north, far} {
		if got := app.roleNames(unit); got != "Basic User, Delegate, Helper, Integration, Own, System Administrator, System Customizer" {
			t.Errorf("%s has %s", unit, got)
		}
	}
	app.get("roles("+app.roleIn("Basic User", north)+")?$select=_parentroleid_value").is(200, `…"_parentroleid_value":"`+app.roleIn("Basic User", service)+`"…`)
	if got := app.roleNames(sales); got != "Basic User, Delegate, Integration, Seller, System Administrator, System Customizer" {
		t.Errorf("Sales has %s", got)
	}
}

// TestUnitsEnd: who is in a disabled unit is refused; a unit goes when nothing is in it.
func TestUnitsEnd(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	top, sales := app.unit("Contoso"), app.unit("Sales")
	north := app.newUnit("North", sales)
	app.delete("businessunits("+north+")").fails(400, "0x80041d60", "Not disabled business unit cannot be deleted.")
	app.patch("businessunits("+top+")", `{"isdisabled":true}`).fails(400, "0x80041d63", "Root Business unit cannot be disabled.")
	app.patch("businessunits("+sales+")", `{"isdisabled":true}`).is(204, "")
	ben.get("WhoAmI").is(403, "…0x80040225…")
	app.delete("businessunits("+sales+")").fails(400, "0x80041d61", "Business unit has a child business unit and cannot be deleted.")
	app.patch("businessunits("+north+")", `{"isdisabled":true}`).is(204, "")
	app.delete("businessunits("+north+")").is(204, "")
	app.get("teams?$filter=name eq 'North'").is(200, `…"value":[]}`)
	app.get("roles?$filter=_businessunitid_value eq "+north).is(200, `…"value":[]}`)
	app.delete("businessunits("+sales+")").is(405, "…0x80040227…")
	app.patch("businessunits("+sales+")", `{"isdisabled":false}`).is(204, "")
	ben.get("WhoAmI").is(200, "…")
}

// TestAnAdministratorStaysOutside: the units of all administrators are not disabled.
func TestAnAdministratorStaysOutside(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	sales := app.unit("Sales")
	app.give("ben", "System Administrator", sales).is(204, "")
	for _, name := range []string{"ada", "contoso-app"} {
		ben := w.as(t, "ben")
		ben.delete("systemusers("+people[name].user+")/systemuserroles_association("+ben.roleIn("System Administrator", ben.unit("Contoso"))+")/$ref").is(204, "")
	}
	w.as(t, "ben").patch("businessunits("+sales+")", `{"isdisabled":true}`).
		fails(400, "0x80041d59", "Business unit cannot be disabled: no active user with system admin role exists outside of business unit subtree.")
}

// TestUsersMove: roles stay behind, rows and the membership in the unit's team follow.
func TestUsersMove(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	sales, service := app.unit("Sales"), app.unit("Service")
	id := ben.made("accounts", `{"name":"Fabrikam"}`)
	path := "systemusers(" + people["ben"].user + ")"
	teams := func() string {
		return strings.Join(app.get(path+"/teammembership_association?$select=name").names("name"), ", ")
	}
	move := func(unit string) answer {
		return app.patch(path, `{"businessunitid@odata.bind":"businessunits(`+unit+`)"}`)
	}
	move(service).is(204, "")
	ben.get("WhoAmI").is(403, "…0x80042f09…")
	if got := teams(); got != "Service" {
		t.Errorf("ben is in %s", got)
	}
	app.get("accounts("+id+")?$select=_owningbusinessunit_value").is(200, `…"_owningbusinessunit_value":"`+service+`"…`)
	app.give("ben", "Basic User", service).is(204, "")
	settings := app.get("organizations(" + organization + ")?$select=orgdborgsettings").object()["orgdborgsettings"].(string)
	app.patch("organizations("+organization+")", `{"orgdborgsettings":"`+strings.Replace(settings, "<DoNotRemoveRolesOnChangeBusinessUnit>false", "<DoNotRemoveRolesOnChangeBusinessUnit>true", 1)+`"}`).is(204, "")
	app.role("Helper", service)
	app.give("ben", "Helper", service).is(204, "")
	app.post(path+"/Microsoft.Dynamics.CRM.SetBusinessSystemUser", `{"BusinessUnit":{"businessunitid":"`+sales+`"},"ReassignPrincipal":`+user("ben")+`,"DoNotMoveAllRecords":true}`).is(204, "")
	ben.get("WhoAmI").is(200, "…")
	if got := app.get(path + "/systemuserroles_association?$select=_businessunitid_value,name"); !slices.Equal(got.names("_businessunitid_value"), []string{sales}) || got.names("name")[0] != "Basic User" {
		t.Errorf("ben's roles: %s", got.body)
	}
	app.get("accounts("+id+")?$select=_owningbusinessunit_value").is(200, `…"_owningbusinessunit_value":"`+service+`"…`)
	ben.patch(path, `{"businessunitid@odata.bind":"businessunits(`+service+`)"}`).is(403, "…")
}

// TestTheLastAdministratorDoesNotMove: moving takes the role away.
func TestTheLastAdministratorDoesNotMove(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.patch("systemusers("+people["ada"].user+")", `{"businessunitid@odata.bind":"businessunits(`+app.unit("Sales")+`)"}`).is(204, "")
	app.patch("systemusers("+people["contoso-app"].user+")", `{"businessunitid@odata.bind":"businessunits(`+app.unit("Sales")+`)"}`).is(400, "…0x80041d30…")
	app.get("accounts").is(200, "…")
}

// TestReassigning: all that somebody owns goes to another, by the caller's own rights.
func TestReassigning(t *testing.T) {
	w := start(t)
	app, ben := w.as(t, "contoso-app"), w.as(t, "ben")
	account, contact := ben.made("accounts", `{"name":"Fabrikam"}`), ben.made("contacts", `{"lastname":"Yvonne"}`)
	body := `{"FromPrincipal":` + user("ben") + `,"ToPrincipal":` + user("cleo") + `}`
	w.as(t, "cleo").post("ReassignObjectsOwner", body).is(403, "…")
	app.post("systemusers("+people["ben"].user+")/Microsoft.Dynamics.CRM.ReassignObjectsSystemUser", `{"ReassignPrincipal":`+user("cleo")+`}`).is(204, "")
	for _, path := range []string{"accounts(" + account + ")", "contacts(" + contact + ")"} {
		app.get(path+"?$select=_ownerid_value,_owningbusinessunit_value").is(200, `…"_ownerid_value":"`+people["cleo"].user+`","_owningbusinessunit_value":"`+app.unit("Service")+`"…`)
	}
	app.post("ReassignObjectsOwner", body).is(204, "")
	app.post("ReassignObjectsOwner", `{"FromPrincipal":`+user("ben")+`}`).is(400, "…'ToPrincipal'…")
	app.post("ReassignObjectsOwner", `{"FromPrincipal":`+user("ben")+`,"ToPrincipal":`+to("account", account)+`}`).is(400, "…0x80040210…")
}

// TestManagers: nobody manages themselves, by whatever detour.
func TestManagers(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	manage := func(whom, manager string) answer {
		return app.post("systemusers("+people[whom].user+")/Microsoft.Dynamics.CRM.SetParentSystemUser", `{"Parent":`+user(manager)+`,"KeepChildUsers":true}`)
	}
	manage("ben", "ben").fails(400, "0x80041d06", "The user can not be its own parent user.")
	manage("ben", "cleo").is(204, "")
	manage("cleo", "ada").is(204, "")
	manage("ada", "ben").is(400, "…0x80041d25…")
	app.post("systemusers("+people["ben"].user+")/Microsoft.Dynamics.CRM.RemoveParent", "").is(204, "")
	manage("ada", "ben").is(204, "")
}
