package environment_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/oidc/oidctest"
	"github.com/stead-s2s/stead/internal/s3test"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

const (
	tenant       = "5a1f0000-0000-4000-8000-000000000001"
	otherTenant  = "5a1f0000-0000-4000-8000-000000000002"
	organization = "5a1f0000-0000-4000-8000-0000000000e1"
	host         = "org.crm.example"
	address      = "https://" + host
	root         = address + "/api/data/v9.2/"
)

// person is somebody or something with a token.
type person struct{ user, object, app string }

// The people of the tests. mallory has a good token and no user here; idle has no
// role; gone is disabled.
var people = map[string]person{
	"contoso-app":    {"5a1f0000-0000-4000-8000-0e10000000a1", "5a1f0000-0000-4000-8000-00000000b0a1", "5a1f0000-0000-4000-8000-0000000000a1"},
	"contoso-reader": {"5a1f0000-0000-4000-8000-0e10000000a2", "5a1f0000-0000-4000-8000-00000000b0a2", "5a1f0000-0000-4000-8000-0000000000a2"},
	"integration":    {"5a1f0000-0000-4000-8000-0e10000000a3", "5a1f0000-0000-4000-8000-00000000b0a3", "5a1f0000-0000-4000-8000-0000000000a3"},
	"mallory":        {"", "5a1f0000-0000-4000-8000-00000000b0a4", "5a1f0000-0000-4000-8000-0000000000a4"},
	"idle":           {"5a1f0000-0000-4000-8000-0e10000000a5", "5a1f0000-0000-4000-8000-00000000b0a5", "5a1f0000-0000-4000-8000-0000000000a5"},
	"gone":           {"5a1f0000-0000-4000-8000-0e10000000a6", "5a1f0000-0000-4000-8000-00000000b0a6", "5a1f0000-0000-4000-8000-0000000000a6"},
	"ada":            {"5a1f0000-0000-4000-8000-0e10000000c1", "5a1f0000-0000-4000-8000-0000000000c1", ""},
	"ben":            {"5a1f0000-0000-4000-8000-0e10000000c2", "5a1f0000-0000-4000-8000-0000000000c2", ""},
	"cleo":           {"5a1f0000-0000-4000-8000-0e10000000c3", "5a1f0000-0000-4000-8000-0000000000c3", ""},
}

var roles = map[string]string{
	"contoso-app": "System Administrator", "contoso-reader": "Basic User", "integration": "Integration", "gone": "Basic User",
	"ada": "System Administrator", "ben": "Basic User", "cleo": "Basic User",
}

var units = map[string]string{"ben": "Sales", "cleo": "Service"}

func seed() *environment.Seed {
	s := &environment.Seed{Units: []environment.SeedUnit{{Name: "Sales"}, {Name: "Service"}}}
	for _, name := range []string{"ada", "ben", "cleo", "contoso-app", "contoso-reader", "integration", "idle", "gone"} {
		p := people[name]
		u := environment.SeedUser{
			ID: p.user, ObjectID: p.object, ApplicationID: p.app, FullName: name, LastName: name,
			DomainName: name + "@contoso.example", Unit: units[name], Disabled: name == "gone",
		}
		if role := roles[name]; role != "" {
			u.Roles = []string{role}
		}
		s.Users = append(s.Users, u)
	}
	return s
}

// world is one environment that trusts one issuer, under a clock that the test turns.
type world struct {
	*environment.Server
	issuer *oidctest.Issuer
	config environment.Config
	store  *s3test.Store // where files lie in a bucket, else nil
	log    *syncBuffer

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// counting is a random source that repeats itself, so that ids are the same in
// every run.
type counting struct{ n byte }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		c.n++
		p[i] = c.n
	}
	return len(p), nil
}

func start(t testing.TB, change ...func(*environment.Config)) *world {
	t.Helper()
	w := &world{issuer: oidctest.Start(t), now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), log: &syncBuffer{}}
	w.issuer.Name = "https://sts.example/" + tenant + "/"
	w.config = environment.Config{
		Name: "contoso", FriendlyName: "Contoso", URL: address, OrganizationID: organization, TenantID: tenant,
		Issuers:          []environment.Issuer{{Metadata: w.issuer.Metadata(), Version: "1.0"}},
		Audiences:        []string{"00000007-0000-0000-c000-000000000000"},
		AuthorizationURI: "https://login.example/" + tenant + "/oauth2/authorize",
		HTTPClient:       w.issuer.Client(),
		Database:         sqldbtest.Database(t),
		Files:            filepath.Join(t.TempDir(), "contoso-files"),
		Seed:             seed(),
		LinkKey:          []byte("a key of the tests"),
		Logger:           slog.New(slog.NewJSONHandler(w.log, nil)),
		Now:              w.clock,
		Random:           &counting{},
	}
	for _, f := range change {
		f(&w.config)
	}
	w.open(t)
	t.Cleanup(func() { w.Close() })
	return w
}

func (w *world) open(t testing.TB) {
	t.Helper()
	server, err := environment.New(context.Background(), w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.Server = server
}

// claims are those of a person's or an application's token; nil removes one.
func (w *world) claims(name string, change map[string]any) map[string]any {
	p, now := people[name], w.clock()
	c := map[string]any{
		"aud": address, "iss": w.issuer.Name, "tid": tenant, "ver": "1.0",
		"nbf": now.Add(-5 * time.Minute).Unix(), "exp": now.Add(time.Hour).Unix(),
		"oid": p.object, "uti": name,
	}
	if p.app != "" {
		c["appid"], c["idtyp"], c["sub"] = p.app, "app", p.object
	} else {
		c["appid"], c["scp"], c["sub"] = "51f81489-12ee-4a9e-aaae-a2591f45987d", "user_impersonation", "pairwise-"+name
	}
	maps.Copy(c, change)
	for k, v := range c {
		if v == nil {
			delete(c, k)
		}
	}
	return c
}

func (w *world) token(t testing.TB, name string) string {
	t.Helper()
	return w.issuer.Sign(t, w.claims(name, nil))
}

// client sends requests in somebody's name.
type client struct {
	w      *world
	t      testing.TB
	header http.Header
}

// as gives somebody's client; "" is nobody.
func (w *world) as(t testing.TB, name string) client {
	t.Helper()
	h := http.Header{}
	if name != "" {
		h.Set("Authorization", "Bearer "+w.token(t, name))
	}
	return client{w, t, h}
}

// with adds headers, given as name and value in turn.
func (c client) with(headers ...string) client {
	c.header = c.header.Clone()
	for i := 0; i < len(headers); i += 2 {
		c.header[http.CanonicalHeaderKey(headers[i])] = []string{headers[i+1]}
	}
	return c
}

// answer is what came back. Header names are canonical.
type answer struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   string
}

func (c client) get(path string) answer         { return c.send("GET", path, "") }
func (c client) post(path, body string) answer  { return c.send("POST", path, body) }
func (c client) patch(path, body string) answer { return c.send("PATCH", path, body) }
func (c client) delete(path string) answer      { return c.send("DELETE", path, "") }

// send sends to a path below the service root, or to an absolute one.
func (c client) send(method, path, body string) answer {
	c.t.Helper()
	switch {
	case strings.HasPrefix(path, address):
		path = strings.TrimPrefix(path, address)
	case !strings.HasPrefix(path, "/"):
		path = "/api/data/v9.2/" + path
	}
	r := httptest.NewRequest(method, "https://"+host+strings.ReplaceAll(path, " ", "%20"), strings.NewReader(body))
	r.Header = c.header.Clone()
	if body != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return c.serve(r)
}

func (c client) serve(r *http.Request) answer {
	c.t.Helper()
	recorder := httptest.NewRecorder()
	c.w.ServeHTTP(recorder, r)
	got := recorder.Result()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{t: c.t, what: r.Method + " " + r.URL.Path, status: got.StatusCode, header: http.Header{}, body: string(text)}
	for name, values := range got.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	return a
}

// is checks status and, byte for byte, body; "…" stands for any text.
func (a answer) is(status int, body string) answer {
	a.t.Helper()
	if a.status != status || !matches(a.body, body) {
		a.t.Errorf("%s: answered %d\n%s\nwant %d\n%s\n(help: %s)", a.what, a.status, a.body, status, body, a.header.Get("x-stead-help"))
	}
	return a
}

// has checks headers, given as name and value in turn; "" is absence.
func (a answer) has(headers ...string) answer {
	a.t.Helper()
	for i := 0; i < len(headers); i += 2 {
		if got := a.header.Get(headers[i]); !matches(got, headers[i+1]) {
			a.t.Errorf("%s: header %s is %q, want %q", a.what, headers[i], got, headers[i+1])
		}
	}
	return a
}

// fails checks an error in the documented shape.
func (a answer) fails(status int, code, message string) answer {
	a.t.Helper()
	text, err := json.Marshal(message)
	if err != nil {
		a.t.Fatal(err)
	}
	plain := strings.NewReplacer(`\u003e`, ">", `\u003c`, "<", `\u0026`, "&").Replace(string(text))
	a.is(status, `{"error":{"code":"`+code+`","message":`+plain+`}}`)
	return a.has("Content-Type", "application/json; odata.metadata=minimal", "OData-Version", "4.0")
}

// matches compares got with a pattern in which "…" stands for any text.
func matches(got, pattern string) bool {
	parts := strings.Split(pattern, "…")
	if len(parts) == 1 {
		return got == pattern
	}
	if !strings.HasPrefix(got, parts[0]) {
		return false
	}
	got = got[len(parts[0]):]
	for _, p := range parts[1 : len(parts)-1] {
		at := strings.Index(got, p)
		if at < 0 {
			return false
		}
		got = got[at+len(p):]
	}
	return strings.HasSuffix(got, parts[len(parts)-1])
}

// object reads a JSON body.
func (a answer) object() map[string]any {
	a.t.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(a.body), &o); err != nil {
		a.t.Fatalf("%s: %v in %s", a.what, err, a.body)
	}
	return o
}

// names lists a member of every row.
func (a answer) names(member string) []string {
	a.t.Helper()
	var all []string
	rows, _ := a.object()["value"].([]any)
	for _, row := range rows {
		name, _ := row.(map[string]any)[member].(string)
		all = append(all, name)
	}
	return all
}

// made creates a row and gives its id.
func (c client) made(set, body string) string {
	c.t.Helper()
	a := c.post(set, body)
	_, id, found := strings.Cut(a.header.Get("OData-EntityId"), set+"(")
	if a.status != http.StatusNoContent || !found {
		c.t.Fatalf("%s %s: %d %s", a.what, body, a.status, a.body)
	}
	return strings.TrimSuffix(id, ")")
}
