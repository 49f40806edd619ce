package environment_test

import (
	"testing"
	"time"
)

// A team of a directory's group lets in whose token names the group, and out whose newer
// token does not. Nobody can be asked here, so that a token which names groups elsewhere,
// or calls them by names, changes nothing.
func TestGroupTeamsFollowTokens(t *testing.T) {
	const group, other = "5a1f0000-0000-4000-8000-0000000000f1", "5a1f0000-0000-4000-8000-0000000000f2"
	w := start(t)
	app := w.as(t, "contoso-app")
	unit := app.unit("Contoso")
	team := app.made("teams", `{"name":"Friends","teamtype":2,"membershiptype":0,"azureactivedirectoryobjectid":"`+group+`"}`)
	app.post("teams("+team+")/teamroles_association/$ref", `{"@odata.id":"`+root+`roles(`+app.roleIn("Basic User", unit)+`)"}`).is(204, "")
	idle := func(issued time.Duration, says map[string]any) client {
		says["nbf"], says["uti"] = w.clock().Add(-issued).Unix(), issued.String()
		return w.as(t, "").with("Authorization", "Bearer "+w.issuer.Sign(t, w.claims("idle", says)))
	}
	const list = "accounts?$select=name"
	w.as(t, "idle").get(list).fails(403, "0x80042f09", "…")
	idle(50*time.Minute, map[string]any{"groups": []string{other, "friends"}}).get(list).fails(403, "0x80042f09", "…")
	idle(40*time.Minute, map[string]any{"groups": []string{other, group}}).get(list).is(200, "…")
	w.as(t, "idle").get(list).is(200, "…")
	idle(30*time.Minute, map[string]any{"groups": []string{other}, "hasgroups": true}).get(list).is(200, "…")
	idle(20*time.Minute, map[string]any{"groups": []string{other}}).get(list).fails(403, "0x80042f09", "…")
	idle(40*time.Minute, map[string]any{"groups": []string{other, group}}).get(list).fails(403, "0x80042f09", "…")
	w.pass(time.Minute)
	idle(0, map[string]any{"groups": []string{group}}).get(list).is(200, "…")
}
