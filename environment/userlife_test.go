package environment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// One of the service's own roles for an application: as the environment is set.
func TestSystemRolesOfApplicationUsers(t *testing.T) {
	for setting, want := range map[string]struct {
		status int
		logged bool
	}{"allow": {204, false}, "": {204, true}, "refuse": {400, false}} {
		w := start(t, func(c *environment.Config) { c.SystemRoles = setting })
		ada := w.as(t, "ada")
		ada.give("integration", "System Administrator", ada.unit("Contoso")).is(want.status, "…")
		if logged := strings.Contains(w.log.String(), "the service's own role System Administrator"); logged != want.logged {
			t.Errorf("%q: logged %v", setting, logged)
		}
		ada.role("Own", ada.unit("Contoso"), "prvReadAccount", "Basic")
		ada.give("integration", "Own", ada.unit("Contoso")).is(204, "")
		ada.give("ben", "System Administrator", ada.unit("Sales")).is(204, "")
	}
}

// Application access control admits the applications listed, while it is enabled.
func TestApplicationAccessControl(t *testing.T) {
	w := start(t)
	ada, app := w.as(t, "ada"), w.as(t, "contoso-app")
	set := func(mode, list string) {
		ada.patch("organizations("+organization+")", `{"applicationbasedaccesscontrolmode":`+mode+`,"allowedapplicationsfordvaccess":"`+list+`"}`).is(204, "")
	}
	const peoples = "51f81489-12ee-4a9e-aaae-a2591f45987d" // the client that people use here
	for _, mode := range []string{"0", "1"} {
		set(mode, peoples)
		app.get("WhoAmI").is(200, "…")
	}
	set("2", peoples)
	app.get("WhoAmI").fails(403, "0x80095ffc", "Access to Dataverse API is restricted for this application Id : '"+people["contoso-app"].app+"'. Please contact your administrator for more information.")
	ada.get("WhoAmI").is(200, "…")
	set("2", peoples+","+people["contoso-app"].app)
	app.get("WhoAmI").is(200, "…")
	w.as(t, "contoso-reader").get("WhoAmI").is(403, "…")
	set("0", peoples)
	w.as(t, "contoso-reader").get("WhoAmI").is(200, "…")
}

// Audit mode refuses nobody and logs of each request what it would have done.
func TestApplicationAccessControlAudits(t *testing.T) {
	w := start(t)
	ada, app := w.as(t, "ada"), w.as(t, "contoso-app")
	said := func(c client) string {
		from := len(w.log.String())
		c.get("WhoAmI").is(200, "…")
		_, rest, _ := strings.Cut(w.log.String()[from:], `"app_access":"`)
		word, _, _ := strings.Cut(rest, `"`)
		return word
	}
	for mode, want := range map[string][2]string{"0": {}, "1": {"ApplicationBasedAccessDenied", "ApplicationBasedAccessAllowed"}} {
		ada.patch("organizations("+organization+")", `{"applicationbasedaccesscontrolmode":`+mode+`,"allowedapplicationsfordvaccess":"51f81489-12ee-4a9e-aaae-a2591f45987d"}`).is(204, "")
		if denied, allowed := said(app), said(ada); denied != want[0] || allowed != want[1] {
			t.Errorf("mode %s logs %q and %q", mode, denied, allowed)
		}
	}
}

// Enabled for roles, an application that is listed with roles admits those who have one of
// them, of whichever unit, themselves or through a team.
func TestApplicationAccessControlByRoles(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	set := func(mode, roles string) {
		app.patch("organizations("+organization+")", `{"applicationbasedaccesscontrolmode":`+mode+`,"allowedapplicationsfordvaccess":"`+
			people["contoso-app"].app+`, 51f81489-12ee-4a9e-aaae-a2591f45987d`+roles+`"}`).is(204, "")
	}
	admitted := func(what string, want ...string) {
		t.Helper()
		for _, name := range []string{"ada", "ben", "cleo"} {
			a, in := w.as(t, name).get("WhoAmI"), slices.Contains(want, name)
			if in && a.status != 200 || !in && (a.status != 403 || !strings.Contains(a.body, "0x80095ffc")) {
				t.Errorf("%s: %s is answered %d %s", what, name, a.status, a.body)
			}
		}
	}
	top, sales := app.unit("Contoso"), app.unit("Sales")
	seller := app.role("Seller", top)
	set("3", "")
	admitted("no role is named", "ada", "ben", "cleo")
	set("2", "="+seller)
	admitted("roles do not count", "ada", "ben", "cleo")
	set("3", "="+seller)
	admitted("a role that nobody has")
	app.give("ben", "Seller", sales).is(204, "")
	admitted("the copy of another unit", "ben")
	team := app.made("teams", `{"name":"Sellers"}`)
	app.members(team, "AddMembersTeam", "cleo").is(204, "")
	app.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+seller+`)"}`).is(204, "")
	admitted("through a team", "ben", "cleo")
	set("3", "="+seller+"+"+app.roleIn("System Administrator", top))
	admitted("one of two", "ada", "ben", "cleo")
	set("3", "=")
	admitted("a list of no roles")
	w.as(t, "ada").get("WhoAmI").is(403, "…0x80095ffc…")
}

// Disabling shows on the next request, and so does enabling.
func TestApplicationUsersAreDeactivatedAndComeBack(t *testing.T) {
	w := start(t)
	ada, app := w.as(t, "ada"), w.as(t, "contoso-app")
	me := "systemusers(" + people["contoso-app"].user + ")"
	ada.delete(me).fails(400, "0x80040203", "The user can't be deleted because it is active. Deactivate the user and try again.")
	ada.patch(me, `{"isdisabled":true}`).is(204, "")
	app.get("WhoAmI").is(403, `…is disabled…`)
	ada.patch(me, `{"isdisabled":false}`).is(204, "")
	row := app.made("accounts", `{"name":"its"}`)
	ada.patch(me, `{"isdisabled":true}`).is(204, "")
	ada.delete(me).fails(400, "0x80040203", "Can't delete a user which owns records. Reassign the records and try again.")
	ada.patch("accounts("+row+")", `{"ownerid@odata.bind":"systemusers(`+people["ada"].user+`)"}`).is(204, "")
	w.as(t, "ben").delete(me).is(403, "…")
	ada.delete(me).is(204, "")
	app.get("WhoAmI").fails(403, "0x80072560", "The user is not a member of the organization.")
	ada.get("accounts("+row+")?$select=_createdby_value,_ownerid_value").is(200, `…"_createdby_value":"`+people["contoso-app"].user+`"…`)
}

// An administrative user sees to settings and reaches no customer data.
func TestAdministrativeAccessMode(t *testing.T) {
	w := start(t)
	ada := w.as(t, "ada")
	me := "systemusers(" + people["ada"].user + ")"
	w.as(t, "contoso-app").patch(me, `{"accessmode":1}`).is(204, "")
	ada.get("accounts?$select=name").is(403, `…accessMode='1 Administrative'…prvReadAccount…`)
	ada.get("systemusers?$select=fullname").is(200, "…")
	ada.patch("systemusers("+people["ben"].user+")", `{"jobtitle":"x"}`).is(204, "")
}
