package environment_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

const (
	leftRequests = "x-ms-ratelimit-burst-remaining-xrm-requests"
	leftTime     = "x-ms-ratelimit-time-remaining-xrm-requests"
)

// limited is a world with small limits.
func limited(t *testing.T, limits string, change ...func(*environment.Config)) *world {
	t.Helper()
	return start(t, append(change, func(c *environment.Config) { c.Limits = limits })...)
}

// throttled checks a refusal of Dataverse facts 4.1 and gives its Retry-After.
func (a answer) throttled(code, message string) time.Duration {
	a.t.Helper()
	a.fails(429, code, message)
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		a.t.Fatalf("%s: Retry-After is %q", a.what, a.header.Get("Retry-After"))
	}
	return time.Duration(seconds) * time.Second
}

// Three requests in ten seconds: the fourth waits as long as it is told, and no longer.
func TestNumberOfRequestsIsLimited(t *testing.T) {
	w := limited(t, "requests=3 window=10s")
	app := w.as(t, "contoso-app")
	for i, left := range []string{"2", "1", "0"} {
		app.get("WhoAmI").is(200, "…").has(leftRequests, left, leftTime, "1,200.00")
		w.pass(time.Duration(i) * time.Second)
	}
	refused := app.get("accounts")
	wait := refused.throttled("0x80072322", "Number of requests exceeded the limit of 3 over time window of 10 seconds.")
	refused.has(leftRequests, "0", "x-stead-help", "The user made 3 requests within 10 seconds. Wait as Retry-After says: calling before makes it longer.")
	w.as(t, "contoso-reader").get("WhoAmI").is(200, "…") // another user is not held back
	if wait != 7*time.Second {
		t.Errorf("told to wait %v, and the first request was 3 s ago", wait)
	}
	w.pass(wait - time.Second)
	app.get("WhoAmI").throttled("0x80072322", "Number of requests exceeded the limit of 3 over time window of 10 seconds.")
	w.pass(time.Second)
	app.get("WhoAmI").is(200, "…")
}

// What is left stands on every answer of a known user, in lower case; on none of others.
func TestEveryAnswerShowsWhatIsLeft(t *testing.T) {
	w := limited(t, "requests=100")
	app := w.as(t, "contoso-app")
	for i, a := range []answer{
		app.get("WhoAmI").is(200, "…"),
		app.post("accounts", `{"name":"counted"}`).is(204, ""),
		app.get("nothing").is(404, "…"),
		app.get("accounts?$filter=(").is(400, "…"),
		app.with("CallerObjectId", "nobody").get("WhoAmI").is(400, "…"),
		app.with("CallerObjectId", people["mallory"].object).get("WhoAmI").is(400, "…"),
		app.delete("accounts").is(405, "…"),
	} {
		a.has(leftRequests, strconv.Itoa(99-i), leftTime, "1,200.00", "x-ms-dop-hint", "4")
	}
	w.as(t, "contoso-reader").post("accounts", `{"name":"denied"}`).has(leftRequests, "99")
	w.as(t, "").get("WhoAmI").is(401, "").has(leftRequests, "", leftTime, "", "x-ms-dop-hint", "")
	w.as(t, "mallory").get("WhoAmI").is(403, "…").has(leftRequests, "")
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, root+"WhoAmI", nil)
	r.Header = app.header
	w.ServeHTTP(recorder, r)
	if recorder.Result().Header[leftRequests] == nil || recorder.Result().Header[leftTime] == nil {
		t.Errorf("the names are not in lower case: %v", recorder.Result().Header)
	}
}

// held is a request that runs until it is let go: its body does not end.
func held(c client) (letGo func() answer) {
	body, more := io.Pipe()
	r := httptest.NewRequest(http.MethodPost, root+"accounts", body)
	r.Header = c.header.Clone()
	r.Header.Set("Content-Type", "application/json")
	done := make(chan answer, 1)
	go func() { done <- c.serve(r) }()
	_, _ = more.Write([]byte(`{"name":`)) // returns when somebody reads: the request is in
	return func() answer {
		_, _ = more.Write([]byte(`"held"}`))
		_ = more.Close()
		return <-done
	}
}

func TestRequestsAtOnceAreLimited(t *testing.T) {
	w := limited(t, "concurrent=2")
	app := w.as(t, "contoso-app")
	first, second := held(app), held(app)
	const message = "Number of concurrent requests exceeded the limit of 2."
	if wait := app.get("WhoAmI").throttled("0x80072326", message); wait != time.Second {
		t.Errorf("told to wait %v", wait)
	}
	w.as(t, "ada").get("WhoAmI").is(200, "…")
	first().is(204, "")
	app.get("WhoAmI").is(200, "…")
	second().is(204, "")
	app.get("WhoAmI").is(200, "…")
}

// slowBody is a body that takes time on the clock.
type slowBody struct {
	io.Reader
	once func()
}

func (s *slowBody) Read(p []byte) (int, error) {
	if s.once != nil {
		s.once()
		s.once = nil
	}
	return s.Reader.Read(p)
}

func (c client) slowly(d time.Duration) answer {
	r := httptest.NewRequest(http.MethodPost, root+"accounts", &slowBody{strings.NewReader(`{"name":"slow"}`), func() { c.w.pass(d) }})
	r.Header = c.header.Clone()
	r.Header.Set("Content-Type", "application/json")
	return c.serve(r)
}

// The time of requests is limited, and a clock that was moved a day ahead while one ran
// counts as the longest that a request may run.
func TestExecutionTimeIsLimited(t *testing.T) {
	w := limited(t, "time=3s window=10s")
	app := w.as(t, "contoso-app")
	app.slowly(2*time.Second).is(204, "").has(leftTime, "3.00")
	app.slowly(2*time.Second).is(204, "").has(leftTime, "1.00")
	const message = "Combined execution time of incoming requests exceeded limit of 3,000 milliseconds over time window of 10 seconds. " +
		"Decrease number of concurrent requests or reduce the duration of requests and try again later."
	refused := app.get("WhoAmI").has(leftTime, "0.00")
	w.pass(refused.throttled("0x80072321", message))
	app.get("WhoAmI").is(200, "…")

	w = limited(t, "time=500s window=24h")
	app = w.as(t, "contoso-app")
	app.slowly(25 * time.Hour)
	w.pass(0)
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…").has(leftTime, "380.00")
}

// Impersonation does not multiply what a user may do (Dataverse facts 2.3).
func TestImpersonatedRequestsCountForTheAuthenticatedUser(t *testing.T) {
	w := limited(t, "requests=3")
	app := w.as(t, "contoso-app")
	for _, name := range []string{"ada", "ben", "cleo"} {
		app.with("CallerObjectId", people[name].object).get("WhoAmI").is(200, "…"+people[name].user+"…")
	}
	app.with("CallerObjectId", people["ada"].object).get("WhoAmI").throttled("0x80072322", "Number of requests exceeded the limit of 3 over time window of 300 seconds.")
	w.as(t, "ada").get("WhoAmI").is(200, "…").has(leftRequests, "2")
}

func TestLimitsCanBeTurnedOff(t *testing.T) {
	w := limited(t, "off")
	app := w.as(t, "contoso-app")
	for range 6100 {
		if a := app.get("WhoAmI"); a.status != 200 {
			a.is(200, "…")
			break
		}
	}
	app.get("WhoAmI").has(leftRequests, "", leftTime, "", "Set-Cookie", "ARRAffinity=…", "x-ms-dop-hint", "4")
}

// The limits of the service are those of a Config that says nothing.
func TestTheServicesLimitsAreTheDefault(t *testing.T) {
	w := start(t)
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…").has(leftRequests, "5999", leftTime, "1,200.00")
	for _, text := range []string{"lots", "x0", "requests=0", "bursts=3"} {
		c := w.config
		c.Limits = text
		if s, err := environment.New(t.Context(), c); err == nil {
			s.Close()
			t.Errorf("limits %q are accepted", text)
		}
	}
	c := w.config
	c.Entitlement = "perhaps"
	if s, err := environment.New(t.Context(), c); err == nil {
		s.Close()
		t.Error("an entitlement of perhaps is accepted")
	}
}

// Two web servers count for themselves; the cookie keeps a client at one (Dataverse facts 4.1).
func TestAffinity(t *testing.T) {
	w := limited(t, "requests=2", func(c *environment.Config) { c.Servers = 2 })
	app := w.as(t, "contoso-app")
	first := app.get("WhoAmI").has(leftRequests, "1", "Set-Cookie", "ARRAffinity=…; Path=/; HttpOnly; Secure; SameSite=None")
	cookie, _, _ := strings.Cut(first.header.Get("Set-Cookie"), ";")
	pinned := app.with("Cookie", cookie)
	pinned.get("WhoAmI").is(200, "…").has(leftRequests, "0", "Set-Cookie", "")
	pinned.get("WhoAmI").throttled("0x80072322", "Number of requests exceeded the limit of 2 over time window of 300 seconds.")
	app.get("WhoAmI").is(200, "…").has(leftRequests, "1", "Set-Cookie", "ARRAffinity=…") // the other server's turn
}

// A batch is one request to the limits, whatever it holds, and its operations are the
// entitlement's.
func TestABatchIsOneRequest(t *testing.T) {
	w := limited(t, "requests=2")
	app := w.as(t, "contoso-app")
	part := "--b\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\nGET /api/data/v9.2/accounts?$top=1 HTTP/1.1\r\n\r\n\r\n"
	app.with("Content-Type", "multipart/mixed; boundary=b").post("$batch", strings.Repeat(part, 5)+"--b--\r\n").is(200, "…").has(leftRequests, "1")
	app.get("").is(200, "…").has(leftRequests, "0") // the service document is a request and no operation
	row := w.report(t).Rows[0]
	if row.Requests != 2 || row.Operations != 5 {
		t.Errorf("%d requests and %d operations", row.Requests, row.Operations)
	}
}

// What all application users may do in a day is shared, warned about or enforced
// (Dataverse facts 4.2); people have their own.
func TestEntitlement(t *testing.T) {
	w := start(t, func(c *environment.Config) { c.Entitlement, c.Pool = "enforce", 3 })
	app := w.as(t, "contoso-app")
	app.post("accounts", `{"name":"one"}`).is(204, "")
	w.as(t, "contoso-reader").get("accounts").is(200, "…")
	app.get("").is(200, "…") // no operation
	app.get("accounts").is(200, "…")
	refused := app.get("accounts").has("x-stead-help", "The entitlement of 3 requests in 24 hours is used up…")
	wait := refused.throttled("0x80072322", "Number of requests exceeded the limit of 3 over time window of 86400 seconds.")
	w.as(t, "ada").get("accounts").is(200, "…")
	w.pass(wait)
	w.as(t, "contoso-app").get("accounts").is(200, "…")

	w = start(t, func(c *environment.Config) { c.Pool = 1 })
	for range 3 {
		w.as(t, "contoso-app").get("accounts").is(200, "…")
	}
	if !strings.Contains(w.log.String(), `"entitlement":"The entitlement of 1 requests in 24 hours is used up`) {
		t.Error("nothing in the log warns")
	}
}

// Environments that share counters share the entitlement of their tenant and nothing else.
func TestSharedCounters(t *testing.T) {
	counters, err := environment.OpenCounters(t.Context(), environment.CountersConfig{})
	if err != nil {
		t.Fatal(err)
	}
	shared := func(c *environment.Config) {
		c.Counters, c.Entitlement, c.Pool, c.Limits = counters, "enforce", 4, "requests=9"
	}
	one := start(t, shared)
	two := start(t, shared, func(c *environment.Config) { c.Name = "contoso-test" })
	for range 2 {
		one.as(t, "contoso-app").get("accounts").is(200, "…")
		one.pass(time.Second) // operations are told within a second
		two.pass(time.Second)
		two.as(t, "contoso-app").get("accounts").is(200, "…")
	}
	one.as(t, "contoso-app").get("accounts").is(200, "…") // what the other did last is not known here yet
	one.as(t, "contoso-app").get("accounts").has(leftRequests, "6").
		throttled("0x80072322", "Number of requests exceeded the limit of 4 over time window of 86400 seconds.")
	if err := counters.Close(); err != nil {
		t.Error(err)
	}
}
