package authority_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
)

const (
	contoso  = "5a1f0000-0000-4000-8000-000000000001"
	fabrikam = "5a1f0000-0000-4000-8000-000000000002"

	orders       = "5a1f0000-0000-4000-8000-0000000000a1" // client with secret and certificate
	ordersObject = "5a1f0000-0000-4000-8000-00000000b0a1" // its service principal
	api          = "5a1f0000-0000-4000-8000-0000000000a2" // resource that wants v2.0 tokens
	gated        = "5a1f0000-0000-4000-8000-0000000000a3" // resource that requires an assignment
	homeless     = "5a1f0000-0000-4000-8000-0000000000a4" // no service principal at home
	disabled     = "5a1f0000-0000-4000-8000-0000000000a5"
	blocked      = "5a1f0000-0000-4000-8000-0000000000a6" // its service principal is disabled
	isv          = "5a1f0000-0000-4000-8000-0000000000b1" // multi-tenant, of fabrikam
	nobody       = "5a1f0000-0000-4000-8000-0000000000ff"

	secret     = "abc8Q~the-secret.of_orders-0123456789abcd"
	secretID   = "5a1f0000-0000-4000-8000-00000000c0a1"
	oldSecret  = "old8Q~the-secret.of_orders-0123456789abcd"
	odd        = "p+q/r=s ~%25&t"
	dataverse  = "https://org.crm.test"
	headerHelp = "X-Stead-Help"
)

// clock is the authority's: real time, moved by tests.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// identity is a client's certificate and key in PEM.
type identity struct{ pem []byte }

// newIdentity is made once: RSA keys are slow to make.
var newIdentity = sync.OnceValue(func() identity {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"api.contoso.example"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	out := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return identity{append(out, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)}
})

// seed is the directory of the tests.
func seed() *authority.Seed {
	application := func(id, tenant, name string) authority.SeedApplication {
		return authority.SeedApplication{ID: strings.Replace(id, "00000000", "0000a000", 1), ClientID: id, TenantID: tenant, DisplayName: name,
			Secrets: []authority.SeedSecret{{Value: secret}}}
	}
	present := func(id, tenant string) authority.SeedServicePrincipal {
		return authority.SeedServicePrincipal{ID: strings.Replace(id, "0000000000", "00000000b0", 1), ClientID: id, TenantID: tenant}
	}
	all := []authority.SeedApplication{
		application(orders, contoso, "Orders"), application(api, contoso, "Orders API"), application(gated, contoso, "Gated API"),
		application(homeless, contoso, "Homeless"), application(disabled, contoso, "Disabled"), application(blocked, contoso, "Blocked"),
		application(isv, fabrikam, "ISV"),
	}
	all[0].Secrets = []authority.SeedSecret{{ID: secretID, Value: secret}, {Value: oldSecret, End: time.Now().Add(-time.Minute)}, {Value: odd}}
	all[0].Certificates = []authority.SeedCertificate{{Name: "laptop", PEM: newIdentity().pem}}
	all[1].IdentifierURIs, all[1].TokenVersion = []string{"api://orders"}, 2
	all[1].Roles = []authority.SeedRole{{ID: nobody, Value: "Orders.Read"}}
	all[4].Disabled = true
	all[6].SignInAudience = "AzureADMultipleOrgs"
	principals := []authority.SeedServicePrincipal{
		present(orders, contoso), present(api, contoso), present(gated, contoso), present(disabled, contoso), present(blocked, contoso), present(isv, fabrikam),
		{ID: "5a1f0000-0000-4000-8000-00000000d001", ClientID: authority.DataverseID, TenantID: contoso, Names: []string{dataverse}},
	}
	principals[0].Assignments = []authority.SeedAssignment{{ResourceClientID: api, Role: "Orders.Read"}}
	principals[2].AssignmentRequired = true
	principals[4].Disabled = true
	return &authority.Seed{
		Tenants: []authority.SeedTenant{
			{ID: contoso, Name: "contoso", DisplayName: "Contoso", Domains: []string{"contoso.example"}},
			{ID: fabrikam, Name: "fabrikam", DisplayName: "Fabrikam", Domains: []string{"fabrikam.example"}},
		},
		Applications: all, ServicePrincipals: principals,
		Users: []authority.SeedUser{{ID: nobody, TenantID: contoso, UPN: "ada@contoso.example", PasswordHash: "$argon2id$v=19$m=1$AA$AA", TenantAdministrator: true}},
	}
}

// world is a running authority over TLS.
type world struct {
	*authority.Server
	url    string
	client *http.Client
	clock  *clock
	log    *syncBuffer
	config authority.Config
}

// syncBuffer is a log that handlers may write to while a test reads it.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start serves the test directory; change may alter the configuration first.
func start(t testing.TB, change ...func(*authority.Config)) *world {
	t.Helper()
	w := &world{clock: &clock{}, log: &syncBuffer{}}
	ts := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.ServeHTTP(rw, r) }))
	ts.EnableHTTP2 = true
	w.url = "https://" + ts.Listener.Addr().String()
	w.config = authority.Config{
		BaseURL: w.url, Database: filepath.Join(t.TempDir(), "authority.db"), KEK: bytes.Repeat([]byte{1}, 32), Seed: seed(),
		Logger: slog.New(slog.NewJSONHandler(w.log, nil)), Now: w.clock.now,
	}
	for _, f := range change {
		f(&w.config)
	}
	w.Server = open(t, w.config)
	ts.StartTLS()
	t.Cleanup(ts.Close)
	w.client = ts.Client()
	return w
}

func open(t testing.TB, c authority.Config) *authority.Server {
	t.Helper()
	s, err := authority.New(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// reply is what a request got.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

func (w *world) send(t testing.TB, r *http.Request) reply {
	t.Helper()
	answer, err := w.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	got := reply{status: answer.StatusCode, header: answer.Header, text: string(text)}
	_ = json.Unmarshal(text, &got.body) // not everything is JSON
	return got
}

func (w *world) get(t testing.TB, path string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.send(t, r)
}

// request is a token request of orders for Dataverse on the v2.0 endpoint.
func (w *world) request(t testing.TB, path string, form url.Values) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (w *world) token(t testing.TB, path string, form url.Values) reply {
	t.Helper()
	return w.send(t, w.request(t, path, form))
}

const v2, v1 = "/" + contoso + "/oauth2/v2.0/token", "/" + contoso + "/oauth2/token"

// form is what orders sends, with changes: name, value, name, value; an empty value takes
// the parameter away.
func form(changes ...string) url.Values {
	f := url.Values{"grant_type": {"client_credentials"}, "client_id": {orders}, "client_secret": {secret}, "scope": {dataverse + "/.default"}}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			f.Del(changes[i])
		}
	}
	return f
}
