package environment_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

// slow is a client that takes some of an answer and then waits.
type slow struct {
	header  http.Header
	bytes   int
	stop    int            // it waits when it has as many bytes
	waiting sync.WaitGroup // done when it waits
	on      chan int       // where to wait next; 0: it goes away
}

var errGone = errors.New("the client has gone")

func (s *slow) Header() http.Header { return s.header }
func (s *slow) WriteHeader(int)     {}
func (s *slow) Write(p []byte) (int, error) {
	if s.bytes += len(p); s.bytes >= s.stop {
		s.waiting.Done()
		if s.stop = <-s.on; s.stop == 0 {
			return 0, errGone
		}
	}
	return len(p), nil
}

// until lets the client go on until it has as many bytes.
func (s *slow) until(bytes int) {
	s.waiting.Add(1)
	s.on <- bytes
}

// Great pages of wide rows stand still with 64 slow clients, in the middle of the answer: the memory
// they take has nothing to do with how much of it they have had, and others read and
// write meanwhile.
func TestSlowClientsOfGreatPages(t *testing.T) {
	const clients, rows, most = 64, 5000, 4 << 20 // bytes for each client
	w := start(t, func(c *environment.Config) { c.Logger, c.Limits = slog.New(slog.DiscardHandler), "off" })
	app := w.as(t, "contoso-app")
	wide := strings.Repeat("wide ", 400)
	for range rows / 1000 {
		var b strings.Builder
		for n := range 1000 {
			fmt.Fprintf(&b, `,{"@odata.type":"Microsoft.Dynamics.CRM.account","name":"account %d","description":%q}`, n, wide)
		}
		app.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", `{"Targets":[`+b.String()[1:]+`]}`).is(200, "…")
	}
	before, resident := heap(), rss()
	all, done := make([]*slow, clients), sync.WaitGroup{}
	for i := range all {
		s := &slow{header: http.Header{}, stop: 1, on: make(chan int)}
		s.waiting.Add(1)
		all[i] = s
		done.Go(func() {
			defer func() { _ = recover() }() // an answer that breaks off aborts its connection
			r := httptest.NewRequest("GET", root+"accounts", nil)
			r.Header = app.with("Prefer", "odata.maxpagesize=5000").header
			w.ServeHTTP(s, r)
		})
	}
	measure := func(when string) int64 {
		for _, s := range all {
			s.waiting.Wait()
		}
		each := (heap() - before) / clients
		t.Logf("%s: %d KB of heap for each of %d clients, %d MB more resident in all", when, each>>10, clients, (rss()-resident)>>20)
		return each
	}
	first := measure("at the first bytes")
	began := time.Now()
	for n := range 20 {
		app.made("accounts", `{"name":"meanwhile"}`)
		app.get(fmt.Sprintf("accounts?$select=name&$top=%d", n+1)).is(200, "…")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("20 writes and reads beside slow clients took %v", took)
	}
	for _, s := range all {
		s.until(4 << 20)
	}
	later := measure("after 4 MB")
	for i, s := range all {
		if i == 0 {
			s.until(1 << 40)
			continue
		}
		s.on <- 0
	}
	all[0].waiting.Done() // it never waits again
	done.Wait()
	if all[0].bytes < rows*len(wide) {
		t.Errorf("the patient one had %d bytes", all[0].bytes)
	}
	t.Logf("a page of %d MB; 40 writes and reads meanwhile in %v", all[0].bytes>>20, time.Since(began).Round(time.Millisecond))
	if max(first, later) > most || later > first+512<<10 {
		t.Errorf("each client holds %d KB at first and %d KB later", first>>10, later>>10)
	}
}

// heap is what is in use when the garbage is gone.
func heap() int64 {
	var m runtime.MemStats
	debug.FreeOSMemory()
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// rss is how much memory the process has of the machine; 0 where that is not told.
func rss() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}
