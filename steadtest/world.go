package steadtest

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
)

// Administrator is the application that seeds worlds and looks into them: a System
// Administrator in contoso and contoso-test.
const Administrator = "contoso-app"

// Options say what world to start. The zero value takes the default named beside a field.
type Options struct {
	// Environments are those to serve: "contoso", "contoso-test", "fabrikam"; contoso alone.
	Environments []string
	// Limits are the service protection limits of each user: "default", "off", "x0.01", or
	// "requests=60 time=12s concurrent=5 window=10s"; "default", the service's.
	Limits string
	// SeedFile is a file with a [Seed] to begin with; none.
	SeedFile string
	// Seed is put into the world after that of the file.
	Seed Seed
	// Rows is how many accounts, each with a contact, are generated in contoso beside the
	// ten sample accounts; none.
	Rows int
	// Certificates gives contoso-app and fabrikam-app certificates; secrets alone.
	Certificates bool
	// Logger gets what the world logs; nil: nothing is logged.
	Logger *slog.Logger
}

// template is what the worlds of this process begin with: keys and filled databases, made
// once. It holds no state of any world.
var template stead.Template

// World is a running world. It ends with its test.
type World struct {
	stead.World // ids, addresses, secrets

	URL    string // of the first environment, without a slash at its end
	Faults *Faults
	Clock  *Clock

	t      testing.TB
	system *stead.System
	client *http.Client
	log    *requestLog

	mu          sync.Mutex                        // guards what follows, and Apps
	credentials map[string]azcore.TokenCredential // by application
	rows        map[string]dataverse.Ref          // those that seeds named
}

// Start starts a world and ends it when the test ends; nil takes the defaults. It fails the
// test at once if the world does not start.
func Start(t testing.TB, o *Options) *World {
	t.Helper()
	if o == nil {
		o = &Options{}
	}
	seeds, err := o.seeds()
	if err != nil {
		t.Fatalf("seed: %v", err)
	}
	log := &requestLog{}
	system, err := stead.Start(t.Context(), stead.Config{
		Ephemeral: true, Operator: true, Template: &template, Environments: o.environments(), WithoutCertificates: !o.Certificates,
		Limits: o.Limits, Rows: o.Rows, People: newcomers(seeds, o.environments()[0]), Logger: o.Logger, Front: log.front,
	})
	if err != nil {
		t.Fatalf("start a world: %v", err)
	}
	w := &World{
		World: system.World, URL: system.World.Environments[0].URL,
		Faults: &Faults{system.Operator()}, Clock: &Clock{system.Operator()},
		t: t, system: system, client: trusting(system), log: log, credentials: map[string]azcore.TokenCredential{}, rows: map[string]dataverse.Ref{},
	}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		if err := system.Close(); err != nil {
			t.Errorf("end the world: %v", err)
		}
	})
	for _, s := range seeds {
		w.Seed(t, s)
	}
	return w
}

func (o *Options) environments() []string {
	if len(o.Environments) == 0 {
		return []string{"contoso"}
	}
	return o.Environments
}

// seeds are what to begin with, in order.
func (o *Options) seeds() ([]Seed, error) {
	if o.SeedFile == "" {
		return []Seed{o.Seed}, nil
	}
	s, err := ReadSeed(o.SeedFile)
	return []Seed{s, o.Seed}, err
}

// newcomers are the people whom seeds want made; home is the environment of seeds that name none.
func newcomers(seeds []Seed, home string) []stead.NewPerson {
	var all []stead.NewPerson
	for _, s := range seeds {
		for _, p := range s.People {
			if !p.New {
				continue
			}
			e := cmp.Or(s.Environment, home)
			tenant, _, _ := strings.Cut(e, "-")
			all = append(all, stead.NewPerson{Name: p.Name, First: p.First, Last: p.Last, Tenant: tenant, Environments: []string{e}})
		}
	}
	return all
}

// trusting is an HTTP client that trusts the world's certificate authority alone.
func trusting(s *stead.System) *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: s.Roots()}, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 16,
	}}
}

// HTTP is a client that trusts the world's certificate authority, and nobody else. It is an
// azcore Transport too.
func (w *World) HTTP() *http.Client { return w.client }

// Credential is the credential of an application of the world, by name: azidentity's, which
// gets real tokens over the wire. Asked again, it is the same one, with the tokens it keeps.
func (w *World) Credential(app string) azcore.TokenCredential {
	w.t.Helper()
	c, err := w.credential(app)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *World) credential(app string) (azcore.TokenCredential, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if known := w.credentials[app]; known != nil {
		return known, nil
	}
	a, found := w.App(app)
	if !found {
		return nil, fmt.Errorf("no application %q in this world: there are %s", app, w.appNames())
	}
	made, err := azidentity.NewClientSecretCredential(a.TenantID, a.ClientID, a.Secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: w.ClientOptions(), DisableInstanceDiscovery: true,
	})
	if err != nil {
		return nil, fmt.Errorf("credential of %s: %w", app, err)
	}
	w.credentials[app] = made
	return made, nil
}

// ClientOptions are those of any client of the Azure SDK that is to live in this world.
func (w *World) ClientOptions() azcore.ClientOptions {
	return azcore.ClientOptions{
		Transport: w.client,
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: w.Authority, Services: map[cloud.ServiceName]cloud.ServiceConfiguration{}},
	}
}

func (w *World) appNames() string {
	var names []string
	for _, a := range w.Apps {
		names = append(names, a.Name)
	}
	return strings.Join(names, ", ")
}

// Person finds a person by user principal name or by what stands before its @: "ben".
func (w *World) Person(name string) stead.Person {
	w.t.Helper()
	p, err := w.person(name)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *World) person(name string) (stead.Person, error) {
	var names []string
	for _, p := range w.Users {
		short, _, _ := strings.Cut(p.UPN, "@")
		if strings.EqualFold(name, p.UPN) || strings.EqualFold(name, short) {
			return p, nil
		}
		names = append(names, short)
	}
	return stead.Person{}, fmt.Errorf("no person %q in this world: there are %s", name, strings.Join(names, ", "))
}

// In gives the address of an environment by name.
func (w *World) In(environment string) string {
	w.t.Helper()
	e, found := w.Environment(environment)
	if !found {
		w.t.Fatalf("environment %q is not served: name it in Options.Environments", environment)
	}
	return e.URL
}
