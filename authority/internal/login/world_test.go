package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/directory/directorytest"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
	"github.com/stead-s2s/stead/internal/limit"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/web"
)

const (
	contoso  directory.ID = "5a1f0000-0000-4000-8000-000000000001"
	fabrikam directory.ID = "5a1f0000-0000-4000-8000-000000000002"
	portal   directory.ID = "5a1f0000-0000-4000-8000-0000000000a1" // of Contoso, for any tenant
	mono     directory.ID = "5a1f0000-0000-4000-8000-0000000000a2" // of Fabrikam alone
	native   directory.ID = "5a1f0000-0000-4000-8000-0000000000a3" // public client
	spa      directory.ID = "5a1f0000-0000-4000-8000-0000000000a4"
	gated    directory.ID = "5a1f0000-0000-4000-8000-0000000000a5" // assignment required
	ana      directory.ID = "5a1f0000-0000-4000-8000-0000000000b1"
	ben      directory.ID = "5a1f0000-0000-4000-8000-0000000000b2" // administrator
	carl     directory.ID = "5a1f0000-0000-4000-8000-0000000000b3" // must choose a new password
	dora     directory.ID = "5a1f0000-0000-4000-8000-0000000000b4" // disabled
	zoe      directory.ID = "5a1f0000-0000-4000-8000-0000000000b5" // of Fabrikam
	zed      directory.ID = "5a1f0000-0000-4000-8000-0000000000b6" // its administrator

	dataverse = "https://org.crm.example"
	callbackA = "https://portal.example/signin"
	callbackM = "https://mono.example/cb?x=1"
	secret    = "correct horse battery"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) pass(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(d) }

// hashed is secret, hashed cheaply: tests sign in often.
var hashed = sync.OnceValue(func() directory.PasswordHash {
	p := phc{memory: 8, passes: 1, lanes: 1, salt: []byte("saltsalt"), sum: make([]byte, 32)}
	p.sum = p.of(secret)
	return directory.PasswordHash(p.String())
})

func person(id, tenant directory.ID, upn, name string) directory.User {
	return directory.User{ID: id, TenantID: tenant, UPN: upn, DisplayName: name, Password: hashed()}
}

func app(id, tenant directory.ID, name string, audience directory.Audience, uris ...directory.RedirectURI) directory.Application {
	return directory.Application{
		ID: directory.DerivedID("object", id), AppID: id, TenantID: tenant, DisplayName: name, Audience: audience, RedirectURIs: uris,
		RequiredAccess: []directory.ResourceAccess{{ResourceAppID: directory.Dataverse, Access: []directory.Access{{ID: "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4"}}}},
	}
}

func records() directory.Records {
	r := directory.Records{
		Tenants: []directory.Tenant{
			{ID: contoso, DisplayName: "Contoso", Domains: []string{"contoso.example"}, UserConsent: true},
			{ID: fabrikam, DisplayName: "Fabrikam", Domains: []string{"fabrikam.example"}, UserConsent: true},
		},
		Applications: append(directory.FirstParty(),
			app(portal, contoso, "Portal", directory.MultiTenant, directory.RedirectURI{Platform: "web", URI: callbackA}),
			app(mono, fabrikam, "Mono", directory.SingleTenant, directory.RedirectURI{Platform: "web", URI: callbackM}),
			app(native, contoso, "Native", directory.MultiTenant, directory.RedirectURI{Platform: "publicClient", URI: "http://localhost"},
				directory.RedirectURI{Platform: "publicClient", URI: "http://127.0.0.1/cb"}, directory.RedirectURI{Platform: "publicClient", URI: "msalapp://auth"}),
			app(spa, contoso, "Single page", directory.MultiTenant, directory.RedirectURI{Platform: "spa", URI: "https://spa.example/"}),
			app(gated, contoso, "Gated", directory.MultiTenant, directory.RedirectURI{Platform: "web", URI: "https://gated.example/"}),
		),
		ServicePrincipals: []directory.ServicePrincipal{
			{ID: directory.DerivedID("sp", gated), AppID: gated, TenantID: contoso, AssignmentRequired: true},
		},
		Users: []directory.User{
			person(ana, contoso, "ana@contoso.example", "Ana"), person(ben, contoso, "ben@contoso.example", "Ben"),
			person(carl, contoso, "carl@contoso.example", "Carl"), person(dora, contoso, "dora@contoso.example", "Dora"),
			person(zoe, fabrikam, "zoe@fabrikam.example", "Zoe"), person(zed, fabrikam, "zed@fabrikam.example", "Zed"),
		},
	}
	r.Applications[2].IDTokenIssuance, r.Applications[2].LogoutURL = true, "https://portal.example/signout?x=1"
	r.Applications[2].RequiredAccess = append(r.Applications[2].RequiredAccess, directory.ResourceAccess{
		ResourceAppID: directory.Graph, Access: []directory.Access{{ID: "df021288-bdef-4463-88db-98f22de89214", Role: true}}})
	r.Users[2].MustChangePassword, r.Users[3].Disabled = true, true
	for i, admin := range []directory.ID{ben, zed} {
		r.DirectoryRoles = append(r.DirectoryRoles, directory.DirectoryRole{
			ID: directory.DerivedID("admin", admin), TenantID: []directory.ID{contoso, fabrikam}[i], TemplateID: directory.GlobalAdministrator, PrincipalID: admin})
	}
	for _, t := range []directory.ID{contoso, fabrikam} {
		own := directory.FirstPartyPrincipals(t)
		if t == contoso {
			own[0].Names = []string{dataverse}
		} else {
			own[0].Names = []string{"https://fab.crm.example"}
		}
		r.ServicePrincipals = append(r.ServicePrincipals, own...)
	}
	return r
}

// world is the pages over TLS, with a directory in memory.
type world struct {
	*Handler
	*clock
	url     string
	server  *httptest.Server
	tickets *ticket.Book
	issued  []grant.Front
}

func start(t testing.TB, change ...func(*directory.Records)) *world {
	t.Helper()
	w := &world{clock: &clock{now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}}
	r := records()
	for _, f := range change {
		f(&r)
	}
	store := &directorytest.Memory{}
	if err := store.Apply(t.Context(), directory.Change{Put: r}); err != nil {
		t.Fatal(err)
	}
	dir, err := directory.Open(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(filepath.Join(t.TempDir(), "a.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if w.tickets, err = ticket.Open(t.Context(), db, w.Now, rand.Reader); err != nil {
		t.Fatal(err)
	}
	book, err := journal.Open(t.Context(), journal.Config{DB: db, Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = book.Close() })
	w.server = httptest.NewUnstartedServer(nil)
	w.url = "https://" + w.server.Listener.Addr().String()
	w.handle(t, dir, book)
	w.server.StartTLS()
	t.Cleanup(w.server.Close)
	return w
}

func (w *world) handle(t testing.TB, dir *directory.Directory, book *journal.Book) {
	t.Helper()
	passwords, err := NewPasswords(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	w.Handler, err = New(Config{
		Directory: dir, Tickets: w.tickets, Journal: book, Guard: &Guard{Passwords: passwords, Attempts: limit.NewMemory(0), Now: w.clock.Now},
		Issuers: tenancy.Issuers{BaseURL: w.url, V1: "{base}/{tenantid}/"}, Key: make([]byte, 32), Now: w.clock.Now, Rand: rand.Reader,
		Published: func() []jose.Key { return nil }, Subject: func(u, a directory.ID) string { return string(u + a) },
		Front: func(_ context.Context, f grant.Front) (grant.Fragment, error) {
			w.issued = append(w.issued, f)
			out := grant.Fragment{IDToken: "an.id.token"}
			if f.AccessToken {
				out.AccessToken, out.ExpiresIn, out.Scope = "an.access.token", 3599, "openid"
			}
			return out, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server.Config.Handler = web.Handler(web.HandlerOptions{MaxBody: 64 << 10, Render: func(rw http.ResponseWriter, _ *http.Request, err error) {
		http.Error(rw, "rendered elsewhere: "+err.Error(), http.StatusInternalServerError)
	}}, w.route)
}

// route is what the face does.
func (w *world) route(rw http.ResponseWriter, r *http.Request) error {
	part := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch rest := strings.Join(part[1:], "/"); {
	case r.URL.Path == "/login":
		return w.Continue(rw, r)
	case r.URL.Path == "/devicelogin":
		return w.DeviceAuth(rw, r)
	case part[0] == "login":
		return w.Asset(rw, r, rest)
	case rest == "oauth2/v2.0/authorize":
		return w.Authorize(rw, r, 2, part[0])
	case rest == "oauth2/authorize":
		return w.Authorize(rw, r, 1, part[0])
	case rest == "adminconsent":
		return w.AdminConsent(rw, r, 1, part[0])
	case rest == "v2.0/adminconsent":
		return w.AdminConsent(rw, r, 2, part[0])
	case rest == "oauth2/v2.0/logout":
		return w.Logout(rw, r, 2, part[0])
	}
	http.NotFound(rw, r)
	return nil
}

// browser is one person's browser. It follows no redirect.
type browser struct {
	t *testing.T
	w *world
	*http.Client
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, w, &http.Client{Jar: jar, Transport: w.server.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// seen is what a browser got.
type seen struct {
	t      *testing.T
	status int
	header http.Header
	text   string
	at     string   // where it is sent to, by a redirect or a page that goes on by itself
	to     *url.URL // the same
	params url.Values
}

func (b *browser) send(r *http.Request) seen {
	b.t.Helper()
	answer, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	s := seen{t: b.t, status: answer.StatusCode, header: answer.Header, text: string(text)}
	at := answer.Header.Get("Location")
	if found := onward.FindStringSubmatch(s.text); found != nil {
		at = html.UnescapeString(found[1])
		if !strings.Contains(s.text, `href="`+found[1]+`"`) {
			b.t.Errorf("the link leads elsewhere: %s", s.text)
		}
	}
	if s.at = at; at != "" {
		if s.to, err = url.Parse(at); err != nil {
			b.t.Fatal(err)
		}
		s.params = s.to.Query()
		if s.to.Fragment != "" {
			s.params, _ = url.ParseQuery(s.to.EscapedFragment())
		}
	}
	return s
}

func (b *browser) get(path string) seen {
	b.t.Helper()
	if !strings.HasPrefix(path, "https:") {
		path = b.w.url + path
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.send(r)
}

func (b *browser) post(path string, fields url.Values, header ...string) seen {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.w.url+path, strings.NewReader(fields.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.send(r)
}

// onward is where a page goes by itself.
var onward = regexp.MustCompile(`<meta http-equiv="refresh" content="0;url=([^"]*)">`)

var flowField = regexp.MustCompile(`name="flow" value="([^"]*)"`)

// flow is the note of a page's form.
func (s seen) flow() string {
	s.t.Helper()
	found := flowField.FindStringSubmatch(s.text)
	if found == nil {
		s.t.Fatalf("no form: %d %s", s.status, s.text)
	}
	return found[1]
}

// press fills a page's form in: name, value, …
func (b *browser) press(on seen, fields ...string) seen {
	b.t.Helper()
	form := url.Values{"flow": {on.flow()}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.post("/login", form, "Origin", b.w.url, "Sec-Fetch-Site", "same-origin")
}

func (b *browser) signIn(on seen, name string) seen {
	b.t.Helper()
	return b.press(on, "username", name, "password", secret, "do", "signin")
}

// other is the sign-in page for another account than those the browser has.
func (b *browser) other(segment any) seen {
	b.t.Helper()
	return b.press(b.get(b.ask(segment)).wantPage("Pick an account"), "account", "other").wantPage("Sign in")
}

// ask is an authorize address with changes: name, value; an empty value takes one away.
func (b *browser) ask(segment any, changes ...string) string {
	f := url.Values{"client_id": {string(portal)}, "response_type": {"code"}, "redirect_uri": {callbackA}, "scope": {"openid profile"}, "state": {"s t&a=te"}}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			f.Del(changes[i])
		}
	}
	return fmt.Sprintf("/%v/oauth2/v2.0/authorize?%s", segment, f.Encode())
}

// wantPage checks that a page with that heading is shown.
func (s seen) wantPage(title string) seen {
	s.t.Helper()
	if s.to != nil || s.status != 200 || !strings.Contains(s.text, "<h1>"+html.EscapeString(title)+"</h1>") {
		s.t.Fatalf("want the page %q, got %d %v %s", title, s.status, s.to, s.text)
	}
	return s
}

// wantError checks that a refusal is shown here and not told elsewhere.
func (s seen) wantError(entry aadsts.Entry) {
	s.t.Helper()
	if s.to != nil || s.status != 400 || !strings.Contains(s.text, entry.Code()+": ") || !strings.Contains(s.text, "Correlation Id") {
		s.t.Errorf("want a page with %s, got %d %v %s", entry.Code(), s.status, s.to, s.text)
	}
}

// wantBack checks that the browser is sent to the application with the state.
func (s seen) wantBack(uri string) seen {
	s.t.Helper()
	if s.to == nil || s.status != 302 && s.status != 200 || !strings.HasPrefix(s.to.String(), uri) || s.params.Get("state") != "s t&a=te" {
		s.t.Fatalf("want a redirect to %s, got %d %v %s", uri, s.status, s.to, s.text)
	}
	return s
}

// wantTold checks that the application is told of a refusal.
func (s seen) wantTold(word aadsts.Word, entry aadsts.Entry) {
	s.t.Helper()
	s.wantBack("https://")
	if s.params.Get("error") != string(word) || !strings.HasPrefix(s.params.Get("error_description"), entry.Code()+": ") ||
		!strings.HasSuffix(s.params.Get("error_uri"), fmt.Sprintf("/error?code=%d", entry.Number)) || s.params.Has("code") {
		s.t.Errorf("want %s %s, got %v", word, entry.Code(), s.to)
	}
}

// code redeems what a callback carries.
func (b *browser) code(s seen) ticket.Code {
	b.t.Helper()
	k, _, err := b.w.tickets.RedeemCode(context.Background(), s.params.Get("code"), false)
	if err != nil {
		b.t.Fatalf("%v: %v", s.to, err)
	}
	return k
}

// grants are the consents of a tenant, as text.
func (w *world) grants(tenant directory.ID) string {
	text, _ := json.Marshal(w.Directory.Current().GrantsIn(tenant))
	return string(text)
}
