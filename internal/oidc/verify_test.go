package oidc_test

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/oidc/oidctest"
)

const (
	home      = "5a1f0000-0000-4000-8000-000000000001"
	elsewhere = "5a1f0000-0000-4000-8000-000000000002"
	resource  = "https://org.crm.example:8445"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// world is one issuer and one verifier with a clock that stands still.
type world struct {
	*oidctest.Issuer
	*oidc.Verifier
	now time.Time
}

func start(t testing.TB, change ...func(*oidc.Config)) *world {
	t.Helper()
	w := &world{Issuer: oidctest.Start(t), now: noon}
	c := oidc.Config{
		Issuers:   []oidc.Issuer{{Metadata: w.Metadata(), Version: "1.0", Tenants: []string{home}}},
		Audiences: []string{resource, "00000007-0000-0000-c000-000000000000"},
		Client:    w.Client(),
		Now:       func() time.Time { return w.now },
	}
	for _, f := range change {
		f(&c)
	}
	v, err := oidc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w.Verifier = v
	return w
}

// claims are those of an application's token, changed: nil removes a member.
func (w *world) claims(change map[string]any) map[string]any {
	c := map[string]any{
		"iss": w.Name, "aud": resource, "tid": home, "ver": "1.0", "idtyp": "app",
		"iat": noon.Add(-5 * time.Minute).Unix(), "nbf": noon.Add(-5 * time.Minute).Unix(), "exp": noon.Add(time.Hour).Unix(),
		"appid": "a1", "appidacr": "1", "oid": "b1", "sub": "b1", "uti": "x",
	}
	maps.Copy(c, change)
	for k, v := range c {
		if v == nil {
			delete(c, k)
		}
	}
	return c
}

func failed(t *testing.T, err error) oidc.Check {
	t.Helper()
	var e *oidc.Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("not an *oidc.Error: %v", err)
	}
	if e == nil {
		return ""
	}
	return e.Check
}

func TestVerifyReadsAnApplicationsToken(t *testing.T) {
	w := start(t)
	got, err := w.Verify(t.Context(), w.Sign(t, w.claims(map[string]any{"roles": []string{"A.B"}})))
	if err != nil {
		t.Fatal(err)
	}
	if !got.App || got.ApplicationID != "a1" || got.ObjectID != "b1" || got.Tenant != home || got.Audience != resource ||
		got.Issuer != w.Name || got.Version != "1.0" || !slices.Equal(got.Roles, []string{"A.B"}) || len(got.Scopes) != 0 {
		t.Errorf("token: %+v", got)
	}
	if !got.Expires.Equal(noon.Add(time.Hour)) || !got.NotBefore.Equal(noon.Add(-5*time.Minute)) {
		t.Errorf("valid from %v to %v", got.NotBefore, got.Expires)
	}
}

func TestVerifyReadsAPersonsToken(t *testing.T) {
	w := start(t)
	got, err := w.Verify(t.Context(), w.Sign(t, w.claims(map[string]any{
		"idtyp": nil, "scp": "user_impersonation other", "oid": "ben", "sub": "pairwise",
	})))
	if err != nil {
		t.Fatal(err)
	}
	if got.App || got.ObjectID != "ben" || !slices.Equal(got.Scopes, []string{"user_impersonation", "other"}) {
		t.Errorf("token: %+v", got)
	}
}

// A token's groups are told when it names all of them: not when it says that there are
// more, or where they can be asked for, nor when they are no list of texts.
func TestVerifyReadsGroups(t *testing.T) {
	w := start(t)
	for name, c := range map[string]struct {
		change map[string]any
		want   []string
	}{
		"none":             {nil, nil},
		"two":              {map[string]any{"groups": []string{"g1", "g2"}}, []string{"g1", "g2"}},
		"empty":            {map[string]any{"groups": []string{}}, []string{}},
		"hasgroups":        {map[string]any{"groups": []string{"g1"}, "hasgroups": true}, nil},
		"elsewhere":        {map[string]any{"groups": []string{"g1"}, "_claim_names": map[string]any{"groups": "src1"}}, nil},
		"others elsewhere": {map[string]any{"groups": []string{"g1"}, "_claim_names": map[string]any{"wids": "src1"}}, []string{"g1"}},
		"odd":              {map[string]any{"groups": "g1"}, nil},
		"null":             {map[string]any{"groups": nil}, nil},
	} {
		got, err := w.Verify(t.Context(), w.Sign(t, w.claims(c.change)))
		if err != nil || !slices.Equal(got.Groups, c.want) || (got.Groups == nil) != (c.want == nil) {
			t.Errorf("%s: groups %#v, %v", name, got.Groups, err)
		}
	}
}

// TestVerifyClaims goes through what may be wrong, and what may differ and be right,
// in a token that the issuer itself signed.
func TestVerifyClaims(t *testing.T) {
	w := start(t)
	minutes := func(n int) int64 { return noon.Add(time.Duration(n) * time.Minute).Unix() }
	for name, c := range map[string]struct {
		change map[string]any
		want   oidc.Check
	}{
		"as it should be":                   {nil, ""},
		"audience with a slash":             {map[string]any{"aud": resource + "/"}, ""},
		"audience in capitals":              {map[string]any{"aud": strings.ToUpper(resource)}, ""},
		"audience by id":                    {map[string]any{"aud": "00000007-0000-0000-C000-000000000000"}, ""},
		"audience among others":             {map[string]any{"aud": []string{"https://x.example", resource}}, ""},
		"audience of another resource":      {map[string]any{"aud": "https://other.crm.example:8445"}, oidc.Audience},
		"audience on another port":          {map[string]any{"aud": "https://org.crm.example:8446"}, oidc.Audience},
		"audience with a path":              {map[string]any{"aud": resource + "/x"}, oidc.Audience},
		"audience that merely begins so":    {map[string]any{"aud": resource + ".evil.example"}, oidc.Audience},
		"audience over http":                {map[string]any{"aud": "http://org.crm.example:8445"}, oidc.Audience},
		"no audience":                       {map[string]any{"aud": nil}, oidc.Audience},
		"audience of a wrong type":          {map[string]any{"aud": 7}, oidc.Malformed},
		"another issuer":                    {map[string]any{"iss": "https://evil.example/"}, oidc.WrongIssuer},
		"the issuer without its slash":      {map[string]any{"iss": strings.TrimSuffix(w.Name, "/")}, oidc.WrongIssuer},
		"no issuer":                         {map[string]any{"iss": nil}, oidc.Malformed},
		"the issuer's other version":        {map[string]any{"ver": "2.0"}, oidc.WrongIssuer},
		"another tenant":                    {map[string]any{"tid": elsewhere}, oidc.WrongTenant},
		"tenant in capitals":                {map[string]any{"tid": strings.ToUpper(home)}, ""},
		"a tenant in other letters":         {map[string]any{"TID": elsewhere, "Aud": "https://x.example"}, ""},
		"no tenant":                         {map[string]any{"tid": nil}, oidc.WrongTenant},
		"expired within the skew":           {map[string]any{"exp": minutes(-4)}, ""},
		"expired":                           {map[string]any{"exp": minutes(-5)}, oidc.Expired},
		"expired long ago":                  {map[string]any{"exp": -1e300}, oidc.Expired},
		"never expires, says a huge number": {map[string]any{"exp": 1e300}, ""},
		"no expiry":                         {map[string]any{"exp": nil}, oidc.Claims},
		"expiry as text":                    {map[string]any{"exp": "soon"}, oidc.Malformed},
		"expiry as a fraction":              {map[string]any{"exp": float64(minutes(1)) + 0.5}, ""},
		"valid soon, within the skew":       {map[string]any{"nbf": minutes(5)}, ""},
		"valid in future":                   {map[string]any{"nbf": minutes(6)}, oidc.NotYetValid},
		"no nbf":                            {map[string]any{"nbf": nil}, ""},
		"app without idtyp":                 {map[string]any{"idtyp": nil}, ""},
		"neither app nor person":            {map[string]any{"idtyp": nil, "sub": "other"}, oidc.Claims},
		"idtyp user without scopes":         {map[string]any{"idtyp": "user"}, oidc.Claims},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Verify(t.Context(), w.Sign(t, w.claims(c.change)))
			if got := failed(t, err); got != c.want {
				t.Errorf("failed check %q, want %q (%v)", got, c.want, err)
			}
		})
	}
}

// TestVerifyForgeries brings tokens that the issuer never signed.
func TestVerifyForgeries(t *testing.T) {
	w := start(t)
	good := w.claims(nil)
	genuine := w.Sign(t, good)
	parts := strings.Split(genuine, ".")
	header := func(alg string) map[string]any { return map[string]any{"typ": "JWT", "alg": alg, "kid": "first"} }
	nothing := func([]byte) []byte { return nil }
	for name, c := range map[string]struct {
		token string
		want  oidc.Check
	}{
		"alg none, no signature":     {oidctest.SignWith(t, header("none"), good, nothing), oidc.Algorithm},
		"alg None":                   {oidctest.SignWith(t, header("None"), good, nothing), oidc.Algorithm},
		"HS256 with the public key":  {oidctest.SignWith(t, header("HS256"), good, withPublicKey(t, w.Key("first"))), oidc.Algorithm},
		"RS256 said, HMAC made":      {oidctest.SignWith(t, header("RS256"), good, withPublicKey(t, w.Key("first"))), oidc.Signature},
		"PS256":                      {oidctest.SignWith(t, header("PS256"), good, nothing), oidc.Algorithm},
		"no signature at all":        {oidctest.SignWith(t, header("RS256"), good, nothing), oidc.Malformed},
		"no kid":                     {oidctest.SignWith(t, map[string]any{"alg": "RS256"}, good, func(input []byte) []byte { return input }), oidc.KeyID},
		"foreign key, foreign kid":   {oidctest.Sign(t, "evil", oidctest.NewKey(t), good), oidc.UnknownKey},
		"foreign key under our kid":  {oidctest.Sign(t, "first", oidctest.NewKey(t), good), oidc.Signature},
		"payload exchanged":          {parts[0] + "." + strings.Split(w.Sign(t, w.claims(map[string]any{"appid": "a2"})), ".")[1] + "." + parts[2], oidc.Signature},
		"header exchanged":           {strings.Split(oidctest.SignWith(t, header("RS256"), good, nothing), ".")[0] + "x." + parts[1] + "." + parts[2], oidc.Malformed},
		"critical extension":         {oidctest.SignWith(t, map[string]any{"alg": "RS256", "kid": "first", "crit": []string{"x"}, "x": 1}, good, nothing), oidc.Malformed},
		"two parts":                  {parts[0] + "." + parts[1], oidc.Malformed},
		"empty":                      {"", oidc.Malformed},
		"not a token":                {"letmein", oidc.Malformed},
		"payload that is not JSON":   {oidctest.Sign(t, "first", w.Key("first"), nil), oidc.Malformed},
		"longer than a header holds": {strings.Repeat("a", 33<<10), oidc.Malformed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Verify(t.Context(), c.token)
			if got := failed(t, err); got != c.want {
				t.Errorf("failed check %q, want %q (%v)", got, c.want, err)
			}
		})
	}
	if _, err := w.Verify(t.Context(), genuine); err != nil {
		t.Errorf("the genuine token: %v", err)
	}
}

// withPublicKey is the forger's trick of signing by HMAC with what is published.
func withPublicKey(t *testing.T, k *rsa.PrivateKey) func([]byte) []byte {
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	secret := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, secret)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

func TestSeveralIssuersAndTheirTemplates(t *testing.T) {
	second := oidctest.Start(t)
	second.Name = second.URL() + "/{tenantid}/v2.0"
	second.KeyIssuer = second.Name
	w := start(t, func(c *oidc.Config) {
		c.Client = second.Client() // both test servers share one certificate
		c.Issuers = append(c.Issuers, oidc.Issuer{Metadata: second.Metadata(), Version: "2.0", Tenants: []string{home}})
	})
	v2 := func(tenant string) map[string]any {
		return w.claims(map[string]any{"iss": second.URL() + "/" + tenant + "/v2.0", "ver": "2.0", "tid": tenant, "appid": nil, "azp": "a1"})
	}
	got, err := w.Verify(t.Context(), second.Sign(t, v2(home)))
	if err != nil || got.ApplicationID != "a1" || got.Version != "2.0" {
		t.Errorf("v2.0 token: %+v, %v", got, err)
	}
	if _, err := w.Verify(t.Context(), w.Sign(t, w.claims(nil))); err != nil {
		t.Errorf("v1.0 token: %v", err)
	}
	for name, c := range map[string]struct {
		token string
		want  oidc.Check
	}{
		"v2.0 claims under the first issuer's key": {w.Sign(t, v2(home)), oidc.Signature},
		"another tenant of the second":             {second.Sign(t, v2(elsewhere)), oidc.WrongTenant},
		"tid and iss of different tenants":         {second.Sign(t, w.claims(map[string]any{"iss": second.URL() + "/" + home + "/v2.0", "ver": "2.0", "tid": elsewhere})), oidc.WrongIssuer},
		"the template itself":                      {second.Sign(t, w.claims(map[string]any{"iss": second.Name, "ver": "2.0"})), oidc.WrongIssuer},
		"v1.0 with the issuer of v2.0":             {second.Sign(t, w.claims(map[string]any{"iss": second.URL() + "/" + home + "/v2.0"})), oidc.WrongIssuer},
	} {
		if _, err := w.Verify(t.Context(), c.token); failed(t, err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAKeyMayBelongToOneIssuerOnly(t *testing.T) {
	w := start(t)
	w.KeyIssuer = "https://consumers.example/"
	_, err := w.Verify(t.Context(), w.Sign(t, w.claims(nil)))
	if failed(t, err) != oidc.UnknownKey {
		t.Errorf("got %v", err)
	}
}

func TestNewRefusesWhatCannotBeTrusted(t *testing.T) {
	for name, c := range map[string]oidc.Config{
		"nothing":        {},
		"no audience":    {Issuers: []oidc.Issuer{{Metadata: "https://x.example/m"}}},
		"plain http":     {Issuers: []oidc.Issuer{{Metadata: "http://x.example/m"}}, Audiences: []string{resource}},
		"no host":        {Issuers: []oidc.Issuer{{Metadata: "https:///m"}}, Audiences: []string{resource}},
		"not even a URL": {Issuers: []oidc.Issuer{{Metadata: "https://%zz"}}, Audiences: []string{resource}},
	} {
		if _, err := oidc.New(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkVerifyAgain(b *testing.B) {
	w := start(b)
	token := w.Sign(b, w.claims(nil))
	for b.Loop() {
		if _, err := w.Verify(b.Context(), token); err != nil {
			b.Fatal(err)
		}
	}
}
