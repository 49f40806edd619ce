package stead

import "testing"

// Who may assign roles, but holds less than a role does, cannot give that role.
func TestNobodyGivesMoreThanTheyHold(t *testing.T) {
	s := up(t, Config{Data: t.TempDir()})
	contoso, _ := s.World.Tenant("contoso")
	admin, reader := party{t: t, system: s, tenant: contoso.ID}, party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	reader.app, _ = s.World.App("contoso-reader")
	me := "systemusers(" + systemUserID("0e1", "a2") + ")"
	unit := lookup(t, admin.environment("GET", me+"?$select=_businessunitid_value", "").body, "_businessunitid_value")
	role := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'System%20Administrator'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	basic := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'Basic%20User'%20and%20_parentroleid_value%20eq%20null", ""), "roleid")
	assign := firstID(t, admin.environment("GET", "privileges?$select=name&$filter=name%20eq%20'prvAssignRole'", ""), "privilegeid")
	admin.environment("POST", "roles("+basic+")/Microsoft.Dynamics.CRM.AddPrivilegesRole", `{"Privileges":[{"PrivilegeId":"`+assign+`","Depth":"Global"}]}`).want(t, "letting them assign roles", 204, "")
	got := reader.environment("POST", me+"/systemuserroles_association/$ref", `{"@odata.id":"roles(`+role+`)"}`)
	got.want(t, "rising by one's own hand", 403, `"0x80040220"`)
	reader.environment("GET", me+"/systemuserroles_association?$select=name", "").want(t, "what it holds", 200, `"name":"Basic User"`)
}
