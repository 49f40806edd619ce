package dataverse_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/operator"
)

// ben is a person with the role Basic User; cleo another.
func person(t *testing.T, upn string) (object, user dataverse.ID) {
	t.Helper()
	for _, p := range world.Users {
		for _, u := range p.SystemUsers {
			if p.UPN == upn && u.Environment == "contoso" {
				return dataverse.MustID(p.ObjectID), dataverse.MustID(u.SystemUserID)
			}
		}
	}
	t.Fatalf("nobody is %s", upn)
	return
}

// However a user is named, what is done for them is done in their name; the client it came from stays
// the application.
func TestImpersonation(t *testing.T) {
	ctx := t.Context()
	object, user := person(t, "ben@contoso.example")
	before, err := asApp().WhoAmI(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for name, who := range map[string]dataverse.Principal{
		"object": dataverse.EntraObjectID(object), "user": dataverse.SystemUserID(user), "upn": dataverse.UPN("Ben@contoso.example"),
	} {
		for range 2 {
			if me, err := asApp().As(who).WhoAmI(ctx); err != nil || me.UserID != user {
				t.Errorf("%s: %+v %v", name, me, err)
			}
		}
	}
	id, err := dataverse.Table[dataverse.Row](asApp(), "accounts").As(dataverse.EntraObjectID(object)).Create(ctx, dataverse.Row{"name": "Ben's"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	row, err := dataverse.Table[dataverse.Row](asApp(), "accounts").Get(ctx, id, &dataverse.GetOptions{
		Query: dataverse.Query{}.Select("_createdby_value", "_createdonbehalfby_value").Annotations(dataverse.LookupTables, dataverse.FormattedValues),
	})
	if err != nil || row.ID("createdby") != user || row.ID("createdonbehalfby") != before.UserID || row.Ref("createdby").Set != "systemusers" || row.Formatted("createdby") != "Ben Basic" {
		t.Errorf("%v %v", row, err)
	}
	if after, err := asApp().WhoAmI(ctx); err != nil || after != before {
		t.Errorf("the application is %+v, was %+v: %v", after, before, err)
	}
	if _, err := asApp().As(dataverse.UPN("nobody@contoso.example")).WhoAmI(ctx); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if me, err := asApp().As(dataverse.EntraObjectID{}).WhoAmI(ctx); err == nil {
		t.Errorf("the zero id is %+v", me)
	}
}

// What is missing is told: the privilege, and which link of the chain broke.
func TestBrokenLinks(t *testing.T) {
	ctx := t.Context()
	object, user := person(t, "ben@contoso.example")
	me, err := asApp().WhoAmI(ctx)
	if err != nil {
		t.Fatal(err)
	}
	role := dataverse.Row{"name": "x", "businessunitid": dataverse.RefTo("businessunits", me.BusinessUnitID)}
	_, err = dataverse.Table[dataverse.Row](asApp().As(dataverse.EntraObjectID(object)), "roles").Create(ctx, role, nil)
	wantLink(t, "privilege", err, dataverse.LinkPrivilege, dataverse.ErrForbidden)
	var refused *dataverse.Error
	if !errors.As(err, &refused) {
		t.Fatal(err)
	}
	if p, is := refused.MissingPrivilege(); !is || p.Name != "prvCreateRole" || p.Principal != user || p.Table != "role" {
		t.Errorf("%+v in %v", p, err)
	}
	var azure *azcore.ResponseError
	if !errors.As(err, &azure) || azure.StatusCode != 403 || azure.ErrorCode != "0x80040220" || refused.RequestID == "" || refused.ClientRequestID == "" {
		t.Errorf("%+v", refused)
	}
	_, err = dial("contoso-reader", "contoso", nil).As(dataverse.SystemUserID(user)).WhoAmI(ctx)
	wantLink(t, "impersonation", err, dataverse.LinkImpersonation, dataverse.ErrForbidden)
	_, err = dial("contoso-unassigned", "contoso", nil).WhoAmI(ctx)
	wantLink(t, "application user", err, dataverse.LinkApplicationUser, dataverse.ErrForbidden)

	_, err = dial("contoso-app", "fabrikam", nil).WhoAmI(ctx)
	wantLink(t, "a tenant without the resource", err, dataverse.LinkResource, dataverse.ErrUnauthorized)

	bad := withSecret(t, "not the secret")
	c, err := dataverse.NewClient(environmentURL("contoso"), bad, &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust, Retry: quick}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.WhoAmI(ctx)
	wantLink(t, "secret", err, dataverse.LinkCredential, dataverse.ErrUnauthorized)
	if text := err.Error(); strings.Contains(text, "not the secret") || !strings.HasPrefix(text, "dataverse: no token, the credential is at fault: AADSTS7000215: ") || strings.Contains(text, "\n") {
		t.Error(text)
	}
	other, err := dataverse.NewClient(environmentURL("contoso"), fixed{credential("contoso-app"), environmentURL("contoso-test") + "/.default"},
		&dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust, Retry: quick}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = other.WhoAmI(ctx)
	wantLink(t, "audience", err, dataverse.LinkToken, dataverse.ErrUnauthorized)
}

func wantLink(t *testing.T, what string, err error, link dataverse.Link, kind dataverse.Kind) {
	t.Helper()
	if got, known := dataverse.BrokenLink(err); !known || got != link || !errors.Is(err, kind) {
		t.Errorf("%s: %q %v: %v", what, got, known, err)
	}
}

// Each link is known by the code of the environment.
func TestAdministrationMode(t *testing.T) {
	f, err := desk.Inject(t.Context(), operator.Order{Kind: "admin-mode", Environment: "contoso"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = desk.Clear(context.Background(), f.ID) })
	_, err = dial("contoso-reader", "contoso", nil).WhoAmI(t.Context())
	wantLink(t, "administration mode", err, dataverse.LinkAdminMode, dataverse.ErrForbidden)
}

func withSecret(t *testing.T, secret string) azcore.TokenCredential {
	t.Helper()
	app, _ := world.App("contoso-app")
	options := &azidentity.ClientSecretCredentialOptions{DisableInstanceDiscovery: true}
	options.Cloud.ActiveDirectoryAuthorityHost, options.Transport = world.Authority, trust
	c, err := azidentity.NewClientSecretCredential(app.TenantID, app.ClientID, secret, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fixed gets tokens for one scope whatever is asked for.
type fixed struct {
	azcore.TokenCredential
	scope string
}

func (f fixed) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	o.Scopes = []string{f.scope}
	return f.TokenCredential.GetToken(ctx, o)
}

// Two environments of a tenant share a credential, and an environment has one client.
func TestFactory(t *testing.T) {
	made := map[string]int{}
	f := dataverse.NewFactory(func(tenant string) (azcore.TokenCredential, error) {
		made[tenant]++
		if fabrikam, _ := world.Tenant("fabrikam"); tenant == fabrikam.ID {
			return credential("fabrikam-app"), nil
		}
		return credential("contoso-app"), nil
	}, &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust, Retry: quick}})
	for range 2 {
		for _, name := range []string{"contoso", "contoso-test", "fabrikam"} {
			c, err := f.Client(t.Context(), environmentURL(name))
			if err != nil {
				t.Fatal(err)
			}
			e, _ := world.Environment(name)
			if me, err := c.WhoAmI(t.Context()); err != nil || me.OrganizationID.String() != e.OrganizationID {
				t.Errorf("%s: %+v %v", name, me, err)
			}
		}
	}
	first, _ := f.Client(t.Context(), environmentURL("contoso"))
	again, _ := f.Client(t.Context(), environmentURL("contoso")+"/")
	if first != again || len(made) != 2 {
		t.Errorf("credentials %v, same client %v", made, first == again)
	}
}

// A connection string of the .NET client's makes a client without further modules.
func TestConnectionString(t *testing.T) {
	app, _ := world.App("contoso-app")
	options := &dataverse.ClientOptions{ClientOptions: azcore.ClientOptions{Transport: trust, Retry: quick}}
	options.Cloud.ActiveDirectoryAuthorityHost = world.Authority
	text := "AuthType=ClientSecret;Url=" + environmentURL("contoso") + ";ClientId=" + app.ClientID + ";ClientSecret="
	c, err := dataverse.NewClientFromConnectionString(text+app.Secret, nil, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context()); err != nil {
		t.Error(err)
	}
	wrong, err := dataverse.NewClientFromConnectionString(text+"hunter2", nil, options)
	if err != nil {
		t.Fatal(err)
	}
	_, err = wrong.WhoAmI(t.Context())
	wantLink(t, "wrong secret", err, dataverse.LinkCredential, dataverse.ErrUnauthorized)
	if strings.Contains(err.Error(), "hunter2") {
		t.Error("the secret is in the error")
	}
	maker := func(s dataverse.ConnectionString) (azcore.TokenCredential, error) {
		if s.AuthType != "Certificate" || s.Thumbprint != "AB" {
			t.Errorf("%+v", s)
		}
		return credential("contoso-app"), nil
	}
	c, err = dataverse.NewClientFromConnectionString("AuthType=Certificate;Thumbprint=AB;Url="+environmentURL("contoso"), maker, options)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := dataverse.NewClientFromConnectionString("AuthType=OAuth;Url=https://x;Username=a", nil, nil); err == nil {
		t.Error("OAuth needs a maker")
	}
}

// A log tells what happened and neither tokens, ids acted for, filters nor keys.
func TestLogHoldsNoSecrets(t *testing.T) {
	var lines bytes.Buffer
	object, _ := person(t, "ben@contoso.example")
	options := azcore.ClientOptions{Transport: trust, Retry: quick,
		PerRetryPolicies: []policy.Policy{dataverse.Logging(slog.New(slog.NewJSONHandler(&lines, nil)))}}
	c, err := dataverse.NewClient(environmentURL("contoso"), credential("contoso-app"), &dataverse.ClientOptions{ClientOptions: options})
	if err != nil {
		t.Fatal(err)
	}
	accounts := dataverse.Table[Account](c.As(dataverse.EntraObjectID(object)), "accounts")
	_, _ = accounts.Count(t.Context(), dataverse.Where("name").Eq("Private"))
	_, _ = accounts.Get(t.Context(), dataverse.AltKey{"accountnumber": "Private"}, nil)
	text := lines.String()
	if strings.Contains(text, "Bearer") || strings.Contains(text, "Private") || strings.Contains(text, object.String()) || !strings.Contains(text, `"status":200`) || !strings.Contains(text, "request_id") {
		t.Error(text)
	}
}

// The program names itself, and nobody's token leaves over plain HTTP.
func TestClientManners(t *testing.T) {
	var agent string
	spy := transport(func(r *http.Request) (*http.Response, error) {
		agent = r.Header.Get("User-Agent")
		return trust.Do(r)
	})
	c, err := dataverse.NewClient(environmentURL("contoso"), credential("contoso-app"), &dataverse.ClientOptions{App: "nightly/1.4", ClientOptions: azcore.ClientOptions{Transport: spy}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.WhoAmI(t.Context()); err != nil || !strings.HasPrefix(agent, "nightly/1.4 azsdk-go-dataverse/") {
		t.Errorf("%q %v", agent, err)
	}
	plain, err := dataverse.NewClient("http://contoso.example", credential("contoso-app"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plain.WhoAmI(t.Context()); err == nil {
		t.Error("a token over plain HTTP")
	}
	for _, bad := range []string{"", "ftp://x", "https://user@x"} {
		if _, err := dataverse.NewClient(bad, credential("contoso-app"), nil); err == nil {
			t.Errorf("%q is an environment", bad)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) Do(r *http.Request) (*http.Response, error) { return t(r) }
