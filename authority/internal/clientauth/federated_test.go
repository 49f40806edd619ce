package clientauth

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

const (
	exchange = "api://AzureADTokenExchange"
	subject  = "system:serviceaccount:shop:orders"
)

// provider is a foreign issuer on this machine.
type provider struct {
	*httptest.Server
	issuer   string // that its metadata names
	keys     jose.Set
	asked    atomic.Int32
	redirect bool
	broken   bool
	mu       sync.Mutex
}

func newProvider(t testing.TB) *provider {
	p := &provider{keys: jose.Set{Keys: []jose.Key{keyOf(newPairs().stranger, "k1")}}}
	p.Server = httptest.NewTLSServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	p.issuer = p.URL
	return p
}

func keyOf(s signer, id string) jose.Key {
	k := jose.RSAKey(s.private.Public().(*rsa.PublicKey), s.der)
	k.ID = id
	return k
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked.Add(1)
	switch {
	case p.broken:
		http.Error(w, "no", http.StatusInternalServerError)
	case p.redirect:
		http.Redirect(w, r, "https://169.254.169.254/", http.StatusFound)
	case strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration"):
		fmt.Fprintf(w, `{"issuer":%q,"jwks_uri":%q}`, p.issuer, p.URL+"/keys")
	default:
		_ = json.NewEncoder(w).Encode(p.keys)
	}
}

// foreign is a Foreign that may ask providers on this machine.
func (p *provider) foreign(clock func() time.Time, private ...string) *Foreign {
	roots := x509.NewCertPool()
	roots.AddCert(p.Certificate())
	return NewForeign(ForeignConfig{Private: private, Roots: func() *x509.CertPool { return roots }, Now: clock})
}

// workload is a token that the provider gave orders' machine.
func (p *provider) workload() assertion {
	return assertion{
		header: map[string]any{"alg": "RS256", "kid": "k1"},
		claims: map[string]any{"iss": p.URL, "sub": subject, "aud": []string{exchange}, "exp": now.Unix() + 600, "iat": now.Unix()},
		key:    newPairs().stranger,
	}
}

// registered is a call of orders, registered for the provider.
func registered(t testing.TB, change func(*directory.FederatedCredential), of directory.FederatedCredential) Call {
	t.Helper()
	c := call(t, orders)
	if change != nil {
		change(&of)
	}
	app := *c.Client.App
	app.Federated = []directory.FederatedCredential{{ID: "f0", Issuer: "https://other.example", Subject: subject, Audiences: []string{exchange}}, of}
	client := *c.Client
	client.App = &app
	c.Client = &client
	return c
}

func (p *provider) credential() directory.FederatedCredential {
	return directory.FederatedCredential{ID: "f1", Name: "cluster", Issuer: p.URL, Subject: subject, Audiences: []string{exchange}}
}

func atNow() time.Time { return now }

func TestFederated(t *testing.T) {
	p := newProvider(t)
	c := checker()
	c.Federation = p.foreign(atNow, p.URL)
	a := p.workload()
	a.after = "\n" // as the files of workload identity end (Entra facts 2.4)
	for range 3 {
		proof, err := c.Check(t.Context(), registered(t, nil, p.credential()), a.sign(t))
		if err != nil || proof.Kind() != "federated" || proof.KeyID != "f1" || proof.Class() != "2" {
			t.Fatalf("%+v, %v", proof, err)
		}
	}
	if n := p.asked.Load(); n != 2 {
		t.Errorf("the issuer was asked %d times", n)
	}
}

// Keys that are pinned are not fetched.
func TestPinnedKeys(t *testing.T) {
	p := newProvider(t)
	pinned, _ := json.Marshal(p.keys)
	c := checker()
	pin := func(f *directory.FederatedCredential) { f.PinnedJWKS = pinned }
	if _, err := c.Check(t.Context(), registered(t, pin, p.credential()), p.workload().sign(t)); err != nil {
		t.Error(err)
	}
	a := p.workload()
	a.key = newPairs().rsa
	if _, err := c.Check(t.Context(), registered(t, pin, p.credential()), a.sign(t)); !aadsts.Is(err, aadsts.FederationKey) {
		t.Errorf("another key: %v", err)
	}
	if _, err := c.Check(t.Context(), registered(t, nil, p.credential()), p.workload().sign(t)); !aadsts.Is(err, aadsts.FederationKey) {
		t.Errorf("nothing to ask with: %v", err)
	}
	if p.asked.Load() != 0 {
		t.Error("the issuer was asked")
	}
}

// Issuer, subject and audience are exact (Entra facts 2.4).
func TestFederatedRefuses(t *testing.T) {
	p := newProvider(t)
	c := checker()
	c.Federation = p.foreign(atNow, "*")
	for name, try := range map[string]struct {
		token  func(*assertion)
		change func(*directory.FederatedCredential)
		want   aadsts.Entry
	}{
		"issuer, slash":       {nil, func(f *directory.FederatedCredential) { f.Issuer += "/" }, aadsts.FederationIssuer},
		"issuer":              {func(a *assertion) { a.claims["iss"] = "https://evil.example" }, nil, aadsts.FederationIssuer},
		"subject":             {func(a *assertion) { a.claims["sub"] = "x" }, nil, aadsts.FederationSubject},
		"no subject":          {func(a *assertion) { delete(a.claims, "sub") }, nil, aadsts.FederationSubject},
		"subject's case":      {func(a *assertion) { a.claims["sub"] = strings.ToUpper(subject) }, nil, aadsts.FederationCase},
		"audience":            {func(a *assertion) { a.claims["aud"] = "api://x" }, nil, aadsts.FederationAudience},
		"audience's case":     {func(a *assertion) { a.claims["aud"] = strings.ToLower(exchange) }, nil, aadsts.FederationAudience},
		"subject of another":  {func(a *assertion) { a.claims["iss"] = "https://other.example" }, func(f *directory.FederatedCredential) { f.Subject = "x" }, aadsts.FederationKey},
		"expired":             {func(a *assertion) { a.claims["exp"] = now.Unix() - 301 }, nil, aadsts.AssertionTime},
		"no end":              {func(a *assertion) { delete(a.claims, "exp") }, nil, aadsts.AssertionTime},
		"not yet":             {func(a *assertion) { a.claims["nbf"] = now.Unix() + 301 }, nil, aadsts.AssertionTime},
		"unknown key":         {func(a *assertion) { a.header["kid"] = "k2" }, nil, aadsts.FederationKey},
		"another's signature": {func(a *assertion) { a.key = newPairs().rsa }, nil, aadsts.FederationKey},
		"PS256":               {func(a *assertion) { a.header["alg"] = "PS256" }, nil, aadsts.AssertionMalformed},
		"none":                {func(a *assertion) { a.header["alg"] = "none" }, nil, aadsts.AssertionMalformed},
		"HS256":               {func(a *assertion) { a.header["alg"] = "HS256" }, nil, aadsts.AssertionMalformed},
		"our own, a person's": {func(a *assertion) { a.claims["iss"], a.claims["scp"] = base+"/x/v2.0", "y" },
			func(f *directory.FederatedCredential) { f.Issuer = base + "/x/v2.0" }, aadsts.FederationToken},
	} {
		a := p.workload()
		if try.token != nil {
			try.token(&a)
		}
		if _, err := c.Check(t.Context(), registered(t, try.change, p.credential()), a.sign(t)); !aadsts.Is(err, try.want) {
			t.Errorf("%s: %v, want %s", name, err, try.want.Code())
		}
	}
}

// A key that the issuer published meanwhile is fetched, but not at every unknown id.
func TestIssuersRollKeys(t *testing.T) {
	p := newProvider(t)
	var ahead atomic.Int64
	f := p.foreign(func() time.Time { return now.Add(time.Duration(ahead.Load())) }, p.URL)
	ask := func(id string) error { _, err := f.Key(t.Context(), p.URL, id); return err }
	if ask("k1") != nil || ask("k2") == nil || ask("k3") == nil || p.asked.Load() != 2 {
		t.Fatalf("asked %d times", p.asked.Load())
	}
	p.mu.Lock()
	p.keys.Keys = append(p.keys.Keys, keyOf(newPairs().rsa, "k2"))
	p.mu.Unlock()
	ahead.Add(int64(foreignPause))
	if err := ask("k2"); err != nil || p.asked.Load() != 4 {
		t.Errorf("%v, asked %d times", err, p.asked.Load())
	}
	p.mu.Lock()
	p.broken = true
	p.mu.Unlock()
	ahead.Add(int64(foreignLife) - 1)
	if err := ask("k1"); err != nil {
		t.Errorf("known keys while the issuer is ill: %v", err)
	}
	ahead.Add(1)
	if ask("k1") == nil {
		t.Error("keys of an hour ago are believed")
	}
}

// What a federated credential must not make this program connect to.
func TestForeignIsGuarded(t *testing.T) {
	p := newProvider(t)
	if _, err := p.foreign(atNow).Key(t.Context(), p.URL, "k1"); err != errInside || p.asked.Load() != 0 {
		t.Errorf("loopback: %v", err)
	}
	named := strings.Replace(p.URL, "127.0.0.1", "localhost", 1)
	if _, err := p.foreign(atNow).Key(t.Context(), named, "k1"); err != errInside {
		t.Errorf("a name that resolves to loopback: %v", err)
	}
	for _, issuer := range []string{"http://issuer.example", "file:///etc/passwd", "https://", "https://u:p@issuer.example", "x", "https://a.example/#f"} {
		if _, err := p.foreign(atNow, "*").Key(t.Context(), issuer, "k1"); err == nil {
			t.Errorf("%s was asked", issuer)
		}
	}
	p.redirect = true
	if _, err := p.foreign(atNow, p.URL).Key(t.Context(), p.URL, "k1"); err == nil || p.asked.Load() != 1 {
		t.Errorf("a redirect: %v after %d", err, p.asked.Load())
	}
	p.redirect, p.issuer = false, p.URL+"/"
	if _, err := p.foreign(atNow, p.URL).Key(t.Context(), p.URL, "k1"); err == nil {
		t.Error("metadata that names another issuer")
	}
}

func TestOutside(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "127.0.0.1": false, "::1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1": false, "fd00::1": false, "0.0.0.0": false, "::": false, "224.0.0.1": false, "100.64.0.1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "255.255.255.255": false, "192.0.2.1": false,
	} {
		if got := isOutside(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}

// Over common, assertions are meant for common's endpoint; elsewhere they are not.
func TestAssertionsOverWords(t *testing.T) {
	a := good()
	a.claims["aud"] = base + "/common/oauth2/v2.0/token"
	c := call(t, orders)
	if _, err := checker().Check(t.Context(), c, a.sign(t)); !aadsts.Is(err, aadsts.AssertionAudience) {
		t.Errorf("at the tenant: %v", err)
	}
	c.Segment = "organizations"
	if _, err := checker().Check(t.Context(), c, a.sign(t)); !aadsts.Is(err, aadsts.AssertionAudience) {
		t.Errorf("over organizations: %v", err)
	}
	c.Segment = "common"
	if _, err := checker().Check(t.Context(), c, a.sign(t)); err != nil {
		t.Errorf("over common: %v", err)
	}
}
