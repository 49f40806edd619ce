package usage

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// percentiles are those that rows and metrics show.
var percentiles = [...]float64{50, 95, 99}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// record is a row as JSON shows it.
type record struct {
	User        string           `json:"user"`
	Application string           `json:"application,omitempty"`
	Start       time.Time        `json:"start"`
	Seconds     int              `json:"seconds"`
	Requests    int64            `json:"requests"`
	Operations  int64            `json:"operations"`
	Refused     map[string]int64 `json:"refused"`
	Faults      int64            `json:"faults"`
	ExecutionMS float64          `json:"execution_ms"`
	Peak        int64            `json:"peak_concurrency"`
	P50         float64          `json:"p50_ms"`
	P95         float64          `json:"p95_ms"`
	P99         float64          `json:"p99_ms"`
	In          int64            `json:"bytes_in"`
	Out         int64            `json:"bytes_out"`
}

// WriteJSON writes an array of objects, one a line.
func WriteJSON(w io.Writer, rows []Row) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString("[")
	for i := range rows {
		text, err := json.Marshal(rows[i].record())
		if err != nil {
			return fmt.Errorf("write usage as JSON: %w", err)
		}
		if i > 0 {
			_, _ = b.WriteString(",")
		}
		_, _ = b.WriteString("\n")
		_, _ = b.Write(text)
	}
	_, _ = b.WriteString("\n]\n")
	return b.Flush()
}

func (r *Row) record() record {
	rec := record{
		User: r.User.String(), Application: r.application(), Start: r.Start, Seconds: int(r.Span / time.Second), Requests: r.Requests, Operations: r.Operations,
		Refused: map[string]int64{}, Faults: r.Faults, ExecutionMS: milliseconds(r.Execution), Peak: r.Peak, In: r.In, Out: r.Out,
		P50: milliseconds(r.Latency.Percentile(percentiles[0])), P95: milliseconds(r.Latency.Percentile(percentiles[1])),
		P99: milliseconds(r.Latency.Percentile(percentiles[2])),
	}
	for why := Let + 1; why < refusals; why++ {
		rec.Refused[why.String()] = r.Refused[why]
	}
	return rec
}

// application is empty for a person.
func (r *Row) application() string {
	if r.Application.IsZero() {
		return ""
	}
	return r.Application.String()
}

// WriteCSV writes the same figures, with a heading.
func WriteCSV(w io.Writer, rows []Row) error {
	c := csv.NewWriter(w)
	head := []string{"start", "seconds", "user", "application", "requests", "operations"}
	for why := Let + 1; why < refusals; why++ {
		head = append(head, "refused_"+why.String())
	}
	_ = c.Write(append(head, "faults", "execution_ms", "peak_concurrency", "p50_ms", "p95_ms", "p99_ms", "bytes_in", "bytes_out"))
	for i := range rows {
		_ = c.Write(rows[i].cells())
	}
	c.Flush()
	return c.Error()
}

func (r *Row) cells() []string {
	whole := func(n int64) string { return strconv.FormatInt(n, 10) }
	part := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	cells := []string{r.Start.Format(time.RFC3339), whole(int64(r.Span / time.Second)), r.User.String(), r.application(), whole(r.Requests), whole(r.Operations)}
	for why := Let + 1; why < refusals; why++ {
		cells = append(cells, whole(r.Refused[why]))
	}
	cells = append(cells, whole(r.Faults), part(milliseconds(r.Execution)), whole(r.Peak))
	for _, p := range percentiles {
		cells = append(cells, part(milliseconds(r.Latency.Percentile(p))))
	}
	return append(cells, whole(r.In), whole(r.Out))
}

// WriteMetrics writes totals as Prometheus text, version 0.0.4. The caller gives the
// environment's name, and answers with "text/plain; version=0.0.4; charset=utf-8".
func WriteMetrics(w io.Writer, environment string, totals []Total) error {
	slices.SortFunc(totals, func(a, b Total) int {
		return cmp.Or(slices.Compare(a.User[:], b.User[:]), slices.Compare(a.Application[:], b.Application[:]))
	})
	m := metrics{bufio.NewWriter(w), totals, `environment="` + escape.Replace(environment) + `"`}
	for _, c := range counters {
		m.family(c.name, "counter", c.help, func(t *Total, labels string) { m.sample(c.name, labels, c.of(t)) })
	}
	const refused, latency = "stead_requests_refused_total", "stead_request_duration_seconds"
	m.family(refused, "counter", "Requests that a limit refused.", func(t *Total, labels string) {
		for why := Let + 1; why < refusals; why++ {
			m.sample(refused, labels+`,limit="`+why.String()+`"`, float64(t.Refused[why]))
		}
	})
	m.family(latency, "histogram", "How long requests took.", func(t *Total, labels string) { m.histogram(latency, labels, t) })
	return m.Flush()
}

// counters are the metrics with one figure a user.
var counters = []struct {
	name, help string
	of         func(*Total) float64
}{
	{"stead_requests_total", "Requests let in.", func(t *Total) float64 { return float64(t.Requests) }},
	{"stead_operations_total", "Operations as entitlement counts them.", func(t *Total) float64 { return float64(t.Operations) }},
	{"stead_execution_seconds_total", "Combined execution time.", func(t *Total) float64 { return t.Execution.Seconds() }},
	{"stead_faults_total", "Faults injected on purpose.", func(t *Total) float64 { return float64(t.Faults) }},
	{"stead_request_bytes_total", "Bytes of the bodies of requests.", func(t *Total) float64 { return float64(t.In) }},
	{"stead_response_bytes_total", "Bytes of the bodies of answers.", func(t *Total) float64 { return float64(t.Out) }},
}

var escape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

type metrics struct {
	*bufio.Writer
	totals      []Total
	environment string
}

func (m metrics) family(name, kind, help string, each func(*Total, string)) {
	_, _ = fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for i := range m.totals {
		t := &m.totals[i]
		each(t, m.environment+`,user="`+t.User.String()+`",application="`+t.Application.String()+`"`)
	}
}

func (m metrics) sample(name, labels string, v float64) {
	_, _ = fmt.Fprintf(m, "%s{%s} %s\n", name, labels, strconv.FormatFloat(v, 'g', -1, 64))
}

func (m metrics) histogram(name, labels string, t *Total) {
	sum := 0.0
	for i, n := range t.Latency {
		sum += float64(n)
		bound := "+Inf"
		if i < len(t.Latency)-1 {
			bound = strconv.FormatFloat(t.Latency.Bound(i).Seconds(), 'g', -1, 64)
		}
		m.sample(name+"_bucket", labels+`,le="`+bound+`"`, sum)
	}
	m.sample(name+"_sum", labels, t.Execution.Seconds())
	m.sample(name+"_count", labels, sum)
}
