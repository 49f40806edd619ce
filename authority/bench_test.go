package authority_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// sink is a response that costs nothing, so that only the handlers are measured.
type sink struct {
	header http.Header
	status int
}

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) Write(p []byte) (int, error) { return len(p), nil }
func (s *sink) WriteHeader(status int)      { s.status = status }

// bare is what a token costs at the least: parse the form, compare the secret, sign the
// claims, answer.
func bare(tb testing.TB) http.Handler {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		tb.Fatal(err)
	}
	want := sha256.Sum256([]byte(secret))
	header := base64.RawURLEncoding.EncodeToString([]byte(`{"typ":"JWT","alg":"RS256","x5t":"0123456789012345678901234567","kid":"0123456789012345678901234567"}`))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			tb.Error(err)
		}
		have := sha256.Sum256([]byte(r.PostForm.Get("client_secret")))
		if subtle.ConstantTimeCompare(have[:], want[:]) != 1 {
			tb.Error("wrong secret")
		}
		var opaque [72]byte
		rand.Read(opaque[:])
		e := base64.RawURLEncoding.EncodeToString
		now := time.Now().Unix()
		claims, err := json.Marshal(map[string]any{
			"aud": r.PostForm.Get("scope"), "iss": "https://localhost:8443/" + contoso + "/", "iat": now, "nbf": now, "exp": now + 3600,
			"aio": e(opaque[:33]), "appid": orders, "appidacr": "1", "idp": "https://localhost:8443/" + contoso + "/", "idtyp": "app",
			"oid": ordersObject, "rh": e(opaque[33:53]), "sub": ordersObject, "tid": contoso, "uti": e(opaque[53:69]), "ver": "1.0",
		})
		if err != nil {
			tb.Error(err)
		}
		text := header + "." + e(claims)
		digest := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		if err != nil {
			tb.Error(err)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(map[string]any{"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": text + "." + e(signature)})
	})
}

func ask(tb testing.TB, h http.Handler, body string) {
	r, err := http.NewRequest(http.MethodPost, "https://localhost:8443"+v2, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := &sink{header: http.Header{}}
	h.ServeHTTP(w, r)
	if w.status >= 400 {
		tb.Fatalf("answered %d", w.status)
	}
}

func benchServer(tb testing.TB) *authority.Server { return benchServerReusing(tb, 0) }

func benchServerReusing(tb testing.TB, window time.Duration) *authority.Server {
	return open(tb, authority.Config{
		BaseURL: "https://localhost:8443", Database: filepath.Join(tb.TempDir(), "a.db"), KEK: bytes.Repeat([]byte{1}, 32), Seed: seed(), TokenReuse: window,
	})
}

// BenchmarkTokenReused is the same client asking again and again, with Config.TokenReuse
// on, on one processor.
func BenchmarkTokenReused(b *testing.B) {
	s, body := benchServerReusing(b, 5*time.Minute), form().Encode()
	b.ReportAllocs()
	for b.Loop() {
		ask(b, s, body)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// BenchmarkToken compares both in turns, so that whatever else the machine does hits them
// alike; "ratio" is tokens per second of the authority over those of the bare handler.
func BenchmarkToken(b *testing.B) {
	body := form().Encode()
	handlers := [2]http.Handler{benchServer(b), bare(b)}
	var spent [2]time.Duration
	for b.Loop() {
		for i, h := range handlers {
			began := time.Now()
			ask(b, h, body)
			spent[i] += time.Since(began)
		}
	}
	b.ReportMetric(float64(b.N)/spent[0].Seconds(), "tokens/s")
	b.ReportMetric(float64(b.N)/spent[1].Seconds(), "bare-tokens/s")
	b.ReportMetric(spent[1].Seconds()/spent[0].Seconds(), "ratio")
}

// BenchmarkTokenParallel is the same with every processor busy.
func BenchmarkTokenParallel(b *testing.B) {
	body := form().Encode()
	for name, h := range map[string]http.Handler{"authority": benchServer(b), "bare": bare(b)} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					ask(b, h, body)
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// BenchmarkRefusal is a wrong secret: what an attacker can ask for.
func BenchmarkRefusal(b *testing.B) {
	s := benchServer(b)
	body := form("client_secret", "wrong").Encode()
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequest(http.MethodPost, "https://localhost:8443"+v2, strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		s.ServeHTTP(&sink{header: http.Header{}}, r)
	}
}

// BenchmarkCertificate is a client that signs an assertion once and sends it again, as
// clients do for ten minutes.
func BenchmarkCertificate(b *testing.B) {
	s := benchServer(b)
	body := form("client_secret", "", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", assertion(b, "https://localhost:8443"+v2)).Encode()
	for b.Loop() {
		ask(b, s, body)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// BenchmarkRefresh exchanges one refresh token after the other: a write for each.
func BenchmarkRefresh(b *testing.B) {
	c := authority.Config{BaseURL: "https://localhost:8443", Database: filepath.Join(b.TempDir(), "a.db"), KEK: bytes.Repeat([]byte{1}, 32), Seed: seed()}
	signsIn(&c)
	s := open(b, c)
	token, err := s.Tickets().IssueRefresh(b.Context(), ticket.Family{Tenant: contoso, App: shop, User: ada, Scopes: []string{dataverse + "/.default"}, AuthTime: time.Now()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "https://localhost:8443"+v2, strings.NewReader(form("grant_type", "refresh_token", "client_id", shop, "refresh_token", token).Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var answer struct {
			Refresh string `json:"refresh_token"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || answer.Refresh == "" {
			b.Fatalf("%s", w.Body)
		}
		token = answer.Refresh
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}

// assertion is a client assertion of orders.
func assertion(tb testing.TB, audience string) string {
	key, _ := foreignKey(tb)
	block, _ := pem.Decode(newIdentity().pem)
	e := base64.RawURLEncoding.EncodeToString
	sum := sha256.Sum256(block.Bytes)
	claims, err := json.Marshal(map[string]any{"aud": audience, "iss": orders, "sub": orders, "exp": time.Now().Add(10 * time.Minute).Unix()})
	if err != nil {
		tb.Fatal(err)
	}
	text := e([]byte(`{"alg":"PS256","x5t#S256":"`+e(sum[:])+`"}`)) + "." + e(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		tb.Fatal(err)
	}
	return text + "." + e(signature)
}
