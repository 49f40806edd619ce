package dataverse

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

const (
	moduleName    = "dataverse"
	moduleVersion = "v0.1.0"
	root          = "/api/data/v9.2/"
)

// ClientOptions are what a client may be told. The zero value is right for most.
//
// Of the embedded options, Retry has defaults of its own: 6 retries, and waits of up to ten minutes
// where the server asks for them. A request whose repetition could do a thing twice is retried
// only where the server says that it did nothing. Transport is where to put an *http.Client that
// trusts a certificate authority of your own.
type ClientOptions struct {
	azcore.ClientOptions

	// App names the program in the User-Agent header, such as "nightly-sync/1.4": at most 24
	// characters, no blanks.
	App string
	// Governor, if any, keeps requests under the service protection limits.
	Governor Governor
}

// Client speaks to one environment. It is safe for concurrent use and never changes; [Client.As] and
// [Client.With] give others that share its connections and token.
type Client struct {
	*core
	as       Principal // nil: nobody but the application itself
	behavior Behavior
}

// core is what a client and those made from it share.
type core struct {
	inner  *azcore.Client
	origin *url.URL // scheme and host
	newID  func() ID
	codecs sync.Map // reflect.Type → *codec
	sets   sync.Map // logical name → entity set
	users  userCache
	tables sync.Map  // entity set → *facts
	rooms  sync.Pool // of *room

	logsBodies bool
}

// NewClient makes a client of the environment at an address such as
// "https://contoso.crm4.dynamics.com". Whatever path the address has is ignored. Nothing is sent
// yet: the first request asks the credential for a token.
func NewClient(environment string, credential azcore.TokenCredential, o *ClientOptions) (*Client, error) {
	if credential == nil {
		return nil, errors.New("dataverse: no credential")
	}
	origin, err := parseOrigin(environment)
	if err != nil {
		return nil, err
	}
	bearer := runtime.NewBearerTokenPolicy(explaining{credential}, []string{origin.String() + "/.default"},
		&policy.BearerTokenOptions{InsecureAllowCredentialWithHTTP: o.orDefault().InsecureAllowCredentialWithHTTP})
	return newClient(origin, bearer, o)
}

// NewClientWithNoCredential makes a client that sends no token: for tests, and for proxies that add one.
func NewClientWithNoCredential(environment string, o *ClientOptions) (*Client, error) {
	origin, err := parseOrigin(environment)
	if err != nil {
		return nil, err
	}
	return newClient(origin, nil, o)
}

func (o *ClientOptions) orDefault() ClientOptions {
	if o == nil {
		return ClientOptions{}
	}
	return *o
}

func newClient(origin *url.URL, authorize policy.Policy, o *ClientOptions) (*Client, error) {
	options := o.orDefault()
	options.Retry = retrying(options.Retry)
	if options.Telemetry.ApplicationID == "" {
		options.Telemetry.ApplicationID = options.App
	}
	var perRetry []policy.Policy
	if authorize != nil {
		perRetry = append(perRetry, authorize)
	}
	if options.Governor != nil {
		perRetry = append(perRetry, &governed{governor: options.Governor, host: origin.Host})
	}
	perRetry = append(perRetry, once{})
	inner, err := azcore.NewClient(moduleName, moduleVersion, runtime.PipelineOptions{
		AllowedHeaders:         loggedHeaders(),
		AllowedQueryParameters: loggedOptions(),
		PerCall:                []policy.Policy{runtime.NewRequestIDPolicy()},
		PerRetry:               perRetry,
		Tracing:                runtime.TracingOptions{Namespace: "Microsoft.PowerPlatform"},
	}, &options.ClientOptions)
	if err != nil {
		return nil, fmt.Errorf("dataverse: %w", err)
	}
	return &Client{core: &core{inner: inner, origin: origin, newID: NewID, logsBodies: options.Logging.IncludeBody}}, nil
}

// parseOrigin reads the address of an environment down to its host. A path, such as that of the Web
// API, and slashes at the end are taken off: a scope with two slashes names another resource
// (Dataverse facts 8, item 2).
func parseOrigin(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("dataverse: %q is not the address of an environment, such as https://contoso.crm4.dynamics.com", text)
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// URL is the address of the environment, without a slash at its end.
func (c *Client) URL() string { return c.origin.String() }

// loggedHeaders are the headers that logs show with their values, beside azcore's own. Tokens, cookies
// and the ids of users acted for are not among them.
func loggedHeaders() []string {
	return []string{
		"odata-version", "odata-maxversion", "prefer", "preference-applied", "if-match", "if-none-match",
		"retry-after", "req_id", "authactivityid", "x-ms-service-request-id", "x-ms-correlation-id",
		"x-ms-client-request-id", "x-ms-dop-hint", "x-ms-ratelimit-burst-remaining-xrm-requests",
		"x-ms-ratelimit-time-remaining-xrm-requests", "x-stead-help", "mscrm.solutionuniquename",
		"mscrm.suppressduplicatedetection", "mscrm.bypassbusinesslogicexecution",
	}
}

// loggedOptions are the options of addresses that hold names alone. Filters hold data.
func loggedOptions() []string { return []string{"$select", "$top", "$orderby", "$expand", "$count"} }
