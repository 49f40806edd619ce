package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Issuer publishes one metadata document and one set of keys.
type Issuer struct {
	// Name is the issuer that the metadata document states.
	Name string
	// KeyIssuer, when set, is the issuer member of every published key.
	KeyIssuer string

	server *httptest.Server
	mu     sync.Mutex
	keys   map[string]*rsa.PrivateKey
	down   bool
	asked  int
	gate   chan struct{}
}

// Start starts an issuer whose one key is called "first".
func Start(t testing.TB) *Issuer {
	i := &Issuer{keys: map[string]*rsa.PrivateKey{"first": NewKey(t)}}
	mux := http.NewServeMux()
	mux.HandleFunc("/metadata", i.metadata)
	mux.HandleFunc("/keys", i.published)
	i.server = httptest.NewTLSServer(mux)
	i.Name = i.server.URL + "/"
	t.Cleanup(i.server.Close)
	return i
}

// NewKey makes an RSA key as issuers use.
func NewKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Metadata is the URL of the metadata document.
func (i *Issuer) Metadata() string { return i.server.URL + "/metadata" }

// URL is where the issuer listens.
func (i *Issuer) URL() string { return i.server.URL }

// Client trusts the issuer's certificate.
func (i *Issuer) Client() *http.Client { return i.server.Client() }

// Publish replaces the published keys.
func (i *Issuer) Publish(keys map[string]*rsa.PrivateKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = maps.Clone(keys)
}

// Key gives a published key.
func (i *Issuer) Key(id string) *rsa.PrivateKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[id]
}

// Down makes every document answer 503, or no longer.
func (i *Issuer) Down(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

// Hold makes metadata requests wait until the function it gives is called.
func (i *Issuer) Hold() (release func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	gate := make(chan struct{})
	i.gate = gate
	return func() { close(gate) }
}

// Asked is how often the metadata was asked for.
func (i *Issuer) Asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

func (i *Issuer) metadata(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	i.asked++
	down, gate := i.down, i.gate
	i.mu.Unlock()
	if gate != nil {
		<-gate
	}
	if down {
		http.Error(w, "down for a test", http.StatusServiceUnavailable)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"issuer": i.Name, "jwks_uri": i.server.URL + "/keys"})
}

func (i *Issuer) published(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var keys []map[string]string
	for id, k := range i.keys {
		w := map[string]string{
			"kty": "RSA", "use": "sig", "kid": id, "x5t": id,
			"n": encode(k.N.Bytes()), "e": encode(big.NewInt(int64(k.E)).Bytes()),
		}
		if i.KeyIssuer != "" {
			w["issuer"] = i.KeyIssuer
		}
		keys = append(keys, w)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": keys})
}

// Sign makes a token with the published key "first".
func (i *Issuer) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	return Sign(t, "first", i.Key("first"), claims)
}

// Sign makes an RS256 token.
func Sign(t testing.TB, kid string, k *rsa.PrivateKey, claims map[string]any) string {
	t.Helper()
	header := map[string]any{"typ": "JWT", "alg": "RS256", "kid": kid}
	return SignWith(t, header, claims, func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(rand.Reader, k, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return signature
	})
}

// SignWith makes a token with any header and whatever stands for a signature.
func SignWith(t testing.TB, header, claims map[string]any, sign func(input []byte) []byte) string {
	t.Helper()
	input := encode(text(t, header)) + "." + encode(text(t, claims))
	return input + "." + encode(sign([]byte(input)))
}

func text(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
