package grant

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/clientauth"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/sqlstore"
	"github.com/stead-s2s/stead/authority/internal/ticket"
)

// logged gives the sign-in log of contoso, the latest first.
func logged(t *testing.T, w *world, b *journal.Book) (all []journal.Entry) {
	t.Helper()
	if err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.Read(t.Context(), contoso, 0, func(e journal.Entry) bool { all = append(all, e); return true }); err != nil {
		t.Fatal(err)
	}
	return all
}

func withJournal(t *testing.T, w *world) *journal.Book {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), t.TempDir()+"/j.db", false)
	if err != nil {
		t.Fatal(err)
	}
	b, err := journal.Open(t.Context(), journal.Config{DB: store.DB(), Now: w.clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = b.Close(), store.Close() })
	w.Journal = b
	return b
}

// Every attempt is in the sign-in log, with what is known and nothing that was secret.
func TestSignInLog(t *testing.T) {
	w := start(t)
	b := withJournal(t, w)
	code := w.code()
	w.redeem(v2, code, "@Client-Request-Id", "c-1", "@User-Agent", "a browser")
	w.redeem(v2, code)
	w.alone("client_secret", "hunter2hunter2")
	w.post(v2, "grant_type", deviceGrant, "client_id", string(tool), "device_code", "1.Dnothing")
	all := logged(t, w, b)
	if len(all) != 4 {
		t.Fatalf("%d entries: %+v", len(all), all)
	}
	good := all[3]
	if good.User != ana || good.UserName != "ana@contoso.example" || good.App != portal || good.AppName != "Portal" || good.Resource != directory.Dataverse || good.Code != 0 ||
		good.Grant != "authorization_code" || good.Correlation != "c-1" || good.Client != "a browser" || !strings.HasPrefix(good.Credential, "secret ") || good.ID == "" {
		t.Errorf("%+v", good)
	}
	for i, want := range []aadsts.Entry{aadsts.DeviceUnknown, aadsts.SecretInvalid, aadsts.CodeRedeemed} {
		if all[i].Code != want.Number || all[i].Explanation == "" {
			t.Errorf("%+v, want %s", all[i], want.Code())
		}
	}
	if all[1].Credential != "" {
		t.Errorf("a wrong secret is named as %q", all[1].Credential)
	}
}

// Nothing that is secret reaches the log, in whichever parameter it was sent.
func TestSecretsAreNotLogged(t *testing.T) {
	w := start(t)
	b := withJournal(t, w)
	w.Password = func(context.Context, *directory.Tenant, string, clientauth.Secret) (*directory.User, error) {
		return nil, aadsts.PasswordWrong.With()
	}
	const marked = "s3cr3t-th4t-n0b0dy-r34ds"
	for _, name := range []string{paramSecret, paramAssertion, paramCode, paramVerifier, paramRefreshToken, paramDeviceCode, paramBearer, paramPassword, paramClientID, paramGrantType, paramScope, paramRedirectURI, paramUsername, paramCorrelation} {
		for _, kind := range []string{"client_credentials", "authorization_code", "refresh_token", deviceGrant, bearerGrant, "password"} {
			w.post(v2, "grant_type", kind, "client_id", string(portal), "client_secret", secret, "requested_token_use", "on_behalf_of",
				"client_assertion_type", clientauth.AssertionType, "code", w.code(), "username", "ana@contoso.example", "password", "p", name, marked)
		}
	}
	got := w.redeem(v2, w.code())
	w.refresh(got.str("refresh_token"))
	for what, text := range map[string]string{"a marked value": marked, "the secret": secret, "an access token": got.str("access_token"), "a refresh token": got.str("refresh_token"), "a verifier": verifier} {
		if text == "" || strings.Contains(w.log.String(), text) {
			t.Errorf("%s is in the log", what)
		}
		for _, e := range logged(t, w, b) {
			if e.Correlation != text && strings.Contains(e.Explanation+e.Credential+e.UserName+e.AppName+e.ResourceAs+e.Client, text) {
				t.Errorf("%s is in the sign-in log: %+v", what, e)
			}
		}
	}
	if !strings.Contains(w.log.String(), "authorization_code") {
		t.Error("nothing is logged at all")
	}
}

func TestPreflight(t *testing.T) {
	w := start(t)
	r := httptest.NewRequest(http.MethodOptions, v2, nil)
	r.Header.Set("Origin", origin1)
	r.Header.Set("Access-Control-Request-Headers", "content-type, client-request-id")
	rec := httptest.NewRecorder()
	w.chain.ServeHTTP(rec, r)
	h := rec.Header()
	if rec.Code != 204 || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Headers") != "content-type, client-request-id" || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v", rec.Code, h)
	}
}

// A refusal is readable by the page it is for, and by no other.
func TestRefusalsArePagesToRead(t *testing.T) {
	w := start(t)
	for from, want := range map[string]string{origin1: origin1, "https://page.example.evil": "", "null": "", "": ""} {
		got := w.post(v2, "grant_type", "refresh_token", "client_id", string(page), "refresh_token", "1.Rnothing", "@Origin", from)
		if got.wants(t, from, aadsts.GrantMalformed); got.header.Get("Access-Control-Allow-Origin") != want {
			t.Errorf("%q: %v", from, got.header)
		}
	}
}

// Who proved itself when a family began must do so for as long as it lives, even an
// application that may also be public.
func TestProofLasts(t *testing.T) {
	w := start(t, func(r *directory.Records) {
		for i := range r.Applications {
			r.Applications[i].PublicClient = r.Applications[i].AppID == orders || r.Applications[i].AppID == tool
		}
	})
	got := w.behalf(w.call(), "scope", org+"/.default offline_access")
	pairs := []string{"grant_type", "refresh_token", "client_id", string(orders), "refresh_token", got.str("refresh_token")}
	w.post(v2, pairs...).wants(t, "without the secret", aadsts.CredentialRequired)
	if got := w.post(v2, append(pairs, "client_secret", secret)...); got.status != 200 {
		t.Errorf("with it: %s", got.text)
	}
}

// Nobody's personal account is here.
func TestConsumers(t *testing.T) {
	w := start(t)
	code := w.code(func(k *ticket.Code) { k.Tenant, k.User = fabrikam, ben })
	w.redeem("/consumers/oauth2/v2.0/token", code).wants(t, "consumers", aadsts.AppNotFound)
}
