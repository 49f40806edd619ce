package clients

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
)

// trusting is an HTTP client that trusts the world's certificate authority.
func trusting(t *testing.T) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(world.CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the CA file holds no certificate")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// whoAmI calls the environment with a token.
func whoAmI(t *testing.T, client *http.Client, url, token string) map[string]any {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/data/v9.2/WhoAmI", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var body map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

func clientOptions(client *http.Client) azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: world.Authority},
		Transport: client,
	}
}

func TestAzidentity(t *testing.T) {
	app, _ := world.App("contoso-app")
	environment, _ := world.Environment("contoso")
	client := trusting(t)
	bySecret, err := azidentity.NewClientSecretCredential(app.TenantID, app.ClientID, app.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: clientOptions(client), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(app.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	certs, key, err := azidentity.ParseCertificates(pem, nil)
	if err != nil {
		t.Fatal(err)
	}
	byCertificate, err := azidentity.NewClientCertificateCredential(app.TenantID, app.ClientID, certs, key,
		&azidentity.ClientCertificateCredentialOptions{ClientOptions: clientOptions(client), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, credential := range map[string]azcore.TokenCredential{"secret": bySecret, "certificate": byCertificate} {
		t.Run(name, func(t *testing.T) {
			token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{environment.URL + "/.default"}})
			if err != nil {
				t.Fatal(err)
			}
			wantMe(t, whoAmI(t, client, environment.URL, token.Token))
		})
	}
}

func TestManagedIdentity(t *testing.T) {
	app, _ := world.App("contoso-app")
	environment, _ := world.Environment("contoso")
	client := trusting(t)
	t.Setenv("IDENTITY_ENDPOINT", world.Authority+"/msi/token")
	t.Setenv("IDENTITY_HEADER", app.Secret)
	credential, err := azidentity.NewManagedIdentityCredential(&azidentity.ManagedIdentityCredentialOptions{
		ClientOptions: clientOptions(client), ID: azidentity.ClientID(app.ClientID),
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{environment.URL + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	wantMe(t, whoAmI(t, client, environment.URL, token.Token))
}

func TestMSALGo(t *testing.T) {
	app, _ := world.App("contoso-app")
	environment, _ := world.Environment("contoso")
	client := trusting(t)
	credential, err := confidential.NewCredFromSecret(app.Secret)
	if err != nil {
		t.Fatal(err)
	}
	// By domain name, as many people write it.
	msal, err := confidential.New(world.Authority+"/contoso.example", app.ClientID, credential,
		confidential.WithInstanceDiscovery(false), confidential.WithHTTPClient(client))
	if err != nil {
		t.Fatal(err)
	}
	token, err := msal.AcquireTokenByCredential(context.Background(), []string{environment.URL + "/.default"})
	if err != nil {
		t.Fatal(err)
	}
	wantMe(t, whoAmI(t, client, environment.URL, token.AccessToken))
}

// An application that is registered but has no user is told so, in the words of
// the service.
func TestUnassignedApplication(t *testing.T) {
	app, _ := world.App("contoso-unassigned")
	environment, _ := world.Environment("contoso")
	client := trusting(t)
	credential, err := azidentity.NewClientSecretCredential(app.TenantID, app.ClientID, app.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: clientOptions(client), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	token, err := credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{environment.URL + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	refusal, _ := whoAmI(t, client, environment.URL, token.Token)["error"].(map[string]any)
	if refusal["code"] != "0x80072560" || refusal["message"] != "The user is not a member of the organization." {
		t.Errorf("refused with %v", refusal)
	}
}

// fabrikam-app is not consented to in contoso: no token there.
func TestForeignApplication(t *testing.T) {
	app, _ := world.App("fabrikam-app")
	contoso, _ := world.Tenant("contoso")
	environment, _ := world.Environment("contoso")
	credential, err := azidentity.NewClientSecretCredential(contoso.ID, app.ClientID, app.Secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: clientOptions(trusting(t)), DisableInstanceDiscovery: true})
	if err != nil {
		t.Fatal(err)
	}
	_, err = credential.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: []string{environment.URL + "/.default"}})
	if err == nil || !strings.Contains(err.Error(), "AADSTS700016") {
		t.Errorf("got %v, want AADSTS700016", err)
	}
}
