package environment_test

import (
	"encoding/csv"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/limit/limittest"
)

// usageReport is what the page of usage says.
type usageReport struct {
	Environment string
	Limits      *struct{ Requests int64 }
	Forecast    []struct {
		User, Limit string
		Used, Most  float64
		PerMinute   float64    `json:"per_minute"`
		MetAt       *time.Time `json:"met_at"`
	}
	Rows []struct {
		User, Application    string
		Start                time.Time
		Requests, Operations int64
		Faults               int64
		Refused              map[string]int64
		Execution            float64 `json:"execution_ms"`
		In                   int64   `json:"bytes_in"`
		Out                  int64   `json:"bytes_out"`
	}
}

func (w *world) report(t *testing.T, query ...string) usageReport {
	t.Helper()
	a := w.as(t, "ada").get("/_stead/usage" + strings.Join(query, ""))
	if a.status != 200 {
		t.Fatalf("usage: %d %s", a.status, a.body)
	}
	a.has("Content-Type", "application/json", "Cache-Control", "no-store")
	var r usageReport
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestUsageShowsWhatWasDone(t *testing.T) {
	w := limited(t, "requests=3")
	app := w.as(t, "contoso-app")
	begun := w.clock()
	app.post("accounts", `{"name":"one"}`).is(204, "")
	page := app.get("accounts?$select=name").is(200, "…")
	app.slowly(1500 * time.Millisecond)
	app.get("accounts").is(429, "…")
	w.as(t, "ben").get("WhoAmI").is(200, "…")
	r := w.report(t)
	if len(r.Rows) != 2 || r.Environment != "contoso" || r.Limits.Requests != 3 {
		t.Fatalf("%+v", r)
	}
	row, person := r.Rows[0], r.Rows[1]
	if row.User != people["contoso-app"].user || row.Application != people["contoso-app"].app || !row.Start.Equal(begun) ||
		row.Requests != 3 || row.Operations != 3 || row.Refused["requests"] != 1 || row.Refused["time"] != 0 || row.Execution != 1500 ||
		row.In != int64(len(`{"name":"one"}`)+len(`{"name":"slow"}`)) || row.Out != int64(len(page.body)) {
		t.Errorf("%+v", row)
	}
	if person.User != people["ben"].user || person.Application != "" || person.Requests != 1 {
		t.Errorf("ben: %+v", person)
	}
	if only := w.report(t, "?user="+people["ben"].user); len(only.Rows) != 1 || only.Rows[0].User != people["ben"].user {
		t.Errorf("%+v", only)
	}
	w.pass(2 * time.Hour)
	if none := w.report(t, "?since=1h"); len(none.Rows) != 0 {
		t.Errorf("of the last hour: %+v", none)
	}
	if all := w.report(t, "?since=2026-11-21T11:00:00Z&until=10m"); len(all.Rows) != 2 {
		t.Errorf("%+v", all)
	}
}

// At this rate the limit of 10 is met in the third minute.
func TestForecastOfALimit(t *testing.T) {
	w := limited(t, "requests=10")
	for range 2 {
		for range 4 {
			w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
		}
		w.pass(time.Minute)
	}
	r := w.report(t)
	f := r.Forecast[0]
	if len(r.Forecast) != 2 || f.Limit != "requests" || f.User != people["contoso-app"].user || f.Used != 8 || f.Most != 10 || f.PerMinute != 4 ||
		f.MetAt == nil || !f.MetAt.Equal(w.clock().Add(30*time.Second)) {
		t.Errorf("%+v", r.Forecast)
	}
	if r.Forecast[1].MetAt != nil {
		t.Errorf("time: %+v", r.Forecast[1])
	}
}

func TestUsageAsCSVAndMetrics(t *testing.T) {
	w := start(t)
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
	a := w.as(t, "ada").get("/_stead/usage?format=csv").has("Content-Type", "text/csv; charset=utf-8")
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(rows) != 2 || rows[0][0] != "start" || rows[1][2] != people["contoso-app"].user {
		t.Errorf("%v %v", rows, err)
	}
	w.as(t, "ada").get("/metrics").has("Content-Type", "text/plain; version=0.0.4; charset=utf-8").
		is(200, `…stead_requests_total{environment="contoso",…} 1`+"\n…\nstead_limit_store_failures_total 0\n")
}

// Usage is for administrators; reading it counts for nobody.
func TestUsageIsForAdministrators(t *testing.T) {
	w := limited(t, "requests=1")
	for _, path := range []string{"/_stead/usage", "/metrics"} {
		w.as(t, "").get(path).is(401, "").has("WWW-Authenticate", "Bearer …")
		for _, name := range []string{"ben", "contoso-reader", "mallory"} {
			w.as(t, name).get(path).is(403, "…")
		}
		w.as(t, "ben").get(path).fails(403, "0x80048306", "Access is denied.")
		for range 3 {
			w.as(t, "contoso-app").get(path).is(200, "…").has(leftRequests, "")
		}
		w.as(t, "ada").post(path, "").is(405, "…").has("Allow", "GET,HEAD")
	}
	for _, query := range []string{"?since=yesterday", "?until=-5m", "?user=ben", "?format=xml"} {
		w.as(t, "ada").get("/_stead/usage"+query).is(400, `{"error":{"code":"0x80060888","message":"The parameter '…`)
	}
	if r := w.report(t); len(r.Rows) != 0 {
		t.Errorf("reading was counted: %+v", r.Rows)
	}
}

func TestUsageSurvivesARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usage.db")
	w := start(t, func(c *environment.Config) { c.Usage = path })
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
	if r := w.report(t); len(r.Rows) != 1 || r.Rows[0].Requests != 2 {
		t.Errorf("%+v", r.Rows)
	}
}

// Two processes that count at one server hold a user to one limit. When the server goes
// away they let requests through, and the metrics say so.
func TestCountersOfSeveralProcesses(t *testing.T) {
	address := "redis://" + limittest.Redis(t)
	process := func() *world {
		counters, err := environment.OpenCounters(t.Context(), environment.CountersConfig{Address: address})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = counters.Close() })
		return limited(t, "requests=3", func(c *environment.Config) { c.Counters = counters })
	}
	one, two := process(), process()
	one.as(t, "contoso-app").get("WhoAmI").has(leftRequests, "2")
	two.as(t, "contoso-app").get("WhoAmI").has(leftRequests, "1")
	one.as(t, "contoso-app").get("WhoAmI").has(leftRequests, "0")
	two.as(t, "contoso-app").get("WhoAmI").throttled("0x80072322", "Number of requests exceeded the limit of 3 over time window of 300 seconds.")

	gone, err := environment.OpenCounters(t.Context(), environment.CountersConfig{Address: "redis://" + limittest.FreeAddr(t)})
	if err != nil {
		t.Fatal(err)
	}
	alone := limited(t, "requests=1", func(c *environment.Config) { c.Counters = gone })
	alone.as(t, "contoso-app").get("WhoAmI").is(200, "…").has(leftRequests, "0")
	alone.as(t, "contoso-app").get("WhoAmI").is(429, "…")
	if a := alone.as(t, "ada").get("/metrics"); strings.Contains(a.body, "stead_limit_store_failures_total 0") {
		t.Error("the metrics do not tell of a server that is away")
	}
	_ = gone.Close()
	if _, err := environment.OpenCounters(t.Context(), environment.CountersConfig{Address: "memcached://h"}); err == nil {
		t.Error("an unknown kind of address is accepted")
	}
}

func TestUsageOff(t *testing.T) {
	w := start(t, func(c *environment.Config) { c.Usage = "off" })
	w.as(t, "ben").get("WhoAmI").is(200, "…")
	if r := w.report(t); len(r.Rows) != 0 {
		t.Errorf("recorded: %+v", r.Rows)
	}
}
