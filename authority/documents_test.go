package authority_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority"
)

const wellKnown = "/.well-known/openid-configuration"

// The documents of Entra facts 1.2 and 1.3.
func TestMetadata(t *testing.T) {
	w := start(t)
	v2Members := "token_endpoint token_endpoint_auth_methods_supported jwks_uri response_modes_supported subject_types_supported id_token_signing_alg_values_supported response_types_supported scopes_supported issuer request_uri_parameter_supported userinfo_endpoint authorization_endpoint device_authorization_endpoint http_logout_supported frontchannel_logout_supported end_session_endpoint claims_supported code_challenge_methods_supported tenant_region_scope cloud_instance_name cloud_graph_host_name msgraph_host rbac_url"
	v1Members := "token_endpoint token_endpoint_auth_methods_supported jwks_uri response_modes_supported subject_types_supported id_token_signing_alg_values_supported response_types_supported scopes_supported issuer microsoft_multi_refresh_token authorization_endpoint device_authorization_endpoint http_logout_supported frontchannel_logout_supported end_session_endpoint claims_supported userinfo_endpoint tenant_region_scope cloud_instance_name cloud_graph_host_name msgraph_host rbac_url"
	at := w.url + "/" + contoso
	for path, want := range map[string]struct {
		members, issuer, token, keys string
		region                       any
	}{
		"/" + contoso + "/v2.0" + wellKnown:    {v2Members, at + "/v2.0", at + "/oauth2/v2.0/token", at + "/discovery/v2.0/keys", "WW"},
		"/CONTOSO.example/V2.0" + wellKnown:    {v2Members, at + "/v2.0", at + "/oauth2/v2.0/token", at + "/discovery/v2.0/keys", "WW"},
		"/contoso.example" + wellKnown + "?":   {v1Members, at + "/", at + "/oauth2/token", w.url + "/common/discovery/keys", "WW"},
		"/common/v2.0" + wellKnown:             {v2Members, w.url + "/{tenantid}/v2.0", w.url + "/common/oauth2/v2.0/token", w.url + "/common/discovery/v2.0/keys", nil},
		"/organizations" + wellKnown:           {v1Members, w.url + "/{tenantid}/", w.url + "/organizations/oauth2/token", w.url + "/common/discovery/keys", nil},
		"/consumers/v2.0" + wellKnown + "?x=1": {v2Members, w.url + "/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", w.url + "/consumers/oauth2/v2.0/token", w.url + "/consumers/discovery/v2.0/keys", nil},
	} {
		got := w.get(t, path)
		if got.status != 200 || members(t, got.text) != want.members {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
		if got.body["issuer"] != want.issuer || got.body["token_endpoint"] != want.token || got.body["jwks_uri"] != want.keys || got.body["tenant_region_scope"] != want.region {
			t.Errorf("%s says %s", path, got.text)
		}
		wantDocumentHeaders(t, got)
	}
	for path, code := range map[string]string{
		"/nobody.example/v2.0" + wellKnown: "AADSTS90002", "/nobody" + wellKnown: "AADSTS900023", "/" + nobody + "/discovery/v2.0/keys": "AADSTS90002",
	} {
		if got := w.get(t, path); got.status != 400 || !strings.Contains(got.text, code) {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
}

func wantDocumentHeaders(t *testing.T, got reply) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "max-age=86400, private", "Access-Control-Allow-Origin": "*",
		"Access-Control-Allow-Methods": "GET, OPTIONS", "X-Content-Type-Options": "nosniff", "Pragma": "",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	if got.header.Get("X-Ms-Request-Id") == "" || got.header.Get("X-Ms-Ests-Server") == "" {
		t.Errorf("headers %v", got.header)
	}
}

// Nothing of the request's own host is in a document.
func TestDocumentsDoNotBelieveTheHostHeader(t *testing.T) {
	w := start(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/contoso.example/v2.0"+wellKnown, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	r.Header.Set("X-Forwarded-Host", "evil.example")
	if got := w.send(t, r); got.status != 200 || strings.Contains(got.text, "evil") {
		t.Errorf("%d %s", got.status, got.text)
	}
}

func TestKeys(t *testing.T) {
	w := start(t)
	if err := w.Rotate(t.Context()); err != nil { // one that signed, one that signs, one to come
		t.Fatal(err)
	}
	for path, issuer := range map[string]any{
		"/common/discovery/keys": nil, "/contoso.example/discovery/keys": nil,
		"/common/discovery/v2.0/keys": w.url + "/{tenantid}/v2.0", "/" + contoso + "/Discovery/V2.0/Keys": w.url + "/{tenantid}/v2.0",
	} {
		got := w.get(t, path)
		keys, _ := got.body["keys"].([]any)
		if len(keys) != 3 {
			t.Fatalf("%s: %s", path, got.text)
		}
		for _, one := range keys {
			k := one.(map[string]any)
			if k["kid"] != k["x5t"] || k["kty"] != "RSA" || k["use"] != "sig" || k["e"] != "AQAB" || k["issuer"] != issuer || k["alg"] != nil {
				t.Errorf("%s: key %v", path, k)
			}
		}
		wantDocumentHeaders(t, got)
	}
}

// A chunked request is its connection's last, lest what follows be smuggled past a proxy
// that counts otherwise.
func TestChunkedRequestsEndTheirConnection(t *testing.T) {
	w := start(t)
	w.client.Transport.(*http.Transport).Protocols = new(http.Protocols)
	w.client.Transport.(*http.Transport).Protocols.SetHTTP1(true)
	for chunked, last := range map[bool]bool{true: true, false: false} {
		r := w.request(t, v2, form())
		if chunked {
			r.ContentLength, r.GetBody = -1, nil
		}
		answer, err := w.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 1 || answer.Close != last {
			t.Errorf("chunked %v: %s %s, last %v", chunked, answer.Proto, answer.Status, answer.Close)
		}
	}
}

func TestDocumentMethods(t *testing.T) {
	w := start(t)
	for method, status := range map[string]int{"OPTIONS": 204, "HEAD": 200, "POST": 405, "DELETE": 405} {
		r, err := http.NewRequestWithContext(t.Context(), method, w.url+"/common/v2.0"+wellKnown, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.send(t, r); got.status != status || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", method, got.status, got.header)
		}
	}
}

// Instance discovery as clients ask for it (Entra facts 1.6).
func TestInstanceDiscovery(t *testing.T) {
	w := start(t)
	host := strings.TrimPrefix(w.url, "https://")
	ask := func(version, endpoint string) reply {
		return w.get(t, "/common/discovery/instance?"+url.Values{"api-version": {version}, "authorization_endpoint": {endpoint}}.Encode())
	}
	at := w.url + "/" + contoso
	for endpoint, want := range map[string]string{
		w.url + "/contoso.example/oauth2/v2.0/authorize":          at + "/v2.0" + wellKnown,
		w.url + "/" + contoso + "/oauth2/authorize":               at + wellKnown,
		w.url + "/common/oauth2/v2.0/authorize":                   w.url + "/common/v2.0" + wellKnown,
		"https://127.0.0.1/" + contoso + "/oauth2/v2.0/authorize": at + "/v2.0" + wellKnown, // python3-msal drops the port
	} {
		got := ask("1.1", endpoint)
		if got.status != 200 || got.body["tenant_discovery_endpoint"] != want || got.body["api-version"] != "1.1" {
			t.Errorf("%s: %d %s", endpoint, got.status, got.text)
		}
		if wantAlias := `"metadata":[{"preferred_network":"` + host + `","preferred_cache":"` + host + `","aliases":["` + host + `"]}]`; !strings.Contains(got.text, wantAlias) {
			t.Errorf("%s", got.text)
		}
	}
	if got := ask("1.0", w.url+"/common/oauth2/v2.0/authorize"); got.status != 200 || got.body["metadata"] != nil {
		t.Errorf("1.0: %s", got.text)
	}
	for endpoint, code := range map[string]string{
		"https://evil.example/common/oauth2/v2.0/authorize": "AADSTS50049", "http://127.0.0.1/common/x": "AADSTS50049", "%": "AADSTS50049",
		"https://login.microsoftonline.com/common/oauth2/authorize": "AADSTS50049", w.url + "/nobody.example/x": "AADSTS90002", "": "AADSTS90014",
	} {
		got := ask("1.1", endpoint)
		if got.status != 400 || !strings.Contains(got.text, code) || code == "AADSTS50049" && got.body["error"] != "invalid_instance" {
			t.Errorf("%q: %d %s", endpoint, got.status, got.text)
		}
	}
	if got := ask("", w.url); got.status != 400 || !strings.Contains(got.text, "'api-version'") {
		t.Errorf("%s", got.text)
	}
}

// MSAL for Go wants four members; nothing tells whether there is such a person.
func TestUserRealm(t *testing.T) {
	w := start(t)
	const managed = `{"ver":"1.0","account_type":"Managed","domain_name":"contoso.example","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}`
	const unknown = `{"ver":"1.0","account_type":"Unknown","cloud_instance_name":"microsoftonline.com","cloud_audience_urn":"urn:federation:MicrosoftOnline"}`
	for path, want := range map[string]string{
		"/common/UserRealm/ada@contoso.example?api-version=1.0": managed, "/common/userrealm/nobody@CONTOSO.example": managed,
		"/common/UserRealm/ada@elsewhere.example": unknown, "/common/UserRealm/ada": unknown, "/common/UserRealm/ada@" + contoso: unknown,
	} {
		if got := w.get(t, path); got.status != 200 || got.text != want {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
}

func TestErrorPage(t *testing.T) {
	w := start(t)
	got := w.get(t, "/Error?code=7000215")
	if got.status != 200 || !strings.Contains(got.text, "<h1>AADSTS7000215</h1>") || !strings.Contains(got.text, "Invalid client secret provided") ||
		got.header.Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(got.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("%d %v %s", got.status, got.header, got.text)
	}
	for _, code := range []string{"", "0", "1", "-7000215", "x", url.QueryEscape("<script>"), "99999999999999999999"} {
		if got := w.get(t, "/error?code="+code); got.status != 404 || strings.Contains(got.text, "script") {
			t.Errorf("%s: %d %s", code, got.status, got.text)
		}
	}
}

// Browsers apply "https only" to every port of a host, so a machine's own names are
// spared.
func TestStrictTransport(t *testing.T) {
	for base, want := range map[string]bool{
		"https://login.example": true, "https://localhost:8443": false, "https://127.0.0.1:1": false, "https://[::1]:1": false, "https://a.localhost": false,
	} {
		w := start(t, func(c *authority.Config) { c.BaseURL = base })
		if got := w.get(t, "/common"+wellKnown).header.Get("Strict-Transport-Security"); (got != "") != want {
			t.Errorf("%s: %q", base, got)
		}
	}
}

// Every address that metadata announces answers: by an error, maybe, but not by "not
// found". Neither is announced what Entra has and nobody serves here.
func TestAnnouncedAddressesAnswer(t *testing.T) {
	w := start(t, func(c *authority.Config) {
		c.Seed.Tenants = append(c.Seed.Tenants, authority.SeedTenant{ID: "5a1f0000-0000-4000-8000-000000000009", Name: "farm", DisplayName: "Farm", ADFS: true})
	})
	w.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, path := range []string{"/contoso.example/v2.0", "/contoso.example", "/common/v2.0", "/common", "/adfs"} {
		seen := 0
		for member, value := range w.get(t, path+wellKnown).body {
			at, isText := value.(string)
			if !isText || !strings.HasSuffix(member, "_endpoint") && !strings.HasSuffix(member, "_uri") && !strings.HasSuffix(member, "_iframe") {
				continue
			}
			seen++
			if got := w.get(t, strings.TrimPrefix(at, w.url)); got.status == http.StatusNotFound {
				t.Errorf("%s announces %s as %s, where nothing is", path, at, member)
			}
		}
		if seen < 3 {
			t.Errorf("%s announces %d addresses", path, seen)
		}
	}
}

// Every address in a document is below the authority's own.
func TestDocumentsPointNowhereElse(t *testing.T) {
	w := start(t)
	addresses := regexp.MustCompile(`https?://[^"/]+`)
	for _, path := range []string{"/contoso.example/v2.0" + wellKnown, "/common" + wellKnown} {
		for _, at := range addresses.FindAllString(w.get(t, path).text, -1) {
			if at != w.url {
				t.Errorf("%s points to %s", path, at)
			}
		}
	}
}
