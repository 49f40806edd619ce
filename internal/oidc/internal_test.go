package oidc

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestMemoryIsBounded(t *testing.T) {
	m := newMemory(3, 0)
	now := time.Unix(1000, 0)
	for n := range 5 {
		m.keep(digest{byte(n)}, Token{ObjectID: fmt.Sprint(n), Expires: now.Add(time.Hour)}, 0)
	}
	for n, want := range []bool{false, false, true, true, true} {
		if _, _, ok := m.find(digest{byte(n)}, now); ok != want {
			t.Errorf("token %d remembered: %v", n, ok)
		}
	}
	if len(m.tokens) != 3 {
		t.Errorf("%d tokens are kept", len(m.tokens))
	}
}

func TestMemoryTakesNothingLearnedBeforeKeysChanged(t *testing.T) {
	m := newMemory(3, 0)
	now := time.Unix(1000, 0)
	_, before, _ := m.find(digest{1}, now)
	m.forget()
	m.keep(digest{1}, Token{Expires: now.Add(time.Hour)}, before)
	if _, _, ok := m.find(digest{1}, now); ok {
		t.Error("a token verified with old keys was kept")
	}
}

// A token is known by its text as long as it is by its digest: until it expires, and as long as
// the keys are those that it was verified with. Long ones are known by their digest alone.
func TestMemoryOfTexts(t *testing.T) {
	m := newMemory(2000, 100)
	now := time.Unix(1000, 0)
	learn := func(bearer string, before lesson) {
		before.bearer, before.digest = bearer, digestOf(bearer)
		m.learn(before, Token{ObjectID: bearer[:1], Expires: now.Add(time.Hour)})
	}
	knows := func(bearer string, at time.Time) bool {
		token, _, ok := m.known(bearer, at)
		if ok && token.ObjectID != bearer[:1] {
			t.Errorf("%.10q is taken for %+v", bearer, token)
		}
		return ok
	}
	long := "l" + strings.Repeat("x", maxLatest)
	learn("ana", lesson{})
	learn(long, lesson{})
	for bearer, want := range map[string]bool{"ana": true, "anb": false, "an": false, "": false, long: true, long + "x": false} {
		if knows(bearer, now) != want {
			t.Errorf("%.10q known: %v", bearer, !want)
		}
	}
	if _, kept := m.latest.Get(0, long); kept {
		t.Error("the text of a long token is kept")
	}
	if knows("ana", now.Add(time.Hour)) {
		t.Error("an expired token is known")
	}
	for n := range 1000 {
		learn(fmt.Sprint("x", n), lesson{})
	}
	if n := m.latest.Len(); n > 100 {
		t.Errorf("%d texts are kept", n)
	}
	_, before, _ := m.known("late", now)
	m.forget()
	learn("late", before)
	if knows("late", now) || knows("x999", now) {
		t.Error("tokens verified with old keys are known")
	}
	learn("eve", lesson{generation: 1})
	if _, kept := m.latest.Get(1, "eve"); !kept || knows("late", now) || knows("x999", now) {
		t.Error("after a token verified with new keys")
	}
}

func TestReadKeys(t *testing.T) {
	long := strings.Repeat("_", 342) + "8" // 257 bytes less a bit, odd
	for name, c := range map[string]struct {
		set  string
		want string // in the error; "" for success
	}{
		"one":                 {`{"keys":[{"kty":"RSA","use":"sig","kid":"a","n":"` + long + `","e":"AQAB"}]}`, ""},
		"among others":        {`{"keys":[{"kty":"EC","kid":"b","crv":"P-256"},{"kty":"RSA","use":"enc","kid":"c"},{"kty":"RSA","kid":"a","n":"` + long + `","e":"AQAB"}]}`, ""},
		"short modulus":       {`{"keys":[{"kty":"RSA","kid":"a","n":"AQAB","e":"AQAB"}]}`, "not an RSA key"},
		"exponent one":        {`{"keys":[{"kty":"RSA","kid":"a","n":"` + long + `","e":"AQ"}]}`, "not an RSA key"},
		"exponent huge":       {`{"keys":[{"kty":"RSA","kid":"a","n":"` + long + `","e":"` + long + `"}]}`, "not an RSA key"},
		"modulus not base64":  {`{"keys":[{"kty":"RSA","kid":"a","n":"!","e":"AQAB"}]}`, "not base64url"},
		"exponent not base64": {`{"keys":[{"kty":"RSA","kid":"a","n":"` + long + `","e":"!"}]}`, "not base64url"},
		"none":                {`{"keys":[]}`, "no RSA signing key"},
		"no JSON":             {`<html>`, "key set"},
	} {
		_, err := readKeys([]byte(c.set))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzReadKeys(f *testing.F) {
	f.Add([]byte(`{"keys":[{"kty":"RSA","use":"sig","kid":"a","n":"AQAB","e":"AQAB"}]}`))
	f.Add([]byte(`{"keys":null}`))
	f.Fuzz(func(t *testing.T, document []byte) {
		keys, err := readKeys(document)
		if (err == nil) == (len(keys) == 0) {
			t.Errorf("%d keys and error %v", len(keys), err)
		}
		for id, k := range keys {
			if id == "" || k.public.N.BitLen() < 2048 || k.public.E < 3 {
				t.Errorf("key %q is not fit for use", id)
			}
		}
	})
}

// FuzzParse takes any text for a token: what passes names RS256 and a key.
func FuzzParse(f *testing.F) {
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA")
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		signed, err := parse(token)
		if err != nil {
			return
		}
		if h := signed.Header; h.Algorithm != "RS256" || h.KeyID == "" {
			t.Errorf("accepted header %+v", h)
		}
		if c, err := readClaims(signed.Payload); err == nil {
			_ = inTime(c, time.Unix(1_800_000_000, 0))
			_ = c.app()
		}
	})
}

func FuzzAudienceKey(f *testing.F) {
	f.Add("https://Org.Example/")
	f.Fuzz(func(t *testing.T, aud string) {
		if key := audienceKey(aud); !strings.HasSuffix(key, "/") && audienceKey(key) != key {
			t.Errorf("audienceKey(%q) = %q is not stable", aud, key)
		}
	})
}
