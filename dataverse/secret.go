package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
)

// secretCredential gets tokens with a client's secret. It is there for connection strings, so that those
// need no further module; azidentity does more.
type secretCredential struct {
	authority string
	id        string
	secret    Secret
	origin    *url.URL
	pipeline  runtime.Pipeline
	now       func() time.Time

	mu     sync.Mutex
	tenant string
}

func newSecretCredential(c ConnectionString, o *ClientOptions) (azcore.TokenCredential, error) {
	if !strings.EqualFold(c.AuthType, "ClientSecret") {
		return nil, fmt.Errorf("AuthType %q needs a credential of azidentity: give a function that makes it", c.AuthType)
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return nil, errors.New("AuthType ClientSecret needs ClientId and ClientSecret")
	}
	origin, err := parseOrigin(c.URL)
	if err != nil {
		return nil, err
	}
	options := o.orDefault().ClientOptions
	authority := strings.TrimRight(first(options.Cloud.ActiveDirectoryAuthorityHost, cloud.AzurePublic.ActiveDirectoryAuthorityHost), "/")
	if !strings.HasPrefix(authority, "https://") {
		return nil, fmt.Errorf("the authority %q is not behind TLS", authority)
	}
	return &secretCredential{
		authority: authority, id: c.ClientID, secret: c.ClientSecret, origin: origin, tenant: c.TenantID, now: time.Now,
		pipeline: runtime.NewPipeline(moduleName, moduleVersion, runtime.PipelineOptions{}, &options),
	}, nil
}

// GetToken implements azcore.TokenCredential.
func (c *secretCredential) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	tenant, err := c.homeTenant(ctx)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.id}, "client_secret": {string(c.secret)},
		"scope": {strings.Join(o.Scopes, " ")},
	}
	if o.Claims != "" {
		form.Set("claims", o.Claims)
	}
	return c.ask(ctx, c.authority+"/"+url.PathEscape(first(o.TenantID, tenant))+"/oauth2/v2.0/token", form)
}

// homeTenant is the tenant of the connection string, or that which the environment names. Only the tenant is
// taken from the environment, not the authority: the secret goes where the caller's options say.
func (c *secretCredential) homeTenant(ctx context.Context) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tenant != "" {
		return c.tenant, nil
	}
	tenant, err := discoverTenant(ctx, c.pipeline, c.origin)
	c.tenant = tenant
	return tenant, err
}

func (c *secretCredential) ask(ctx context.Context, address string, form url.Values) (token azcore.AccessToken, err error) {
	q, err := runtime.NewRequest(ctx, http.MethodPost, address)
	if err != nil {
		return token, err
	}
	body := streaming.NopCloser(strings.NewReader(form.Encode()))
	if err := q.SetBody(body, "application/x-www-form-urlencoded"); err != nil {
		return token, err
	}
	response, err := c.pipeline.Do(q)
	if err != nil {
		return token, err
	}
	text, err := runtime.Payload(response)
	if err != nil {
		return token, err
	}
	var got struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return token, fmt.Errorf("%s answered %s with what is not JSON", address, response.Status)
	}
	if got.AccessToken == "" {
		return token, final{fmt.Errorf("%s answered %s: %s: %s", address, response.Status, got.Error, got.Description)}
	}
	return azcore.AccessToken{Token: got.AccessToken, ExpiresOn: c.now().Add(time.Duration(got.ExpiresIn) * time.Second)}, nil
}
