package fault

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/web"
)

// shop is a server with faults in front of it. Its clock and chance are driven.
type shop struct {
	*Set
	now    time.Time
	chance float64
	slept  time.Duration
	served int
	log    strings.Builder
	url    string
	stop   func() // waits for running requests
}

func open(t *testing.T) *shop {
	s := &shop{now: time.Unix(1000, 0)}
	s.Set = &Set{Now: func() time.Time { return s.now }, Random: func() float64 { return s.chance }}
	logger := slog.New(slog.NewTextHandler(&s.log, nil))
	house := web.Handler(web.HandlerOptions{Logger: logger}, func(w http.ResponseWriter, r *http.Request) error {
		s.served++
		_, err := io.WriteString(w, "served "+strconv.Itoa(len(r.Cookies()))+strings.Repeat(".", 100))
		return err
	})
	at := Place{
		Name: "shop", Exempt: "/_", Logger: logger,
		Caller: func(r *http.Request) string { return r.Header.Get("Who") },
		Sleep:  func(_ context.Context, d time.Duration) { s.slept += d },
		Refuse: func(f Refusal) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
				http.Error(w, f.Kind, f.Status)
			})
		},
	}
	server := httptest.NewServer(s.Handler(at, house))
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, 0)
	t.Cleanup(server.Close)
	s.url, s.stop = server.URL, server.Close
	return s
}

func (s *shop) add(t *testing.T, r Rule) Rule {
	t.Helper()
	r, err := s.Add(r)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ask gives the status, 0 when there was no whole answer, and the body.
func (s *shop) ask(t *testing.T, method, path, who string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Who", who)
	r.Header.Set("Cookie", "place=3; lang=en")
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, ""
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, string(body)
	}
	return answer.StatusCode, string(body)
}

var busy = Action{Effect: Refuse, Refusal: Refusal{Kind: "busy", Status: 429, RetryAfter: 3 * time.Second}}

func TestWhichRequestsAreMeant(t *testing.T) {
	for name, c := range map[string]struct {
		match             Match
		method, path, who string
		want              int
	}{
		"all":                {Match{}, "GET", "/a", "ana", 429},
		"this place":         {Match{Places: []string{"bar", "shop"}}, "GET", "/a", "ana", 429},
		"another place":      {Match{Places: []string{"bar"}}, "GET", "/a", "ana", 200},
		"this caller":        {Match{Caller: "ANA"}, "GET", "/a", "ana", 429},
		"another caller":     {Match{Caller: "ben"}, "GET", "/a", "ana", 200},
		"this path":          {Match{Path: "/API/"}, "GET", "/api/rows", "ana", 429},
		"a shorter path":     {Match{Path: "/api/"}, "GET", "/api", "ana", 200},
		"this method":        {Match{Method: "post"}, "POST", "/a", "ana", 429},
		"another method":     {Match{Method: "post"}, "GET", "/a", "ana", 200},
		"a path left alone":  {Match{}, "GET", "/_/health", "ana", 200},
		"all but the caller": {Match{Path: "/a", Method: "GET", Caller: "ben"}, "GET", "/a", "ana", 200},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			s.add(t, Rule{Name: "throttle", Match: c.match, Action: busy})
			if got, _ := s.ask(t, c.method, c.path, c.who); got != c.want {
				t.Errorf("answered %d, want %d", got, c.want)
			}
			if injected := s.List()[0].Injected; (injected == 1) != (c.want == 429) {
				t.Errorf("counted %d", injected)
			}
		})
	}
}

func TestARuleEndsByItself(t *testing.T) {
	s := open(t)
	s.add(t, Rule{Name: "throttle", Action: busy, Count: 2})
	s.add(t, Rule{Name: "other", Action: busy, Until: s.now.Add(time.Minute)})
	var got []int
	for range 3 {
		status, _ := s.ask(t, "GET", "/", "ana")
		got = append(got, status)
	}
	if s.now = s.now.Add(time.Minute - 1); len(s.List()) != 1 {
		t.Errorf("in force: %+v", s.List())
	}
	s.now = s.now.Add(1)
	status, _ := s.ask(t, "GET", "/", "ana")
	if got = append(got, status); got[0] != 429 || got[1] != 429 || got[2] != 429 || got[3] != 200 {
		t.Errorf("answered %v", got)
	}
	if len(s.List()) != 0 || s.active.Load() {
		t.Errorf("in force: %+v", s.List())
	}
	if n := s.Injected(); n["throttle"] != 2 || n["other"] != 1 {
		t.Errorf("counted %v", n)
	}
}

// A count is exact, however many ask at once.
func TestCountsAreExact(t *testing.T) {
	s := open(t)
	s.add(t, Rule{Name: "throttle", Action: busy, Count: 7})
	var all sync.WaitGroup
	var mu sync.Mutex
	refused := 0
	for range 30 {
		all.Go(func() {
			at := Place{Name: "shop"}
			taken := s.take(&at, httptest.NewRequest(http.MethodGet, "/", nil))
			mu.Lock()
			refused += len(taken)
			mu.Unlock()
		})
	}
	all.Wait()
	if refused != 7 {
		t.Errorf("%d of 7 happened", refused)
	}
}

func TestChance(t *testing.T) {
	s := open(t)
	s.add(t, Rule{Name: "throttle", Action: busy, Probability: 0.25})
	for chance, want := range map[float64]int{0: 429, 0.24: 429, 0.25: 200, 0.9: 200} {
		s.chance = chance
		if got, _ := s.ask(t, "GET", "/", ""); got != want {
			t.Errorf("at %v answered %d", chance, got)
		}
	}
}

func TestEffects(t *testing.T) {
	for _, c := range []struct {
		action         Action
		status, served int
		body           string
	}{
		{busy, 429, 0, "busy\n"},
		{Action{Effect: Slow, Delay: 3 * time.Second}, 200, 1, "served 2"},
		{Action{Effect: Forget, Cookies: []string{"Place"}}, 200, 1, "served 1"},
		{Action{Effect: Drop}, 0, 0, ""},
		{Action{Effect: Cut}, 0, 1, "served 2"},
	} {
		t.Run(string(c.action.Effect), func(t *testing.T) {
			s := open(t)
			s.add(t, Rule{Name: "mischief", Action: c.action})
			status, body := s.ask(t, "POST", "/", "ana") // POST: nobody tries again by itself
			s.stop()
			if status != c.status || s.served != c.served || !strings.HasPrefix(body, c.body) {
				t.Errorf("answered %d %q, served %d", status, body, s.served)
			}
			if c.action.Effect == Cut && len(body) != 54 {
				t.Errorf("%d bytes of 108 arrived", len(body))
			}
			if s.slept != c.action.Delay {
				t.Errorf("slept %s", s.slept)
			}
			if c.action.Effect != Refuse && !strings.Contains(s.log.String(), "fault=mischief") {
				t.Errorf("logged %s", s.log.String())
			}
		})
	}
}

// Several faults happen to one request, up to the first that answers.
func TestTogether(t *testing.T) {
	s := open(t)
	s.add(t, Rule{Name: "slow", Action: Action{Effect: Slow, Delay: time.Second}})
	s.add(t, Rule{Name: "throttle", Action: busy})
	s.add(t, Rule{Name: "drop", Action: Action{Effect: Drop}})
	if status, _ := s.ask(t, "GET", "/", ""); status != 429 || s.slept != time.Second {
		t.Errorf("answered %d after %s", status, s.slept)
	}
	if n := s.Injected(); n["slow"] != 1 || n["throttle"] != 1 || n["drop"] != 0 {
		t.Errorf("counted %v", n)
	}
}

func TestClearing(t *testing.T) {
	s := open(t)
	ended := 0
	standing := Rule{Name: "closed", Action: Action{Effect: Standing}, Standing: State{End: func() { ended++ }, Count: func() int64 { return 5 }}}
	first := s.add(t, standing)
	second := s.add(t, Rule{Name: "throttle", Action: busy})
	if first.ID == second.ID || s.List()[0].Injected != 5 {
		t.Errorf("%+v", s.List())
	}
	if n := s.Clear(func(r Rule) bool { return r.ID == second.ID }); n != 1 || ended != 0 {
		t.Errorf("cleared %d, ended %d", n, ended)
	}
	if status, _ := s.ask(t, "GET", "/", ""); status != 200 {
		t.Errorf("answered %d", status)
	}
	all := func(Rule) bool { return true }
	if n := s.Clear(all); n != 1 || ended != 1 || s.Clear(all) != 0 || ended != 1 {
		t.Errorf("cleared %d, ended %d", n, ended)
	}
	standing.Until = s.now.Add(time.Second)
	s.add(t, standing)
	if s.now = s.now.Add(time.Second); len(s.List()) != 0 || ended != 2 {
		t.Errorf("ended %d", ended)
	}
}

func TestRulesThatCannotBe(t *testing.T) {
	for want, r := range map[error]Rule{
		errEffect:      {Action: Action{Effect: "explode"}},
		errProbability: {Action: busy, Probability: 1.1},
		errCount:       {Action: busy, Count: -1},
		errDelay:       {Action: Action{Effect: Slow}},
		errPath:        {Action: busy, Match: Match{Path: "api"}},
		errRetry:       {Action: Action{Effect: Refuse, Refusal: Refusal{RetryAfter: -1}}},
	} {
		if _, err := open(t).Add(r); !errors.Is(err, want) {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

func TestSleepEndsWithTheRequest(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	begun := time.Now()
	sleep(ctx, time.Hour)
	if time.Since(begun) > time.Minute {
		t.Error("slept on")
	}
}
