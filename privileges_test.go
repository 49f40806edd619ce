package stead

import "testing"

func TestPrivilegesUsedOfAnApplication(t *testing.T) {
	s := up(t, Config{Data: t.TempDir()})
	contoso, _ := s.World.Tenant("contoso")
	reader := party{t: t, system: s, tenant: contoso.ID}
	reader.app, _ = s.World.App("contoso-reader")
	reader.environment("GET", "accounts?$select=name&$top=1", "").want(t, "reading", 200, "")
	uses, err := s.PrivilegesUsed("contoso", reader.app.ClientID)
	if err != nil || len(uses) != 1 || uses[0].Name != "prvReadAccount" || uses[0].Count != 1 {
		t.Errorf("%+v %v", uses, err)
	}
	if _, err := s.PrivilegesUsed("nowhere", reader.app.ClientID); err == nil {
		t.Error("an environment that is not there")
	}
}
