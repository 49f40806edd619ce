package clientauth

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
)

// Every client of Entra facts 2.3, and what 0.6 and 0.7 add.
func TestAssertionsOfShippingClients(t *testing.T) {
	p := newPairs()
	unix := now.Unix()
	for name, shape := range map[string]func(*assertion){
		"MSAL for Go": func(*assertion) {},
		"MSAL for Node, SHA-256": func(a *assertion) {
			a.header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(p.rsa.sha256())
			a.claims["iat"] = unix
		},
		"MSAL for Node, SHA-1": func(a *assertion) {
			a.header = map[string]any{"alg": "RS256", "typ": "JWT", "x5t": base64.RawURLEncoding.EncodeToString(p.rsa.sha1())}
		},
		"MSAL for Python": func(a *assertion) {
			a.header = map[string]any{"alg": "RS256", "typ": "JWT", "x5t": base64.URLEncoding.EncodeToString(p.rsa.sha1()), "x5c": []string{"MII\nxyz\n"}}
			delete(a.claims, "nbf")
			a.claims["exp"], a.claims["iat"] = float64(unix)+599.25, float64(unix)-0.75
		},
		"openid-client": func(a *assertion) {
			a.header = map[string]any{"alg": "RS256", "kid": rsaKeyID}
			a.claims["aud"], a.claims["exp"] = []string{base + "/" + string(contoso) + "/v2.0"}, unix+60
		},
		"openid-client, kid in capitals": func(a *assertion) {
			a.header = map[string]any{"alg": "RS256", "kid": strings.ToUpper(string(rsaKeyID))}
		},
		"terraform": func(a *assertion) {
			a.header = map[string]any{"alg": "RS256", "kid": base64.URLEncoding.EncodeToString(p.rsa.sha1())}
			a.claims["exp"] = unix + 3600
		},
		"terraform, EC key": func(a *assertion) {
			a.header = map[string]any{"alg": "ES256", "kid": base64.URLEncoding.EncodeToString(p.ec.sha1())}
			a.key, a.asn1 = p.ec, true
		},
		"EC key, JOSE signature": func(a *assertion) {
			a.header = map[string]any{"alg": "ES256", "x5t": base64.StdEncoding.EncodeToString(p.ec.sha1())}
			a.key = p.ec
		},
		"both thumbprints and a kid of one's own": func(a *assertion) {
			a.header["x5t"], a.header["kid"] = base64.RawStdEncoding.EncodeToString(p.rsa.sha1()), "vault/keys/7"
		},
		"kid in hexadecimal": func(a *assertion) {
			a.header = map[string]any{"alg": "PS256", "kid": hex.EncodeToString(p.rsa.sha256())}
		},
		"a line break after it":       func(a *assertion) { a.after = "\r\n" },
		"audience by domain, v1.0":    func(a *assertion) { a.claims["aud"] = base + "/Contoso.Test/oauth2/token" },
		"audience is the v1.0 issuer": func(a *assertion) { a.claims["aud"] = base + "/" + string(contoso) + "/" },
		"audience in capitals": func(a *assertion) {
			a.claims["aud"] = "HTTPS://LOCALHOST:8443/" + string(contoso) + "/oauth2/v2.0/token"
		},
		"one audience of several":       func(a *assertion) { a.claims["aud"] = []string{"x", base + "/contoso.example/v2.0"} },
		"clock late by five minutes":    func(a *assertion) { a.claims["nbf"] = unix + 299 },
		"clock early by five minutes":   func(a *assertion) { a.claims["exp"], a.claims["nbf"] = unix-299, unix-900 },
		"issuer and subject, any case":  func(a *assertion) { a.claims["iss"] = strings.ToUpper(string(orders)) },
		"expires far beyond this world": func(a *assertion) { a.claims["exp"] = 1e300 },
	} {
		t.Run(name, func(t *testing.T) {
			a := good()
			shape(&a)
			proof, err := checker().Check(t.Context(), call(t, orders), a.sign(t))
			if err != nil || !proof.Passed() || proof.Class() != "2" || proof.Kind() != "certificate" || proof.KeyID == "" {
				t.Errorf("%+v, %v: %v", proof, err, aadsts.From(err).Message)
			}
		})
	}
}

// forgery is an assertion that must be refused, and how.
type forgery struct {
	want    aadsts.Entry
	message string // part of it
	spoil   func(*assertion)
}

func forgeries() map[string]forgery {
	p := newPairs()
	unix := now.Unix()
	strangers := strings.ToUpper(hex.EncodeToString(p.stranger.sha256()))
	return map[string]forgery{
		"signed by another key": {aadsts.AssertionSignature, "did not match the expected", func(a *assertion) { a.key = p.stranger }},
		"another's certificate": {aadsts.AssertionSignature, "Reason - The key was not found., Thumbprint of key used by client: '" + strangers + "'", func(a *assertion) {
			a.key, a.header["x5t#S256"] = p.stranger, base64.StdEncoding.EncodeToString(p.stranger.sha256())
		}},
		"thumbprints of two keys": {aadsts.AssertionSignature, "not found", func(a *assertion) {
			a.header["x5t"] = base64.RawURLEncoding.EncodeToString(p.ec.sha1())
		}},
		"thumbprint unreadable":    {aadsts.AssertionSignature, "not found", func(a *assertion) { a.header["x5t#S256"] = "???" }},
		"kid of another":           {aadsts.AssertionSignature, "not found", func(a *assertion) { a.header = map[string]any{"alg": "PS256", "kid": contoso} }},
		"kid is a path":            {aadsts.AssertionSignature, "not found", func(a *assertion) { a.header = map[string]any{"alg": "PS256", "kid": "../../key"} }},
		"EC algorithm, RSA key":    {aadsts.AssertionSignature, "did not match", func(a *assertion) { a.header["alg"] = "ES256" }},
		"RSA algorithm not signed": {aadsts.AssertionSignature, "did not match", func(a *assertion) { a.header["alg"] = "RS512" }},
		"certificate expired": {aadsts.AssertionSignature, "The key used is expired.", func(a *assertion) {
			a.key, a.header["x5t#S256"] = p.expired, base64.StdEncoding.EncodeToString(p.expired.sha256())
		}},
		"certificate not yet valid": {aadsts.AssertionSignature, "not yet valid", func(a *assertion) {
			a.key, a.header = p.future, map[string]any{"alg": "ES256", "x5t": base64.StdEncoding.EncodeToString(p.future.sha1())}
		}},
		"names no key":           {aadsts.AssertionMalformed, "No certificate thumbprint specified in token header.", func(a *assertion) { delete(a.header, "x5t#S256") }},
		"algorithm none":         {aadsts.AssertionMalformed, "algorithm", func(a *assertion) { a.header["alg"] = "none" }},
		"algorithm HS256":        {aadsts.AssertionMalformed, "algorithm", func(a *assertion) { a.header["alg"] = "HS256" }},
		"critical extension":     {aadsts.AssertionMalformed, "malformed", func(a *assertion) { a.header["crit"] = []string{"exp"} }},
		"claims of wrong type":   {aadsts.AssertionMalformed, "malformed", func(a *assertion) { a.claims["exp"] = "tomorrow" }},
		"audience of wrong type": {aadsts.AssertionMalformed, "malformed", func(a *assertion) { a.claims["aud"] = 7 }},
		"garbage after it":       {aadsts.AssertionMalformed, "malformed", func(a *assertion) { a.after = ".x" }},
		"of another application": {aadsts.AssertionOtherApp, "", func(a *assertion) { a.claims["iss"], a.claims["sub"] = public, public }},
		"without issuer":         {aadsts.AssertionOtherApp, "", func(a *assertion) { delete(a.claims, "iss") }},
		"ISS is not iss":         {aadsts.AssertionOtherApp, "", func(a *assertion) { a.claims["ISS"] = orders; delete(a.claims, "iss") }},
		"about somebody else":    {aadsts.AssertionSubject, "", func(a *assertion) { a.claims["sub"] = public }},
		"of a foreign issuer":    {aadsts.FederationIssuer, "'https://issuer.example'", func(a *assertion) { a.claims["iss"] = "https://issuer.example" }},
		"for another tenant":     {aadsts.AssertionAudience, "", func(a *assertion) { a.claims["aud"] = base + "/fabrikam.example/oauth2/v2.0/token" }},
		"for common":             {aadsts.AssertionAudience, "", func(a *assertion) { a.claims["aud"] = base + "/common/oauth2/v2.0/token" }},
		"for another authority":  {aadsts.AssertionAudience, "", func(a *assertion) { a.claims["aud"] = "https://localhost:8444/contoso.example/v2.0" }},
		"for a longer host":      {aadsts.AssertionAudience, "", func(a *assertion) { a.claims["aud"] = base + ".evil.example/contoso.example/v2.0" }},
		"for another endpoint":   {aadsts.AssertionAudience, "", func(a *assertion) { a.claims["aud"] = base + "/contoso.example/oauth2/v2.0/authorize" }},
		"for nobody":             {aadsts.AssertionAudience, "", func(a *assertion) { delete(a.claims, "aud") }},
		"expired": {aadsts.AssertionTime, "Current time: 2026-11-21T10:00:00.0000000Z, assertion valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 2026-11-21T09:55:00.0000000Z.", func(a *assertion) {
			delete(a.claims, "nbf")
			a.claims["exp"] = unix - 300
		}},
		"without expiry":    {aadsts.AssertionTime, "expiry time of assertion 1970-01-01", func(a *assertion) { delete(a.claims, "exp") }},
		"not yet valid":     {aadsts.AssertionTime, "", func(a *assertion) { a.claims["nbf"] = unix + 301 }},
		"valid never again": {aadsts.AssertionTime, "", func(a *assertion) { a.claims["exp"] = -1e300 }},
	}
}

func TestForgedAssertions(t *testing.T) {
	for name, f := range forgeries() {
		t.Run(name, func(t *testing.T) {
			a := good()
			f.spoil(&a)
			proof, err := checker().Check(t.Context(), call(t, orders), a.sign(t))
			if !aadsts.Is(err, f.want) || !strings.Contains(aadsts.From(err).Message, f.message) {
				t.Errorf("gave %v (%s), want %s", err, aadsts.From(err).Message, f.want.Code())
			}
			if proof.Passed() {
				t.Error("gave a proof all the same")
			}
		})
	}
}

// Nobody passes without the key: any text in place of a signed assertion is refused, and
// the refusal is in the catalogue.
func FuzzAssertion(f *testing.F) {
	f.Add(string(good().sign(f).Assertion) + "x")
	e := base64.RawURLEncoding.EncodeToString
	for _, payload := range []string{`{"iss":"` + string(orders) + `","sub":"` + string(orders) + `","aud":["a"],"exp":1e400}`, `[]`, `{"exp":-1}`} {
		f.Add(e([]byte(`{"alg":"RS256","kid":"`+string(rsaKeyID)+`"}`)) + "." + e([]byte(payload)) + ".AAAA")
	}
	c := call(f, orders)
	valid := good().sign(f).Assertion
	f.Fuzz(func(t *testing.T, text string) {
		proof, err := checker().Check(t.Context(), c, Presented{Assertion: Secret(text), AssertionType: AssertionType})
		if err == nil && strings.TrimSpace(text) != string(valid) {
			t.Errorf("%q proves %+v", text, proof)
		}
		if err != nil && aadsts.From(err).Number == aadsts.Unexpected.Number {
			t.Errorf("%q gave %v", text, err)
		}
	})
}

func FuzzClaims(f *testing.F) {
	for _, s := range []string{`{"iss":"a","sub":"b","aud":"c","exp":1.5,"nbf":2}`, `{"aud":["x","y"]}`, `null`, `{"exp":null,"aud":null}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		c, err := readClaims(payload)
		if err == nil && !json.Valid(payload) {
			t.Errorf("%q was read as %+v", payload, c)
		}
		if y := c.expires.Year(); err == nil && (y < -8000 || y > 9999) {
			t.Errorf("year %d", y)
		}
	})
}
