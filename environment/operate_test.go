package environment_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

// A refusal on purpose has the words, the shape and the headers of the real one
// (Dataverse facts 4.1), and stands in the log.
func TestRefuse(t *testing.T) {
	w := start(t)
	for _, c := range []struct {
		how           environment.Refusal
		status        int
		code, message string
		retry         string
	}{
		{environment.Refusal{Limit: "requests", RetryAfter: 7 * time.Second}, 429, "0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds.", "7"},
		{environment.Refusal{Limit: "time", RetryAfter: 1500 * time.Millisecond}, 429, "0x80072321", "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later.", "2"},
		{environment.Refusal{Limit: "concurrency"}, 429, "0x80072326", "Number of concurrent requests exceeded the limit of 52.", ""},
		{environment.Refusal{Status: 503, RetryAfter: time.Second}, 503, "0x80040216", "The service is temporarily unavailable.", "1"},
		{environment.Refusal{Status: 502}, 502, "0x80040216", "An unexpected error occurred.", ""},
	} {
		refusing := w.Refuse(c.how)
		recorder := httptest.NewRecorder()
		refusing.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, root+"accounts", nil))
		h := http.Header{}
		for name, values := range recorder.Header() {
			h[http.CanonicalHeaderKey(name)] = values
		}
		a := answer{t: t, what: c.code, status: recorder.Code, header: h, body: recorder.Body.String()}
		a.fails(c.status, c.code, c.message).has("Retry-After", c.retry, "x-stead-help", "…injected…", "x-ms-service-request-id", "…-…")
	}
	if n := strings.Count(w.log.String(), "Throttling"); n != 3 {
		t.Errorf("%d of 3 were logged: %s", n, w.log)
	}
}

// Administration mode refuses who would be let in, but for those who administer; a bad token is told so first.
func TestAdministrationMode(t *testing.T) {
	w := start(t)
	const message = "The Dynamics 365 organization you are attempting to access is currently disabled.  Please contact your system administrator"
	w.as(t, "ben").get("WhoAmI").is(200, "…")
	w.SetAdministrationMode(true, w.clock().Add(time.Hour))
	w.as(t, "ben").get("WhoAmI").fails(403, "0x8004a104", message)
	w.as(t, "contoso-reader").get("accounts").fails(403, "0x8004a104", message).has("x-stead-help", "…administration mode…")
	w.as(t, "idle").get("WhoAmI").fails(403, "0x8004a104", message)
	for _, administrator := range []string{"ada", "contoso-app"} {
		w.as(t, administrator).get("accounts").is(200, "…")
	}
	app := w.as(t, "contoso-app") // whom an administrator acts for does not matter
	app.with("CallerObjectId", people["ben"].object).get("WhoAmI").is(200, "…"+people["ben"].user+"…")
	w.as(t, "").get("WhoAmI").is(401, "")
	w.as(t, "mallory").get("WhoAmI").fails(403, "0x80072560", "The user is not a member of the organization.")
	if n := w.AdministrationRefusals(); n != 3 {
		t.Errorf("%d refusals counted", n)
	}
	if !strings.Contains(w.log.String(), "admin-mode") {
		t.Error("the fault is not in the log")
	}
	if row := w.report(t, "?user="+people["idle"].user).Rows[0]; row.Faults != 1 || row.Requests != 0 || row.Refused["requests"] != 0 {
		t.Errorf("usage: %+v", row)
	}
	w.pass(time.Hour) // it ends by itself
	w.as(t, "ben").get("WhoAmI").is(200, "…")
	w.SetAdministrationMode(true, time.Time{})
	w.pass(1000 * time.Hour)
	w.as(t, "ben").get("WhoAmI").fails(403, "0x8004a104", message)
	w.SetAdministrationMode(false, time.Time{})
	w.as(t, "ben").get("WhoAmI").is(200, "…")
}

// While visibility is delayed, who was there before stays visible.
func TestDelayedVisibilitySparesTheOld(t *testing.T) {
	w := start(t)
	if err := w.DelayVisibility(t.Context(), time.Hour, time.Time{}); err != nil {
		t.Fatal(err)
	}
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
	w.as(t, "ada").get("WhoAmI").is(200, "…")
	w.as(t, "mallory").get("WhoAmI").fails(403, "0x80072560", "The user is not a member of the organization.")
}
