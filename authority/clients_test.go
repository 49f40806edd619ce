package authority_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	relying "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/stead-s2s/stead/internal/oidc"
)

// verify checks a token as an environment would, and gives what it says.
func (w *world) verify(t *testing.T, token, audience string) oidc.Token {
	t.Helper()
	v, err := oidc.New(oidc.Config{
		Issuers: []oidc.Issuer{
			{Metadata: w.url + "/" + contoso + "/.well-known/openid-configuration", Version: "1.0", Tenants: []string{contoso}},
			{Metadata: w.url + "/common/v2.0/.well-known/openid-configuration", Version: "2.0"},
		},
		Audiences: []string{audience}, Client: w.client, Now: w.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(t.Context(), token)
	if err != nil {
		t.Fatalf("%v\n%s", err, payload(t, token))
	}
	return got
}

func payload(t *testing.T, token string) string {
	t.Helper()
	text, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wantOrders checks a token for Dataverse.
func (w *world) wantOrders(t *testing.T, token string) {
	t.Helper()
	got := w.verify(t, token, dataverse)
	if !got.App || got.ApplicationID != orders || got.ObjectID != ordersObject || got.Tenant != contoso || got.Version != "1.0" || got.Audience != dataverse {
		t.Errorf("the token says %+v", got)
	}
}

func TestAzidentity(t *testing.T) {
	w := start(t)
	options := azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.url}, Transport: w.client}
	bySecret, err := azidentity.NewClientSecretCredential(contoso, orders, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	certificates, key, err := azidentity.ParseCertificates(newIdentity().pem, nil)
	if err != nil {
		t.Fatal(err)
	}
	byCertificate, err := azidentity.NewClientCertificateCredential("contoso.example", orders, certificates, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: options, DisableInstanceDiscovery: true, SendCertificateChain: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, credential := range map[string]azcore.TokenCredential{"secret": bySecret, "certificate": byCertificate} {
		t.Run(name, func(t *testing.T) {
			token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{dataverse + "/.default"}})
			if err != nil {
				t.Fatal(err)
			}
			w.wantOrders(t, token.Token)
		})
	}
}

func TestAzidentityTellsWhatIsWrong(t *testing.T) {
	w := start(t)
	options := &azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: true,
		ClientOptions: azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.url}, Transport: w.client}}
	for code, try := range map[string]struct{ tenant, client, secret, scope string }{
		"AADSTS7000215": {contoso, orders, "wrong", dataverse},
		"AADSTS7000222": {contoso, orders, oldSecret, dataverse},
		"AADSTS700016":  {contoso, nobody, secret, dataverse},
		"AADSTS90002":   {nobody, orders, secret, dataverse},
		"AADSTS500011":  {contoso, orders, secret, "https://unknown.crm.test"},
	} {
		credential, err := azidentity.NewClientSecretCredential(try.tenant, try.client, try.secret, options)
		if err != nil {
			t.Fatal(err)
		}
		_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{try.scope + "/.default"}})
		if err == nil || !strings.Contains(err.Error(), code+":") {
			t.Errorf("%s reached the caller as %v", code, err)
		}
	}
}

func TestMSAL(t *testing.T) {
	w := start(t)
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
	for name, credential := range map[string]confidential.Credential{"secret": bySecret, "certificate": byCertificate} {
		for _, tenant := range []string{contoso, "contoso.example"} {
			t.Run(name+" "+tenant, func(t *testing.T) {
				app, err := confidential.New(w.url+"/"+tenant, orders, credential, confidential.WithInstanceDiscovery(false), confidential.WithHTTPClient(w.client))
				if err != nil {
					t.Fatal(err)
				}
				token, err := app.AcquireTokenByCredential(context.Background(), []string{dataverse + "/.default"})
				if err != nil {
					t.Fatal(err)
				}
				w.wantOrders(t, token.AccessToken)
			})
		}
	}
}

// x/oauth2 sends Basic first, and both forms of the secret's odd characters must survive.
func TestOAuth2(t *testing.T) {
	w := start(t)
	ctx := context.WithValue(t.Context(), oauth2.HTTPClient, w.client)
	for _, text := range []string{secret, odd} {
		for name, style := range map[string]oauth2.AuthStyle{"detected": oauth2.AuthStyleAutoDetect, "header": oauth2.AuthStyleInHeader, "body": oauth2.AuthStyleInParams} {
			config := clientcredentials.Config{ClientID: orders, ClientSecret: text, TokenURL: w.url + v2, Scopes: []string{dataverse + "/.default"}, AuthStyle: style}
			token, err := config.Token(ctx)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			w.wantOrders(t, token.AccessToken)
		}
	}
}

// go-oidc compares issuers character by character, and verifies a v2.0 token.
func TestGoOIDC(t *testing.T) {
	w := start(t)
	ctx := relying.ClientContext(t.Context(), w.client)
	provider, err := relying.NewProvider(ctx, w.url+"/"+contoso+"/v2.0")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := w.token(t, v2, form("scope", "api://orders/.default")).body["access_token"].(string)
	token, err := provider.Verifier(&relying.Config{ClientID: api}).Verify(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	var said struct {
		Azp, Ver string
		Roles    []string
	}
	if err := token.Claims(&said); err != nil || said.Azp != orders || said.Ver != "2.0" || len(said.Roles) != 1 || said.Roles[0] != "Orders.Read" {
		t.Errorf("the token says %+v, %v", said, err)
	}
	v1Provider, err := relying.NewProvider(relying.InsecureIssuerURLContext(ctx, w.url+"/"+contoso+"/"), w.url+"/"+contoso)
	if err != nil {
		t.Fatal(err)
	}
	text, _ = w.token(t, v1, form("resource", dataverse)).body["access_token"].(string)
	if _, err := v1Provider.Verifier(&relying.Config{ClientID: dataverse}).Verify(ctx, text); err != nil {
		t.Error(err)
	}
}

// Header and claims of a token are those of Entra facts 1.5 and 3.1, in their order.
func TestMembersOfTokens(t *testing.T) {
	w := start(t)
	for name, try := range map[string]struct{ scope, header, claims string }{
		"v1.0": {dataverse, "typ alg x5t kid", "aud iss iat nbf exp aio appid appidacr idp idtyp oid rh sub tid uti ver"},
		"v2.0": {"api://orders", "typ alg kid", "aud iss iat nbf exp aio azp azpacr oid rh roles sub tid uti ver"},
	} {
		text, _ := w.token(t, v2, form("scope", try.scope+"/.default")).body["access_token"].(string)
		head, err := base64.RawURLEncoding.DecodeString(strings.Split(text, ".")[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := members(t, string(head)); got != try.header {
			t.Errorf("%s: header has %s", name, got)
		}
		if got := members(t, payload(t, text)); got != try.claims {
			t.Errorf("%s: claims are %s", name, got)
		}
	}
}

// members are the names in a JSON object, in order.
func members(t *testing.T, object string) string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(object))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var value any
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return strings.Join(names, " ")
}
