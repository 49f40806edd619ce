package stead

import (
	"net/http"
	"testing"
)

// Tokens of the world's own authority for discovery are good there, and no others; what
// people are told is the business of tests of the environment.
func TestDiscoveryKnowsItsTokens(t *testing.T) {
	s := up(t, Config{Ephemeral: true})
	app, _ := s.World.App("contoso-app")
	isv, _ := s.World.App("fabrikam-app")
	environment := s.World.Environments[0].URL
	const instances = "/api/discovery/v2.0/Instances"
	nothing := `{"@odata.context":"` + s.World.Discovery + `/api/discovery/v2.0/$metadata#Instances","value":[]}`
	for _, p := range []party{{t, s, app, app.TenantID}, {t, s, isv, isv.TenantID}} {
		if got := p.call("GET", s.World.Discovery, s.World.Discovery+"/.default", instances, ""); got.status != http.StatusOK || got.body != nothing {
			t.Errorf("%s is told %d %s, want nothing, being an application", p.app.Name, got.status, got.body)
		}
		if got := p.call("GET", s.World.Discovery, "https://graph.microsoft.com/.default", instances, ""); got.status != http.StatusUnauthorized {
			t.Errorf("a token for Graph opens discovery: %d %s", got.status, got.body)
		}
	}
	mine := party{t, s, app, app.TenantID}
	if got := mine.call("GET", s.World.Discovery, environment+"/.default", instances, ""); got.status != http.StatusUnauthorized {
		t.Errorf("a token for an environment opens discovery: %d %s", got.status, got.body)
	}
	if got := mine.call("GET", environment, s.World.Discovery+"/.default", "/api/data/v9.2/WhoAmI", ""); got.status != http.StatusUnauthorized {
		t.Errorf("a token for discovery opens an environment: %d %s", got.status, got.body)
	}
}
