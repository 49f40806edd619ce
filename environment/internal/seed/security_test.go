package seed

import (
	"context"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// What the seeded people may do, as the resolver reads it from the seeded tables.
func TestPeopleHoldWhatTheirRolesSay(t *testing.T) {
	st, m := filled(t, contoso())
	resolver := access.NewResolver(st, func() *meta.Model { return m })
	callers := map[string]access.Caller{}
	for name, who := range map[string]access.Identity{
		"ada":  {ObjectID: catalog.ID("ada")},
		"ben":  {ObjectID: catalog.ID("ben")},
		"cleo": {ObjectID: catalog.ID("cleo")},
		"app":  {App: true, ApplicationID: appID, ObjectID: catalog.ID("app")},
	} {
		user, err := resolver.User(context.Background(), who)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if callers[name], err = resolver.Caller(context.Background(), user, access.OnBehalf{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for _, c := range []struct {
		who, privilege string
		want           access.Depth
	}{
		{"ada", "prvReadAccount", access.Global}, {"ada", "prvDeleteBusinessUnit", access.Global},
		{"ada", "prvReadUserQuery", access.Basic}, {"ada", "prvActOnBehalfOfAnotherUser", access.Global},
		{"ben", "prvReadAccount", access.Basic}, {"ben", "prvAssignContact", access.Basic}, {"ben", "prvDeleteNote", access.Basic},
		{"ben", "prvShareActivity", access.Basic}, {"ben", "prvReadUser", access.Global}, {"ben", "prvReadRole", access.Local},
		{"ben", "prvAppendToUser", access.Local}, {"ben", "prvReadTransactionCurrency", access.Global},
		{"ben", "prvWriteOrganization", access.None}, {"ben", "prvActOnBehalfOfAnotherUser", access.None},
		{"ben", "prvWriteUser", access.None}, {"ben", "prvReadFieldSecurityProfile", access.None},
		{"cleo", "prvActOnBehalfOfAnotherUser", access.Global}, {"cleo", "prvReadAccount", access.Basic},
		{"app", "prvCreateAccount", access.Local}, {"app", "prvReadContact", access.Deep}, {"app", "prvWriteActivity", access.Local},
		{"app", "prvDeleteAccount", access.None}, {"app", "prvAssignAccount", access.None}, {"app", "prvShareNote", access.None},
		{"app", "prvActOnBehalfOfAnotherUser", access.Global},
	} {
		p := m.Privilege(c.privilege)
		if p == nil {
			t.Fatalf("no privilege %s", c.privilege)
		}
		if got := callers[c.who].Has(p); got != c.want {
			t.Errorf("%s holds %s at depth %d, want %d", c.who, c.privilege, got, c.want)
		}
	}
}

// Nobody can be SYSTEM or INTEGRATION.
func TestSystemUsersAreDisabled(t *testing.T) {
	st, m := filled(t, contoso())
	users := all(t, st, m.Table("systemuser"))
	for _, name := range []string{systemName, integrationName} {
		rows := only(users, "fullname", name)
		if len(rows) != 1 || rows[0]["isdisabled"] != "1" || rows[0]["azureactivedirectoryobjectid"] != "" || rows[0]["applicationid"] != "" {
			t.Errorf("%s: %v", name, rows)
		}
	}
}

func TestEveryUnitHasItsCopyOfEveryRole(t *testing.T) {
	st, m := filled(t, contoso())
	units, roles := all(t, st, m.Table("businessunit")), all(t, st, m.Table("role"))
	if n := len(only(units, "parentbusinessunitid", "")); n != 1 {
		t.Fatalf("%d root units", n)
	}
	for id, r := range roles {
		unit := units[r["businessunitid"]]
		parent, above := roles[r["parentroleid"]], unit["parentbusinessunitid"]
		if above == "" {
			if r["parentrootroleid"] != id || parent != nil {
				t.Errorf("role %s of the root: root %s, parent %v", r["name"], r["parentrootroleid"], parent)
			}
			continue
		}
		root := roles[r["parentrootroleid"]]
		if root["name"] != r["name"] || root["parentrootroleid"] != root["roleid"] || parent["name"] != r["name"] || parent["businessunitid"] != above {
			t.Errorf("role %s of %s: root %v, parent %v", r["name"], unit["name"], root, parent)
		}
	}
	for _, unit := range units {
		if n := len(only(roles, "businessunitid", unit["businessunitid"])); n != 5 {
			t.Errorf("unit %s has %d roles", unit["name"], n)
		}
	}
}

func TestPrivilegesAreKeptAtTheRootRole(t *testing.T) {
	st, m := filled(t, contoso())
	roles := all(t, st, m.Table("role"))
	perRole := map[string]int{}
	for _, r := range all(t, st, m.Table("roleprivileges")) {
		role := roles[r["roleid"]]
		if role["parentrootroleid"] != role["roleid"] {
			t.Errorf("a copy of %s holds a privilege itself", role["name"])
		}
		perRole[role["name"]]++
	}
	if perRole["System Administrator"] != len(m.Privileges) {
		t.Errorf("System Administrator holds %d of %d privileges", perRole["System Administrator"], len(m.Privileges))
	}
	if perRole["Delegate"] != 1 {
		t.Errorf("Delegate holds %d privileges", perRole["Delegate"])
	}
}

func TestUsersHoldTheCopyOfTheirUnit(t *testing.T) {
	st, m := filled(t, contoso())
	users, roles := all(t, st, m.Table("systemuser")), all(t, st, m.Table("role"))
	teams := all(t, st, m.Table("team"))
	for _, a := range all(t, st, m.Table("systemuserroles")) {
		if u, r := users[a["systemuserid"]], roles[a["roleid"]]; u["businessunitid"] != r["businessunitid"] {
			t.Errorf("%s holds %s of another unit", u["fullname"], r["name"])
		}
	}
	for _, a := range all(t, st, m.Table("teammembership")) {
		if u, team := users[a["systemuserid"]], teams[a["teamid"]]; u["businessunitid"] != team["businessunitid"] || team["isdefault"] != "1" {
			t.Errorf("%s is in team %s", u["fullname"], team["name"])
		}
	}
}

func TestRolesTextIsChecked(t *testing.T) {
	m := newModel(t)
	for _, line := range []string{
		"Basic", "Wide all Account", "Basic all Nothing", "Basic only prvNothing", "Basic Fly Account",
		"Basic all Organization", "Basic Read Account Account",
	} {
		if err := (&role{}).read(m, strings.Fields(line)); err == nil {
			t.Errorf("%q was accepted", line)
		}
	}
}
