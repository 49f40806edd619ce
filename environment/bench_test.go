package environment_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// nowhere is a response that keeps nothing.
type nowhere struct {
	header http.Header
	status int
	bytes  int
}

func (n *nowhere) Header() http.Header         { return n.header }
func (n *nowhere) WriteHeader(status int)      { n.status = status }
func (n *nowhere) Write(p []byte) (int, error) { n.bytes += len(p); return len(p), nil }

// uncounted is without limits; counted has limits that nothing reaches, for the clock
// of the tests stands still.
const (
	uncounted = "off"
	counted   = "requests=1000000000"
)

func benchmark(b *testing.B, limits string, path func(id string) string) {
	w := start(b, func(c *environment.Config) { c.Logger, c.Limits = slog.New(slog.DiscardHandler), limits })
	app := w.as(b, "contoso-app")
	var id string
	for n := range 200 {
		id = app.made("accounts", fmt.Sprintf(`{"name":"account %03d","numberofemployees":%d,"revenue":%d,"address1_city":"Berlin"}`, n, n, n*1000))
	}
	r := httptest.NewRequest("GET", address+"/api/data/v9.2/"+path(id), nil)
	r.Header = app.header
	b.ReportAllocs()
	for b.Loop() {
		to := nowhere{header: http.Header{}}
		w.ServeHTTP(&to, r)
		if to.status != 200 {
			b.Fatal(to.status)
		}
	}
}

func BenchmarkPointRead(b *testing.B) { benchmark(b, uncounted, pointRead) }

// BenchmarkPointReadCounted shows what keeping the limits costs.
func BenchmarkPointReadCounted(b *testing.B) { benchmark(b, counted, pointRead) }

func pointRead(id string) string {
	return "accounts(" + id + ")?$select=name,accountnumber,revenue,numberofemployees,address1_city,telephone1,websiteurl,description,createdon,modifiedon,statecode"
}

func BenchmarkListOfFifty(b *testing.B) {
	benchmark(b, uncounted, func(string) string {
		return "accounts?$select=name,revenue,numberofemployees,address1_city,createdon&$filter=numberofemployees%20ge%2010&$orderby=name&$top=50"
	})
}

func BenchmarkWhoAmI(b *testing.B) { benchmark(b, uncounted, func(string) string { return "WhoAmI" }) }

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := start(b)
		w.Close()
		w.config.Database += "2"
		b.StartTimer()
		w.open(b)
		b.StopTimer()
		w.Close()
		b.StartTimer()
	}
}
