package quota

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/environment/internal/quota/usage"
)

const (
	tooMany   = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
	tooLong   = "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of requests and try again later."
	tooBroad  = "Number of concurrent requests exceeded the limit of 52."
	byMany    = "0x80072322"
	byTime    = "0x80072321"
	byAtOnce  = "0x80072326"
	oneSecond = time.Second
)

// 1,200 requests a minute is what can be sustained (Dataverse facts 4.1): 6,000 in the
// first minute are let in, the next waits until the first are 300 seconds ago.
func TestNumberOfRequests(t *testing.T) {
	w := newWorld(t, nil)
	for i := range 6000 {
		w.at(float64(i) / 100)
		if _, refusal := w.request(app(1), Outcome{}); refusal != nil {
			t.Fatalf("request %d: %v", i, refusal)
		}
	}
	w.at(60)
	_, refusal := w.request(app(1), Outcome{})
	w.refused(refusal, byMany, tooMany, 240*time.Second, 241*time.Second)
	if _, refusal := w.request(app(2), Outcome{}); refusal != nil {
		t.Errorf("another user pays for it: %v", refusal)
	}
	w.now = w.now.Add(refusal.RetryAfter)
	if in, _ := w.times(101, app(1), Outcome{}); in != 100 {
		t.Errorf("%d let in after the wait, want the 100 of the first second", in)
	}
	for minute := 1; minute <= 10; minute++ { // 20 a second from rest
		w.at(1000 + float64(minute)*60)
		if in, refusal := w.times(1200, app(1), Outcome{}); in != 1200 {
			t.Errorf("sustained, minute %d: %d let in: %v", minute, in, refusal)
		}
	}
}

// Two requests of ten minutes use the time up, and it comes back when they are 300
// seconds ago.
func TestExecutionTime(t *testing.T) {
	w := newWorld(t, nil)
	one, _ := w.enter(app(1), "")
	two, _ := w.enter(app(1), "")
	w.at(10)
	w.leave(one, Outcome{Elapsed: 600 * time.Second})
	w.at(20)
	if _, refusal := w.request(app(1), Outcome{Elapsed: 599 * time.Second}); refusal != nil {
		t.Fatal(refusal)
	}
	w.at(30)
	w.leave(two, Outcome{Elapsed: 2 * time.Second})
	_, refusal := w.request(app(1), Outcome{})
	w.refused(refusal, byTime, tooLong, 280*time.Second, 281*time.Second)
	w.at(310)
	if _, refusal := w.request(app(1), Outcome{}); refusal != nil {
		t.Errorf("300 seconds after the first ended: %v", refusal)
	}
}

func TestConcurrency(t *testing.T) {
	w := newWorld(t, nil)
	var in []Ticket
	for range 52 {
		ticket, refusal := w.enter(app(1), "")
		if refusal != nil {
			t.Fatal(refusal)
		}
		in = append(in, ticket)
	}
	for range 3 { // hammering changes nothing here: a place may come free at any moment
		_, refusal := w.enter(app(1), "")
		w.refused(refusal, byAtOnce, tooBroad, oneSecond, oneSecond+1)
	}
	w.leave(in[0], Outcome{})
	if _, refusal := w.enter(app(1), ""); refusal != nil {
		t.Errorf("after one left: %v", refusal)
	}
}

func TestHammeringMakesTheWaitLonger(t *testing.T) {
	w := newWorld(t, nil)
	w.times(6000, app(1), Outcome{})
	_, first := w.request(app(1), Outcome{})
	_, last := w.times(100, app(1), Outcome{})
	if first.RetryAfter != 300*time.Second || last.RetryAfter != 350*time.Second {
		t.Errorf("told to wait %v, and %v after 100 more", first.RetryAfter, last.RetryAfter)
	}
	w.now = w.now.Add(first.RetryAfter)
	if _, refusal := w.request(app(1), Outcome{}); refusal != nil {
		t.Errorf("who waited as told first: %v", refusal)
	}
}

func TestScaledFiguresAreInTheWords(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits, _ = ParseLimits("requests=3 time=2s concurrent=1 window=10s") })
	hold, _ := w.enter(app(1), "")
	_, refusal := w.enter(app(1), "")
	w.refused(refusal, byAtOnce, "Number of concurrent requests exceeded the limit of 1.", oneSecond, oneSecond+1)
	w.leave(hold, Outcome{Elapsed: 2 * time.Second})
	_, refusal = w.enter(app(1), "")
	w.refused(refusal, byTime, "Combined execution time of incoming requests exceeded limit of 2,000 milliseconds over time window of 10 seconds. "+
		"Decrease number of concurrent requests or reduce the duration of requests and try again later.", 10*time.Second, 11*time.Second)
	w.times(3, app(2), Outcome{})
	_, refusal = w.enter(app(2), "")
	w.refused(refusal, byMany, "Number of requests exceeded the limit of 3 over time window of 10 seconds.", 10*time.Second, 11*time.Second)
}

func TestHeaders(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct {
		elapsed           time.Duration
		requests, seconds string
	}{
		{1500 * time.Millisecond, "5999", "1,200.00"}, {1, "5998", "1,198.50"}, {200 * time.Second, "5997", "1,198.50"},
		{60 * time.Millisecond, "5996", "998.50"}, {2000 * time.Second, "5995", "998.44"}, {0, "5995", "0.00"},
	} {
		ticket, refusal := w.request(app(1), Outcome{Elapsed: c.elapsed})
		if requests, seconds := ticket.Remaining(); requests != c.requests || seconds != c.seconds {
			t.Errorf("before %v: %q and %q, want %q and %q (%v)", c.elapsed, requests, seconds, c.requests, c.seconds, refusal)
		}
	}
}

// Four requests at a time use up 20 minutes in five; each web server counts alone.
func TestParallelHint(t *testing.T) {
	for _, c := range []struct {
		limits  string
		servers int
		want    string
	}{
		{"default", 1, "4"}, {"default", 3, "12"}, {"x0.01", 1, "1"}, {"concurrent=2", 2, "4"}, {"time=3000s window=30s", 1, "52"}, {"off", 1, "4"},
	} {
		limits, err := ParseLimits(c.limits)
		if err != nil {
			t.Fatal(err)
		}
		w := newWorld(t, func(of *Config) { of.Limits, of.Servers = limits, c.servers })
		ticket, _ := w.enter(app(1), "")
		if got := strings.Join(ticket.Parallel(), " "); got != c.want {
			t.Errorf("%s, %d servers: %q, want %q", c.limits, c.servers, got, c.want)
		}
	}
}

func TestOff(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits = Limits{Off: true} })
	for range 7000 {
		if ticket, refusal := w.enter(app(1), ""); refusal != nil {
			t.Fatal(refusal)
		} else if a, b := ticket.Remaining(); a != "" || b != "" {
			t.Fatalf("headers %q %q", a, b)
		}
	}
	if err := (Ticket{}).Leave(context.Background(), Outcome{}); err != nil {
		t.Error(err)
	}
}

// Each web server counts alone; a cookie pins, none spreads (Dataverse facts 4.1).
func TestServers(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Servers = 3; c.Limits.Requests = 10 })
	first, _ := w.enter(app(1), "")
	cookie, _ := first.Cookie()
	if len(cookie) != 64 || cookie == newWorld(t, func(c *Config) { c.Environment = "fabrikam" }).book.servers.cookies[0].value {
		t.Errorf("cookie %q", cookie)
	}
	for range 9 {
		ticket, refusal := w.enter(app(1), cookie)
		if now, _ := ticket.Cookie(); refusal != nil || now != cookie {
			t.Fatalf("pinned: %v, %s", refusal, now)
		}
	}
	if _, refusal := w.enter(app(1), cookie); refusal == nil {
		t.Error("the pinned server lets in an eleventh")
	}
	in := 0
	for range 60 {
		if _, refusal := w.enter(app(1), ""); refusal == nil {
			in++
		}
	}
	if in != 20 {
		t.Errorf("%d let in by the other two servers, want 20", in)
	}
	if again := New(w.cfg); again.servers.cookies[0].value != w.book.servers.cookies[0].value {
		t.Error("a restart changes the cookies")
	}
}

func TestEnvironmentsCountAlone(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Requests = 1 })
	other := w.cfg
	other.Environment = "fabrikam"
	w.request(app(1), Outcome{})
	if _, err := New(other).Enter(context.Background(), app(1), "", w.now); err != nil {
		t.Errorf("the same user in another environment: %v", err)
	}
}

func TestUsageIsTold(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Requests = 2; c.Limits.Concurrent = 1 })
	hold, _ := w.enter(app(1), "")
	w.enter(app(1), "")
	w.leave(hold, Outcome{Elapsed: time.Second, Operations: 7, In: 3, Out: 4, Fault: true})
	w.request(app(1), Outcome{})
	w.request(app(1), Outcome{})
	rows, err := w.cfg.Usage.Rows(context.Background(), usage.Query{From: noon, To: noon.Add(time.Minute)})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%+v, %v", rows, err)
	}
	r := rows[0]
	if r.Who != (usage.Who{User: app(1).ID, Application: app(1).ApplicationID}) || r.Requests != 2 || r.Operations != 7 || r.Refused[usage.ByConcurrency] != 1 ||
		r.Refused[usage.ByRequests] != 1 || r.Execution != time.Second || r.Peak != 1 || r.In != 3 || r.Out != 4 || r.Faults != 1 {
		t.Errorf("%+v", r)
	}
}

func TestForecast(t *testing.T) {
	w := newWorld(t, nil)
	for minute := range 3 {
		w.at(float64(minute) * 60)
		w.times(1500, app(1), Outcome{Elapsed: 10 * time.Millisecond})
	}
	w.at(180)
	look, err := w.book.Forecast(context.Background(), usage.Who{User: app(1).ID}, w.now)
	if err != nil || len(look) != 2 {
		t.Fatal(look, err)
	}
	if want := (Outlook{Limit: usage.ByRequests, Used: 4500, Most: 6000, Rate: 1500, Met: true, At: noon.Add(240 * time.Second)}); look[0] != want {
		t.Errorf("requests: %+v\nwant      %+v", look[0], want)
	}
	if look[1].Met || look[1].Used != 45_000 || look[1].Rate != 15_000 {
		t.Errorf("time: %+v", look[1])
	}
	w.at(240)
	if in, _ := w.times(1501, app(1), Outcome{}); in != 1500 {
		t.Errorf("%d let in when the limit was foretold", in)
	}
}

// However many workers a client has and however long its requests take, each worker
// that waits as Retry-After says does all of its work.
func TestWhoHonoursRetryAfterFinishes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		text := fmt.Sprintf("requests=%d time=%dms concurrent=%d window=%ds", rapid.IntRange(1, 9).Draw(r, "requests"),
			rapid.IntRange(1, 5000).Draw(r, "time"), rapid.IntRange(1, 4).Draw(r, "concurrent"), rapid.IntRange(1, 60).Draw(r, "window"))
		w := newWorld(t, func(c *Config) { c.Limits, _ = ParseLimits(text) })
		workers := make([]worker, rapid.IntRange(1, 6).Draw(r, "workers"))
		for i := range workers {
			workers[i] = worker{next: noon, todo: rapid.IntRange(1, 10).Draw(r, "todo"), takes: time.Duration(rapid.IntRange(0, 4000).Draw(r, "takes")) * time.Millisecond}
		}
		for steps := 0; ; steps++ {
			if steps > 20_000 {
				r.Fatalf("%s: still not finished: %+v", text, workers)
			}
			one := earliest(workers)
			if one == nil {
				return
			}
			w.now = one.next
			one.step(w)
		}
	})
}

// worker makes one request after another.
type worker struct {
	next  time.Time
	todo  int
	takes time.Duration
	in    *Ticket
}

func earliest(workers []worker) (first *worker) {
	for i := range workers {
		if k := &workers[i]; k.todo > 0 && (first == nil || k.next.Before(first.next)) {
			first = k
		}
	}
	return first
}

func (k *worker) step(w *world) {
	if k.in != nil {
		w.leave(*k.in, Outcome{Elapsed: k.takes})
		k.in = nil
		k.todo--
		return
	}
	ticket, refusal := w.enter(app(1), "")
	if refusal != nil {
		k.next = w.now.Add(refusal.RetryAfter)
		return
	}
	k.in, k.next = &ticket, w.now.Add(k.takes)
}
