package environment_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// item is a part of a batch; with a boundary around it a change set.
func item(headers string, request ...string) string {
	return "--b\r\n" + partOf(headers, request...)
}

func partOf(headers string, request ...string) string {
	return "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n" + headers + "\r\n" + strings.Join(request, "\r\n") + "\r\n"
}

// changes is a change set; requests without a content ID.
func changes(parts ...string) string {
	text := "--b\r\nContent-Type: multipart/mixed;boundary=\"c s\"\r\n\r\n"
	for _, p := range parts {
		text += "--c s\r\n" + p
	}
	return text + "--c s--\r\n"
}

const (
	created = "HTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\nLocation: " + root + "%[1]s(…)\r\nOData-EntityId: " + root + "%[1]s(…)\r\n\r\n\r\n"
	framed  = "--batchresponse_…\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
)

func (c client) batch(parts ...string) answer {
	c.t.Helper()
	return c.with("Content-Type", `multipart/mixed; boundary=b`).post("$batch", strings.Join(parts, "")+"--b--\r\n")
}

// TestBatch: a batch of a create, a list and a change set is answered part by part.
func TestBatch(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	got := app.batch(
		item("", "POST /api/data/v9.2/accounts HTTP/1.1", "Content-Type: application/json", "", `{"name":"Contoso"}`),
		item("", "GET accounts?$select=name&$filter=name eq 'Contoso' HTTP/1.1", "Accept: application/json"),
		item("", "GET "+root+"contacts?$select=fullname HTTP/1.1", "Prefer: odata.include-annotations=\"*\"", "", ""),
		changes(
			partOf("Content-ID: 1\r\n", "POST "+root+"contacts HTTP/1.1", "Content-Type: application/json", "", `{"lastname":"Coffee"}`),
			partOf("Content-ID: 2\r\n", "POST accounts HTTP/1.1", "Content-Type: application/json; type=entry", "", `{"name":"Fourth","primarycontactid@odata.bind":"$1"}`),
			partOf("Content-ID: 3\r\n", "PATCH $1 HTTP/1.1", "Content-Type: application/json", "", `{"firstname":"Fourth"}`),
			partOf("Content-ID: 4\r\n", "PATCH $2 HTTP/1.1", "Content-Type: application/json", "Prefer: return=representation", "", `{"telephone1":"1"}`),
		),
	)
	got.is(200, framed+"\r\n"+fmt.Sprintf(created, "accounts")+
		framed+"\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json; odata.metadata=minimal; odata.streaming=true\r\nOData-Version: 4.0\r\n\r\n"+
		`{"@odata.context":"`+root+`$metadata#accounts(name)","value":[{"@odata.etag":"…","name":"Contoso","accountid":"…"}]}`+"\r\n"+
		framed+"\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json; odata.metadata=minimal; odata.streaming=true\r\nOData-Version: 4.0\r\nPreference-Applied: odata.include-annotations=\"*\"\r\n\r\n{…}\r\n"+
		"--batchresponse_…\r\nContent-Type: multipart/mixed; boundary=changesetresponse_…\r\n\r\n"+
		"--changesetresponse_…\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 1\r\n\r\n"+fmt.Sprintf(created, "contacts")+
		"--changesetresponse_…\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 2\r\n\r\n"+fmt.Sprintf(created, "accounts")+
		"--changesetresponse_…\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 3\r\n\r\n"+fmt.Sprintf(created, "contacts")+
		"--changesetresponse_…\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: 4\r\n\r\nHTTP/1.1 200 OK\r\n…\"telephone1\":\"1\"…\r\n"+
		"--changesetresponse_…--\r\n--batchresponse_…--\r\n").
		has("Content-Type", "multipart/mixed; boundary=batchresponse_…", "OData-Version", "4.0")
	app.get("accounts?$select=name,telephone1&$filter=name eq 'Fourth'&$expand=primarycontactid($select=fullname)").
		is(200, `{…"name":"Fourth","telephone1":"1",…"primarycontactid":{"fullname":"Fourth Coffee",…}]}`)
}

const tooLong = `{"error":{"code":"0x80044331","message":"A validation error occurred.  The length of the 'name' attribute of the 'account' entity exceeded the maximum allowed length of '160'."}}`

// three creates, the second of which fails.
func three() []string {
	create := func(name string) string {
		return item("", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{"name":"`+name+`"}`)
	}
	return []string{create("one"), create(strings.Repeat("x", 161)), create("three")}
}

func TestBatchStopsAtTheFirstError(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.batch(three()...).is(400, framed+"\r\n"+fmt.Sprintf(created, "accounts")+
		framed+"\r\nHTTP/1.1 400 Bad Request\r\nREQ_ID: …\r\nContent-Type: application/json; odata.metadata=minimal\r\nOData-Version: 4.0\r\n\r\n"+tooLong+"\r\n--batchresponse_…--\r\n")
	if names := app.get("accounts?$select=name").names("name"); fmt.Sprint(names) != "[one]" {
		t.Errorf("accounts: %v", names)
	}
}

func TestBatchContinuesOnError(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	app.with("Prefer", "odata.continue-on-error").batch(three()...).is(200, "…HTTP/1.1 204…"+"HTTP/1.1 400 Bad Request…"+tooLong+"…HTTP/1.1 204…--batchresponse_…--\r\n")
	if names := app.get("accounts?$select=name").names("name"); fmt.Sprint(names) != "[one three]" {
		t.Errorf("accounts: %v", names)
	}
}

// TestChangeSetIsAllOrNothing: one error part stands for the whole set, and nothing of it
// happened.
func TestChangeSetIsAllOrNothing(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	good := partOf("Content-ID: 1\r\n", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{"name":"good"}`)
	for name, c := range map[string]struct{ bad, want string }{
		"a value":      {partOf("Content-ID: 2\r\n", "PATCH $1 HTTP/1.1", "Content-Type: application/json", "", `{"name":"`+strings.Repeat("x", 161)+`"}`), tooLong},
		"not there":    {partOf("Content-ID: 2\r\n", "DELETE accounts("+absent+") HTTP/1.1"), `{"error":{"code":"0x80040217",…}}`},
		"a read":       {partOf("", "GET accounts HTTP/1.1"), `{"error":{"code":"0x80060888","message":"An invalid HTTP method 'GET' was detected for a request in a change set. …"}}`},
		"no content":   {partOf("Content-ID: 2\r\n", "PATCH $7 HTTP/1.1", "Content-Type: application/json", "", `{}`), `{"error":{"code":"0x80060888","message":"Content-ID Reference: '$7' does not exist in the batch context."}}`},
		"no content 2": {partOf("Content-ID: 2\r\n", "POST contacts HTTP/1.1", "Content-Type: application/json", "", `{"parentcustomerid_account@odata.bind":"$8"}`), `{"error":{"code":"0x80060888","message":"Content-ID Reference: '$8' does not exist in the batch context."}}`},
		"wrong type":   {partOf("Content-ID: 2\r\n", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{"primarycontactid@odata.bind":"$1"}`), `{"error":{"code":"0x80048d19",…}}`},
		"a message":    {partOf("Content-ID: 2\r\n", "POST ExecuteWorkflow HTTP/1.1", "Content-Type: application/json", "", `{}`), `{"error":{"code":"0x80040219",…}}`},
	} {
		t.Run(name, func(t *testing.T) {
			a := app.with("Prefer", "odata.continue-on-error").batch(changes(good, c.bad), item("", "GET WhoAmI HTTP/1.1"))
			a.t = t
			a.is(200, framed+"\r\nHTTP/1.1 …"+c.want+"\r\n--batchresponse_…HTTP/1.1 200 OK…--batchresponse_…--\r\n")
			if strings.Contains(a.body, "changesetresponse") {
				t.Errorf("a failed set was answered as a set: %s", a.body)
			}
		})
	}
	app.batch(changes(good, partOf("", "DELETE accounts("+absent+") HTTP/1.1"))).is(404, "…")
	if names := app.get("accounts?$select=name").names("name"); len(names) != 0 {
		t.Errorf("accounts: %v", names)
	}
}

// TestBatchActsForWhomThePartSays: impersonation goes by part, else by batch.
func TestBatchActsForWhomThePartSays(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	as := func(header string) string { return item("", "GET WhoAmI HTTP/1.1", header, "", "") }
	app.with("MSCRMCallerID", people["ben"].user).batch(
		as("Accept: application/json"), as("MSCRMCallerID: "+people["cleo"].user), as("CallerObjectId: "+people["ada"].object),
	).is(200, `…"UserId":"`+people["ben"].user+`"…"UserId":"`+people["cleo"].user+`"…"UserId":"`+people["ada"].user+`"…`)
	owned := func(id, name string) string {
		return partOf("Content-ID: "+id+"\r\n", "POST accounts HTTP/1.1", "Content-Type: application/json", "MSCRMCallerID: "+people[name].user, "", `{"name":"`+name+`"}`)
	}
	app.batch(changes(owned("1", "ben"), owned("2", "cleo"))).is(200, "…")
	app.get("accounts?$select=name,_ownerid_value&$orderby=name").is(200, `…"name":"ben","_ownerid_value":"`+people["ben"].user+`"…"name":"cleo","_ownerid_value":"`+people["cleo"].user+`"…`)
	w.as(t, "ben").batch(as("MSCRMCallerID: "+people["cleo"].user)).is(403, framed+"…HTTP/1.1 403 Forbidden…")
}

// TestBatchesThatAreNone: what cannot be read is refused before anything happens.
func TestBatchesThatAreNone(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	create := item("", "POST accounts HTTP/1.1", "Content-Type: application/json", "", `{"name":"x"}`)
	for name, c := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"empty":           {"--b--\r\n", 400, "The batch request is not valid: it holds no request."},
		"cut off":         {create, 400, "The batch request is not valid: its parts are not delimited as the Content-Type header says."},
		"too many":        {strings.Repeat(create, 1001) + "--b--\r\n", 400, "The maximum number of requests in a batch is 1000."},
		"no request line": {create + item("", "POST accounts") + "--b--\r\n", 400, "The batch request is not valid: 'POST accounts' is no request line."},
		"nested set":      {create + changes("Content-Type: multipart/mixed; boundary=d\r\n\r\n--d--\r\n") + "--b--\r\n", 400, "The batch request is not valid: a change set cannot hold another one."},
		"ids twice":       {changes(partOf("Content-ID: 1\r\n", "DELETE x HTTP/1.1"), partOf("Content-ID: 1\r\n", "DELETE x HTTP/1.1")) + "--b--\r\n", 400, "The batch request is not valid: the content ID '1' was found more than once in the same change set."},
	} {
		a := app.with("Content-Type", "multipart/mixed;boundary=b").post("$batch", c.body)
		a.what = name
		a.fails(c.status, "0x80060888", c.text)
	}
	app.with("Content-Type", "application/json").post("$batch", "{}").is(415, "…")
	app.get("$batch").is(405, "…").has("Allow", "OPTIONS,POST")
	app.batch(item("", "POST $batch HTTP/1.1", "Content-Type: multipart/mixed;boundary=b", "", "")).is(400, "…A batch request cannot hold another batch request.…")
	app.batch(item("", "GET https://elsewhere.example/api/data/v9.2/accounts HTTP/1.1")).is(400, "…is not based on…")
	if names := app.get("accounts?$select=name").names("name"); len(names) != 0 {
		t.Errorf("accounts: %v", names)
	}
}

// TestLongURLs: 32 KB on the wire, 64 KB in a batch (Dataverse facts 5.1, 5.15).
func TestLongURLs(t *testing.T) {
	w := start(t)
	app := w.as(t, "contoso-app")
	long := "accounts?$select=name&tag=" + strings.Repeat("x", 40000)
	app.get(long).is(http.StatusRequestEntityTooLarge, "…32,768…")
	app.batch(item("", "GET "+long+" HTTP/1.1")).is(200, "…HTTP/1.1 200 OK…")
	app.batch(item("", "GET "+long+long+" HTTP/1.1")).is(http.StatusRequestEntityTooLarge, "…65,536…")
}
