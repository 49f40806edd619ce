package steadtest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/steadtest"
)

// get asks the Web API with the credential of an application.
func get(t testing.TB, w *steadtest.World, cred azcore.TokenCredential, method, path, body string) (int, map[string]any) {
	t.Helper()
	token, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{w.URL + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, w.URL+"/api/data/v9.2/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token.Token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.HTTP().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var got map[string]any
	_ = json.NewDecoder(answer.Body).Decode(&got) // some answers have no body
	return answer.StatusCode, got
}

func TestWorld(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	app, _ := w.App("contoso-app")
	status, me := get(t, w, w.Credential("contoso-app"), http.MethodGet, "WhoAmI", "")
	if status != 200 || me["UserId"] != "5a1f0000-0000-4000-8000-0e10000000a1" {
		t.Errorf("WhoAmI answers %d %v", status, me)
	}
	w.AssertRequests(t, 1, "GET WhoAmI")
	w.AssertRequests(t, 0, "POST *")
	if all := w.Requests(); len(all) != 1 || all[0].App != app.ClientID || all[0].Status != 200 || all[0].Environment != "contoso" || all[0].Header.Get("Authorization") != "" {
		t.Errorf("noted: %+v", all)
	}
	if w.Person("ben").ObjectID != w.Person("Ben@contoso.example").ObjectID {
		t.Error("Ben is two people")
	}
}

// What a test does, another does not see, though both worlds begin with one copy.
func TestWorldsAreIsolated(t *testing.T) {
	t.Parallel()
	one, other := steadtest.Start(t, nil), steadtest.Start(t, nil)
	if status, _ := get(t, one, one.Credential("contoso-app"), http.MethodPost, "accounts", `{"name":"Only here"}`); status != 204 {
		t.Fatalf("create answers %d", status)
	}
	query := "accounts?$select=name&$filter=startswith(name,'Only')"
	one.AssertRows(t, query, steadtest.Row{"name": "Only here"})
	other.AssertRows(t, query)
	other.AssertRequests(t, 0, "*")
	if one.URL == other.URL || one.Authority == other.Authority {
		t.Error("two worlds have one address")
	}
	if _, err := other.HTTP().Get(one.URL); err == nil {
		t.Error("a world's client trusts another world")
	}
}

func TestEnvironmentsAreChosen(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, &steadtest.Options{Environments: []string{"fabrikam", "contoso-test"}, Certificates: true})
	if len(w.Environments) != 2 || w.Environments[0].Name != "contoso-test" || w.In("fabrikam") != w.Environments[1].URL {
		t.Errorf("served: %+v", w.Environments)
	}
	app, _ := w.App("contoso-app")
	if _, err := os.Stat(app.Certificate); err != nil {
		t.Error(err)
	}
	if status, _ := get(t, w, w.Credential("contoso-app"), http.MethodGet, "WhoAmI", ""); status != 200 {
		t.Errorf("contoso-test answers %d", status)
	}
}

// Nothing is left when a test ends: no goroutine, no file.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir) // of Unix
	t.Setenv("TMP", dir)    // of Windows
	before := runtime.NumGoroutine()
	t.Run("world", func(t *testing.T) {
		w := steadtest.Start(t, &steadtest.Options{Rows: 20}) // of a kind that no other test has made
		w.Faults.Drop(t, 1)
		w.Faults.Clear(t)
		if n := len(w.Rows(t, "accounts?$select=name")); n != 30 {
			t.Errorf("%d accounts", n)
		}
	})
	if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	late := time.After(5 * time.Second)
	for runtime.NumGoroutine() > before {
		select {
		case <-late:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, before %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		default:
			runtime.Gosched()
		}
	}
}

// The code under test meets the refusals it has to meet, and the kit does not mind.
func TestClients(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	type account struct {
		ID   dataverse.ID `dv:"accountid,key"`
		Name string       `dv:"name"`
	}
	me, err := w.As(t, "ben").WhoAmI(t.Context())
	if err != nil || me.UserID != dataverse.MustID("5a1f0000-0000-4000-8000-0e10000000c2") {
		t.Errorf("as Ben: %v, %v", me, err)
	}
	_, err = dataverse.Table[account](w.Client(t, "contoso-unassigned"), "accounts").Create(t.Context(), account{Name: "x"}, nil)
	if !errors.Is(err, dataverse.ErrForbidden) {
		t.Errorf("an application without user: %v", err)
	}
	fault := w.Faults.Throttle(t, 3, 0)
	if _, err := dataverse.Table[account](w.Client(t, "contoso-load"), "accounts").Create(t.Context(), account{Name: "thrice refused"}, nil); err != nil {
		t.Error(err)
	}
	if n := w.Faults.Injected(t, fault.ID); n != 0 {
		t.Errorf("of a fault that is over %d are told", n)
	}
	w.AssertRows(t, "accounts?$select=name&$filter=name eq 'thrice refused'", steadtest.Row{"name": "thrice refused"})
	w.AssertRequests(t, 5, "POST accounts") // one was forbidden
	w.AssertRequests(t, 1, "GET *")         // not what the kit read
}

// What is asserted can fail.
func TestAssertionsFail(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	for name, check := range map[string]func(testing.TB){
		"a row that is not there": func(t testing.TB) { w.AssertRows(t, "accounts?$filter=name eq 'x'", steadtest.Row{"name": "x"}) },
		"a row too many":          func(t testing.TB) { w.AssertRows(t, "accounts?$top=1") },
		"another value": func(t testing.TB) {
			w.AssertRows(t, "accounts?$select=name&$filter=startswith(name,'A. Datum')", steadtest.Row{"name": "B"})
		},
		"a privilege that was not used": func(t testing.TB) { w.AssertPrivilegesUsed(t, "contoso-load", "prvReadAccount") },
		"a request that was not sent":   func(t testing.TB) { w.AssertRequests(t, 1, "DELETE *") },
	} {
		seen := &failures{TB: t}
		check(seen)
		if len(seen.said) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
	w.AssertRows(t, "accounts?$select=name,numberofemployees&$filter=startswith(name,'A. Datum')", steadtest.Row{"numberofemployees": 520})
}

// failures notes what a test would have failed with.
type failures struct {
	testing.TB
	said []string
}

// Errorf notes.
func (f *failures) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func TestFaultsAndClock(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	cred := w.Credential("contoso-app")
	w.Faults.Throttle(t, 1, 7*time.Second)
	w.Faults.Fail(t, 1, 503)
	for i, want := range []int{429, 503, 200} {
		if status, _ := get(t, w, cred, http.MethodGet, "WhoAmI", ""); status != want {
			t.Errorf("request %d is answered %d, want %d", i, status, want)
		}
	}
	noon := time.Date(2031, 5, 6, 12, 0, 0, 0, time.UTC)
	w.Clock.Freeze(t, noon)
	w.Clock.Advance(t, time.Hour)
	if now := w.Clock.Now(t); !now.Equal(noon.Add(time.Hour)) {
		t.Errorf("the clock shows %s", now)
	}
	fresh, err := w.Credential("contoso-load").GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{w.URL + "/.default"}})
	if err != nil || fresh.Token == "" {
		t.Errorf("no token: %v", err)
	}
	if status, _ := get(t, w, cred, http.MethodGet, "WhoAmI", ""); status != 401 {
		t.Errorf("a token of years ago is answered %d", status)
	}
	w.Clock.Reset(t)
	w.Faults.ExpireSecret(t, "contoso-load")
	w.Faults.AdminMode(t, "contoso")
	if status, got := get(t, w, w.Credential("contoso-reader"), http.MethodGet, "WhoAmI", ""); status != 403 {
		t.Errorf("administration mode answers %d %v", status, got)
	}
	w.Faults.Clear(t)
}

func TestTransport(t *testing.T) {
	cut := errors.New("cut")
	transport := steadtest.NewTransport(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/cut" {
			return nil, cut
		}
		return &http.Response{StatusCode: 204, Body: http.NoBody, Request: r}, nil
	})
	client := &http.Client{Transport: transport}
	if answer, err := client.Get("http://nowhere.example/"); err != nil || answer.StatusCode != 204 {
		t.Errorf("%v, %v", answer, err)
	}
	if _, err := client.Get("http://nowhere.example/cut"); !errors.Is(err, cut) {
		t.Errorf("%v", err)
	}
	var _ policy.Transporter = transport
}

// BenchmarkStart measures a start as every test but the first of a process has it, the first,
// and the memory that a world which has answered takes.
func BenchmarkStart(b *testing.B) {
	b.Run("first", func(b *testing.B) {
		before := resident()
		for b.Loop() {
			w := steadtest.Start(b, nil)
			b.StopTimer()
			w.Rows(b, "accounts?$select=name")
			b.ReportMetric(resident()-before, "MiB")
			b.StartTimer()
			if b.N > 1 {
				b.Skip("there is one first start: -benchtime 1x")
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		steadtest.Start(b, nil)
		var worlds float64
		before := resident()
		for b.Loop() {
			w := steadtest.Start(b, nil)
			b.StopTimer()
			w.Rows(b, "accounts?$select=name")
			worlds++
			b.StartTimer()
		}
		b.ReportMetric((resident()-before)/worlds, "MiB/world")
	})
}

// resident is the memory of the process that the runtime has of the system, in MiB.
func resident() float64 {
	var m runtime.MemStats
	debug.FreeOSMemory()
	runtime.ReadMemStats(&m)
	return float64(m.Sys-m.HeapReleased) / (1 << 20)
}
