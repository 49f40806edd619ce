package grant

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
)

func post(body string, basic ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/t/oauth2/v2.0/token?scope=of-the-query", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	if len(basic) > 0 {
		r.Header.Set("Authorization", "bAsIc "+base64.StdEncoding.EncodeToString([]byte(basic[0])))
	}
	return r
}

func TestRead(t *testing.T) {
	body := "grant_type=client_credentials&client_id=a&client_secret=s%2B+%C3%A9&client_assertion=j&client_assertion_type=t&scope=x+y&resource=r&client-request-id=c&unknown=%zz&unknown=2"
	got, err := read(post(body), 2, "t")
	if err != nil {
		t.Fatal(err)
	}
	want := Request{Version: 2, Tenant: "t", GrantType: "client_credentials", ClientID: "a", Scope: "x y", Resource: "r", Correlation: "c",
		Credential: clientauth.Presented{Secret: "s+ é", Assertion: "j", AssertionType: "t"}}
	if got != want {
		t.Errorf("read %+v", got)
	}
}

// Both halves of Basic are form-urlencoded; what cannot be decoded was sent as it is
// (Entra facts 0.8).
func TestBasic(t *testing.T) {
	for header, want := range map[string][2]string{
		"app%2Did:s%7Ex%2B": {"app-id", "s~x+"}, "a:b:c": {"a", "b:c"}, "a:50%": {"a", "50%"}, "a:": {"a", ""}, "a:x+y": {"a", "x y"}, "a:%ff": {"a", "%ff"},
	} {
		got, err := read(post("client_id=&grant_type=g", header), 2, "t")
		if err != nil || got.ClientID != want[0] || got.Credential.Secret != clientauth.Secret(want[1]) {
			t.Errorf("%s: client %q, %v", header, got.ClientID, err)
		}
	}
	if got, err := read(post("client_id=APP", "app:s"), 2, "t"); err != nil || got.ClientID != "app" {
		t.Errorf("the same client twice: %+v, %v", got, err)
	}
	for _, header := range []string{"", "none", "\xff:x"} {
		if _, err := read(post("", header), 2, "t"); !aadsts.Is(err, aadsts.Malformed) {
			t.Errorf("%q: %v", header, err)
		}
	}
}

func TestDefaultScope(t *testing.T) {
	for scope, want := range map[string]string{
		"https://x/.default": "https://x", "https://x//.default": "https://x/", "openid https://x/.default profile": "https://x",
		"https://x/.default https://x/.default": "https://x", "a/.default/.default": "a/.default", "api://é/.default": "api://é",
	} {
		if got, err := defaultScope(scope); err != nil || got != want {
			t.Errorf("%q: %q, %v", scope, got, err)
		}
	}
	for scope, want := range map[string]aadsts.Entry{
		"x": aadsts.ScopeNotDefault, ".default": aadsts.ScopeNotDefault, "https://x/.Default": aadsts.ScopeNotDefault, "openid": aadsts.ScopeNotDefault,
		"a/.default b": aadsts.ScopeNotDefault, "a/.default b/.default": aadsts.ScopeManyResources, "a/.default a//.default": aadsts.ScopeManyResources,
	} {
		if got, err := defaultScope(scope); !aadsts.Is(err, want) {
			t.Errorf("%q: %q, %v", scope, got, err)
		}
	}
}

// What is accepted is what the standard library reads, once each.
func FuzzForm(f *testing.F) {
	for _, s := range []string{"grant_type=a&client_id=b", "scope=a+b%20c", "scope=1&scope=2", "%67rant_type=x", "=&&=;", "scope", "client_secret=%zz", "resource=%ff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := parseForm(body)
		if err != nil {
			if !aadsts.Is(err, aadsts.Malformed) {
				t.Errorf("%q: %v", body, err)
			}
			return
		}
		// The library refuses a semicolon anywhere, and broken values that nobody asked for.
		theirs, err := url.ParseQuery(strings.ReplaceAll(body, ";", "%3B"))
		for name, value := range got {
			if err == nil && (len(theirs[name]) != 1 || theirs[name][0] != value) {
				t.Errorf("%q: %s is %q, the library reads %q", body, name, value, theirs[name])
			}
			if !known(name) || !utf8.ValidString(value) {
				t.Errorf("%q: %s is %q", body, name, value)
			}
		}
	})
}

func FuzzScope(f *testing.F) {
	f.Add("https://x/.default openid")
	f.Add("a//.default")
	f.Fuzz(func(t *testing.T, scope string) {
		resource, err := defaultScope(scope)
		if err != nil {
			return
		}
		if again, err := defaultScope(resource + suffix); err != nil || again != resource {
			t.Errorf("%q names %q, which names %q, %v", scope, resource, again, err)
		}
	})
}
