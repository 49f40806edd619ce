package usage

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func sample() []Row {
	r := Row{Who: sales, Start: noon, Span: time.Minute}
	for i := range 100 {
		r.count(&Event{Operations: 3, Elapsed: time.Duration(i) * time.Millisecond, Running: int64(i % 9), In: 1, Out: 20})
	}
	r.count(&Event{Refused: ByRequests})
	r.count(&Event{Refused: ByEntitlement, Fault: true})
	return []Row{r, {Who: ana, Start: noon, Span: time.Hour}}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	want := `[
{"user":"01000000-0000-0000-0000-000000000000","application":"0a000000-0000-0000-0000-000000000000","start":"2026-03-02T12:00:00Z","seconds":60,` +
		`"requests":100,"operations":300,"refused":{"concurrency":0,"entitlement":1,"requests":1,"time":0},"faults":1,"execution_ms":4950,"peak_concurrency":8,` +
		`"p50_ms":50,"p95_ms":119.111,"p99_ms":126.222,"bytes_in":100,"bytes_out":2000},
{"user":"02000000-0000-0000-0000-000000000000","start":"2026-03-02T12:00:00Z","seconds":3600,` +
		`"requests":0,"operations":0,"refused":{"concurrency":0,"entitlement":0,"requests":0,"time":0},"faults":0,"execution_ms":0,"peak_concurrency":0,` +
		`"p50_ms":0,"p95_ms":0,"p99_ms":0,"bytes_in":0,"bytes_out":0}
]
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
	b.Reset()
	var none []any
	if err := WriteJSON(&b, nil); err != nil || json.Unmarshal(b.Bytes(), &none) != nil || len(none) != 0 {
		t.Errorf("no rows: %q, %v", b.String(), err)
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := WriteCSV(&b, sample()); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	got := map[string]string{}
	for i, name := range lines[0] {
		got[name] = lines[1][i]
	}
	for name, want := range map[string]string{
		"start": "2026-03-02T12:00:00Z", "seconds": "60", "application": sales.Application.String(), "operations": "300",
		"refused_requests": "1", "refused_time": "0", "refused_entitlement": "1", "p50_ms": "50", "execution_ms": "4950", "bytes_out": "2000",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
	if lines[2][3] != "" {
		t.Errorf("a person has the application %q", lines[2][3])
	}
}

func TestMetrics(t *testing.T) {
	var b bytes.Buffer
	list := sample()
	if err := WriteMetrics(&b, "co\"n\\to\nso", []Total{{ana, Counts{}}, {list[0].Who, list[0].Counts}}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	labels := `environment="co\"n\\to\nso",user="` + sales.User.String() + `",application="` + sales.Application.String() + `"`
	for _, want := range []string{
		"# TYPE stead_requests_total counter",
		"stead_requests_total{" + labels + "} 100",
		"stead_requests_refused_total{" + labels + `,limit="entitlement"} 1`,
		"stead_execution_seconds_total{" + labels + "} 4.95",
		"# TYPE stead_request_duration_seconds histogram",
		"stead_request_duration_seconds_bucket{" + labels + `,le="0.001"} 1`,
		"stead_request_duration_seconds_bucket{" + labels + `,le="0.064"} 64`,
		"stead_request_duration_seconds_bucket{" + labels + `,le="+Inf"} 100`,
		"stead_request_duration_seconds_count{" + labels + "} 100",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %s in\n%s", want, &b)
		}
	}
	if n := strings.Count(b.String(), "# TYPE"); n != 8 {
		t.Errorf("%d families, want 8, each once", n)
	}
}

func TestPercentiles(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var h Histogram
		all := rapid.SliceOfN(rapid.Int64Range(0, int64(60*time.Second)), 1, 50).Draw(r, "durations")
		for _, d := range all {
			h.Add(time.Duration(d))
		}
		slices.Sort(all)
		before := time.Duration(0)
		for _, p := range []float64{1, 50, 95, 100} {
			exact := time.Duration(all[max(int(math.Ceil(p/100*float64(len(all))))-1, 0)])
			got := h.Percentile(p)
			if got < before || got > 2*exact+finest || got < exact/2-finest {
				r.Fatalf("percentile %v is %v, exactly %v, the one before %v", p, got, exact, before)
			}
			before = got
		}
	})
	var h Histogram
	h.Add(-time.Second)
	h.Add(time.Hour)
	if h[0] != 1 || h[19] != 1 {
		t.Errorf("out of range: %v", h)
	}
}

func TestForecast(t *testing.T) {
	for _, c := range []struct {
		name        string
		past        []float64
		rate, limit float64
		steps       float64
		met         bool
	}{
		{"met already", []float64{2000, 2000, 2000, 0, 0}, 0, 6000, 0, true},
		{"a pace that fits", []float64{1200, 1200, 1200, 1200, 1100}, 1199, 6000, 0, false},
		{"from rest, 2000 a minute", []float64{0, 0, 0, 0, 0}, 2000, 6000, 3, true},
		{"half way into a step", []float64{0, 0, 0, 0, 1000}, 2000, 6000, 2.5, true},
		{"old steps fall out meanwhile", []float64{1000, 1000, 0, 0, 0}, 2000, 6000, 3, true},
		{"idle", []float64{5000, 0, 0, 0, 0}, 0, 6000, 0, false},
		{"met just when the window is full", []float64{0, 0, 0, 0, 0}, 1200, 6000, 5, true},
	} {
		if steps, met := Forecast(c.past, c.rate, c.limit); steps != c.steps || met != c.met {
			t.Errorf("%s: %v %v, want %v %v", c.name, steps, met, c.steps, c.met)
		}
	}
}
