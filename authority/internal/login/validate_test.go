package login

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Until application and redirect URI are known to be right, nothing is told to anybody but
// the person.
func TestShownHere(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		off := app("5a1f0000-0000-4000-8000-0000000000a9", contoso, "Off", directory.MultiTenant, directory.RedirectURI{URI: callbackA})
		off.Disabled = true
		r.Applications = append(r.Applications, off, app("5a1f0000-0000-4000-8000-0000000000a8", contoso, "Nowhere", directory.MultiTenant))
	})
	b := w.browser(t)
	for name, try := range map[string]struct {
		at   string
		want aadsts.Entry
	}{
		"no client":          {b.ask(contoso, "client_id", ""), aadsts.MissingParameter},
		"not a client id":    {b.ask(contoso, "client_id", "portal"), aadsts.InvalidAppID},
		"unknown client":     {b.ask(contoso, "client_id", string(ana)), aadsts.AppNotFound},
		"client of another":  {b.ask(contoso, "client_id", string(mono), "redirect_uri", callbackM), aadsts.AppNotFound},
		"single over common": {b.ask("common", "client_id", string(mono), "redirect_uri", callbackM), aadsts.NotMultiTenant},
		"disabled":           {b.ask(contoso, "client_id", "5a1f0000-0000-4000-8000-0000000000a9"), aadsts.AppDisabled},
		"no address":         {b.ask(contoso, "client_id", "5a1f0000-0000-4000-8000-0000000000a8"), aadsts.RedirectMissing},
		"unknown tenant":     {b.ask("nowhere.example"), aadsts.TenantNotFound},
		"no tenant":          {b.ask("x"), aadsts.TenantMalformed},
		"consumers":          {b.ask("consumers"), aadsts.TenantMissing},
		"other address":      {b.ask(contoso, "redirect_uri", "https://evil.example/"), aadsts.RedirectMismatch},
		"twice":              {b.ask(contoso) + "&redirect_uri=https%3A%2F%2Fevil.example", aadsts.Malformed},
		"not UTF-8":          {b.ask(contoso) + "&nonce=%ff", aadsts.Malformed},
		"max_age":            {b.ask(contoso, "max_age", "-1"), aadsts.Malformed},
	} {
		t.Run(name, func(t *testing.T) { b.t = t; b.get(try.at).wantError(try.want) })
	}
}

func TestToldToTheApplication(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	short, long := strings.Repeat("c", 42), strings.Repeat("c", 129)
	at := func(id directory.ID, uri string, more ...string) string {
		return b.ask(contoso, append([]string{"client_id", string(id), "redirect_uri", uri}, more...)...)
	}
	for name, try := range map[string]struct {
		at   string
		word aadsts.Word
		want aadsts.Entry
	}{
		"no response type":      {b.ask(contoso, "response_type", ""), aadsts.InvalidRequest, aadsts.MissingParameter},
		"odd response type":     {b.ask(contoso, "response_type", "code magic"), aadsts.UnsupportedResponseType, aadsts.ResponseTypeUnknown},
		"token":                 {b.ask(contoso, "response_type", "token"), aadsts.UnsupportedResponseType, aadsts.TokenNotEnabled},
		"id_token not enabled":  {at(native, "msalapp://auth", "response_type", "id_token", "nonce", "n"), aadsts.UnsupportedResponseType, aadsts.IDTokenNotEnabled},
		"no nonce":              {b.ask(contoso, "response_type", "id_token"), aadsts.InvalidRequest, aadsts.MissingParameter},
		"id_token in the query": {b.ask(contoso, "response_type", "id_token", "nonce", "n", "response_mode", "query"), aadsts.InvalidRequest, aadsts.ResponseModeInvalid},
		"odd mode":              {b.ask(contoso, "response_mode", "smoke"), aadsts.InvalidRequest, aadsts.ResponseModeInvalid},
		"odd prompt":            {b.ask(contoso, "prompt", "please"), aadsts.InvalidRequest, aadsts.PromptInvalid},
		"none and more":         {b.ask(contoso, "prompt", "none login"), aadsts.InvalidRequest, aadsts.PromptInvalid},
		"method alone":          {b.ask(contoso, "code_challenge_method", "S256"), aadsts.InvalidRequest, aadsts.ChallengeMissing},
		"odd method":            {b.ask(contoso, "code_challenge", long[:43], "code_challenge_method", "s256"), aadsts.InvalidRequest, aadsts.ChallengeMethod},
		"short challenge":       {b.ask(contoso, "code_challenge", short), aadsts.InvalidRequest, aadsts.ChallengeSize},
		"long challenge":        {b.ask(contoso, "code_challenge", long), aadsts.InvalidRequest, aadsts.ChallengeSize},
		"odd challenge":         {b.ask(contoso, "code_challenge", short+"+"), aadsts.InvalidRequest, aadsts.ChallengeSize},
		"page without proof":    {at(spa, "https://spa.example/"), aadsts.InvalidRequest, aadsts.CrossOriginWithoutPKCE},
		"no scope":              {b.ask(contoso, "scope", " "), aadsts.InvalidRequest, aadsts.MissingParameter},
		"resource on v2.0":      {b.ask(contoso, "resource", dataverse), aadsts.InvalidRequest, aadsts.ResourceParameter},
		"id_token, no openid":   {b.ask(contoso, "response_type", "id_token", "nonce", "n", "scope", "User.Read"), aadsts.InvalidScope, aadsts.ScopeInvalid},
		"odd scope":             {b.ask(contoso, "scope", "openid \"x"), aadsts.InvalidScope, aadsts.ScopeInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			got := b.get(try.at)
			if got.to != nil && strings.HasPrefix(got.to.String(), "msalapp://auth") {
				got.wantBack("msalapp://auth")
			} else {
				got.wantTold(try.word, try.want)
				return
			}
			if got.params.Get("error") != string(try.word) {
				t.Errorf("%v", got.to)
			}
		})
	}
}

// Redirect URIs are compared as they are written.
func TestRedirectURIs(t *testing.T) {
	w := start(t)
	application := func(id directory.ID) *directory.Application { a, _ := w.Directory.Current().Application(id); return a }
	for uri, ok := range map[string]bool{
		callbackA: true, callbackA + "/": false, callbackA + "?x=1": false, callbackA + "#x": false, callbackA + "x": false,
		"https://portal.example/Signin": false, "https://PORTAL.example/signin": false, "https://portal.example/%73ignin": false,
		"https://portal.example:443/signin": false, "http://portal.example/signin": false, "https://portal.example/a/../signin": false,
		"https://portal.example@evil.example/signin": false, "https://evil.example/https://portal.example/signin": false,
		"https://portal.example.evil.example/signin": false, "//portal.example/signin": false, "https:\\\\portal.example/signin": false,
		"https://portal.example/signin\r\nX: y": false, " " + callbackA: false, "javascript:alert(1)": false,
	} {
		if _, err := redirect(application(portal), uri); (err == nil) != ok {
			t.Errorf("%q: %v", uri, err)
		}
	}
	for uri, ok := range map[string]bool{
		"http://localhost": true, "http://localhost:5000": true, "http://localhost:65535": true, "http://localhost/": false, "http://localhost:": false,
		"http://localhost:123456": false, "http://localhost:80@evil.example": false, "http://localhost.evil.example": false, "http://localhost@evil.example": false,
		"https://localhost:5000": false, "http://LOCALHOST:5000": false, "http://127.0.0.1:99/cb": true, "http://127.0.0.1/cb": true, "http://127.0.0.1/other": false,
		"http://127.0.0.2/cb": false, "http://localhost:5000#x": false, "http://[::1]": false, "msalapp://auth": true, "msalapp://auth/": false,
	} {
		if _, err := redirect(application(native), uri); (err == nil) != ok {
			t.Errorf("%q: %v", uri, err)
		}
	}
	bad := &directory.Application{RedirectURIs: []directory.RedirectURI{{URI: "javascript:alert(1)"}, {URI: "data:text/html,x"}, {URI: "http://other.example/"}, {URI: "https://u:p@other.example/"}}}
	for _, one := range bad.RedirectURIs {
		if _, err := redirect(bad, one.URI); !aadsts.Is(err, aadsts.RedirectMismatch) {
			t.Errorf("%s was registered by mistake, and used: %v", one.URI, err)
		}
	}
	if to, err := redirect(application(portal), ""); err != nil || to.URI != callbackA {
		t.Errorf("without an address: %v, %v", to, err)
	}
}

// Whatever is asked for, an address that is accepted has a registered address's origin, or
// is a port of this machine.
func FuzzRedirect(f *testing.F) {
	registered := &directory.Application{RedirectURIs: []directory.RedirectURI{
		{Platform: "web", URI: "https://portal.example/signin"}, {Platform: "publicClient", URI: "http://localhost/cb"}, {Platform: "publicClient", URI: "http://127.0.0.1"}}}
	for _, seed := range []string{callbackA, "http://localhost:1/cb", "http://localhost:1@evil/cb", "http://127.0.0.1:80?x", "http://localhost:/cb", "\\", "%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		to, err := redirect(registered, uri)
		if err != nil || uri == "" {
			return
		}
		u, err := url.Parse(to.URI)
		if err != nil || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q was accepted", uri)
		}
		host, scheme := u.Hostname(), u.Scheme
		if !(uri == callbackA || scheme == "http" && (host == "localhost" && u.Path == "/cb" || host == "127.0.0.1" && u.Path == "")) {
			t.Errorf("%q was accepted", uri)
		}
	})
}

// What is kept of a request reads back as the same request.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"client_id=a&scope=openid+x", "state=%22%3E&prompt=login%20consent", "max_age=0&client_info=1", "a=b", "state=1&state=2", "%zz"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		fields, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		first, err := parse(request{kind: authorize, version: 2}, fields)
		if err != nil {
			return
		}
		again, err := url.ParseQuery(first.query)
		if err != nil {
			t.Fatal(err)
		}
		second, err := parse(request{kind: authorize, version: 2}, again)
		if err != nil || second.query != first.query || second.state != first.state || len(second.scopes) != len(first.scopes) || second.maxAge != first.maxAge {
			t.Errorf("%q gave %+v, then %+v, %v", query, first, second, err)
		}
	})
}
