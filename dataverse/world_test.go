package dataverse_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	stead "github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/operator"
)

// The tests of the package share one world: a real authority and real environments, over TLS.
var (
	world stead.World
	desk  *operator.Client
	trust *http.Client
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	system, err := stead.Start(context.Background(), stead.Config{Ephemeral: true, Operator: true, Rows: 200, Limits: "off"})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer system.Close()
	world = system.World
	if desk, err = stead.OpenOperator(system.Data); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if trust, err = trusting(world.CA); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer trust.CloseIdleConnections()
	return m.Run()
}

func trusting(file string) (*http.Client, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16}}, nil
}

// credential gives the credential of an application of the world.
func credential(name string) azcore.TokenCredential {
	app, found := world.App(name)
	if !found {
		panic("no application " + name)
	}
	c, err := azidentity.NewClientSecretCredential(app.TenantID, app.ClientID, app.Secret, &azidentity.ClientSecretCredentialOptions{
		DisableInstanceDiscovery: true,
		ClientOptions:            azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: world.Authority}, Transport: trust},
	})
	if err != nil {
		panic(err)
	}
	return c
}

func environmentURL(name string) string {
	e, found := world.Environment(name)
	if !found {
		panic("no environment " + name)
	}
	return e.URL
}

// quick retries without waiting where nobody says how long.
var quick = policy.RetryOptions{RetryDelay: time.Millisecond}

// dial gives a client of an application in an environment.
func dial(app, environment string, via policy.Transporter) *dataverse.Client {
	if via == nil {
		via = trust
	}
	c, err := dataverse.NewClient(environmentURL(environment), credential(app), &dataverse.ClientOptions{
		ClientOptions: azcore.ClientOptions{Transport: via, Retry: quick},
	})
	if err != nil {
		panic(err)
	}
	return c
}

// asApp is the administrator's client, which all tests may share: clients do not change.
var asApp = sync.OnceValue(func() *dataverse.Client { return dial("contoso-app", "contoso", nil) })

// Account is a row as most tests see it.
type Account struct {
	ID      dataverse.ID     `dv:"accountid,key"`
	Name    string           `dv:"name"`
	Number  string           `dv:"accountnumber"`
	Revenue *dataverse.Money `dv:"revenue"`
	Staff   *int             `dv:"numberofemployees"`
	Primary dataverse.Ref    `dv:"primarycontactid,bind=contacts"`
	Created time.Time        `dv:"createdon,readonly"`
	ETag    dataverse.ETag   `dv:"@odata.etag"`
}

// Contact is a row that accounts point to.
type Contact struct {
	ID   dataverse.ID `dv:"contactid,key"`
	Last string       `dv:"lastname"`
	Full string       `dv:"fullname,readonly"`
}

func amount(text string) *dataverse.Money {
	m := dataverse.Money(text)
	return &m
}

// dialIn gives a client in a world of the test's own.
func dialIn(w stead.World, via *http.Client, app, environment string, o *dataverse.ClientOptions) *dataverse.Client {
	a, _ := w.App(app)
	e, _ := w.Environment(environment)
	credential, err := azidentity.NewClientSecretCredential(a.TenantID, a.ClientID, a.Secret, &azidentity.ClientSecretCredentialOptions{
		DisableInstanceDiscovery: true,
		ClientOptions:            azcore.ClientOptions{Cloud: cloud.Configuration{ActiveDirectoryAuthorityHost: w.Authority}, Transport: via},
	})
	if err != nil {
		panic(err)
	}
	c, err := dataverse.NewClient(e.URL, credential, o)
	if err != nil {
		panic(err)
	}
	return c
}
