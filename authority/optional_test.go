package authority_test

import (
	"strings"
	"testing"
)

// An optional claim that an administrator sets through Graph is in the next token, and gone
// from the one after it was taken away.
func TestOptionalClaimsByGraph(t *testing.T) {
	w := start(t, withGraph("Application.ReadWrite.All"))
	const of = "https://graph.microsoft.com"
	made := w.graph(t, of, "POST", "/v1.0/applications", `{"displayName":"Fresh","identifierUris":["api://fresh"],"api":{"requestedAccessTokenVersion":2},
		"optionalClaims":{"accessToken":[{"name":"idtyp","essential":false,"additionalProperties":[],"source":null}],"idToken":[],"saml2Token":[]}}`)
	if made.status != 201 {
		t.Fatal(made.text)
	}
	client, object := made.body["appId"].(string), made.body["id"].(string)
	if got := w.graph(t, of, "POST", "/v1.0/servicePrincipals", `{"appId":"`+client+`"}`); got.status != 201 {
		t.Fatal(got.text)
	}
	says := func() bool {
		text, _ := w.token(t, v2, form("scope", "api://fresh/.default")).body["access_token"].(string)
		return strings.Contains(payload(t, text), `"idtyp":"app"`)
	}
	if !says() {
		t.Error("asked for, and not there")
	}
	if got := w.graph(t, of, "PATCH", "/v1.0/applications/"+object, `{"optionalClaims":null}`); got.status != 204 {
		t.Fatal(got.text)
	}
	if says() {
		t.Error("there, and no longer asked for")
	}
}
