package authority_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
)

// What an administrator takes away through Graph ends people's grants at their next use
// (Entra facts 4.4, 5.4).
func TestWithdrawingByGraph(t *testing.T) {
	const graph = "https://graph.microsoft.com"
	const principal = "5a1f0000-0000-4000-8000-00000000e0e1"
	for name, try := range map[string]struct {
		withdraw func(*testing.T, *world) reply
		codes    string // any of these
	}{
		"password changed": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "PATCH", "/v1.0/users/"+ada, `{"passwordProfile":{"password":"Another-horse-9","forceChangePasswordNextSignIn":false}}`)
		}, "50173"},
		"sessions revoked": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "POST", "/v1.0/users/"+ada+"/revokeSignInSessions", "")
		}, "50173"},
		"user disabled": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "PATCH", "/v1.0/users/"+ada, `{"accountEnabled":false}`)
		}, "50057"},
		"user deleted": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "DELETE", "/v1.0/users/"+ada, "")
		}, "50034 70008"},
		"consent withdrawn": {func(t *testing.T, w *world) reply {
			list := w.graph(t, graph, "GET", "/v1.0/oauth2PermissionGrants?$filter=clientId%20eq%20%27"+principal+"%27", "")
			all, _ := list.body["value"].([]any)
			if len(all) != 1 {
				t.Fatalf("%s", list.text)
			}
			return w.graph(t, graph, "DELETE", "/v1.0/oauth2PermissionGrants/"+all[0].(map[string]any)["id"].(string), "")
		}, "65001"},
		"service principal deleted": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "DELETE", "/v1.0/servicePrincipals/"+principal, "")
		}, "7000229"},
		"application deleted": {func(t *testing.T, w *world) reply {
			return w.graph(t, graph, "DELETE", "/v1.0/applications/"+strings.Replace(shop, "00000000", "0000a000", 1), "")
		}, "700016 7000229"},
	} {
		w := start(t, signsIn, withGraph("Application.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"))
		verifier := oauth2.GenerateVerifier()
		first := w.token(t, v2, form("grant_type", "authorization_code", "client_id", shop, "code", w.code(t, verifier, ""), "redirect_uri", back, "code_verifier", verifier, "scope", ""))
		token, _ := first.body["refresh_token"].(string)
		refresh := func() reply {
			return w.token(t, v2, form("grant_type", "refresh_token", "client_id", shop, "refresh_token", token, "scope", ""))
		}
		if got := refresh(); got.status != 200 {
			t.Fatalf("%s: before: %s", name, got.text)
		}
		w.clock.ahead.Add(int64(time.Second))
		if done := try.withdraw(t, w); done.status >= 300 {
			t.Errorf("%s: %d %s", name, done.status, done.text)
			continue
		}
		got := refresh()
		codes, _ := got.body["error_codes"].([]any)
		if got.status == 200 || len(codes) != 1 || !strings.Contains(" "+try.codes+" ", fmt.Sprintf(" %.0f ", codes[0])) {
			t.Errorf("%s: %d %s, want one of %s", name, got.status, got.text, try.codes)
		}
	}
}
