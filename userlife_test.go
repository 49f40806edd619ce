package stead

import (
	"strings"
	"testing"
)

// The life of an application user beside that of its application (Dataverse facts 1.4):
// renamed, its service principal deleted and made again, deactivated, deleted, made anew.
func TestApplicationUserLivesWithItsApplication(t *testing.T) {
	s := up(t, Config{Ephemeral: true})
	contoso, _ := s.World.Tenant("contoso")
	admin := party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	isv := party{t: t, system: s, tenant: contoso.ID}
	isv.app, _ = s.World.App("fabrikam-app")
	consent := func() string {
		made := admin.graph("POST", "servicePrincipals", `{"appId":"`+isv.app.ClientID+`"}`)
		made.want(t, "consent", 201, isv.app.ClientID)
		return lookup(t, made.body, "id")
	}
	first := consent()
	user := `{"applicationid":"` + isv.app.ClientID + `"}`
	made := admin.environment("POST", "systemusers", user)
	made.want(t, "the application user", 204, "")
	id := made.entity[strings.LastIndex(made.entity, "/")+1:]
	isv.environment("GET", "WhoAmI", "").want(t, "without a role", 403, `"0x80042f09"`)

	admin.graph("DELETE", "servicePrincipals/"+first, "").want(t, "the service principal goes", 204, "")
	admin.environment("PATCH", id, user).want(t, "refreshing what is gone", 400, `"0x8004f510"`)
	second := consent()
	if first == second {
		t.Fatal("the same service principal came back")
	}
	isv.environment("GET", "WhoAmI", "").want(t, "as another service principal", 403, `"0x80072560"`)
	admin.environment("PATCH", id, user).want(t, "refreshing", 204, "")
	isv.environment("GET", "WhoAmI", "").want(t, "known again", 403, `"0x80042f09"`)
	admin.environment("GET", id+"?$select=azureactivedirectoryobjectid,fullname", "").want(t, "what is known", 200, `"azureactivedirectoryobjectid":"`+second+`","fullname":"fabrikam-app"`)

	admin.graph("PATCH", "servicePrincipals/"+second, `{"displayName":"Fabrikam Sync"}`).want(t, "renaming", 204, "")
	admin.environment("PATCH", id, user).want(t, "refreshing", 204, "")
	admin.environment("GET", id+"?$select=fullname", "").want(t, "the new name", 200, `"fullname":"Fabrikam Sync"`)

	admin.environment("PATCH", id, `{"isdisabled":true}`).want(t, "deactivating", 204, "")
	admin.environment("DELETE", id, "").want(t, "deleting", 204, "")
	isv.environment("GET", "WhoAmI", "").want(t, "after it", 403, `"0x80072560"`)
	admin.environment("POST", "systemusers", user).want(t, "made anew", 204, "")
}
