package authority_test

import (
	"encoding/base64"
	"html"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	relying "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/crypto/argon2"
	"golang.org/x/oauth2"

	"github.com/stead-s2s/stead/authority"
)

const (
	// cheap begins hashes with parameters that cost little.
	cheap    = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$"
	portal   = "5a1f0000-0000-4000-8000-0000000000c1" // web application of Fabrikam for any tenant
	comeBack = "https://portal.example/signin"
)

// withPortal adds a web application that signs people in.
func withPortal(c *authority.Config) {
	c.Seed.Applications = append(c.Seed.Applications, authority.SeedApplication{
		ID: "5a1f0000-0000-4000-8000-00000000a0c1", ClientID: portal, TenantID: fabrikam, DisplayName: "Portal", SignInAudience: "AzureADMultipleOrgs",
		RedirectURIs: []string{comeBack}, Secrets: []authority.SeedSecret{{Value: secret}},
	})
	c.Seed.Users = []authority.SeedUser{
		{ID: "5a1f0000-0000-4000-8000-0000000000d1", TenantID: contoso, UPN: "ana@contoso.example", DisplayName: "Ana Ek", GivenName: "Ana", Surname: "Ek", PasswordHash: cheapHash()},
		{ID: "5a1f0000-0000-4000-8000-0000000000d2", TenantID: contoso, UPN: "ben@contoso.example", DisplayName: "Ben", PasswordHash: cheapHash(), TenantAdministrator: true},
	}
}

// person is somebody's browser, which follows no redirect.
type person struct {
	t *testing.T
	w *world
	*http.Client
	name string
}

func (w *world) person(t *testing.T, name string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t, w, &http.Client{Jar: jar, Transport: w.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, name}
}

// onwardLink is where a page goes by itself.
var onwardLink = regexp.MustCompile(`<meta http-equiv="refresh" content="0;url=([^"]*)">`)

var flowField = regexp.MustCompile(`name="flow" value="([^"]*)"`)

// visit opens an address and fills in the pages until the application has the answer.
func (p *person) visit(path string) url.Values {
	p.t.Helper()
	browser := *p.w
	browser.client = p.Client
	got := browser.get(p.t, path)
	for range 5 {
		at := got.header.Get("Location")
		if onward := onwardLink.FindStringSubmatch(got.text); onward != nil {
			at = html.UnescapeString(onward[1])
		}
		if at != "" {
			u, err := url.Parse(at)
			if err != nil || !strings.HasPrefix(at, comeBack+"?") {
				p.t.Fatalf("sent to %s, %v", at, err)
			}
			return u.Query()
		}
		flow := flowField.FindStringSubmatch(got.text)
		if flow == nil {
			break
		}
		do := "accept"
		if strings.Contains(got.text, `value="signin"`) {
			do = "signin"
		}
		got = browser.token(p.t, "/login", url.Values{"flow": {flow[1]}, "do": {do}, "username": {p.name}, "password": {"correct horse battery"}})
	}
	p.t.Fatalf("%d %s", got.status, got.text)
	return nil
}

// A web application with unmodified libraries: metadata, code with PKCE, id_token, userinfo.
func TestOpenIDConnect(t *testing.T) {
	w := start(t, withPortal)
	ctx := relying.ClientContext(t.Context(), w.client)
	provider, err := relying.NewProvider(ctx, w.url+"/"+contoso+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	config := oauth2.Config{ClientID: portal, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: comeBack, Scopes: []string{"openid", "profile", "offline_access", "User.Read"}}
	verifier := oauth2.GenerateVerifier()
	at := config.AuthCodeURL("the state", oauth2.S256ChallengeOption(verifier), relying.Nonce("the nonce"))
	back := w.person(t, "ana@contoso.example").visit(strings.TrimPrefix(at, w.url))
	if back.Get("state") != "the state" {
		t.Errorf("%v", back)
	}
	tokens, err := config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	id, err := provider.Verifier(&relying.Config{ClientID: portal, Now: w.clock.now}).Verify(ctx, raw)
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Name string `json:"name"`
		UPN  string `json:"preferred_username"`
		OID  string `json:"oid"`
		TID  string `json:"tid"`
		SID  string `json:"sid"`
	}
	if err := id.Claims(&claims); err != nil || id.Nonce != "the nonce" || claims.Name != "Ana Ek" || claims.UPN != "ana@contoso.example" || claims.TID != contoso || claims.SID == "" {
		t.Errorf("%+v, %v: %s", claims, err, payload(t, raw))
	}
	info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil || info.Subject != id.Subject {
		t.Errorf("userinfo %+v, %v; the id_token is about %s", info, err, id.Subject)
	}
	if again, err := config.Exchange(ctx, back.Get("code"), oauth2.VerifierOption(verifier)); err == nil {
		t.Errorf("a code was good twice: %v", again)
	}
}

func TestUserinfoRefuses(t *testing.T) {
	w := start(t, withPortal)
	app := w.token(t, v2, form("scope", "https://graph.microsoft.com/.default"))
	other := w.token(t, v2, form())
	for name, header := range map[string]string{
		"nothing": "", "garbage": "Bearer x.y.z", "an application's": "Bearer " + text(app.body["access_token"]), "for another resource": "Bearer " + text(other.body["access_token"]),
		"another scheme": "Basic eDp5",
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/oidc/userinfo", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", header)
		if got := w.send(t, r); got.status != 401 || !strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Bearer ") {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
}

func text(v any) string { s, _ := v.(string); return s }

// The walk-through of a multi-tenant application (Dataverse facts 1.2, step 5): unknown in
// the subscriber's tenant until an administrator there consents, an ordinary client after.
func TestSubscribersConsent(t *testing.T) {
	for name, path := range map[string]string{
		"v1 link":      "/common/adminconsent?",
		"v2.0 link":    "/contoso.example/v2.0/adminconsent?scope=https%3A%2F%2Fgraph.microsoft.com%2FUser.Read&",
		"older sample": "/common/oauth2/authorize?response_type=code&prompt=admin_consent&",
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, withPortal)
			ask := func() reply { return w.token(t, v2, form("client_id", portal)) }
			if got := ask(); got.body["error"] != "unauthorized_client" || !strings.Contains(got.text, "AADSTS700016") {
				t.Errorf("before the consent: %d %s", got.status, got.text)
			}
			back := w.person(t, "ben@contoso.example").visit(path + url.Values{"client_id": {portal}, "redirect_uri": {comeBack}, "state": {"s"}}.Encode())
			if back.Get("admin_consent") != "True" || back.Get("state") != "s" || back.Has("error") {
				t.Errorf("%v", back)
			}
			if got := ask(); got.status != 200 {
				t.Errorf("after the consent: %d %s", got.status, got.text)
			}
		})
	}
}

// What people type and what they are given is in no log.
func TestSignInSecretsAreNotLogged(t *testing.T) {
	w := start(t, withPortal)
	p := w.person(t, "ana@contoso.example")
	back := p.visit("/common/oauth2/v2.0/authorize?" + url.Values{"client_id": {portal}, "response_type": {"code"}, "redirect_uri": {comeBack}, "scope": {"openid"}}.Encode())
	base, _ := url.Parse(w.url)
	secrets := []string{"correct horse battery", back.Get("code"), "$argon2id$"}
	for _, c := range p.Jar.Cookies(base) {
		secrets = append(secrets, c.Value)
	}
	if len(secrets) < 6 {
		t.Fatalf("cookies %v", secrets)
	}
	log := w.log.String()
	for _, s := range secrets {
		if s == "" || strings.Contains(log, s) {
			t.Errorf("%q is in the log: %s", s, log)
		}
	}
}

// cheapHash hashes the people's password.
func cheapHash() string {
	sum := argon2.IDKey([]byte("correct horse battery"), []byte("saltsalt"), 1, 8, 1, 32)
	return cheap + base64.RawStdEncoding.EncodeToString(sum)
}
