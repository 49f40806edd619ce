package dataverse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// Factory makes clients of many environments, of many tenants. Clients of one environment are one client,
// and environments of one tenant share a credential, so that tokens are fetched once.
type Factory struct {
	credential func(tenant string) (azcore.TokenCredential, error)
	options    *ClientOptions
	pipeline   runtime.Pipeline

	mu          sync.Mutex
	clients     map[string]*made[*Client]                // by origin
	credentials map[string]*made[azcore.TokenCredential] // by tenant
}

// made is a value that is made once, by the first who asks; an error is not kept.
type made[T any] struct {
	mu    sync.Mutex
	done  bool
	value T
}

func (m *made[T]) get(make func() (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done {
		return m.value, nil
	}
	value, err := make()
	if err == nil {
		m.value, m.done = value, true
	}
	return value, err
}

// NewFactory makes a factory. Credential is called once for each tenant, with the tenant's id.
func NewFactory(credential func(tenant string) (azcore.TokenCredential, error), o *ClientOptions) *Factory {
	options := o.orDefault().ClientOptions
	return &Factory{
		credential: credential, options: o,
		pipeline:    runtime.NewPipeline(moduleName, moduleVersion, runtime.PipelineOptions{}, &options),
		clients:     map[string]*made[*Client]{},
		credentials: map[string]*made[azcore.TokenCredential]{},
	}
}

// Client gives the client of an environment. The first call for an environment asks it for its tenant: the
// credential's function decides whether to have anything to do with that one.
func (f *Factory) Client(ctx context.Context, environment string) (*Client, error) {
	origin, err := parseOrigin(environment)
	if err != nil {
		return nil, err
	}
	return entry(f, f.clients, origin.String()).get(func() (*Client, error) {
		tenant, err := discoverTenant(ctx, f.pipeline, origin)
		if err != nil {
			return nil, err
		}
		credential, err := entry(f, f.credentials, tenant).get(func() (azcore.TokenCredential, error) { return f.credential(tenant) })
		if err != nil {
			return nil, fmt.Errorf("dataverse: credential for tenant %s of %s: %w", tenant, origin, err)
		}
		return NewClient(origin.String(), credential, f.options)
	})
}

func entry[T any](f *Factory, m map[string]*made[T], key string) *made[T] {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m[key] == nil {
		m[key] = &made[T]{}
	}
	return m[key]
}

// discoverTenant asks an environment without a token, which makes it say where tokens come from.
func discoverTenant(ctx context.Context, p runtime.Pipeline, origin *url.URL) (string, error) {
	q, err := runtime.NewRequest(ctx, http.MethodGet, origin.String()+root+"WhoAmI")
	if err != nil {
		return "", err
	}
	response, err := p.Do(q)
	if err != nil {
		return "", fmt.Errorf("dataverse: ask %s for its tenant: %w", origin, err)
	}
	runtime.Drain(response)
	for _, challenge := range response.Header.Values("WWW-Authenticate") {
		if tenant, found := tenantIn(challenge); found {
			return tenant, nil
		}
	}
	return "", fmt.Errorf("dataverse: %s does not name its tenant: it answered %s", origin, response.Status)
}

// tenantIn reads the tenant from a challenge, whose values the service does not quote (Dataverse facts C):
// Bearer authorization_uri=https://login.microsoftonline.com/<tenant>/oauth2/authorize, resource_id=…
func tenantIn(challenge string) (string, bool) {
	_, rest, found := strings.Cut(challenge, "authorization_uri=")
	if !found {
		return "", false
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(rest, `"`), ",")
	u, err := url.Parse(strings.Trim(address, `" `))
	if err != nil {
		return "", false
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if strings.Trim(strings.ToLower(tenant), "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || strings.HasPrefix(tenant, ".") || tenant == "common" {
		return "", false
	}
	return tenant, tenant != ""
}
