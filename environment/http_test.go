package environment_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

const payloadError = "Error identified in Payload provided by the user for Entity :'accounts', For more information on this error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : "

// TestMethods goes through resources and methods.
func TestMethods(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"Contoso"}`) + ")"
	for _, c := range []struct{ method, path, allow string }{
		{"PATCH", "accounts", "OPTIONS,GET,HEAD,POST"},
		{"DELETE", "accounts", "OPTIONS,GET,HEAD,POST"},
		{"PUT", "accounts", "OPTIONS,GET,HEAD,POST"},
		{"POST", row, "OPTIONS,GET,HEAD,PATCH,DELETE"},
		{"PUT", row, "OPTIONS,GET,HEAD,PATCH,DELETE"},
		{"BREW", row, "OPTIONS,GET,HEAD,PATCH,DELETE"},
		{"POST", "", "OPTIONS,GET,HEAD"},
		{"POST", "WhoAmI", "OPTIONS,GET,HEAD"},
		{"DELETE", "WhoAmI()", "OPTIONS,GET,HEAD"},
		{"POST", row + "/name", "OPTIONS,GET,HEAD,PUT,DELETE"},
		{"POST", row + "/primarycontactid/$ref", "OPTIONS,GET,HEAD,PUT,DELETE"},
		{"PUT", row + "/Account_Tasks/$ref", "OPTIONS,GET,HEAD,POST,DELETE"},
		{"POST", "accounts/$count", "OPTIONS,GET,HEAD"},
	} {
		app.send(c.method, c.path, "").
			fails(405, "0x80060888", "The requested resource does not support http method '"+c.method+"'.").has("Allow", c.allow)
		app.send("OPTIONS", c.path, "").is(200, "").has("Allow", c.allow)
	}
	head := app.send("HEAD", row+"?$select=name", "")
	if head.status != 200 || head.header.Get("ETag") == "" {
		t.Errorf("HEAD: %d %v", head.status, head.header)
	}
	app.get(row+"?$select=name").is(200, `{…"name":"Contoso",…}`)
}

// TestNotBuilt: what is missing says so.
func TestNotBuilt(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + absent + ")"
	for path, message := range map[string]string{
		row + "/primarycontactid/ownerid/fullname": "A path of more than one navigation property is not yet implemented.",
		row + "/Account_Tasks(" + absent + ")":     "A path through the navigation property 'Account_Tasks' is not yet implemented.",
		row + "/ownerid":                           "A path through the navigation property 'ownerid' is not yet implemented.",
		"ExecuteWorkflow":                          "The requested functionality is not yet implemented.",
	} {
		if !strings.HasSuffix(path, "ownerid") {
			app.post(path, "{}").fails(501, "0x80040219", message)
		}
		app.get(path).fails(501, "0x80040219", message)
	}
}

func TestPathsThatLeadNowhere(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for path, segment := range map[string]string{
		"foos?fetchXml=%3Cfetch/%3E": "foos",
		"foos":                       "foos",
		"Accounts":                   "Accounts",
		"Nonsense()":                 "Nonsense",
		"/api/data/v8.0/accounts":    "v8.0",
		"/api/data/v9.3/accounts":    "v9.3",
		"/api/data/":                 "",
		"/api/data/v9/accounts":      "v9",
		"/api/discovery/v2.0":        "api/discovery/v2.0",
	} {
		app.get(path).fails(404, "0x8006088a", "Resource not found for the segment '"+segment+"'.")
	}
	w.as(t, "").get("/favicon.ico").fails(404, "0x8006088a", "Resource not found for the segment 'favicon.ico'.")
}

func TestVersionsAndHostsAreEchoed(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for _, version := range []string{"v9.0", "v9.1", "v9.2"} {
		here := "/api/data/" + version + "/"
		app.get(here+"WhoAmI").is(200, `{"@odata.context":"`+address+here+`$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse",…`)
		made := app.post(here+"accounts", `{"name":"x"}`).is(204, "").has("OData-EntityId", address+here+"accounts(…)")
		app.get(made.header.Get("OData-EntityId")+"?$select=name").is(200, `{"@odata.context":"`+address+here+`$metadata#accounts(name)/$entity",…`)
	}
}

func TestServiceDocument(t *testing.T) {
	w := start(t)
	for _, path := range []string{"", "/api/data/v9.2"} {
		w.as(t, "contoso-app").get(path).
			is(200, `{"@odata.context":"`+root+`$metadata","value":[{"name":"accounts","kind":"EntitySet","url":"accounts"},…{"name":"contacts","kind":"EntitySet","url":"contacts"},…]}`)
	}
}

func TestContentTypes(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	for _, good := range []string{"application/json", "application/json; charset=utf-8", "Application/JSON;type=entry;charset=UTF-8", "application/json;odata.metadata=minimal"} {
		app.with("Content-Type", good).post("accounts", `{"name":"x"}`).is(204, "")
	}
	app.with("Content-Type", " ").post("accounts", `{"name":"x"}`).
		fails(400, "0x80048d19", payloadError+"Microsoft.OData.ODataContentTypeException: A missing or empty content type header was found when trying to read a message. The content type header is required.")
	for _, bad := range []string{"text/plain", "application/xml", "application/json; charset=utf-16", "multipart/mixed; boundary=x", "json"} {
		app.with("Content-Type", bad).post("accounts", `{"name":"x"}`).
			fails(415, "0x80060888", "The request entity's media type '"+bad+"' is not supported for this resource.")
	}
	for accept, status := range map[string]int{
		"application/json": 200, "application/json;odata.metadata=full": 200, "text/html, */*;q=0.1": 200, "": 200,
		"application/xml": 406, "text/html": 406,
	} {
		if got := app.with("Accept", accept).get("WhoAmI"); got.status != status {
			t.Errorf("Accept %q: %d", accept, got.status)
		}
	}
}

// TestRefusedWritesChangeNothing sends what cannot be stored.
func TestRefusedWritesChangeNothing(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	row := "accounts(" + app.made("accounts", `{"name":"untouched","numberofemployees":1}`) + ")"
	before := app.get(row).body
	for body, status := range map[string]int{
		``: 400, `{`: 400, `[]`: 400, `null`: 400, `"name"`: 400, `{"name":}`: 400, `{"name":"x"`: 400,
		`{"foo":1}`: 400, `{"name":7}`: 400, `{"numberofemployees":"many"}`: 400, `{"numberofemployees":1.5}`: 400,
		`{"numberofemployees":-1}`: 400, `{"accountcategorycode":99}`: 400, `{"_primarycontactid_value":"` + absent + `"}`: 400,
		`{"primarycontactid@odata.bind":"/contacts(` + absent + `)"}`: 404, `{"primarycontactid@odata.bind":"/contacts(x)"}`: 400,
		`{"primarycontactid@odata.bind":"/foos(` + absent + `)"}`: 404, `{"name":"` + strings.Repeat("x", 161) + `"}`: 400,
		strings.Repeat(`{"a":`, 100000): 400, "\xff\xfe": 400, `{"name":"` + "\x00" + `"}`: 400,
	} {
		for _, got := range []answer{app.with("Content-Type", "application/json").patch(row, body), app.with("Content-Type", "application/json").post("accounts", body)} {
			if got.status != status || !strings.HasPrefix(got.body, `{"error":{"code":"0x8`) {
				t.Errorf("%s with %.60q: %d %s, want %d", got.what, body, got.status, got.body, status)
			}
		}
	}
	if after := app.get(row).body; after != before {
		t.Errorf("the row was changed:\n%s\n%s", before, after)
	}
	if got := app.get("accounts?$select=name").names("name"); len(got) != 1 {
		t.Errorf("rows were made: %q", got)
	}
}

func TestBodyLimit(t *testing.T) {
	w := start(t)
	body := `{"name":"` + strings.Repeat("x", 64<<20) + `"}`
	w.as(t, "contoso-app").post("accounts", body).fails(413, "0x80060888", "The request body exceeds the maximum length of 67108864 bytes.")
	w.as(t, "contoso-app").get("accounts?$filter="+strings.Repeat("x", 33<<10)).is(413, `{"error":{"code":"0x80060888",…`)
}

// TestErrorDetails asks for the members of Dataverse facts 5.3.
func TestErrorDetails(t *testing.T) {
	w := start(t)
	const message = `"message":"Resource not found for the segment 'foos'."`
	app := w.as(t, "contoso-app")
	app.with("Prefer", `odata.include-annotations="*"`).get("foos").is(404, `{"error":{"code":"0x8006088a",`+message+
		`,"@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus":"0","@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode":"-2146233088"`+
		`,"@Microsoft.PowerApps.CDS.HelpLink":"http://go.microsoft.com/fwlink/?LinkID=398563&error=Microsoft.Crm.CrmException%3a8006088a&client=platform"`+
		`,"@Microsoft.PowerApps.CDS.TraceText":"","@Microsoft.PowerApps.CDS.InnerError.Message":"Resource not found for the segment 'foos'."}}`)
	app.with("Prefer", `odata.include-annotations="Microsoft.PowerApps.CDS.HelpLink,OData.Community.Display.V1.FormattedValue"`).get("foos").
		is(404, `{"error":{"code":"0x8006088a",`+message+`,"@Microsoft.PowerApps.CDS.HelpLink":"…"}}`)
	app.with("Prefer", "odata.maxpagesize=none").get("foos").is(400, `{"error":{"code":"0x80060888",…`)
}

func TestRequestIDs(t *testing.T) {
	w := start(t)
	const mine = "0d5f4a4e-65a1-4e26-8a2c-6a3b9b8a7c61"
	app := w.as(t, "contoso-app")
	app.with("x-ms-client-request-id", mine).get("WhoAmI").has("REQ_ID", mine, "x-ms-service-request-id", "…-…")
	first := app.get("WhoAmI").has("Cache-Control", "no-cache")
	if id := first.header.Get("x-ms-service-request-id"); id != first.header.Get("REQ_ID") || id == app.get("WhoAmI").header.Get("REQ_ID") {
		t.Errorf("request ids: %q", id)
	}
	if id := first.header.Get("AuthActivityId"); len(id) != 36 || id == first.header.Get("REQ_ID") || id == app.get("WhoAmI").header.Get("AuthActivityId") {
		t.Errorf("AuthActivityId: %q", id)
	}
	first.has("Allow", "OPTIONS,GET,HEAD,POST")
	app.get("accounts?$select=nosuch").is(400, "…").has("Allow", "OPTIONS,GET,HEAD,POST", "AuthActivityId", "…-…-…-…-…")
	w.as(t, "").get("WhoAmI").is(401, "").has("Allow", "", "AuthActivityId", "…-…-…-…-…")
	app.with("x-ms-client-request-id", "not\na guid").get("WhoAmI").has("REQ_ID", "…-…-…-…-…")
}

// TestLogOfARequest: one event, who and what, no secret.
func TestLogOfARequest(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.get("accounts?$filter=name eq 'a secret'")
	lines := strings.Split(strings.TrimSpace(w.log.String()), "\n")
	var event map[string]any
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &event); err != nil {
		t.Fatal(err)
	}
	for member, want := range map[string]any{"method": "GET", "path": "/api/data/v9.2/accounts", "status": 200.0, "application": people["contoso-app"].app, "user": people["contoso-app"].user} {
		if event[member] != want {
			t.Errorf("%s is %v, want %v", member, event[member], want)
		}
	}
	rooms, _ := event["rooms"].(map[string]any)
	for _, room := range []string{"oidc", "access", "odata", "engine"} {
		if _, ok := rooms[room]; !ok {
			t.Errorf("no time for %s in %v", room, rooms)
		}
	}
	token := strings.TrimPrefix(app.header.Get("Authorization"), "Bearer ")
	if log := w.log.String(); strings.Contains(log, "a secret") || strings.Contains(log, token[:40]) {
		t.Error("the log tells secrets")
	}
}

func TestOddHostsAreNotEchoed(t *testing.T) {
	w := start(t)
	for sent, want := range map[string]string{"other.example:8445": "https://other.example:8445/", `evil"<script>`: address + "/", "": address + "/"} {
		r, err := http.NewRequest("GET", "/api/data/v9.2/WhoAmI", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host, r.Header = sent, w.as(t, "contoso-app").header
		w.as(t, "contoso-app").serve(r).is(200, `{"@odata.context":"`+want+`api/data/v9.2/$metadata#…`)
	}
}
