package login

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

func leave(changes ...string) string {
	f := url.Values{}
	for i := 0; i < len(changes); i += 2 {
		f.Set(changes[i], changes[i+1])
	}
	return "/" + string(contoso) + "/oauth2/v2.0/logout?" + f.Encode()
}

func TestSignOut(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	k := b.code(b.consented("ana@contoso.example"))
	page := b.get(leave("post_logout_redirect_uri", callbackA, "state", "x&y")).wantPage("You signed out of your account")
	told := url.Values{"sid": {string(k.Session)}, "iss": {w.url + "/" + string(contoso) + "/v2.0"}, "x": {"1"}}
	if want := `<iframe class="tell" src="https://portal.example/signout?` + html.EscapeString(told.Encode()); !strings.Contains(page.text, want) {
		t.Errorf("want %s in %s", want, page.text)
	}
	if policy := page.header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src https://portal.example;") {
		t.Errorf("policy %s", policy)
	}
	if !strings.Contains(page.text, `href="`+callbackA+`?state=x%26y"`) {
		t.Errorf("no way on: %s", page.text)
	}
	b.get(b.ask("common", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	again := b.get(leave("post_logout_redirect_uri", callbackA, "client_id", string(portal), "state", "z"))
	if again.to == nil || again.to.String() != callbackA+"?state=z" {
		t.Errorf("without a session: %v", again.to)
	}
}

// Nobody is sent where no application of theirs lives.
func TestSignOutIsNoOpenRedirect(t *testing.T) {
	w := start(t)
	for _, to := range []string{"https://evil.example/", callbackA + "/", "//evil.example", "javascript:alert(1)", callbackM, "http://localhost:1"} {
		b := w.browser(t)
		b.signIn(b.get(b.ask("common")), "ana@contoso.example")
		page := b.get(leave("post_logout_redirect_uri", to, "client_id", string(portal), "id_token_hint", "x.y.z"))
		page.wantPage("You signed out of your account")
		if strings.Contains(page.text, `id="next"`) {
			t.Errorf("%s: %s", to, page.text)
		}
	}
}

func TestSignOutOfOneAccount(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	b.press(b.signIn(b.other(fabrikam), "zoe@fabrikam.example"), "do", "accept").wantBack(callbackA)
	b.get(leave("logout_hint", "ana@contoso.example")).wantPage("You signed out of your account")
	if k := b.code(b.get(b.ask("common")).wantBack(callbackA)); k.User != zoe {
		t.Errorf("%+v", k)
	}
	b.get(leave("logout_hint", "nobody"))
	b.get(b.ask("common")).wantPage("Sign in")
}

func TestLogoutAddresses(t *testing.T) {
	for address, framed := range map[string]bool{
		"https://a.example/out": true, "http://localhost:1/out": true, "http://a.example/out": false, "javascript:alert(1)": false, "https://a.example;/": false, "": false, "https://u:p@a.example/": false,
	} {
		w := start(t, func(r *directory.Records) { r.Applications[2].LogoutURL = address })
		b := w.browser(t)
		b.consented("ana@contoso.example")
		if got := b.get(leave()); strings.Contains(got.text, "<iframe") != framed {
			t.Errorf("%s: %s", address, got.text)
		}
	}
}
