package grant

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/keys"
	"github.com/stead-s2s/stead/authority/internal/sqlstore"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
	"github.com/stead-s2s/stead/internal/web"
)

const (
	contoso  directory.ID = "5a1f0000-0000-4000-8000-000000000001"
	fabrikam directory.ID = "5a1f0000-0000-4000-8000-000000000002"
	portal   directory.ID = "5a1f0000-0000-4000-8000-0000000000a1" // web application, several tenants
	page     directory.ID = "5a1f0000-0000-4000-8000-0000000000a2" // SPA
	tool     directory.ID = "5a1f0000-0000-4000-8000-0000000000a3" // program on a device, one tenant
	orders   directory.ID = "5a1f0000-0000-4000-8000-0000000000a4" // API, v2.0 tokens, middle tier
	ana      directory.ID = "5a1f0000-0000-4000-8000-0000000000b1"
	ben      directory.ID = "5a1f0000-0000-4000-8000-0000000000b2"
	staff    directory.ID = "5a1f0000-0000-4000-8000-0000000000c1" // a group; ana is in it
	roleID   directory.ID = "5a1f0000-0000-4000-8000-0000000000d1"

	org      = "https://org.crm.test"
	ordersAt = "api://orders"
	secret   = "value~of_the.secret-40-characters-long!"
	verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	back     = "https://portal.example/back"
	origin1  = "https://page.example"
	base     = "https://localhost:8443"
)

// sp is the id of an application's service principal in a tenant.
func sp(app, tenant directory.ID) directory.ID { return directory.DerivedID("sp "+string(tenant), app) }

func records(now time.Time) directory.Records {
	secrets := directory.Credentials{Secrets: []directory.Secret{directory.NewSecret(directory.DerivedID("s", portal), "s", secret, time.Time{}, time.Time{})}}
	r := directory.Records{
		Tenants: []directory.Tenant{
			{ID: contoso, DisplayName: "Contoso", Domains: []string{"contoso.example"}},
			{ID: fabrikam, DisplayName: "Fabrikam", Domains: []string{"fabrikam.example"}, PasswordGrant: true},
		},
		Applications: append(directory.FirstParty(),
			directory.Application{ID: directory.DerivedID("o", portal), AppID: portal, TenantID: contoso, DisplayName: "Portal", Audience: directory.MultiTenant,
				RedirectURIs: []directory.RedirectURI{{Platform: "web", URI: back}}, Credentials: secrets, GroupClaims: "All",
				IdentifierURIs: []string{"api://portal"}, Scopes: []directory.Scope{{ID: roleID, Value: "access"}}},
			directory.Application{ID: directory.DerivedID("o", page), AppID: page, TenantID: contoso, DisplayName: "Page", Audience: directory.SingleTenant,
				RedirectURIs: []directory.RedirectURI{{Platform: "spa", URI: origin1 + "/"}}},
			directory.Application{ID: directory.DerivedID("o", tool), AppID: tool, TenantID: contoso, DisplayName: "Tool", Audience: directory.SingleTenant, PublicClient: true},
			directory.Application{ID: directory.DerivedID("o", orders), AppID: orders, TenantID: contoso, DisplayName: "Orders", Audience: directory.SingleTenant,
				TokenVersion: 2, IdentifierURIs: []string{ordersAt}, Credentials: secrets,
				Scopes: []directory.Scope{{ID: directory.DerivedID("scope", orders), Value: "Read"}, {ID: directory.DerivedID("scope2", orders), Value: "Write"}},
				Roles:  []directory.Role{{ID: roleID, Value: "Approver", Members: []string{"User"}}}}),
		Users: []directory.User{
			{ID: ana, TenantID: contoso, UPN: "ana@contoso.example", DisplayName: "Ana", GivenName: "Ana", Surname: "Silva", Mail: "ana@mail.example"},
			{ID: ben, TenantID: fabrikam, UPN: "ben@fabrikam.example", DisplayName: "Ben"},
		},
		Groups:          []directory.Group{{ID: staff, TenantID: contoso, DisplayName: "Staff", SecurityEnabled: true}},
		Members:         []directory.Member{directory.NewMember(staff, ana)},
		RoleAssignments: []directory.RoleAssignment{{ID: directory.DerivedID("ra", staff), PrincipalID: staff, ResourceID: sp(orders, contoso), RoleID: roleID}},
	}
	for _, t := range []directory.ID{contoso, fabrikam} {
		own := directory.FirstPartyPrincipals(t)
		own[0].Addresses = []string{org}
		r.ServicePrincipals = append(r.ServicePrincipals, own...)
		r.ServicePrincipals = append(r.ServicePrincipals, directory.ServicePrincipal{ID: sp(portal, t), AppID: portal, TenantID: t})
	}
	for _, app := range []directory.ID{page, tool, orders} {
		r.ServicePrincipals = append(r.ServicePrincipals, directory.ServicePrincipal{ID: sp(app, contoso), AppID: app, TenantID: contoso})
	}
	dataverse := func(t directory.ID) directory.ID { return directory.FirstPartyPrincipals(t)[0].ID }
	grant := func(tenant, client, resource, user directory.ID, scopes ...string) {
		r.Grants = append(r.Grants, directory.NewGrant(tenant, sp(client, tenant), resource, user, scopes, now))
	}
	for _, app := range []directory.ID{portal, page, tool, orders} {
		grant(contoso, app, dataverse(contoso), "", "user_impersonation")
	}
	grant(fabrikam, portal, dataverse(fabrikam), ben, "user_impersonation")
	grant(contoso, portal, sp(orders, contoso), ana, "Read")
	return r
}

// world is a token endpoint with people around it.
type world struct {
	*Handler
	chain http.Handler
	t     *testing.T
	now   time.Time
	mu    sync.Mutex
	log   *strings.Builder
}

func (w *world) clock() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.now }

func (w *world) pass(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.now = w.now.Add(d) }

// nowhere keeps no keys.
type nowhere struct{}

func (nowhere) LoadKeys(context.Context) ([]keys.Record, error)         { return nil, nil }
func (nowhere) SaveKeys(context.Context, []keys.Record, []string) error { return nil }

// ring is shared: keys are slow to make.
var ring = sync.OnceValue(func() *keys.Ring {
	r, err := keys.Open(context.Background(), keys.Config{Store: nowhere{}, KEK: make([]byte, 32), Now: time.Now, Rand: rand.Reader})
	if err != nil {
		panic(err)
	}
	return r
})

func start(t *testing.T, change ...func(*directory.Records)) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC), log: &strings.Builder{}}
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "a.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	d, err := directory.Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	r := records(w.now)
	for _, f := range change {
		f(&r)
	}
	if err := d.Change(t.Context(), directory.Change{Put: r}); err != nil {
		t.Fatal(err)
	}
	book, err := ticket.Open(t.Context(), store.DB(), w.clock, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.serve(&Handler{
		Directory: d, Keys: ring(), Issuers: tenancy.Issuers{BaseURL: base, V1: "{base}/{tenantid}/"}, Tickets: book,
		Now: w.clock, Rand: rand.Reader, Lifetime: time.Hour, SubjectKey: []byte("key"),
	})
	return w
}

// serve puts the endpoint behind the chain that the house has.
func (w *world) serve(h *Handler) {
	w.Handler = h
	logger := slog.New(slog.NewJSONHandler(w.log, nil))
	render := func(rw http.ResponseWriter, _ *http.Request, err error) {
		e := aadsts.From(err)
		rw.WriteHeader(e.Status)
		_, _ = rw.Write(e.JSON(aadsts.Place{}))
	}
	w.chain = web.Handler(web.HandlerOptions{Logger: logger, Render: render, MaxBody: 1 << 16, Timeout: time.Minute, Now: w.clock, NewID: web.NewID},
		func(rw http.ResponseWriter, r *http.Request) error {
			parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
			version := 1
			if slices.Contains(parts, "v2.0") {
				version = 2
			}
			if parts[len(parts)-1] == "devicecode" {
				return h.Device(rw, r, version, parts[0])
			}
			return h.Token(rw, r, version, parts[0])
		})
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	text   string
	body   map[string]any
}

func (r reply) str(name string) string { s, _ := r.body[name].(string); return s }

func (r reply) code() int {
	list, _ := r.body["error_codes"].([]any)
	if len(list) == 0 {
		return 0
	}
	n, _ := list[0].(float64)
	return int(n)
}

// post sends a form; pairs are name, value, name, value. A name that begins with @ is a
// header.
func (w *world) post(path string, pairs ...string) reply {
	w.t.Helper()
	f, h := url.Values{}, http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		if name, isHeader := strings.CutPrefix(pairs[i], "@"); isHeader {
			h.Set(name, pairs[i+1])
		} else if pairs[i+1] == "" {
			f.Del(pairs[i])
		} else {
			f.Set(pairs[i], pairs[i+1])
		}
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(f.Encode()))
	r.Header = h
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	w.chain.ServeHTTP(rec, r)
	text, _ := io.ReadAll(rec.Body)
	out := reply{status: rec.Code, header: rec.Header(), text: string(text)}
	_ = json.Unmarshal(text, &out.body)
	return out
}

const v2, v1 = "/" + string(contoso) + "/oauth2/v2.0/token", "/" + string(contoso) + "/oauth2/token"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// code is ana's sign-in to the portal, with changes.
func (w *world) code(change ...func(*ticket.Code)) string {
	w.t.Helper()
	k := ticket.Code{
		Tenant: contoso, App: portal, User: ana, Session: directory.DerivedID("session", ana), RedirectURI: back, Platform: "web",
		Challenge: challenge(), Method: "S256", Nonce: "n-1", Scopes: []string{"openid", "profile", "offline_access", org + "/user_impersonation"},
		AuthTime: w.clock(), Methods: []string{"pwd"},
	}
	for _, f := range change {
		f(&k)
	}
	code, err := w.Tickets.IssueCode(w.t.Context(), k)
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// redeem redeems a code as the portal does, with changes.
func (w *world) redeem(path, code string, pairs ...string) reply {
	w.t.Helper()
	return w.post(path, append([]string{"grant_type", "authorization_code", "client_id", string(portal), "client_secret", secret,
		"code", code, "redirect_uri", back, "code_verifier", verifier}, pairs...)...)
}

func (w *world) refresh(token string, pairs ...string) reply {
	w.t.Helper()
	return w.post(v2, append([]string{"grant_type", "refresh_token", "client_id", string(portal), "client_secret", secret, "refresh_token", token}, pairs...)...)
}

// said verifies a token and reads its claims.
func (w *world) said(token string) map[string]any {
	w.t.Helper()
	m, err := jose.Parse(token, jose.RS256)
	if err != nil {
		w.t.Fatalf("%q: %v", token, err)
	}
	for _, k := range w.Keys.Published() {
		if public, err := k.Public(); k.ID == m.Header.KeyID && err == nil && m.Verify(public) == nil {
			var said map[string]any
			if err := json.Unmarshal(m.Payload, &said); err != nil {
				w.t.Fatal(err)
			}
			return said
		}
	}
	w.t.Fatal("no published key signed the token")
	return nil
}

// wants checks a refusal.
func (r reply) wants(t *testing.T, what string, entry aadsts.Entry) {
	t.Helper()
	if r.code() != entry.Number || r.str("error") != string(entry.Word) {
		t.Errorf("%s: %d %s, want %s", what, r.status, r.text, entry.Code())
	}
}

// members are the names of a JSON object, in order.
func members(text string) string {
	d := json.NewDecoder(strings.NewReader(text))
	var names []string
	_, _ = d.Token()
	for d.More() {
		name, _ := d.Token()
		names = append(names, name.(string))
		var skip json.RawMessage
		_ = d.Decode(&skip)
	}
	return strings.Join(names, " ")
}
