package environment_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// explained is what the header and the page say of a request.
type explained struct {
	Request    string
	User       struct{ Systemuserid, Applicationid, Name string }
	Effective  []struct{ Systemuserid string }
	Privileges []struct {
		Privilege, Table, Right, Depth, Needed string
		Roles                                  []struct{ Name, Depth, Systemuserid, Teamid string }
	}
	Refused []struct{ Stopped, Privilege, Table, Column, Systemuserid, Held, Smallest, Code, Help string }
}

func (e explained) used() string {
	var all []string
	for _, p := range e.Privileges {
		all = append(all, fmt.Sprintf("%s %s/%s", p.Privilege, p.Depth, p.Needed))
	}
	return strings.Join(all, ", ")
}

func (a answer) explained() explained {
	a.t.Helper()
	var e explained
	if err := json.Unmarshal([]byte(a.header.Get("x-stead-explain")), &e); err != nil {
		a.t.Fatalf("%s: %v in %q", a.what, err, a.header.Get("x-stead-explain"))
	}
	return e
}

// operated is a world whose operator's key is "key".
func operated(t *testing.T) *world {
	return start(t, func(c *environment.Config) { c.Operator = func(bearer string) bool { return bearer == "key" } })
}

func TestExplanationsNameWhatLetARequestOn(t *testing.T) {
	w := operated(t)
	ada := w.as(t, "ada").with("x-stead-explain", "1")
	id := ada.made("accounts", `{"name":"one"}`)
	for _, tt := range []struct{ what, used string }{
		{"accounts?$select=name&$expand=primarycontactid($select=fullname)", "prvReadAccount Global/, prvReadContact Global/"},
		{"transactioncurrencies?$select=currencyname", "prvReadTransactionCurrency Global/Global"},
		{"WhoAmI", ""},
	} {
		if e := ada.get(tt.what).is(200, "…").explained(); e.used() != tt.used || e.User.Name != "ada" || len(e.Refused) > 0 {
			t.Errorf("%s: %s by %s, refused %v", tt.what, e.used(), e.User.Name, e.Refused)
		}
	}
	if e := ada.patch("accounts("+id+")", `{"name":"two"}`).is(204, "").explained(); e.used() != "prvWriteAccount Global/Basic" {
		t.Errorf("write of one's own row: %s", e.used())
	}
	e := ada.post("accounts", `{"name":"three"}`).explained()
	if e.used() != "prvCreateAccount Global/Basic" || len(e.Privileges[0].Roles) != 1 || e.Privileges[0].Roles[0].Name != "System Administrator" {
		t.Errorf("create: %+v", e.Privileges)
	}
}

// Only who may see it is told, and nobody in a body.
func TestExplanationsAreForAdministrators(t *testing.T) {
	w := operated(t)
	for header, shown := range map[string]bool{"1": false, "key": true} {
		if got := w.as(t, "ben").with("x-stead-explain", header).get("accounts?$select=name").is(200, "…").header.Get("x-stead-explain"); (got != "") != shown {
			t.Errorf("ben with %s is told %q", header, got)
		}
	}
	w.as(t, "ada").get("WhoAmI").has("x-stead-explain", "")
	for _, page := range []string{"/_stead/privileges", "/_stead/explain?request=x"} {
		w.as(t, "ben").get(page).is(403, "…")
		w.as(t, "").get(page).is(401, "…")
		w.as(t, "ada").post(page, `{}`).is(405, "…")
	}
}

func TestExplanationsNameWhatIsMissing(t *testing.T) {
	w := operated(t)
	ada := w.as(t, "ada")
	id := ada.made("accounts", `{"name":"hers"}`)
	ben := w.as(t, "ben").with("x-stead-explain", "key")
	a := ben.patch("accounts("+id+")", `{"name":"mine"}`).is(403, "…")
	e := a.explained()
	if len(e.Refused) != 1 || e.Refused[0].Stopped != "row" || e.Refused[0].Privilege != "prvWriteAccount" || e.Refused[0].Held != "Basic" || e.Refused[0].Smallest != "Global" || e.Refused[0].Systemuserid != people["ben"].user {
		t.Errorf("%+v", e.Refused)
	}
	if again := w.as(t, "ada").get("/_stead/explain?request="+a.header.Get("Req_id")).is(200, "…"); !strings.Contains(again.body, `"smallest":"Global"`) {
		t.Errorf("the page says %s", again.body)
	}
	ada.get("/_stead/explain?request=nobody").is(404, "…")

	e = ben.get("solutions").is(403, "…").explained()
	if len(e.Refused) != 1 || e.Refused[0].Stopped != "privilege" || e.Refused[0].Privilege != "prvReadSolution" || e.Refused[0].Smallest != "Global" {
		t.Errorf("%+v", e.Refused)
	}
	e = ben.get("accounts?$select=nothing").is(400, "…").explained()
	if len(e.Refused) != 1 || e.Refused[0].Stopped != "request" || e.Refused[0].Help == "" {
		t.Errorf("%+v", e.Refused)
	}
}

// The authenticated user is the one whose privileges are counted; the explanation names both.
func TestExplanationsOfImpersonation(t *testing.T) {
	w := operated(t)
	app := w.as(t, "contoso-app").with("CallerObjectId", people["ben"].object, "x-stead-explain", "1")
	e := app.get("accounts?$select=name").is(200, "…").explained()
	if e.used() != "prvActOnBehalfOfAnotherUser Global/Basic, prvReadAccount Basic/Basic" || len(e.Effective) != 1 || e.Effective[0].Systemuserid != people["ben"].user {
		t.Errorf("%+v", e)
	}
	if roles := e.Privileges[1].Roles; len(roles) != 2 || roles[0].Systemuserid != people["ben"].user || roles[1].Systemuserid != people["contoso-app"].user {
		t.Errorf("granted by %+v", roles)
	}
}

func TestExplanationOfABatchIsOne(t *testing.T) {
	w := operated(t)
	c := w.as(t, "ben").with("x-stead-explain", "key", "Content-Type", "multipart/mixed; boundary=b", "Prefer", "odata.continue-on-error")
	body := ""
	for _, path := range []string{"accounts?$select=name", "solutions", "contacts?$select=nothing"} {
		body += "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET /api/data/v9.2/" + path + " HTTP/1.1\r\n\r\n\r\n"
	}
	e := c.post("$batch", body+"--b--\r\n").is(200, "…").explained()
	if e.used() != "prvReadAccount Basic/Basic" || len(e.Refused) != 2 || e.Refused[0].Privilege != "prvReadSolution" || e.Refused[1].Stopped != "request" {
		t.Errorf("%+v", e)
	}
}

func TestPrivilegesUsedAreCounted(t *testing.T) {
	w := operated(t)
	reader := w.as(t, "contoso-reader")
	for range 3 {
		reader.get("accounts?$select=name").is(200, "…")
	}
	reader.get("solutions").is(403, "…")
	uses, err := w.PrivilegesUsed(people["contoso-reader"].app)
	if err != nil || len(uses) != 1 || uses[0].Name != "prvReadAccount" || uses[0].Count != 3 || !uses[0].LastSeen.Equal(w.clock()) || uses[0].Roles[0].Name != "Basic User" {
		t.Errorf("%+v %v", uses, err)
	}
	if uses, err = w.PrivilegesUsed(people["integration"].app); err != nil || len(uses) != 0 {
		t.Errorf("one who asked nothing: %+v %v", uses, err)
	}
	if _, err = w.PrivilegesUsed("x"); err == nil {
		t.Error("no id is taken")
	}
	var report struct {
		Users []struct {
			User       struct{ Name string }
			Requests   int
			Privileges []struct{ Privilege string }
			Refused    []struct{ Privilege string }
		}
	}
	page := w.as(t, "ada").get("/_stead/privileges?application="+people["contoso-reader"].app).is(200, "…")
	if err := json.Unmarshal([]byte(page.body), &report); err != nil || len(report.Users) != 1 || report.Users[0].Requests != 4 || report.Users[0].Refused[0].Privilege != "prvReadSolution" {
		t.Errorf("%s %v", page.body, err)
	}
	w.pass(90_000_000_000)
	w.as(t, "ben").get("WhoAmI").is(200, "…")
	page = w.as(t, "ada").get("/_stead/privileges?since=1m").is(200, "…")
	if names := page.body; strings.Contains(names, "contoso-reader") || !strings.Contains(names, `"name":"ben"`) {
		t.Errorf("within the minute: %s", names)
	}
	w.as(t, "ada").get("/_stead/privileges?user=x").is(400, "…")
}

// A role that comes later is named from then on.
func TestPrivilegesUsedFollowTheRoles(t *testing.T) {
	w := operated(t)
	ada, reader := w.as(t, "ada"), w.as(t, "contoso-reader")
	reader.get("accounts?$select=name").is(200, "…")
	unit := ada.id("businessunits?$select=name&$filter=_parentbusinessunitid_value eq null", "businessunitid")
	ada.role("Also", unit, "prvReadAccount", "Basic")
	ada.give("contoso-reader", "Also", unit).is(204, "")
	reader.get("accounts?$select=name").is(200, "…")
	uses, err := w.PrivilegesUsed(people["contoso-reader"].app)
	if text := fmt.Sprintf("%+v", uses); err != nil || len(uses) != 1 || !strings.Contains(text, "Name:Also") {
		t.Errorf("%+v %v", uses, err)
	}
}
