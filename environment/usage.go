package environment

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/quota"
	"github.com/stead-s2s/stead/environment/internal/quota/usage"
	"github.com/stead-s2s/stead/internal/web"
)

// The pages ask for the token of a System Administrator, or the operator's key.
const (
	usagePath   = "/_stead/usage"
	metricsPath = "/metrics"
)

func (s *Server) pages() map[string]web.HandlerFunc {
	return map[string]web.HandlerFunc{usagePath: s.usage, metricsPath: s.metrics, privilegesPath: s.privileges, explainPath: s.explain}
}

// metrics answers in the text form of Prometheus.
func (s *Server) metrics(w http.ResponseWriter, _ *http.Request) error {
	var text bytes.Buffer
	if err := usage.WriteMetrics(&text, s.config.Name, s.records.ledger.Totals()); err != nil {
		return err
	}
	const failures = "stead_limit_store_failures_total"
	fmt.Fprintf(&text, "# HELP %[1]s Calls that the server of the counters did not answer.\n# TYPE %[1]s counter\n%[1]s %[2]d\n", failures, s.records.counters.Failures())
	return answer(w, "text/plain; version=0.0.4; charset=utf-8", text.Bytes())
}

// usage answers what users did, as JSON with a forecast or, for format=csv, as rows.
func (s *Server) usage(w http.ResponseWriter, r *http.Request) error {
	now := s.config.Now()
	q, err := readUsageQuery(r.URL.Query(), now)
	if err != nil {
		return err
	}
	rows, err := s.records.ledger.Rows(r.Context(), q.Query)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if q.csv {
		if err := usage.WriteCSV(&text, rows); err != nil {
			return err
		}
		return answer(w, "text/csv; charset=utf-8", text.Bytes())
	}
	report := usageReport{Environment: s.config.Name, Now: now.UTC(), Since: q.From.UTC(), Until: q.To.UTC(), Limits: s.figures()}
	if report.Forecast, err = s.forecast(r, rows, now); err != nil {
		return err
	}
	if err := usage.WriteJSON(&text, rows); err != nil {
		return err
	}
	report.Rows = text.Bytes()
	body, err := json.Marshal(report)
	if err != nil {
		return err
	}
	return answer(w, "application/json", append(body, '\n'))
}

// answer writes a page that nobody may keep.
func answer(w http.ResponseWriter, kind string, body []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(body)
	return err
}

// usageReport is the JSON form.
type usageReport struct {
	Environment string          `json:"environment"`
	Now         time.Time       `json:"now"`
	Since       time.Time       `json:"since"`
	Until       time.Time       `json:"until"`
	Limits      *figures        `json:"limits"` // null: nothing is limited
	Forecast    []outlook       `json:"forecast"`
	Rows        json.RawMessage `json:"rows"`
}

// figures are the limits in force.
type figures struct {
	Requests    int64   `json:"requests"`
	ExecutionMS int64   `json:"execution_ms"`
	Concurrent  int64   `json:"concurrent"`
	Seconds     float64 `json:"window_seconds"`
}

func (s *Server) figures() *figures {
	l := s.config.limits
	if l.Off {
		return nil
	}
	return &figures{l.Requests, l.Execution.Milliseconds(), l.Concurrent, l.Window.Seconds()}
}

// outlook is how close a user is to a limit; Used and Most are requests, or milliseconds
// of execution, within the window.
type outlook struct {
	User  string     `json:"user"`
	Limit string     `json:"limit"`
	Used  float64    `json:"used"`
	Most  float64    `json:"most"`
	Rate  float64    `json:"per_minute"`
	Met   *time.Time `json:"met_at"` // null: not at this rate
}

// forecast looks ahead for those who did something within the window.
func (s *Server) forecast(r *http.Request, rows []usage.Row, now time.Time) ([]outlook, error) {
	list := []outlook{}
	var seen []meta.ID
	for i := range rows {
		who := rows[i].Who
		if slices.Contains(seen, who.User) || now.Sub(rows[i].Start) > s.config.limits.Window+time.Minute {
			continue
		}
		seen = append(seen, who.User)
		looks, err := s.records.book.Forecast(r.Context(), who, now)
		if err != nil {
			return nil, err
		}
		for _, l := range looks {
			list = append(list, outlookOf(who, l))
		}
	}
	return list, nil
}

func outlookOf(who usage.Who, l quota.Outlook) outlook {
	o := outlook{User: who.User.String(), Limit: l.Limit.String(), Used: l.Used, Most: l.Most, Rate: l.Rate}
	if l.Met {
		at := l.At.UTC()
		o.Met = &at
	}
	return o
}

// usageQuery is what is asked of the page of usage.
type usageQuery struct {
	usage.Query
	csv bool
}

// readUsageQuery reads since and until (a time, or a span before now; by default the
// last day), user and format.
func readUsageQuery(v url.Values, now time.Time) (q usageQuery, err error) {
	if q.From, err = instant(v, "since", now, now.Add(-24*time.Hour)); err != nil {
		return q, err
	}
	if q.To, err = instant(v, "until", now, now.Add(time.Nanosecond)); err != nil {
		return q, err
	}
	if user := v.Get("user"); user != "" {
		if q.User, err = meta.ParseID(user); err != nil {
			return q, dverr.QueryInvalid.Text("The parameter 'user' must be a GUID.")
		}
	}
	switch format := v.Get("format"); format {
	case "", "json":
	case "csv":
		q.csv = true
	default:
		return q, dverr.QueryInvalid.Text("The parameter 'format' must be json or csv.")
	}
	return q, nil
}

func instant(v url.Values, name string, now, fallback time.Time) (time.Time, error) {
	text := v.Get(name)
	if text == "" {
		return fallback, nil
	}
	if span, err := time.ParseDuration(text); err == nil && span >= 0 {
		return now.Add(-span), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, dverr.QueryInvalid.Text("The parameter '%s' must be a time like 2026-03-02T12:00:00Z or a span before now like 90m.", name)
	}
	return at, nil
}
