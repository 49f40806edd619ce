package login

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// everyForm brings a browser to each page with a form.
func everyForm(t *testing.T, w *world) map[string]func(*browser) seen {
	t.Helper()
	return map[string]func(*browser) seen{
		"sign-in":  func(b *browser) seen { return b.get(b.ask("common")) },
		"password": func(b *browser) seen { return b.signIn(b.get(b.ask("common")), "carl@contoso.example") },
		"consent":  func(b *browser) seen { return b.signIn(b.get(b.ask("common")), "ana@contoso.example") },
		"admin": func(b *browser) seen {
			return b.signIn(b.get(b.ask("common", "scope", "User.Read.All")), "ana@contoso.example")
		},
		"pick": func(b *browser) seen {
			b.signIn(b.get(b.ask("common")), "ana@contoso.example")
			return b.get(b.ask("common", "prompt", "select_account"))
		},
		"device code": func(b *browser) seen { return b.get("/devicelogin") },
		"device": func(b *browser) seen {
			page := b.press(b.get("/devicelogin"), "code", w.device(t), "do", "next")
			return b.signIn(page, "ana@contoso.example")
		},
	}
}

// A form that another site makes a browser send does nothing, whatever it got hold of.
func TestFormsOfOtherSites(t *testing.T) {
	for name, reach := range everyForm(t, start(t)) {
		t.Run(name, func(t *testing.T) {
			w := start(t)
			reach = everyForm(t, w)[name]
			b := w.browser(t)
			page := reach(b)
			form := url.Values{"flow": {page.flow()}, "do": {"accept"}, "username": {"ana@contoso.example"}, "password": {secret}, "new": {"another secret"}, "again": {"another secret"}}
			before := w.grants(contoso)
			b.post("/login", form, "Origin", "https://evil.example").wantError(aadsts.PageExpired)
			b.post("/login", form, "Origin", "null").wantError(aadsts.PageExpired)
			b.post("/login", form, "Sec-Fetch-Site", "cross-site").wantError(aadsts.PageExpired)
			b.post("/login", form, "Sec-Fetch-Site", "same-site").wantError(aadsts.PageExpired)
			stranger := w.browser(t)
			stranger.post("/login", form).wantError(aadsts.PageExpired)
			stranger.get(stranger.ask("common"))
			stranger.post("/login", form).wantError(aadsts.PageExpired)
			forged := url.Values{"flow": {"AAAA" + page.flow()[4:]}, "do": {"accept"}}
			b.post("/login", forged).wantError(aadsts.PageExpired)
			b.post("/login", url.Values{"do": {"accept"}}).wantError(aadsts.PageExpired)
			if w.grants(contoso) != before {
				t.Error("consent was given")
			}
			w.pass(2 * time.Hour)
			b.post("/login", form).wantError(aadsts.PageExpired)
			b.get("/login").wantError(aadsts.PageExpired)
		})
	}
}

// No page may be framed, run foreign scripts, be kept, or tell others where it was.
func TestHeadersOfEveryPage(t *testing.T) {
	w := start(t)
	pages := everyForm(t, w)
	pages["error"] = func(b *browser) seen { return b.get(b.ask("x")) }
	pages["signed out"] = func(b *browser) seen { return b.get("/common/oauth2/v2.0/logout") }
	pages["form_post"] = func(b *browser) seen { return b.get(b.ask("common", "response_mode", "form_post", "prompt", "none")) }
	for name, reach := range pages {
		t.Run(name, func(t *testing.T) {
			got := reach(w.browser(t))
			policy := got.header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'", "form-action 'self'"} {
				if !strings.Contains(policy, want) {
					t.Errorf("the policy lacks %s: %s", want, policy)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
				t.Errorf("policy %s", policy)
			}
			for header, want := range map[string]string{"X-Frame-Options": "DENY", "Cache-Control": "no-store, no-cache", "X-Content-Type-Options": "nosniff",
				"Referrer-Policy": "same-origin", "Content-Type": "text/html; charset=utf-8"} {
				if got.header.Get(header) != want {
					t.Errorf("%s: %q", header, got.header.Get(header))
				}
			}
			for _, never := range []string{" style=", "<style", "javascript:", "<script>", " onload=", " onclick=", "http://"} {
				if strings.Contains(got.text, never) {
					t.Errorf("the page has %s", never)
				}
			}
			for _, c := range got.header.Values("Set-Cookie") {
				if !strings.HasPrefix(c, "__Host-stead-") || !strings.Contains(c, "; Path=/") || !strings.Contains(c, "; HttpOnly; Secure; SameSite=") || strings.Contains(c, "Domain") {
					t.Errorf("cookie %s", c)
				}
			}
		})
	}
}

// Whatever is reflected is text, never markup, a header or an address.
func TestReflectedValues(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>'` + "\r\nSet-Cookie: x=1"
	w := start(t, func(r *directory.Records) {
		r.Applications[2].DisplayName, r.Tenants[0].DisplayName = "<script>app</script>", "<script>tenant</script>"
		r.Users[0].DisplayName = "<script>ana</script>"
		for i := range r.Applications[0].Scopes {
			r.Applications[0].Scopes[i].AdminTitle = "<script>scope</script>"
		}
	})
	b := w.browser(t)
	pages := []seen{
		b.get(b.ask("common", "login_hint", evil, "state", evil)), b.get(b.ask("common", "client_id", evil)), b.get(b.ask(url.PathEscape("x" + evil))),
		b.get(b.ask("common", "redirect_uri", evil)), b.get(b.ask("common", "redirect_uri", "javascript:alert(1)")), b.get("/devicelogin?otc=" + url.QueryEscape(evil)),
	}
	consent := b.signIn(b.get(b.ask(contoso, "scope", dataverse+"/.default", "state", evil)), "ana@contoso.example")
	form := b.press(consent, "do", "accept")
	if form.to == nil || form.params.Get("state") != evil || form.header.Get("Set-Cookie") == "x=1" {
		t.Errorf("%v", form.to)
	}
	pages = append(pages, consent, b.get(b.ask("common", "prompt", "select_account")), b.get(b.ask("common", "response_mode", "form_post", "state", evil)))
	pages = append(pages, b.signIn(b.get(b.ask("common", "prompt", "login")), evil+"@contoso.example"))
	for _, p := range pages {
		for _, markup := range []string{"<script>", "<img src=x", `"javascript:`} {
			if strings.Contains(p.text, markup) {
				t.Errorf("%s came through: %s", markup, p.text)
			}
		}
		if len(p.text) == 0 || p.header.Get("X-Injected") != "" {
			t.Errorf("%d %v", p.status, p.header)
		}
	}
	back := b.get(b.ask("common", "prompt", "none", "scope", "openid "+evil, "state", evil))
	if back.to == nil || back.to.Host != "portal.example" || back.params.Get("state") != evil {
		t.Errorf("%d %v", back.status, back.to)
	}
}

// A session that somebody plants before the sign-in is not the one after it.
func TestSessionsAreNotFixed(t *testing.T) {
	w := start(t)
	attacker, victim := w.browser(t), w.browser(t)
	attacker.consented("ana@contoso.example")
	base, _ := url.Parse(w.url)
	for _, c := range attacker.Jar.Cookies(base) {
		victim.Jar.SetCookies(base, []*http.Cookie{{Name: c.Name, Value: c.Value, Path: "/", Secure: true}})
	}
	page := victim.get(victim.ask("common", "prompt", "login")).wantPage("Sign in")
	victim.signIn(page, "ana@contoso.example")
	attacker.get(attacker.ask("common", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	victim.get(victim.ask("common", "prompt", "none")).wantBack(callbackA + "?code=")
}

// The host of a request decides nothing.
func TestHostHeader(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+b.ask("common"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "evil.example"
	r.Header.Set("X-Forwarded-Host", "evil.example")
	if got := b.send(r).wantPage("Sign in"); strings.Contains(got.text, "evil") {
		t.Error(got.text)
	}
	r.URL.RawQuery += "&prompt=none"
	if got := b.send(r); got.to == nil || strings.Contains(got.to.String(), "evil") {
		t.Errorf("%v", got.to)
	}
}

// A code is bound to who asked: with another tenant, client or address nobody gets the
// same (grant's tests redeem them). Here: what it is bound to is what was validated.
func TestCodesAreBound(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	challenge := strings.Repeat("x", 43)
	b.consented("ana@contoso.example")
	k := b.code(b.get(b.ask("common", "code_challenge", challenge, "code_challenge_method", "S256")).wantBack(callbackA))
	if k.Challenge != challenge || k.Method != "S256" || k.RedirectURI != callbackA || k.Tenant != contoso {
		t.Errorf("%+v", k)
	}
	b.press(b.signIn(b.other(fabrikam), "zoe@fabrikam.example"), "do", "accept")
	if k := b.code(b.get(b.ask(fabrikam)).wantBack(callbackA)); k.Tenant != fabrikam || k.User != zoe {
		t.Errorf("tenants are mixed up: %+v", k)
	}
	if k := b.code(b.get(b.ask(contoso)).wantBack(callbackA)); k.Tenant != contoso || k.User != ana {
		t.Errorf("tenants are mixed up: %+v", k)
	}
}

// BenchmarkSignInPage is the page a person waits for, over TLS.
func BenchmarkSignInPage(b *testing.B) {
	w := start(b)
	address := w.url + (&browser{}).ask("common")
	for b.Loop() {
		answer, err := w.server.Client().Get(address)
		if err != nil || answer.StatusCode != 200 {
			b.Fatal(err, answer)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil {
			b.Fatal(err)
		}
		_ = answer.Body.Close()
	}
}

// A POSTed request works like one by GET; other methods do not.
func TestMethods(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	_, query, _ := strings.Cut(b.ask("common"), "?")
	fields, _ := url.ParseQuery(query)
	b.post("/common/oauth2/v2.0/authorize", fields).wantPage("Sign in")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.url+b.ask("common"), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.send(r).wantError(aadsts.Malformed)
	if got := b.get("/login/login.css"); got.status != 200 || got.header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("%d %v", got.status, got.header)
	}
	if got := b.get("/login/..%2fpages.html"); got.status != 404 {
		t.Errorf("%d %s", got.status, got.text)
	}
}
