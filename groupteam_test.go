package stead

import (
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// A team of a directory's group lets those in who are in the group, application and person,
// acting themselves or acted for, and out again when the group loses them.
func TestGroupTeamsOfTheDirectory(t *testing.T) {
	s := up(t, Config{Ephemeral: true, Operator: true})
	contoso, _ := s.World.Tenant("contoso")
	admin := party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	isv := party{t: t, system: s, tenant: contoso.ID}
	isv.app, _ = s.World.App("fabrikam-app")
	principal := lookup(t, admin.graph("POST", "servicePrincipals", `{"appId":"`+isv.app.ClientID+`"}`).body, "id")
	admin.environment("POST", "systemusers", `{"applicationid":"`+isv.app.ClientID+`"}`).want(t, "the application user", 204, "")
	group := admin.graph("POST", "groups", `{"displayName":"Friends","mailEnabled":false,"mailNickname":"friends","securityEnabled":true}`)
	group.want(t, "a group", 201, "Friends")
	id := lookup(t, group.body, "id")

	unit := firstID(t, admin.environment("GET", "businessunits?$filter=_parentbusinessunitid_value%20eq%20null&$select=name", ""), "businessunitid")
	team := admin.environment("POST", "teams", `{"name":"Friends","teamtype":2,"membershiptype":0,"azureactivedirectoryobjectid":"`+id+`"}`)
	team.want(t, "a group team", 204, "")
	role := firstID(t, admin.environment("GET", "roles?$select=name&$filter=name%20eq%20'Basic%20User'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	admin.call("POST", team.entity+"/teamroles_association/$ref", s.World.Environments[0].URL+"/.default", "", `{"@odata.id":"roles(`+role+`)"}`).want(t, "its role", 204, "")

	forward := operator.ClockMove{Advance: operator.Duration(5 * time.Minute)}
	isv.environment("GET", "accounts?$select=name", "").want(t, "outside of the group", 403, `"0x80042f09"`)
	admin.graph("POST", "groups/"+id+"/members/$ref", `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/`+principal+`"}`).want(t, "joining", 204, "")
	isv.environment("GET", "accounts?$select=name", "").want(t, "not asked again yet", 403, `"0x80042f09"`)
	if _, err := s.Operator().MoveClock(t.Context(), forward); err != nil {
		t.Fatal(err)
	}
	isv.environment("GET", "accounts?$select=name", "").want(t, "in the group", 200, `"value":`)
	admin.graph("DELETE", "groups/"+id+"/members/"+principal+"/$ref", "").want(t, "leaving", 204, "")
	if _, err := s.Operator().MoveClock(t.Context(), forward); err != nil {
		t.Fatal(err)
	}
	isv.environment("GET", "accounts?$select=name", "").want(t, "outside again", 403, `"0x80042f09"`)
}
