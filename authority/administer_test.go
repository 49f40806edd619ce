package authority_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/stead-s2s/stead/authority"
)

// withGraph gives orders permissions of Graph.
func withGraph(roles ...string) func(*authority.Config) {
	return func(c *authority.Config) {
		for _, role := range roles {
			p := &c.Seed.ServicePrincipals[0]
			p.Assignments = append(p.Assignments, authority.SeedAssignment{ResourceClientID: authority.GraphID, Role: role})
		}
	}
}

// graph sends a request with a token that orders gets for a name of Graph.
func (w *world) graph(t *testing.T, audience, method, path, body string) reply {
	t.Helper()
	token, _ := w.token(t, v2, form("scope", audience+"/.default")).body["access_token"].(string)
	return w.bearer(t, token, method, path, body)
}

func (w *world) bearer(t *testing.T, token, method, path, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	return w.send(t, r)
}

// From registration to a token: what an administrator makes through Graph, a client uses
// at once, and what is taken away stops at once.
func TestAdministerByGraph(t *testing.T) {
	w := start(t, withGraph("Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"))
	const of = "https://graph.microsoft.com"
	made := w.graph(t, of, "POST", "/v1.0/applications", `{"displayName":"Fresh"}`)
	if made.status != 201 {
		t.Fatal(made.text)
	}
	object, client := made.body["id"].(string), made.body["appId"].(string)
	key := w.graph(t, of, "POST", "/v1.0/applications/"+object+"/addPassword", `{"passwordCredential":{"displayName":"ci"}}`)
	text, _ := key.body["secretText"].(string)
	if key.status != 200 || len(text) != 40 {
		t.Fatal(key.status)
	}
	ask := func() string {
		got := w.token(t, v2, form("client_id", client, "client_secret", text))
		if got.status == 200 {
			return "token"
		}
		codes, _ := got.body["error_codes"].([]any)
		return strings.Trim(strings.Join(strings.Fields(string(mustJSON(t, codes))), ""), "[]")
	}
	if got := ask(); got != "7000229" {
		t.Errorf("without a service principal: %s", got)
	}
	present := w.graph(t, of, "POST", "/v1.0/servicePrincipals", `{"appId":"`+client+`"}`)
	if present.status != 201 || ask() != "token" {
		t.Fatalf("%d %s", present.status, ask())
	}
	at := "/v1.0/servicePrincipals/" + present.body["id"].(string)
	for _, step := range []struct{ method, path, body, want string }{
		{"PATCH", at, `{"accountEnabled":false}`, "7000112"},
		{"PATCH", at, `{"accountEnabled":true}`, "token"},
		{"DELETE", at, "", "7000229"},
		{"POST", "/v1.0/directory/deletedItems/" + present.body["id"].(string) + "/restore", "", "token"},
		{"POST", "/v1.0/applications/" + object + "/removePassword", `{"keyId":"` + key.body["keyId"].(string) + `"}`, "7000215"},
		{"DELETE", "/v1.0/applications/" + object, "", "700016"},
	} {
		if got := w.graph(t, of, step.method, step.path, step.body); got.status >= 300 {
			t.Fatalf("%s %s: %d %s", step.method, step.path, got.status, got.text)
		}
		if got := ask(); got != step.want {
			t.Errorf("after %s %s: %s, want %s", step.method, step.path, got, step.want)
		}
	}
	if log := w.log.String(); strings.Contains(log, text) {
		t.Error("the secret is in the log")
	}
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Tokens that any resource would refuse, and some that only Graph must.
func TestGraphRefusesTokens(t *testing.T) {
	w := start(t, withGraph("Application.Read.All"))
	good, _ := w.token(t, v2, form("scope", "https://graph.microsoft.com/.default")).body["access_token"].(string)
	other, _ := w.token(t, v2, form()).body["access_token"].(string)
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"nothing": "", "no token": "x", "for Dataverse": other, "without signature": parts[0] + "." + parts[1] + ".",
		"changed": parts[0] + "." + strings.Split(other, ".")[1] + "." + parts[2],
		"none":    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + ".",
	} {
		got := w.bearer(t, token, "GET", "/v1.0/applications", "")
		inner, _ := got.body["error"].(map[string]any)
		if got.status != 401 || inner["code"] != "InvalidAuthenticationToken" || !strings.Contains(got.header.Get("Www-Authenticate"), "Bearer") {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	for name, audience := range map[string]string{"its name": "https://graph.microsoft.com", "its id": authority.GraphID, "this authority": w.url} {
		if got := w.graph(t, audience, "GET", "/v1.0/applications", ""); got.status != 200 {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if got := w.bearer(t, good, "POST", "/v1.0/applications", `{"displayName":"x"}`); got.status != 403 {
		t.Errorf("writing with a right to read: %d", got.status)
	}
	w.clock.ahead.Store(int64(2 * time.Hour))
	if got := w.bearer(t, good, "GET", "/v1.0/applications", ""); got.status != 401 {
		t.Errorf("expired: %d", got.status)
	}
}

// azidentity and azcore drive Graph as its SDK does.
func TestGraphByAzidentity(t *testing.T) {
	w := start(t, withGraph("User.Read.All"))
	options := azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.url}, Transport: w.client}
	credential, err := azidentity.NewClientSecretCredential(contoso, orders, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{"https://graph.microsoft.com/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	got := w.bearer(t, token.Token, "GET", "/v1.0/users?$filter=startswith(userPrincipalName,'ada')&$select=id,userPrincipalName", "")
	if got.status != 200 || !strings.Contains(got.text, `"value":[{"userPrincipalName":"ada@contoso.example","id":"`+nobody+`"}]`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestSignInLog(t *testing.T) {
	w := start(t, withGraph("AuditLog.Read.All"))
	w.token(t, v2, form("client_secret", "wrong"))
	w.token(t, v2, form())
	got := w.graph(t, "https://graph.microsoft.com", "GET", "/v1.0/auditLogs/signIns?$filter=appId eq '"+orders+"' and status/errorCode ne 0", "")
	list, _ := got.body["value"].([]any)
	if got.status != 200 || len(list) != 1 {
		t.Fatalf("%d %s", got.status, got.text)
	}
	entry := list[0].(map[string]any)
	status := entry["status"].(map[string]any)
	if status["errorCode"] != 7000215.0 || entry["appDisplayName"] != "Orders" || entry["servicePrincipalId"] != ordersObject || strings.Contains(got.text, "wrong") {
		t.Errorf("logged %s", got.text)
	}
}

// The evaluation says what the token endpoint does.
func TestEvaluationAgreesWithTheTokenEndpoint(t *testing.T) {
	w := start(t)
	broken := func(a authority.Answer) string {
		for _, l := range a.Links {
			if !l.OK {
				if l.Fix == "" || l.Message == "" {
					t.Errorf("%s is broken and nothing says how to mend it", l.Name)
				}
				return l.Code
			}
		}
		return ""
	}
	for _, tenant := range []string{contoso, fabrikam, "contoso.example", nobody, "common"} {
		for _, client := range []string{orders, homeless, disabled, blocked, isv, nobody, "orders"} {
			for _, resource := range []string{dataverse, "api://orders", gated, "https://unknown"} {
				told := w.token(t, "/"+tenant+"/oauth2/v2.0/token", form("client_id", client, "scope", resource+"/.default"))
				answer := w.Evaluate(authority.Question{Tenant: tenant, Application: client, Resource: resource})
				code, _ := told.body["error_description"].(string)
				code, _, _ = strings.Cut(code, ":")
				if got := broken(answer); got != code || answer.Granted != (told.status == 200) {
					t.Errorf("%s in %s for %s: evaluated %q, told %q", client, tenant, resource, got, code)
				}
				if told.status != 200 {
					continue
				}
				var says struct {
					Aud, Iss, Oid, Tid string
					Roles              []string
				}
				if err := json.Unmarshal([]byte(payload(t, told.body["access_token"].(string))), &says); err != nil {
					t.Fatal(err)
				}
				have := answer.Token
				if have.Audience != says.Aud || have.Issuer != says.Iss || have.ObjectID != says.Oid || strings.Join(have.Roles, " ") != strings.Join(says.Roles, " ") {
					t.Errorf("evaluated %+v, the token says %+v", have, says)
				}
			}
		}
	}
}

func TestEvaluationOverTheWire(t *testing.T) {
	question := `{"tenant":"` + fabrikam + `","application":"` + orders + `","resource":"` + dataverse + `"}`
	w := start(t, withGraph("Application.Read.All"))
	if got := w.graph(t, "https://graph.microsoft.com", "POST", "/_stead/evaluate", question); got.status != 403 {
		t.Errorf("without Directory.Read.All: %d %s", got.status, got.text)
	}
	w = start(t, withGraph("Directory.Read.All"))
	got := w.graph(t, "https://graph.microsoft.com", "POST", "/_stead/evaluate", question)
	if got.status != 200 || got.body["granted"] != true || !strings.Contains(got.text, contoso) || strings.Contains(got.text, fabrikam) {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := w.get(t, "/_stead/evaluate"); got.status != 401 {
		t.Errorf("nobody: %d", got.status)
	}
}

func TestMetrics(t *testing.T) {
	w := start(t)
	got := w.get(t, "/metrics")
	if got.status != 200 || !strings.Contains(got.text, `stead_credential_expires_seconds{tenant="`+contoso+`",client_id="`+orders+`",application="Orders",kind="secret"`) ||
		!strings.Contains(got.text, "} -6") || strings.Contains(got.text, oldSecret) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestCloudMetadata(t *testing.T) {
	w := start(t)
	got := w.get(t, "/metadata/endpoints?api-version=2022-09-01")
	login, _ := got.body["authentication"].(map[string]any)
	if got.status != 200 || login["loginEndpoint"] != w.url || got.body["microsoftGraphResourceId"] != w.url+"/" {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := w.get(t, "/metadata/endpoints"); got.status != 400 {
		t.Errorf("without a version: %d", got.status)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/metadata/endpoints?api-version=2019-05-01", nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); !bytes.HasPrefix(text, []byte("[")) {
		t.Errorf("an older version: %s", text)
	}
}

// people sign in with a password that an administrator set through Graph, and do there what
// the scopes that were consented to and their own standing allow.
func TestPeopleUseGraph(t *testing.T) {
	const of = "https://graph.microsoft.com"
	w := start(t, withGraph("DelegatedPermissionGrant.ReadWrite.All", "User.ReadWrite.All", "Application.Read.All"), func(c *authority.Config) {
		c.Seed.Tenants[0].PasswordGrant = true
	})
	const body = `{"accountEnabled":true,"displayName":"Dora Doe","mailNickname":"dora","userPrincipalName":"dora@contoso.example","passwordProfile":{"password":"correct horse 9","forceChangePasswordNextSignIn":false}}`
	if got := w.graph(t, of, "POST", "/v1.0/users", body); got.status != 201 {
		t.Fatal(got.text)
	}
	if got := w.graph(t, of, "PATCH", "/v1.0/users/ada@contoso.example", `{"passwordProfile":{"password":"correct horse 9","forceChangePasswordNextSignIn":false}}`); got.status != 204 {
		t.Fatal(got.text)
	}
	signIn := func(upn string) reply {
		return w.token(t, v2, form("grant_type", "password", "username", upn, "password", "correct horse 9", "scope", of+"/.default"))
	}
	if got := signIn("dora@contoso.example"); got.status != 400 || !strings.Contains(got.text, "AADSTS65001") {
		t.Errorf("before consent: %d %s", got.status, got.text)
	}
	list := w.graph(t, of, "GET", "/v1.0/servicePrincipals(appId='"+authority.GraphID+"')?$select=id", "")
	consent := `{"clientId":"` + ordersObject + `","consentType":"AllPrincipals","resourceId":"` + list.body["id"].(string) + `","scope":"User.ReadWrite.All"}`
	if got := w.graph(t, of, "POST", "/v1.0/oauth2PermissionGrants", consent); got.status != 201 {
		t.Fatal(got.text)
	}
	for upn, try := range map[string]struct{ delete int }{"dora@contoso.example": {403}, "ada@contoso.example": {204}} {
		signed := signIn(upn)
		token, _ := signed.body["access_token"].(string)
		if token == "" {
			t.Fatalf("%s: %s", upn, signed.text)
		}
		if got := w.bearer(t, token, "GET", "/v1.0/me", ""); got.status != 200 || got.body["userPrincipalName"] != upn {
			t.Errorf("%s: %d %s", upn, got.status, got.text)
		}
		victim := w.graph(t, of, "POST", "/v1.0/users", strings.ReplaceAll(body, "dora", "victim-of-"+upn[:3]))
		if got := w.bearer(t, token, "DELETE", "/v1.0/users/"+victim.body["id"].(string), ""); got.status != try.delete {
			t.Errorf("%s deletes: %d %s", upn, got.status, got.text)
		}
		if got := w.bearer(t, token, "GET", "/v1.0/oauth2PermissionGrants", ""); got.status != 403 {
			t.Errorf("%s without the scope: %d", upn, got.status)
		}
	}
	if strings.Contains(w.log.String(), "correct horse") {
		t.Error("a password is in the log")
	}
}
