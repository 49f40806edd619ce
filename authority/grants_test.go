package authority_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	relying "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
)

const (
	ada      = nobody // the person of the seed
	shop     = "5a1f0000-0000-4000-8000-0000000000e1"
	kiosk    = "5a1f0000-0000-4000-8000-0000000000e2"
	back     = "https://shop.example/back"
	identKey = "the-place's-own-secret"
)

// signsIn is a directory in which people sign in to a shop and a kiosk.
func signsIn(c *authority.Config) {
	s := c.Seed
	s.Users[0].DisplayName = "Ada"
	s.Applications = append(s.Applications,
		authority.SeedApplication{ID: strings.Replace(shop, "00000000", "0000a000", 1), ClientID: shop, TenantID: contoso, DisplayName: "Shop",
			RedirectURIs: []string{back}, IdentifierURIs: []string{"api://shop"}, Secrets: []authority.SeedSecret{{Value: secret}},
			Scopes: []authority.SeedScope{{ID: nobody, Value: "Buy"}}, TokenVersion: 2},
		authority.SeedApplication{ID: strings.Replace(kiosk, "00000000", "0000a000", 1), ClientID: kiosk, TenantID: contoso, DisplayName: "Kiosk", PublicClient: true})
	all := authority.SeedGrant{ResourceClientID: authority.DataverseID, Scopes: []string{"user_impersonation"}}
	s.ServicePrincipals = append(s.ServicePrincipals,
		authority.SeedServicePrincipal{ID: "5a1f0000-0000-4000-8000-00000000e0e1", ClientID: shop, TenantID: contoso, Grants: []authority.SeedGrant{all}},
		authority.SeedServicePrincipal{ID: "5a1f0000-0000-4000-8000-00000000e0e2", ClientID: kiosk, TenantID: contoso,
			Grants: []authority.SeedGrant{all, {ResourceClientID: shop, UserID: ada, Scopes: []string{"Buy"}}}})
}

func (w *world) azcore() azcore.ClientOptions {
	return azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.url}, Transport: w.client}
}

func asking(scope string) policy.TokenRequestOptions {
	return policy.TokenRequestOptions{Scopes: []string{scope}}
}

// atKiosk signs ada in with a device code.
func (w *world) atKiosk(t *testing.T, scope string) string {
	t.Helper()
	credential, err := azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
		ClientOptions: w.azcore(), TenantID: contoso, ClientID: kiosk, DisableInstanceDiscovery: true,
		UserPrompt: func(ctx context.Context, m azidentity.DeviceCodeMessage) error {
			return w.Tickets().ApproveDevice(ctx, m.UserCode, ticket.Approval{Tenant: contoso, User: ada, AuthTime: time.Now(), Methods: []string{"pwd"}})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), asking(scope))
	if err != nil {
		t.Fatal(err)
	}
	return token.Token
}

func TestDeviceCodeCredential(t *testing.T) {
	w := start(t, signsIn)
	said := w.verify(t, w.atKiosk(t, dataverse+"/.default"), dataverse)
	if said.App || said.ObjectID != ada || said.ApplicationID != kiosk || strings.Join(said.Scopes, " ") != "user_impersonation" {
		t.Errorf("%+v", said)
	}
}

func TestOnBehalfOfCredential(t *testing.T) {
	w := start(t, signsIn)
	credential, err := azidentity.NewOnBehalfOfCredentialWithSecret(contoso, shop, w.atKiosk(t, "api://shop/.default"), secret,
		&azidentity.OnBehalfOfCredentialOptions{ClientOptions: w.azcore(), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), asking(dataverse+"/.default"))
	if err != nil {
		t.Fatal(err)
	}
	if said := w.verify(t, token.Token, dataverse); said.ObjectID != ada || said.ApplicationID != shop {
		t.Errorf("%+v", said)
	}
}

// code signs ada in to the shop; verifier goes with it.
func (w *world) code(t *testing.T, verifier, nonce string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(verifier))
	code, err := w.Tickets().IssueCode(t.Context(), ticket.Code{
		Tenant: contoso, App: shop, User: ada, RedirectURI: back, Platform: "web", Challenge: base64.RawURLEncoding.EncodeToString(sum[:]), Method: "S256",
		Nonce: nonce, Scopes: []string{"openid", "profile", "offline_access", dataverse + "/user_impersonation"}, AuthTime: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// x/oauth2 redeems a code and refreshes; go-oidc verifies the id_token.
func TestOAuth2WithGoOIDC(t *testing.T) {
	w := start(t, signsIn)
	ctx := relying.ClientContext(t.Context(), w.client)
	provider, err := relying.NewProvider(ctx, w.url+"/"+contoso+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	config := oauth2.Config{ClientID: shop, ClientSecret: secret, Endpoint: provider.Endpoint(), RedirectURL: back}
	verifier := oauth2.GenerateVerifier()
	token, err := config.Exchange(ctx, w.code(t, verifier, "n-9"), oauth2.VerifierOption(verifier))
	if err != nil {
		t.Fatal(err)
	}
	text, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&relying.Config{ClientID: shop}).Verify(ctx, text)
	if err != nil || id.Nonce != "n-9" || id.Subject == ada {
		t.Fatalf("%+v, %v", id, err)
	}
	token.Expiry = time.Now().Add(-time.Minute)
	again, err := config.TokenSource(ctx, token).Token()
	if err != nil || again.AccessToken == token.AccessToken || again.RefreshToken == token.RefreshToken {
		t.Fatalf("refresh: %v", err)
	}
	w.verify(t, again.AccessToken, dataverse)
}

// MSAL redeems a code, knows whose tokens it has, and refreshes silently.
func TestMSALWithCode(t *testing.T) {
	w := start(t, signsIn)
	proof, err := confidential.NewCredFromSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	app, err := confidential.New(w.url+"/"+contoso, shop, proof, confidential.WithInstanceDiscovery(false), confidential.WithHTTPClient(w.client))
	if err != nil {
		t.Fatal(err)
	}
	verifier := oauth2.GenerateVerifier()
	scopes := []string{dataverse + "/user_impersonation"}
	got, err := app.AcquireTokenByAuthCode(t.Context(), w.code(t, verifier, ""), back, scopes, confidential.WithChallenge(verifier))
	if err != nil {
		t.Fatal(err)
	}
	if got.Account.HomeAccountID != ada+"."+contoso || got.Account.PreferredUsername != "ada@contoso.example" {
		t.Errorf("the account is %+v", got.Account)
	}
	silent, err := app.AcquireTokenSilent(t.Context(), []string{dataverse + "/.default"}, confidential.WithSilentAccount(got.Account))
	if err != nil {
		t.Fatal(err)
	}
	w.verify(t, silent.AccessToken, dataverse)
}

func TestManagedIdentityCredential(t *testing.T) {
	w := start(t, func(c *authority.Config) {
		c.ManagedIdentities = []authority.ManagedIdentity{{Secret: identKey, TenantID: contoso, ClientID: orders}, {Secret: identKey, TenantID: contoso, ClientID: api, ResourceID: "/subscriptions/s/api"}}
	})
	t.Setenv("IDENTITY_ENDPOINT", w.url+"/msi/token")
	t.Setenv("IDENTITY_HEADER", identKey)
	ask := func(id azidentity.ManagedIDKind) (azcore.AccessToken, error) {
		credential, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{ClientOptions: w.azcore(), ID: id})
		if err != nil {
			t.Fatal(err)
		}
		return credential.GetToken(t.Context(), asking(dataverse+"/.default"))
	}
	token, err := ask(nil)
	if err != nil {
		t.Fatal(err)
	}
	w.wantOrders(t, token.Token)
	if !strings.Contains(payload(t, token.Token), `"appidacr":"2"`) {
		t.Error("the token does not say that no secret was used")
	}
	for name, id := range map[string]azidentity.ManagedIDKind{"client id": azidentity.ClientID(api), "resource id": azidentity.ResourceID("/subscriptions/s/api")} {
		if token, err = ask(id); err != nil || w.verify(t, token.Token, dataverse).ApplicationID != api {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ask(azidentity.ClientID(nobody)); err == nil || !strings.Contains(err.Error(), "Identity not found") {
		t.Errorf("an identity that is not there: %v", err)
	}
}

func TestManagedIdentityRefuses(t *testing.T) {
	w := start(t, func(c *authority.Config) {
		c.ManagedIdentities = []authority.ManagedIdentity{{Secret: identKey, TenantID: contoso, ClientID: orders}}
	})
	const good = "?api-version=2019-08-01&resource=" + dataverse
	for name, try := range map[string]struct {
		query, header string
		status        int
	}{
		"no header": {good, "", 401}, "another header": {good, "x", 401}, "no version": {"?resource=" + dataverse, identKey, 400}, "no resource": {"?api-version=2019-08-01", identKey, 400},
		"unknown resource": {"?api-version=2019-08-01&resource=https://nowhere.test", identKey, 400}, "unknown identity": {good + "&client_id=x", identKey, 400}, "good": {good, identKey, 200},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/msi/token"+try.query, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-IDENTITY-HEADER", try.header)
		if got := w.send(t, r); got.status != try.status || got.status != 200 && (got.body["error"] == nil || got.body["error_description"] == nil) {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if strings.Contains(w.log.String(), identKey) {
		t.Error("the secret is in the log")
	}
}

// A workload's token of a foreign issuer stands for a secret, line break and all.
func TestWorkloadIdentityCredential(t *testing.T) {
	const issuer, subject = "https://cluster.example/oidc", "system:serviceaccount:shop:orders"
	key, jwks := foreignKey(t)
	w := start(t, func(c *authority.Config) {
		c.Seed.Applications[0].Federated = []authority.SeedFederated{{Name: "cluster", Issuer: issuer, Subject: subject, JWKS: jwks}}
	})
	file := filepath.Join(t.TempDir(), "federated")
	ask := func(subject string) (azcore.AccessToken, error) {
		if err := os.WriteFile(file, []byte(foreignToken(t, key, issuer, subject)+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		credential, err := azidentity.NewWorkloadIdentityCredential(&azidentity.WorkloadIdentityCredentialOptions{
			ClientOptions: w.azcore(), ClientID: orders, TenantID: contoso, TokenFilePath: file, DisableInstanceDiscovery: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		return credential.GetToken(t.Context(), asking(dataverse+"/.default"))
	}
	token, err := ask(subject)
	if err != nil {
		t.Fatal(err)
	}
	w.wantOrders(t, token.Token)
	if _, err := ask(strings.ToUpper(subject)); err == nil || !strings.Contains(err.Error(), "AADSTS7002138") {
		t.Errorf("another case: %v", err)
	}
}

func foreignKey(t testing.TB) (*rsa.PrivateKey, []byte) {
	t.Helper()
	var private *rsa.PrivateKey
	var der []byte
	for block, rest := pem.Decode(newIdentity().pem); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			der = block.Bytes
		} else if parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			private, _ = parsed.(*rsa.PrivateKey)
		}
	}
	jwks, err := json.Marshal(jose.Set{Keys: []jose.Key{jose.RSAKey(&private.PublicKey, der)}})
	if err != nil {
		t.Fatal(err)
	}
	return private, jwks
}

func foreignToken(t *testing.T, key *rsa.PrivateKey, issuer, subject string) string {
	t.Helper()
	claims, err := json.Marshal(map[string]any{"iss": issuer, "sub": subject, "aud": []string{"api://AzureADTokenExchange"}, "exp": time.Now().Add(time.Hour).Unix()})
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + base64.RawURLEncoding.EncodeToString(claims)
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// MSAL's adfs authority, with a secret and with a certificate (Entra facts 8).
func TestADFS(t *testing.T) {
	const farm, client = "5a1f0000-0000-4000-8000-000000000009", "5a1f0000-0000-4000-8000-0000000000f1"
	w := start(t, func(c *authority.Config) {
		s := c.Seed
		s.Tenants = append(s.Tenants, authority.SeedTenant{ID: farm, Name: "farm", DisplayName: "Farm", ADFS: true})
		s.Applications = append(s.Applications, authority.SeedApplication{ID: strings.Replace(client, "00000000", "0000a000", 1), ClientID: client, TenantID: farm,
			DisplayName: "Service", Secrets: []authority.SeedSecret{{Value: secret}}, Certificates: []authority.SeedCertificate{{PEM: newIdentity().pem}}})
		s.ServicePrincipals = append(s.ServicePrincipals,
			authority.SeedServicePrincipal{ID: strings.Replace(client, "00000000", "0000b000", 1), ClientID: client, TenantID: farm,
				Assignments: []authority.SeedAssignment{{ResourceClientID: authority.DataverseID}}},
			authority.SeedServicePrincipal{ID: string(directory.DerivedID("sp", farm)), ClientID: authority.DataverseID, TenantID: farm, Names: []string{dataverse}})
	})
	metadata := w.get(t, "/adfs/.well-known/openid-configuration")
	if got := w.get(t, "/adfs/oauth2/authorize/?response_type=code&redirect_uri=https%3A%2F%2Fevil.example"); got.status != 400 || got.body["error"] != "unsupported_response_type" || got.header.Get("Location") != "" {
		t.Errorf("authorize: %d %v %s", got.status, got.header, got.text)
	}
	if types, _ := metadata.body["response_types_supported"].([]any); types == nil || len(types) != 0 {
		t.Errorf("announces response types %s", metadata.text)
	}
	if metadata.body["token_endpoint"] != w.url+"/adfs/oauth2/token/" || metadata.body["issuer"] != w.url+"/adfs" {
		t.Errorf("%s", metadata.text)
	}
	bySecret, err := confidential.NewCredFromSecret(secret)
	if err != nil {
		t.Fatal(err)
	}
	certificates, key, err := confidential.CertFromPEM(newIdentity().pem, "")
	if err != nil {
		t.Fatal(err)
	}
	byCertificate, err := confidential.NewCredFromCert(certificates, key)
	if err != nil {
		t.Fatal(err)
	}
	for name, proof := range map[string]confidential.Credential{"secret": bySecret, "certificate": byCertificate} {
		app, err := confidential.New(w.url+"/adfs", client, proof, confidential.WithHTTPClient(w.client))
		if err != nil {
			t.Fatal(err)
		}
		token, err := app.AcquireTokenByCredential(t.Context(), []string{dataverse + "/openid"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		said := payload(t, token.AccessToken)
		if got := members(t, said); got != "aud iss iat exp apptype appid authmethod auth_time ver scp" || !strings.Contains(said, `"iss":"http://`+strings.TrimPrefix(w.url, "https://")+`/adfs/services/trust"`) {
			t.Errorf("%s: %s", name, said)
		}
	}
	for name, try := range map[string][2]string{
		"secret": {"client_secret", "MSIS9622"}, "client": {"client_id", "MSIS9223"}, "resource": {"resource", "MSIS9602"}, "grant": {"grant_type", "MSIS9611"},
	} {
		f := form("client_id", client, "scope", "", try[0], nobody)
		if got := w.token(t, "/adfs/oauth2/token", f); got.status != 400 || !strings.Contains(got.text, try[1]) {
			t.Errorf("wrong %s: %d %s", name, got.status, got.text)
		}
	}
	if got := w.token(t, "/adfs/oauth2/token/", form("client_id", client, "scope", "", "resource", dataverse)); got.status != 200 || got.body["token_type"] != "bearer" {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// A certificate of a trusted authority proves its subject, sent as azidentity sends it.
func TestTrustedSubject(t *testing.T) {
	certificates, key, err := azidentity.ParseCertificates(newIdentity().pem, nil)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificates[0]) // self-signed: it is its own authority
	for name, try := range map[string]struct {
		subjects []string
		code     string
	}{"named": {[]string{"api.contoso.example"}, ""}, "another": {[]string{"x.example"}, "AADSTS700030"}, "none": {nil, "AADSTS700027"}} {
		w := start(t, func(c *authority.Config) {
			c.SubjectRoots, c.TrustedSubjects = roots, map[string][]string{api: try.subjects}
		})
		credential, err := azidentity.NewClientCertificateCredential(contoso, api, certificates, key,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: w.azcore(), DisableInstanceDiscovery: true, SendCertificateChain: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = credential.GetToken(t.Context(), asking(dataverse+"/.default"))
		if try.code == "" && err != nil || try.code != "" && (err == nil || !strings.Contains(err.Error(), try.code+":")) {
			t.Errorf("%s: %v, want %q", name, err, try.code)
		}
	}
}

// What cannot work is said at the start.
func TestGrantsAreChecked(t *testing.T) {
	for name, change := range map[string]func(*authority.Config){
		"identity's tenant": func(c *authority.Config) {
			c.ManagedIdentities = []authority.ManagedIdentity{{Secret: identKey, TenantID: "contoso", ClientID: orders}}
		},
		"identity's client": func(c *authority.Config) {
			c.ManagedIdentities = []authority.ManagedIdentity{{Secret: identKey, TenantID: contoso, ClientID: "orders"}}
		},
		"identity's secret": func(c *authority.Config) {
			c.ManagedIdentities = []authority.ManagedIdentity{{Secret: "short", TenantID: contoso, ClientID: orders}}
		},
		"subject's client": func(c *authority.Config) { c.TrustedSubjects = map[string][]string{"orders": {"x"}} },
		"long life":        func(c *authority.Config) { c.TokenLifetime = 48 * time.Hour },
		"hasty rotation":   func(c *authority.Config) { c.KeyRotation = time.Hour },
	} {
		c := authority.Config{BaseURL: "https://localhost:1", Database: filepath.Join(t.TempDir(), "a.db"), KEK: make([]byte, 32)}
		change(&c)
		if s, err := authority.New(t.Context(), c); err == nil {
			t.Errorf("%s was taken", name)
			_ = s.Close()
		}
	}
}

// Keys rotate by the authority's clock, and tokens of before stay good.
func TestTickRotates(t *testing.T) {
	w := start(t, func(c *authority.Config) { c.KeyRotation = 24 * time.Hour })
	if err := w.Tick(t.Context()); err != nil { // makes the next key
		t.Fatal(err)
	}
	before, _ := w.token(t, v2, form()).body["access_token"].(string)
	w.clock.ahead.Add(int64(25 * time.Hour))
	if err := w.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, _ := w.token(t, v2, form()).body["access_token"].(string)
	if strings.Split(before, ".")[0] == strings.Split(after, ".")[0] {
		t.Error("the same key signs")
	}
	w.clock.ahead.Add(-int64(25 * time.Hour))
	w.verify(t, before, dataverse)
}

// MSAL signs in with a user name and a password where the tenant lets it (Entra facts
// 4.8): it asks for the realm first.
func TestMSALWithPassword(t *testing.T) {
	for name, on := range map[string]bool{"on": true, "off": false} {
		w := start(t, signsIn, func(c *authority.Config) {
			c.Seed.Tenants[0].PasswordGrant = on
			c.Seed.Users[0].PasswordHash = cheapHash()
		})
		app, err := public.New(kiosk, public.WithAuthority(w.url+"/"+contoso), public.WithInstanceDiscovery(false), public.WithHTTPClient(w.client))
		if err != nil {
			t.Fatal(err)
		}
		ask := func(password string) (public.AuthResult, error) {
			//lint:ignore SA1019 the password grant is what is tested, deprecated or not
			return app.AcquireTokenByUsernamePassword(t.Context(), []string{dataverse + "/.default"}, "ada@contoso.example", password)
		}
		got, err := ask("correct horse battery")
		if !on {
			if err == nil || !strings.Contains(err.Error(), "AADSTS70003") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if said := w.verify(t, got.AccessToken, dataverse); said.ObjectID != ada || got.Account.HomeAccountID != ada+"."+contoso {
			t.Errorf("%+v %+v", said, got.Account)
		}
		if _, err := ask("wrong"); err == nil || !strings.Contains(err.Error(), "AADSTS50126") {
			t.Errorf("wrong password: %v", err)
		}
	}
}
