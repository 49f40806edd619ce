package environment_test

import (
	"testing"
)

// Whatever gives access is taken, and refused on the very next request.
func TestChangesTakeEffectAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		give, take func(ada client, row, team string)
	}{
		"role": {
			func(ada client, _, _ string) {
				ada.give("idle", "Seers", ada.unit("Contoso")).is(204, "")
			},
			func(ada client, _, _ string) {
				ada.delete("systemusers("+people["idle"].user+")/systemuserroles_association("+ada.roleIn("Seers", ada.unit("Contoso"))+")/$ref").is(204, "")
			},
		},
		"privilege": {
			func(ada client, _, _ string) {
				ada.give("idle", "Seers", ada.unit("Contoso")).is(204, "")
			},
			func(ada client, _, _ string) {
				ada.post("roles("+ada.roleIn("Seers", ada.unit("Contoso"))+")/Microsoft.Dynamics.CRM.RemovePrivilegeRole", `{"PrivilegeId":"`+ada.privilege("prvReadAccount")+`"}`).is(204, "")
			},
		},
		"share": {
			func(ada client, row, _ string) {
				ada.give("idle", "Owners", ada.unit("Contoso")).is(204, "")
				ada.share("GrantAccess", to("account", row), user("idle"), "ReadAccess").is(204, "")
			},
			func(ada client, row, _ string) { ada.revoke(to("account", row), user("idle")).is(204, "") },
		},
		"membership": {
			func(ada client, row, team string) {
				ada.give("idle", "Owners", ada.unit("Contoso")).is(204, "")
				ada.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+ada.roleIn("Owners", ada.unit("Contoso"))+`)"}`).is(204, "")
				ada.patch("accounts("+row+")", `{"ownerid@odata.bind":"teams(`+team+`)"}`).is(204, "")
				ada.members(team, "AddMembersTeam", "idle").is(204, "")
			},
			func(ada client, _, team string) { ada.members(team, "RemoveMembersTeam", "idle").is(204, "") },
		},
		"enabled": {
			func(ada client, _, _ string) {
				ada.give("idle", "Seers", ada.unit("Contoso")).is(204, "")
			},
			func(ada client, _, _ string) {
				ada.patch("systemusers("+people["idle"].user+")", `{"isdisabled":true}`).is(204, "")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			ada, app := w.as(t, "ada"), w.as(t, "idle")
			ada.role("Seers", ada.unit("Contoso"), "prvReadAccount", "Global")
			ada.role("Owners", ada.unit("Contoso"), "prvReadAccount", "Basic")
			row, team := ada.made("accounts", `{"name":"x"}`), ada.made("teams", `{"name":"Crew"}`)
			app.get("accounts("+row+")").is(403, "…")
			tt.give(ada, row, team)
			app.get("accounts("+row+")?$select=name").is(200, "…")
			tt.take(ada, row, team)
			app.get("accounts("+row+")?$select=name").is(403, "…")
		})
	}
}
