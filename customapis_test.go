package stead

import (
	"context"
	"testing"
)

// TestCustomAPIsOutliveSnapshots: a handler stays when the environment it answers in is
// exchanged; rules are those of the snapshot.
func TestCustomAPIsOutliveSnapshots(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	contoso, _ := s.World.Tenant("contoso")
	app := party{t: t, system: s, tenant: contoso.ID}
	app.app, _ = s.World.App("contoso-app")
	for _, name := range []string{"new_Go", "new_Rule"} {
		app.environment("POST", "customapis", `{"uniquename":"`+name+`","name":"x","displayname":"x","description":"x",
			"CustomAPIResponseProperties":[{"uniquename":"Out","name":"x","displayname":"x","description":"x","type":10}]}`).want(t, "declaring "+name, 204, "")
	}
	if err := s.HandleCustomAPI("contoso", "new_Go", func(context.Context, CustomAPICall) (map[string]any, error) {
		return map[string]any{"Out": "handled"}, nil
	}); err != nil {
		t.Fatal(err)
	}
	url := s.World.Environments[0].URL
	rule := func(text string) {
		t.Helper()
		app.call("PUT", url, url+"/.default", "/_stead/customapis?name=new_Rule", `{"answer":{"Out":"`+text+`"}}`).want(t, "ruling", 204, "")
	}
	rule("first")
	o := s.Operator()
	if _, err := o.Save(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	rule("second")
	app.environment("POST", "new_Rule", "").want(t, "before", 200, `"Out":"second"`)
	if _, err := o.Load(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	app.environment("POST", "new_Rule", "").want(t, "after", 200, `"Out":"first"`)
	app.environment("POST", "new_Go", "").want(t, "after", 200, `"Out":"handled"`)
	if s.HandleCustomAPI("nowhere", "new_Go", nil) == nil {
		t.Error("an environment that is not there")
	}
}
