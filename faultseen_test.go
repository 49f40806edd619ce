package stead

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// logbook is a log that is read while it is written.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// marked counts the requests that met a fault.
func (l *logbook) marked(name string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), `"fault":"`+name+`"`)
}

// faulty is how many requests of an application the usage of contoso marks, and how many it
// has let in or refused by a limit.
func faulty(t *testing.T, s *System, name string) (faults, requests int) {
	t.Helper()
	body, err := ReadUsage(t.Context(), s.World, "contoso", "contoso-app", url.Values{})
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Rows []struct {
			Application      string
			Faults, Requests int
			Refused          map[string]int
		}
	}
	if err := json.Unmarshal(body, &report); err != nil {
		t.Fatal(err)
	}
	app, _ := s.World.App(name)
	for _, r := range report.Rows {
		if r.Application == app.ClientID {
			faults, requests = faults+r.Faults, requests+r.Requests
			for _, n := range r.Refused {
				requests += n
			}
		}
	}
	return faults, requests
}

// Every fault that a request meets in an environment is marked in the log and in the usage of
// whoever sent it; what a fault answered is no request that a limit let in or refused.
func TestFaultsAreMarked(t *testing.T) {
	log := &logbook{}
	s := up(t, Config{Data: t.TempDir(), Operator: true, Logger: slog.New(slog.NewJSONHandler(log, nil))})
	reader := s.token(t, "contoso-reader")
	faults, requests := 0, 0
	for _, c := range []struct {
		order    operator.Order
		requests int // that the environment itself answers
	}{
		{operator.Order{Kind: "throttle"}, 0},
		{operator.Order{Kind: "throttle", Limit: "concurrency"}, 0},
		{operator.Order{Kind: "error", Status: 502}, 0},
		{operator.Order{Kind: "drop"}, 0},
		{operator.Order{Kind: "admin-mode"}, 0},
		{operator.Order{Kind: "cut"}, 1},
		{operator.Order{Kind: "slow", Delay: operator.Duration(time.Millisecond)}, 1},
		{operator.Order{Kind: "lose-affinity"}, 1},
	} {
		before := log.marked(c.order.Kind)
		inject(t, s, c.order)
		s.call(t, http.MethodGet, "WhoAmI", reader)
		clearAll(t, s)
		faults, requests = faults+1, requests+c.requests
		if n := log.marked(c.order.Kind) - before; n != 1 {
			t.Errorf("%+v: marked %d times in the log", c.order, n)
		}
		if f, r := faulty(t, s, "contoso-reader"); f != faults || r != requests {
			t.Errorf("%+v: usage has %d faults and %d requests, want %d and %d", c.order, f, r, faults, requests)
			faults, requests = f, r
		}
	}
	inject(t, s, operator.Order{Kind: "throttle"}) // a token that is none is nobody's
	s.call(t, http.MethodGet, "WhoAmI", "x"+reader)
	if f, _ := faulty(t, s, "contoso-reader"); f != faults {
		t.Errorf("%d faults after a forged token, want %d", f, faults)
	}
}

// What is made by request is hidden until its time has come, and each request that suffers from that is
// marked (Dataverse facts 8).
func TestDelayedVisibilityOfWhatIsMade(t *testing.T) {
	log := &logbook{}
	s := up(t, Config{Data: t.TempDir(), Operator: true, Logger: slog.New(slog.NewJSONHandler(log, nil))})
	contoso, _ := s.World.Tenant("contoso")
	admin, isv := party{t: t, system: s, tenant: contoso.ID}, party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	isv.app, _ = s.World.App("fabrikam-app")
	admin.graph("POST", "servicePrincipals", `{"appId":"`+isv.app.ClientID+`"}`).want(t, "consent", 201, isv.app.ClientID)
	inject(t, s, operator.Order{Kind: "delay-visibility", Delay: operator.Duration(10 * time.Minute), Environment: "contoso"})
	pass := func(d time.Duration) {
		if _, err := s.Operator().MoveClock(t.Context(), operator.ClockMove{Advance: operator.Duration(d)}); err != nil {
			t.Fatal(err)
		}
	}

	made := admin.environment("POST", "systemusers", `{"applicationid":"`+isv.app.ClientID+`"}`)
	made.want(t, "the application user", 204, "")
	id := made.entity[strings.LastIndex(made.entity, "/")+1:]
	admin.environment("GET", id+"?$select=fullname", "").want(t, "the row is there for who reads it", 200, "fabrikam-app")
	isv.environment("GET", "WhoAmI", "").want(t, "at once", 403, `"0x80072560"`)
	pass(9 * time.Minute)
	isv.environment("GET", "WhoAmI", "").want(t, "too early", 403, `"0x80072560"`)
	if n := log.marked("delay-visibility"); n != 2 {
		t.Errorf("%d of 2 requests are marked", n)
	}
	pass(time.Minute)
	isv.environment("GET", "WhoAmI", "").want(t, "a user without a role", 403, `"0x80042f09"`)

	unit := lookup(t, admin.environment("GET", id+"?$select=_businessunitid_value", "").body, "_businessunitid_value")
	role := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'Basic%20User'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	admin.environment("POST", id+"/systemuserroles_association/$ref", `{"@odata.id":"`+s.World.Environments[0].URL+`/api/data/v9.2/roles(`+role+`)"}`).
		want(t, "the role", 204, "")
	isv.environment("GET", "WhoAmI", "").want(t, "its role is not seen", 403, `"0x80042f09"`)
	if n := log.marked("delay-visibility"); n != 3 {
		t.Errorf("%d of 3 requests are marked", n)
	}
	pass(10 * time.Minute)
	isv.environment("GET", "WhoAmI", "").want(t, "at last", 200, `"UserId"`)
	if n := log.marked("delay-visibility"); n != 3 {
		t.Errorf("%d marked after all is visible, want 3", n)
	}
}
