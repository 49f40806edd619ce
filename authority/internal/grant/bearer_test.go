package grant

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// behalf is a request of orders that was called with a token.
func (w *world) behalf(token string, pairs ...string) reply {
	w.t.Helper()
	return w.post(v2, append([]string{"grant_type", bearerGrant, "client_id", string(orders), "client_secret", secret,
		"assertion", token, "requested_token_use", "on_behalf_of", "scope", org + "/.default"}, pairs...)...)
}

// call gives the token that the portal calls orders with for ana.
func (w *world) call() string {
	w.t.Helper()
	return w.redeem(v2, w.code(), "scope", "api://orders/Read").str("access_token")
}

// A middle tier acts for the person who called it (Entra facts 4.7).
func TestOnBehalfOf(t *testing.T) {
	w := start(t)
	got := w.behalf(w.call())
	if got.status != 200 || members(got.text) != "token_type scope expires_in ext_expires_in access_token" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	said := w.said(got.str("access_token"))
	if said["oid"] != string(ana) || said["appid"] != string(orders) || said["aud"] != org || said["scp"] != "user_impersonation" || said["appidacr"] != "1" {
		t.Errorf("%v", said)
	}
	got = w.behalf(w.call(), "scope", org+"/.default openid offline_access")
	if got.str("refresh_token") == "" || w.said(got.str("id_token"))["aud"] != string(orders) {
		t.Errorf("%s", got.text)
	}
	again := w.post(v2, "grant_type", "refresh_token", "client_id", string(orders), "client_secret", secret, "refresh_token", got.str("refresh_token"))
	if again.status != 200 {
		t.Errorf("refresh: %s", again.text)
	}
	if over := w.post("/organizations/oauth2/v2.0/token", "grant_type", bearerGrant, "client_id", string(orders), "client_secret", secret, "assertion", w.call(), "requested_token_use", "on_behalf_of", "scope", org+"/.default"); over.code() != aadsts.NotMultiTenant.Number {
		t.Errorf("%s", over.text)
	}
}

func TestOnBehalfOfRefuses(t *testing.T) {
	w := start(t)
	token := w.call()
	parts := strings.Split(token, ".")
	with := func(header string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + parts[1] + "." + parts[2]
	}
	mine := w.redeem(v2, w.code())
	alone := w.post(v2, "grant_type", "client_credentials", "client_id", string(portal), "client_secret", secret, "scope", "api://orders/.default")
	for name, try := range map[string]struct {
		token string
		pairs []string
		want  aadsts.Entry
	}{
		"token for another":    {mine.str("access_token"), nil, aadsts.BearerNotValid},
		"id_token":             {mine.str("id_token"), nil, aadsts.BearerNotValid},
		"an application's own": {alone.str("access_token"), nil, aadsts.BearerOfApplication},
		"signature changed":    {token[:len(token)-8] + "AAAAAAAA", nil, aadsts.BearerNotValid},
		"alg none":             {with(`{"alg":"none"}`), nil, aadsts.AssertionMalformed},
		"alg HS256":            {with(`{"alg":"HS256","kid":"` + w.Keys.Signing() + `"}`), nil, aadsts.AssertionMalformed},
		"alg in capitals":      {with(`{"ALG":"RS256","kid":"` + w.Keys.Signing() + `"}`), nil, aadsts.AssertionMalformed},
		"no kid":               {with(`{"alg":"RS256"}`), nil, aadsts.BearerNotValid},
		"kid is a path":        {with(`{"alg":"RS256","kid":"../../etc/passwd"}`), nil, aadsts.BearerNotValid},
		"key in the header":    {with(`{"alg":"RS256","kid":"x","jwk":{"kty":"RSA"},"jku":"https://evil.example/keys"}`), nil, aadsts.BearerNotValid},
		"no token":             {"", nil, aadsts.MissingParameter},
		"no JWT":               {"abc", nil, aadsts.AssertionMalformed},
		"use not said":         {token, []string{"requested_token_use", ""}, aadsts.MissingParameter},
		"no secret":            {token, []string{"client_secret", ""}, aadsts.CredentialMissing},
		"wrong secret":         {token, []string{"client_secret", "x"}, aadsts.SecretInvalid},
		"no consent":           {token, []string{"scope", "User.Read"}, aadsts.ConsentMissing},
	} {
		w.behalf(try.token, try.pairs...).wants(t, name, try.want)
	}
	w.post("/"+string(fabrikam)+"/oauth2/v2.0/token", "grant_type", bearerGrant, "client_id", string(portal), "client_secret", secret, "assertion", token,
		"requested_token_use", "on_behalf_of", "scope", org+"/.default").wants(t, "another tenant's", aadsts.CodeOfOtherTenant)
	w.pass(time.Hour + skew)
	w.behalf(token).wants(t, "expired", aadsts.BearerExpired)
}

// The password grant is off unless the tenant has it on (Entra facts 4.8).
func TestPassword(t *testing.T) {
	w := start(t)
	ask := func(path string, pairs ...string) reply {
		return w.post(path, append([]string{"grant_type", "password", "client_id", string(portal), "client_secret", secret, "username", "ben@fabrikam.example",
			"password", "right horse", "scope", org + "/.default openid offline_access"}, pairs...)...)
	}
	const words = "/organizations/oauth2/v2.0/token"
	ask(words).wants(t, "no room that knows passwords", aadsts.UnsupportedGrant)
	w.Password = func(_ context.Context, tenant *directory.Tenant, name string, password clientauth.Secret) (*directory.User, error) {
		u, found := w.Directory.Current().User(tenant.ID, name)
		if !found {
			return nil, aadsts.UserNotFound.With(tenant.ID)
		}
		if password != "right horse" {
			return nil, aadsts.PasswordWrong.With()
		}
		return u, nil
	}
	got := ask(words)
	if got.status != 200 || got.str("refresh_token") == "" || w.said(got.str("access_token"))["oid"] != string(ben) {
		t.Fatalf("%s", got.text)
	}
	ask(words, "password", "x").wants(t, "wrong", aadsts.PasswordWrong)
	ask(words, "username", "nobody@fabrikam.example").wants(t, "nobody", aadsts.UserNotFound)
	ask(words, "username", "ben").wants(t, "no domain", aadsts.UserNotFound)
	ask(words, "username", "").wants(t, "no name", aadsts.MissingParameter)
	ask("/common/oauth2/v2.0/token").wants(t, "common", aadsts.GrantOverCommon)
	ask(v2, "username", "ana@contoso.example").wants(t, "switched off", aadsts.UnsupportedGrant)
	ask(words, "client_secret", "x").wants(t, "wrong secret", aadsts.SecretInvalid)
	if strings.Contains(w.log.String(), "horse") || strings.Contains(w.log.String(), secret) {
		t.Error("a secret is in the log")
	}
}
