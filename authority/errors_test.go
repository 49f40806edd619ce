package authority_test

import (
	"bytes"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// refusal is what a bad request gets.
type refusal struct {
	path   string // v2 when empty
	form   url.Values
	status int
	word   string
	code   int
	text   string // how the description begins, after the code
}

const notFoundIn = " was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant. Trace ID: "

func refusals() map[string]refusal {
	other := func(tenant string) string { return "/" + tenant + "/oauth2/v2.0/token" }
	return map[string]refusal{
		"unknown tenant":         {other(nobody), form(), 400, "invalid_tenant", 90002, "Tenant '" + nobody + "' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."},
		"unknown domain":         {other("nobody.example"), form(), 400, "invalid_tenant", 90002, "Tenant 'nobody.example' not found."},
		"no tenant name":         {other("nobody"), form(), 400, "invalid_request", 900023, "Specified tenant identifier 'nobody' is neither a valid DNS name, nor a valid external domain."},
		"empty tenant id":        {other("00000000-0000-0000-0000-000000000000"), form(), 400, "invalid_request", 900021, "Requested tenant identifier '00000000-0000-0000-0000-000000000000' is not valid. Tenant identifiers may not be an empty GUID."},
		"common":                 {other("common"), form(), 400, "invalid_request", 50059, "No tenant-identifying information found"},
		"no grant type":          {"", form("grant_type", ""), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'."},
		"unknown grant type":     {"", form("grant_type", "magic"), 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type 'magic'."},
		"no client id":           {"", form("client_id", ""), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'."},
		"malformed client id":    {"", form("client_id", "orders"), 400, "unauthorized_client", 700038, "orders is not a valid application identifier."},
		"unknown client":         {"", form("client_id", nobody), 400, "unauthorized_client", 700016, "Application with identifier '" + nobody + "'" + notFoundIn},
		"client of elsewhere":    {"", form("client_id", isv), 400, "unauthorized_client", 700016, "Application with identifier '" + isv + "'" + notFoundIn},
		"no service principal":   {"", form("client_id", homeless), 401, "invalid_client", 7000229, "The client application " + homeless + " is missing service principal in the tenant " + contoso + "."},
		"disabled application":   {"", form("client_id", disabled), 400, "unauthorized_client", 7000112, "Application '" + disabled + "'(Disabled) is disabled."},
		"disabled principal":     {"", form("client_id", blocked), 400, "unauthorized_client", 7000112, "Application '" + blocked + "'(Blocked) is disabled."},
		"no credential":          {"", form("client_secret", ""), 401, "invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."},
		"wrong secret":           {"", form("client_secret", "wrong"), 401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '" + orders + "'."},
		"id of the secret":       {"", form("client_secret", secretID), 401, "invalid_client", 7000215, "Invalid client secret provided."},
		"expired secret":         {"", form("client_secret", oldSecret), 401, "invalid_client", 7000222, "The provided client secret keys for app '" + orders + "' are expired."},
		"assertion is garbage":   {"", form("client_secret", "", "client_assertion", "x.y.z", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), 401, "invalid_client", 50027, "Invalid JWT token."},
		"resource on v2.0":       {"", form("resource", dataverse), 400, "invalid_request", 901002, "The 'resource' request parameter is not supported."},
		"no scope":               {"", form("scope", ""), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'."},
		"scope of a user":        {"", form("scope", dataverse+"/user_impersonation"), 400, "invalid_scope", 1002012, "The provided value for scope " + dataverse + "/user_impersonation is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."},
		"scope of nothing":       {"", form("scope", "/.default"), 400, "invalid_scope", 1002012, "The provided value for scope /.default is not valid."},
		"only OpenID scopes":     {"", form("scope", "openid profile"), 400, "invalid_scope", 1002012, "The provided value for scope openid profile is not valid."},
		"two resources":          {"", form("scope", dataverse+"/.default api://orders/.default"), 400, "invalid_request", 700022, "The provided value for the input parameter 'scope' is not valid because it contains more than one resource."},
		"unknown resource":       {"", form("scope", "https://other.crm.test/.default"), 400, "invalid_resource", 500011, "The resource principal named https://other.crm.test was not found in the tenant named Contoso."},
		"encoded twice":          {"", form("scope", "https%3A%2F%2Forg.crm.test/.default"), 400, "invalid_resource", 500011, "The resource principal named https%3A%2F%2Forg.crm.test was not found"},
		"resource of elsewhere":  {other(fabrikam), form("client_id", isv), 400, "invalid_resource", 500011, "The resource principal named " + dataverse + " was not found in the tenant named Fabrikam."},
		"disabled resource":      {"", form("scope", blocked+"/.default"), 400, "invalid_resource", 500014, "The service principal for resource '" + blocked + "' is disabled."},
		"unassigned":             {"", form("scope", gated+"/.default"), 400, "invalid_grant", 501051, "Application '" + orders + "'(Orders) is not assigned to a role for the application '" + gated + "'(Gated API)."},
		"no resource on v1.0":    {v1, form(), 400, "invalid_request", 900144, "The request body must contain the following parameter: 'resource'."},
		"two values":             {"", url.Values{"grant_type": {"client_credentials", "client_credentials"}}, 400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid."},
		"tenant before the rest": {other(nobody), url.Values{}, 400, "invalid_tenant", 90002, "Tenant '"},
		"client before secret":   {"", form("client_id", nobody, "client_secret", "wrong"), 400, "unauthorized_client", 700016, "Application"},
		"secret before scope":    {"", form("client_secret", "wrong", "scope", "x"), 401, "invalid_client", 7000215, "Invalid client secret"},
	}
}

func TestRefusals(t *testing.T) {
	w := start(t)
	for name, want := range refusals() {
		t.Run(name, func(t *testing.T) {
			path := want.path
			if path == "" {
				path = v2
			}
			w.wantRefusal(t, w.token(t, path, want.form), want)
		})
	}
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// wantRefusal checks everything that clients look at in a refusal.
func (w *world) wantRefusal(t *testing.T, got reply, want refusal) {
	t.Helper()
	if got.status != want.status || got.body["error"] != want.word {
		t.Errorf("answered %d %v, want %d %s: %s", got.status, got.body["error"], want.status, want.word, got.text)
	}
	codes, _ := got.body["error_codes"].([]any)
	if len(codes) != 1 || codes[0] != float64(want.code) {
		t.Errorf("codes %v, want %d", codes, want.code)
	}
	description, _ := got.body["error_description"].(string)
	_, said, _ := strings.Cut(description, ": ")
	if !strings.HasPrefix(said, want.text) {
		t.Errorf("said %q, want %q", said, want.text)
	}
	trace, _ := got.body["trace_id"].(string)
	correlation, _ := got.body["correlation_id"].(string)
	stamp, _ := got.body["timestamp"].(string)
	if !strings.HasSuffix(description, " Trace ID: "+trace+" Correlation ID: "+correlation+" Timestamp: "+stamp) {
		t.Errorf("description ends %q", description)
	}
	if !guid.MatchString(trace) || !strings.HasSuffix(trace, "00") || got.header.Get("X-Ms-Request-Id") != trace || !guid.MatchString(correlation) {
		t.Errorf("trace %s, correlation %s, header %s", trace, correlation, got.header.Get("X-Ms-Request-Id"))
	}
	if uri, _ := got.body["error_uri"].(string); !strings.HasPrefix(uri, w.url+"/error?code=") {
		t.Errorf("error_uri %s", uri)
	} else if page := w.get(t, strings.TrimPrefix(uri, w.url)); page.status != 200 || !strings.Contains(page.text, "AADSTS") {
		t.Errorf("the page at %s: %d", uri, page.status)
	}
	if order := members(t, got.text); order != "error error_description error_codes timestamp trace_id correlation_id error_uri" {
		t.Errorf("members %s", order)
	}
	wantTokenHeaders(t, got)
}

func wantTokenHeaders(t *testing.T, got reply) {
	t.Helper()
	for name, want := range map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Expires": "-1",
		"X-Content-Type-Options": "nosniff", "Www-Authenticate": "", "Strict-Transport-Security": "",
	} {
		if value := got.header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
}

// Requests that are no form of a POST.
func TestRequestsThatAreNone(t *testing.T) {
	w := start(t)
	for name, try := range map[string]struct {
		method, kind, body, authorization string
		status, code                      int
	}{
		"GET":             {"GET", "", "", "", 400, 900561},
		"PUT":             {"PUT", "application/x-www-form-urlencoded", form().Encode(), "", 400, 900561},
		"JSON":            {"POST", "application/json", `{"grant_type":"client_credentials"}`, "", 400, 900144},
		"JSON as a form":  {"POST", "application/x-www-form-urlencoded", `{"grant_type":"client_credentials"}`, "", 400, 900144},
		"no type":         {"POST", "", form().Encode(), "", 400, 900144},
		"broken escape":   {"POST", "application/x-www-form-urlencoded", "grant_type=%zz", "", 400, 9002313},
		"broken name":     {"POST", "application/x-www-form-urlencoded", "%zz=x", "", 400, 9002313},
		"not UTF-8":       {"POST", "application/x-www-form-urlencoded", "grant_type=%ff", "", 400, 9002313},
		"too large":       {"POST", "application/x-www-form-urlencoded", "x=" + strings.Repeat("y", 64<<10), "", 413, 9002313},
		"broken Basic":    {"POST", "application/x-www-form-urlencoded", "grant_type=client_credentials", "Basic !", 400, 9002313},
		"Basic, no colon": {"POST", "application/x-www-form-urlencoded", "grant_type=client_credentials", "Basic eA==", 400, 9002313},
		"another client":  {"POST", "application/x-www-form-urlencoded", form("client_secret", "").Encode(), "Basic eDp5", 400, 9002313},
		"two secrets":     {"POST", "application/x-www-form-urlencoded", form("client_id", "").Encode(), "Basic eDp5", 400, 9002313},
		"Bearer":          {"POST", "application/x-www-form-urlencoded", form("client_secret", "").Encode(), "Bearer x", 401, 7000216},
	} {
		r := w.request(t, v2, nil)
		r.Method, r.ContentLength = try.method, int64(len(try.body))
		r.Body = http.NoBody
		if try.body != "" {
			r.Body = readCloser{bytes.NewReader([]byte(try.body))}
		}
		r.Header.Set("Content-Type", try.kind)
		r.Header.Set("Authorization", try.authorization)
		got := w.send(t, r)
		codes, _ := got.body["error_codes"].([]any)
		if got.status != try.status || len(codes) != 1 || codes[0] != float64(try.code) {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func TestQueryParametersAreNoForm(t *testing.T) {
	w := start(t)
	got := w.token(t, v2+"?"+form().Encode(), url.Values{})
	if codes, _ := got.body["error_codes"].([]any); got.status != 400 || len(codes) != 1 || codes[0] != 900144.0 {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := w.token(t, v2+"?client-request-id="+nobody+"&slice=x", form()); got.status != 200 {
		t.Errorf("unknown query parameters: %d %s", got.status, got.text)
	}
}

func TestCorrelation(t *testing.T) {
	w := start(t)
	bad := form("client_secret", "wrong")
	for name, make := range map[string]func() *http.Request{
		"header": func() *http.Request {
			r := w.request(t, v2, bad)
			r.Header.Set("client-request-id", strings.ToUpper(nobody))
			return r
		},
		"body": func() *http.Request {
			return w.request(t, v2, form("client_secret", "wrong", "client-request-id", nobody))
		},
		"query": func() *http.Request { return w.request(t, v2+"?client-request-id="+nobody, bad) },
	} {
		r := make()
		r.Header.Set("return-client-request-id", "true")
		got := w.send(t, r)
		if got.body["correlation_id"] != nobody {
			t.Errorf("%s: correlation %v", name, got.body["correlation_id"])
		}
		if echo := got.header.Get("client-request-id"); name != "body" && echo != nobody {
			t.Errorf("%s: echoed %q", name, echo)
		}
	}
	r := w.request(t, v2, bad)
	r.Header["client-request-id"] = []string{"x\tinjected"}
	r.Header.Set("return-client-request-id", "true")
	if got := w.send(t, r); got.body["correlation_id"] == "x\tinjected" || got.header.Get("client-request-id") != "" {
		t.Errorf("a correlation id that is none came back: %s", got.text)
	}
}

func TestHelp(t *testing.T) {
	w := start(t)
	if help := w.token(t, v2, form("client_secret", secretID)).header.Get(headerHelp); !strings.Contains(help, "id of a secret") {
		t.Errorf("help is %q", help)
	}
	if help, there := w.token(t, v2, form("client_secret", "wrong")).header[headerHelp]; there {
		t.Errorf("help is %q", help)
	}
}

// Nothing that a client sent in confidence is in the log, wherever it was put.
func TestSecretsAreNotLogged(t *testing.T) {
	w := start(t)
	const confidence = "hunter2-hunter2"
	w.token(t, v2, form())
	w.token(t, v2, form("client_secret", confidence))
	for _, parameter := range []string{"client_id", "grant_type", "scope", "client_assertion", "client_assertion_type", "client-request-id", "resource"} {
		w.token(t, v2, form(parameter, confidence))
		w.token(t, v2, form(parameter, confidence, "client_secret", ""))
	}
	w.token(t, v2+"?client_secret="+confidence, form())
	r := w.request(t, v2, form("client_id", "", "client_secret", ""))
	r.SetBasicAuth(orders, confidence)
	w.send(t, r)
	r = w.request(t, v2, form("client_id", "", "client_secret", ""))
	r.SetBasicAuth(confidence, orders)
	w.send(t, r)
	token, _ := w.token(t, v2, form()).body["access_token"].(string)
	log := w.log.String()
	for _, hidden := range []string{confidence, secret, token[len(token)-40:], token[40:80]} {
		if strings.Contains(log, hidden) {
			t.Errorf("%q is in the log", hidden)
		}
	}
	for _, told := range []string{orders, contoso, "AADSTS7000215", "secret " + secretID, "Orders", dataverse, "client_credentials"} {
		if !strings.Contains(log, told) {
			t.Errorf("%q is not in the log", told)
		}
	}
	lines := slices.DeleteFunc(strings.Split(log, "\n"), func(s string) bool { return s == "" })
	if len(lines) != 20 {
		t.Errorf("%d events for 20 requests", len(lines))
	}
}
