package login

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// consented brings a browser through sign-in and consent once.
func (b *browser) consented(name string) seen {
	b.t.Helper()
	page := b.signIn(b.get(b.ask("common")).wantPage("Sign in"), name).wantPage("Permissions requested")
	return b.press(page, "do", "accept").wantBack(callbackA)
}

func TestSignInConsentAndCode(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	back := b.consented("ana@contoso.example")
	if _, isGUID := directory.ParseID(back.params.Get("session_state")); !isGUID || back.params.Has("client_info") {
		t.Errorf("session_state: %v", back.params)
	}
	k := b.code(back)
	if k.Tenant != contoso || k.App != portal || k.User != ana || k.RedirectURI != callbackA || k.Platform != "web" || k.V1 ||
		!slices.Equal(k.Scopes, []string{"openid", "profile"}) || !k.AuthTime.Equal(w.Now()) || !slices.Equal(k.Methods, []string{"pwd"}) {
		t.Errorf("the code stands for %+v", k)
	}
	again := b.get(b.ask("common", "client_info", "1", "code_challenge", strings.Repeat("c", 43), "nonce", "n")).wantBack(callbackA)
	info, _ := base64.RawURLEncoding.DecodeString(again.params.Get("client_info"))
	if string(info) != `{"uid":"`+string(ana)+`","utid":"`+string(contoso)+`"}` {
		t.Errorf("client_info %s", info)
	}
	if k2 := b.code(again); k2.Session != k.Session || k2.Method != "plain" || k2.Nonce != "n" {
		t.Errorf("single sign-on gave %+v", k2)
	}
	if again.params.Get("session_state") != back.params.Get("session_state") {
		t.Error("session_state changed within a session")
	}
}

func TestOneSignInForAllApplications(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	page := b.get(b.ask(contoso, "client_id", string(native), "redirect_uri", "http://localhost:5000")).wantPage("Permissions requested")
	back := b.press(page, "do", "accept").wantBack("http://localhost:5000?code=")
	if k := b.code(back); k.User != ana || k.App != native || k.Platform != "publicClient" {
		t.Errorf("%+v", k)
	}
}

func TestResponseModes(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	if got := b.get(b.ask("common", "response_mode", "fragment")).wantBack(callbackA + "#code="); got.to.RawQuery != "" {
		t.Errorf("fragment: %v", got.to)
	}
	hybrid := b.get(b.ask("common", "response_type", "id_token code", "nonce", "n")).wantBack(callbackA + "#code=")
	if hybrid.params.Get("id_token") != "an.id.token" || w.issued[0].Issued != hybrid.params.Get("code") || w.issued[0].Code.Nonce != "n" {
		t.Errorf("hybrid: %v, asked %+v", hybrid.to, w.issued)
	}
	form := b.get(b.ask("common", "response_mode", "form_post", "state", `"><script>alert(1)</script>`))
	for _, want := range []string{`action="` + callbackA + `"`, `name="code" value="1.C`, `name="session_state"`, "<noscript>", `value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"`} {
		if !strings.Contains(form.text, want) {
			t.Errorf("form_post lacks %s: %s", want, form.text)
		}
	}
	if policy := form.header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://portal.example https:;") || !strings.Contains(policy, "script-src 'self';") {
		t.Errorf("policy %s", policy)
	}
	query := b.get(b.ask(fabrikam, "client_id", string(mono), "redirect_uri", callbackM, "prompt", "none"))
	query.wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	if query.params.Get("x") != "1" {
		t.Errorf("the redirect URI's own query is lost: %v", query.to)
	}
}

// Whichever way the tenant is named, an application that it disabled signs nobody in.
func TestApplicationDisabledInOneTenant(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		r.ServicePrincipals = append(r.ServicePrincipals, directory.ServicePrincipal{ID: directory.DerivedID("sp", portal), AppID: portal, TenantID: contoso, Disabled: true})
	})
	b := w.browser(t)
	b.get(b.ask(contoso)).wantError(aadsts.AppDisabled)
	b.signIn(b.get(b.ask("common")).wantPage("Sign in"), "ana@contoso.example").wantError(aadsts.AppDisabled)
	other := w.browser(t)
	other.signIn(other.get(other.ask("common")), "zoe@fabrikam.example").wantPage("Permissions requested")
}

// Tokens through the browser are for applications that are registered to get them so.
func TestAccessTokenInTheFragment(t *testing.T) {
	w := start(t, func(r *directory.Records) { r.Applications[2].AccessTokenIssuance = true })
	b := w.browser(t)
	b.consented("ana@contoso.example")
	got := b.get(b.ask("common", "response_type", "id_token token", "nonce", "n")).wantBack(callbackA + "#access_token=an.access.token&token_type=Bearer&expires_in=3599&scope=openid&id_token=an.id.token&state=")
	if f := w.issued[0]; !f.AccessToken || !f.IDToken || f.Issued != "" || got.params.Has("code") {
		t.Errorf("%v, asked %+v", got.to, f)
	}
	v1 := strings.Replace(b.ask("common", "response_type", "token"), "/v2.0", "", 1)
	b.get(v1).wantBack(callbackA + "#access_token=")
	b.get(b.ask("common", "response_type", "token")).wantTold(aadsts.UnsupportedResponseType, aadsts.TokenNotEnabled)
}

// domain_hint narrows the accounts down.
func TestDomainHint(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	b.press(b.signIn(b.other(fabrikam), "zoe@fabrikam.example"), "do", "accept").wantBack(callbackA)
	if k := b.code(b.get(b.ask("common", "domain_hint", "fabrikam.example")).wantBack(callbackA)); k.User != zoe {
		t.Errorf("%+v", k)
	}
	b.get(b.ask("common", "domain_hint", "nowhere.example")).wantPage("Pick an account")
}

// A page that was open for long does not count as a fresh sign-in.
func TestSignInsGoStale(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.signIn(b.get(b.ask("common", "prompt", "login")), "ana@contoso.example").wantPage("Permissions requested")
	w.pass(20 * time.Minute)
	b.press(page, "do", "accept").wantPage("Sign in")
}

func TestPrompts(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.get(b.ask("common", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	first := b.code(b.consented("ana@contoso.example"))
	b.get(b.ask("common", "prompt", "none")).wantBack(callbackA + "?code=")
	w.pass(time.Hour)
	page := b.get(b.ask("common", "prompt", "login")).wantPage("Sign in")
	second := b.code(b.signIn(page, "ana@contoso.example").wantBack(callbackA))
	if second.Session == first.Session || !second.AuthTime.Equal(w.Now()) {
		t.Errorf("prompt=login gave %+v after %+v", second, first)
	}
	b.press(b.get(b.ask("common", "prompt", "consent")).wantPage("Permissions requested"), "do", "accept").wantBack(callbackA)
	pick := b.get(b.ask("common", "prompt", "select_account")).wantPage("Pick an account")
	b.press(pick, "account", string(second.Session)).wantBack(callbackA)
	b.press(pick, "account", "other").wantPage("Sign in")
	b.press(pick, "account", string(first.Session)).wantPage("Sign in")
	b.get(b.ask("common", "prompt", "none", "scope", "openid email")).wantTold(aadsts.ConsentRequired, aadsts.ConsentMissing)
}

func TestMaxAge(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	w.pass(10 * time.Minute)
	if k := b.code(b.get(b.ask("common", "max_age", "3600")).wantBack(callbackA)); !k.MaxAge {
		t.Error("the code does not know of max_age")
	}
	b.get(b.ask("common", "max_age", "60", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
	for _, age := range []string{"60", "0"} {
		page := b.get(b.ask("common", "max_age", age)).wantPage("Sign in")
		if !strings.Contains(page.text, `value="ana@contoso.example"`) {
			t.Errorf("the name is not filled in: %s", page.text)
		}
		w.pass(5 * time.Minute)
		b.signIn(page, "ana@contoso.example").wantBack(callbackA)
		w.pass(5 * time.Minute)
	}
}

func TestSeveralAccounts(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.consented("ana@contoso.example")
	b.press(b.signIn(b.get(b.ask("common", "login_hint", "zoe@fabrikam.example")).wantPage("Sign in"), "zoe@fabrikam.example"), "do", "accept").wantBack(callbackA)
	page := b.get(b.ask("common")).wantPage("Pick an account")
	if !strings.Contains(page.text, "ana@contoso.example") || !strings.Contains(page.text, "zoe@fabrikam.example") {
		t.Error(page.text)
	}
	b.get(b.ask("common", "prompt", "none")).wantTold(aadsts.InteractionRequired, aadsts.SeveralSessions)
	for hint, want := range map[string]directory.ID{"ANA@contoso.example": ana, "zoe@fabrikam.example": zoe} {
		if k := b.code(b.get(b.ask("common", "login_hint", hint)).wantBack(callbackA)); k.User != want || k.Tenant == "" {
			t.Errorf("%s: %+v", hint, k)
		}
	}
	if k := b.code(b.get(b.ask("fabrikam.example")).wantBack(callbackA)); k.User != zoe || k.Tenant != fabrikam {
		t.Errorf("the tenant's account: %+v", k)
	}
}

func TestPeopleOfOtherTenants(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	b.signIn(b.get(b.ask(fabrikam)).wantPage("Sign in"), "ana@contoso.example").wantError(aadsts.UserElsewhere)
	if strings.Contains(w.grants(fabrikam), string(ana)) {
		t.Error("a stranger consented")
	}
	b.get(b.ask(fabrikam, "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
}

func TestCancel(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	page := b.get(b.ask("common")).wantPage("Sign in")
	back := b.press(page, "do", "cancel").wantBack(callbackA)
	if back.params.Get("error") != "access_denied" || back.params.Get("error_subcode") != "cancel" {
		t.Errorf("%v", back.to)
	}
	consent := b.signIn(page, "ana@contoso.example").wantPage("Permissions requested")
	b.press(consent, "do", "cancel").wantTold(aadsts.AccessDenied, aadsts.ConsentDeclined)
	if w.grants(contoso) != "null" {
		t.Errorf("declined, and yet: %s", w.grants(contoso))
	}
}

func TestSessionsEnd(t *testing.T) {
	w := start(t)
	for _, end := range []func(*directory.User){
		func(u *directory.User) { u.Disabled = true },
		func(u *directory.User) { u.SessionsValidFrom = w.Now().Add(time.Second) },
		func(u *directory.User) { u.MustChangePassword = true },
	} {
		b := w.browser(t)
		b.signIn(b.get(b.ask("common")), "ana@contoso.example")
		user, _ := w.Directory.Current().UserByID(ana)
		was, changed := *user, *user
		end(&changed)
		w.put(t, changed)
		b.get(b.ask("common", "prompt", "none")).wantTold(aadsts.LoginRequired, aadsts.NobodySignedIn)
		w.put(t, was)
	}
	b := w.browser(t)
	b.consented("ana@contoso.example")
	w.pass(25 * time.Hour)
	b.get(b.ask("common")).wantPage("Sign in")
}

func (w *world) put(t *testing.T, u directory.User) {
	t.Helper()
	if err := w.Directory.Change(t.Context(), directory.Change{Put: directory.Records{Users: []directory.User{u}}}); err != nil {
		t.Fatal(err)
	}
}

func TestAssignment(t *testing.T) {
	w := start(t)
	b := w.browser(t)
	asked := func(more ...string) string {
		return b.ask(contoso, append([]string{"client_id", string(gated), "redirect_uri", "https://gated.example/"}, more...)...)
	}
	b.signIn(b.get(asked()), "ana@contoso.example").wantError(aadsts.UserNotAssigned)
	b.get(asked("prompt", "none")).wantTold(aadsts.InteractionRequired, aadsts.UserNotAssigned)
	group := directory.Group{ID: "5a1f0000-0000-4000-8000-0000000000c1", TenantID: contoso, SecurityEnabled: true}
	err := w.Directory.Change(t.Context(), directory.Change{Put: directory.Records{
		Groups: []directory.Group{group}, Members: []directory.Member{directory.NewMember(group.ID, ana)},
		RoleAssignments: []directory.RoleAssignment{{ID: "5a1f0000-0000-4000-8000-0000000000c2", PrincipalID: group.ID, ResourceID: directory.DerivedID("sp", gated), RoleID: directory.NoID}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.get(asked()).wantPage("Permissions requested")
}
