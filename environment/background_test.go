package environment_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// receiver is told of the ends of background operations. While it is shut, whoever tells
// it waits, and so does the worker that would run the next operation.
type receiver struct {
	*httptest.Server
	told chan string
	gate chan struct{}
}

func receive(t *testing.T) *receiver {
	r := &receiver{told: make(chan string, 100), gate: make(chan struct{})}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		r.told <- q.Header.Get("Content-Type") + " " + q.Header.Get("Authorization") + string(body)
		select {
		case <-r.gate:
		case <-q.Context().Done():
		}
	}))
	t.Cleanup(func() { r.open(); r.Close() })
	return r
}

func (r *receiver) open() {
	select {
	case <-r.gate:
	default:
		close(r.gate)
	}
}

// next is what the receiver is told next.
func (r *receiver) next(t *testing.T) string {
	t.Helper()
	select {
	case text := <-r.told:
		return text
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was told")
		return ""
	}
}

// behind sends a message that is to run in the background and tell r.
func (c client) behind(r *receiver, method, path, body string) (id string) {
	c.t.Helper()
	a := c.with("Prefer", `respond-async, odata.callback; url="`+r.URL+`/done"`).send(method, path, body)
	id = a.header.Get("X-Ms-Dyn-Backgroundoperationid")
	at := address + "/api/backgroundoperation/" + id
	a.is(202, `{"backgroundOperationId":"`+id+`","location":"`+at+`"}`).has("Location", at, "Preference-Applied", "callback")
	return id
}

const monitors = "/api/backgroundoperation/"

func TestMessagesRunInTheBackground(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	r.open()
	id := app.behind(r, "GET", "WhoAmI", "")
	want := `application/json {"location":"` + address + monitors + id + `","backgroundOperationId":"` + id + `","backgroundOperationStateCode":3,"backgroundOperationStatusCode":30}`
	if told := r.next(t); told != want {
		t.Errorf("told %s\nwant %s", told, want)
	}
	app.get(monitors+id).is(200, `{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":30,"BusinessUnitId":"…","UserId":"`+people["contoso-app"].user+`","OrganizationId":"`+organization+`"}`).has("Content-Type", "application/json")
	row := app.with("Prefer", `odata.include-annotations="OData.Community.Display.V1.FormattedValue"`).get("backgroundoperations(" + id + ")?$select=name,backgroundoperationstatecode,backgroundoperationstatuscode,outputparameters,errorcode,errormessage,runas,starttime").object()
	for member, want := range map[string]any{
		"name": "WhoAmI", "backgroundoperationstatecode": 3.0, "backgroundoperationstatuscode": 30.0, "errorcode": nil, "errormessage": nil,
		"backgroundoperationstatecode@OData.Community.Display.V1.FormattedValue":  "Completed",
		"backgroundoperationstatuscode@OData.Community.Display.V1.FormattedValue": "Succeeded",
		"runas": people["contoso-app"].user, "starttime": "2026-11-21T12:00:00Z",
	} {
		if row[member] != want {
			t.Errorf("%s is %v, want %v", member, row[member], want)
		}
	}
	if out, _ := row["outputparameters"].(string); !strings.Contains(out, `{"Key":"UserId","Value":"`+people["contoso-app"].user+`"}`) {
		t.Errorf("outputparameters are %s", out)
	}
}

func TestActionsRunInTheBackgroundAsTheirCaller(t *testing.T) {
	w := start(t)
	admin, r := w.as(t, "contoso-app"), receive(t)
	r.open()
	body := `{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"Later"},{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"Afterwards"}]}`
	id := admin.behind(r, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", body)
	r.next(t)
	admin.get(monitors+id).is(200, `{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":30,"Ids":["…","…"]}`)
	if names := admin.get("accounts?$select=name,_createdby_value&$orderby=name desc").names("name"); len(names) != 2 || names[0] != "Later" {
		t.Errorf("the accounts are %v", names)
	}
	for _, who := range admin.get("accounts?$select=_createdby_value").names("_createdby_value") {
		if who != people["contoso-app"].user {
			t.Errorf("made by %s", who)
		}
	}
}

func TestBackgroundFailuresAreWrittenDown(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	r.open()
	id := app.behind(r, "POST", "BulkDetectDuplicates", `{}`)
	failed := `"backgroundOperationErrorCode":-2147220967,"backgroundOperationErrorMessage":"The requested functionality is not yet implemented.","backgroundOperationStateCode":3,"backgroundOperationStatusCode":31}`
	if told := r.next(t); !strings.HasSuffix(told, failed) {
		t.Errorf("told %s", told)
	}
	app.get(monitors+id).is(200, "{"+failed)
	app.delete(monitors+id).fails(400, "0x80040203", "Canceling background operation is not allowed after it is in terminal state.")
}

// busy keeps every worker of an environment.
func (c client) busy(r *receiver) {
	c.t.Helper()
	t := c.t.(*testing.T)
	for range 4 {
		c.behind(r, "GET", "WhoAmI", "")
		r.next(t)
	}
}

func TestBackgroundOperationsAreCalledOff(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	app.busy(r)
	named := `{"Targets":[{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"Never"}]}`
	first := app.behind(r, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", named)
	second := app.behind(r, "POST", "accounts/Microsoft.Dynamics.CRM.CreateMultiple", named)
	last := app.behind(r, "GET", "WhoAmI", "")

	app.get(monitors+first).is(200, `{"backgroundOperationStateCode":0,"backgroundOperationStatusCode":0}`)
	row := "backgroundoperations(" + second + ")"
	app.patch(row, `{"backgroundoperationstatecode":3,"backgroundoperationstatuscode":30}`).fails(405, "0x8004023b", "Invalid Operation performed.")
	w.as(t, "ada").delete(monitors+first).fails(403, "0x80048306", "Access is denied.")
	app.delete(monitors+first).is(200, `{"backgroundOperationStateCode":2,"backgroundOperationStatusCode":22}`)
	app.with("If-Match", "*").patch(row, `{"backgroundoperationstatecode":2,"backgroundoperationstatuscode":22}`).is(204, "")
	r.open()
	if told := r.next(t); !strings.Contains(told, last) {
		t.Errorf("told %s, want the end of %s", told, last)
	}
	for _, id := range []string{first, second} {
		app.get(monitors+id).is(200, `{"backgroundOperationStateCode":3,"backgroundOperationStatusCode":32}`)
	}
	if names := app.get("accounts?$select=name").names("name"); len(names) != 0 {
		t.Errorf("what was called off made %v", names)
	}
}

func TestARestartEndsBackgroundOperations(t *testing.T) {
	w := start(t)
	app, r := w.as(t, "contoso-app"), receive(t)
	app.busy(r)
	id := app.behind(r, "GET", "WhoAmI", "")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	app.get(monitors+id).is(200, `{"backgroundOperationErrorCode":0,"backgroundOperationErrorMessage":"The operation was interrupted: the environment was restarted.","backgroundOperationStateCode":3,"backgroundOperationStatusCode":31}`)
	w.pass(91 * 24 * time.Hour)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	w.as(t, "contoso-app").get(monitors+id).fails(404, "0x80040217", "Entity 'backgroundoperation' With Id = "+id+" Does Not Exist")
}

func TestWhoMayRunInTheBackground(t *testing.T) {
	w := start(t)
	later := func(name string) client { return w.as(t, name).with("Prefer", "respond-async") }
	a := later("contoso-app").get("WhoAmI").is(202, "").has("Preference-Applied", "respond-async")
	id := a.header.Get("X-Ms-Dyn-Backgroundoperationid")
	refused := later("ben").get("WhoAmI")
	refused.fails(403, "0x80040220", refusedText(t, refused))
	if !strings.Contains(refused.body, "prvReadbackgroundoperation") {
		t.Errorf("the refusal is %s", refused.body)
	}
	hidden := w.as(t, "ben").get(monitors + id)
	if hidden.status != 403 {
		t.Errorf("ben reads an operation: %d %s", hidden.status, hidden.body)
	}
	w.as(t, "").get(monitors+id).is(401, "")
	later("contoso-app").get("accounts?$select=name").is(200, `{"@odata.context":"`+root+`$metadata#accounts(name)","value":[]}`).has("Preference-Applied", "")
	w.as(t, "contoso-app").post(monitors+id, "{}").fails(405, "0x80060888", "The requested resource does not support http method 'POST'.")
	w.as(t, "contoso-app").get(monitors+"17").fails(404, "0x8006088a", "Resource not found for the segment 'api/backgroundoperation/17'.")
	w.as(t, "contoso-app").with("Prefer", `respond-async, odata.callback; url="file:///etc/passwd"`).get("WhoAmI").
		fails(400, "0x80060888", "The callback URL 'file:///etc/passwd' is not valid.")
}

// refusedText is an error's own text, where the test looks at a part of it.
func refusedText(t *testing.T, a answer) string {
	t.Helper()
	var body struct{ Error struct{ Message string } }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil {
		t.Fatal(err)
	}
	return body.Error.Message
}
