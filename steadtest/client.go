package steadtest

import (
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/stead-s2s/stead/dataverse"
)

// kitAgent begins the user agent of what the kit asks by itself.
const kitAgent = "steadtest-kit"

// Client gives a client of the first environment for an application, by name. It retries
// without waiting where nobody says how long; told how long, it waits so long indeed.
func (w *World) Client(t testing.TB, app string) *dataverse.Client {
	t.Helper()
	return w.ClientIn(t, w.Environments[0].Name, app)
}

// ClientIn gives a client of an environment for an application, both by name.
func (w *World) ClientIn(t testing.TB, environment, app string) *dataverse.Client {
	t.Helper()
	return w.dial(w.In(environment), app, "")
}

// As gives a client of the first environment that acts for a person, as the world's
// administrator may: what it does is what the person may do.
func (w *World) As(t testing.TB, person string) *dataverse.Client {
	t.Helper()
	id, err := dataverse.ParseID(w.Person(person).ObjectID)
	if err != nil {
		t.Fatal(err)
	}
	return w.dial(w.URL, w.administrator(w.URL), "").As(dataverse.EntraObjectID(id))
}

// kit is the client of the kit itself, whose requests are not among the world's.
func (w *World) kit(url string) *dataverse.Client {
	return w.dial(url, w.administrator(url), kitAgent)
}

func (w *World) dial(url, app, agent string) *dataverse.Client {
	w.t.Helper()
	options := w.ClientOptions()
	options.Retry = policy.RetryOptions{RetryDelay: time.Millisecond}
	c, err := dataverse.NewClient(url, w.Credential(app), &dataverse.ClientOptions{ClientOptions: options, App: agent})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// administrator is the application that may do everything in an environment.
func (w *World) administrator(url string) string {
	if e, found := w.Environment("fabrikam"); found && e.URL == url {
		return "fabrikam-app"
	}
	return Administrator
}
