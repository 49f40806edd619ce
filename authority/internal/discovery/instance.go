package discovery

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

// instance is the answer of instance discovery (Entra facts 1.6).
type instance struct {
	TenantDiscovery string  `json:"tenant_discovery_endpoint"`
	APIVersion      string  `json:"api-version"`
	Metadata        []alias `json:"metadata,omitempty"`
}

// alias lists the hosts that are one cloud.
type alias struct {
	PreferredNetwork string   `json:"preferred_network"`
	PreferredCache   string   `json:"preferred_cache"`
	Aliases          []string `json:"aliases"`
}

// Instance says whether an authorization endpoint belongs to this cloud, and where its
// tenant's metadata is. Only this authority's host does; its port may be missing, as one
// client drops it.
func (d *Documents) Instance(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	version, endpoint := query.Get("api-version"), query.Get("authorization_endpoint")
	switch {
	case version == "":
		return aadsts.MissingField.With("api-version")
	case endpoint == "":
		return aadsts.MissingField.With("authorization_endpoint")
	}
	at, err := url.Parse(endpoint)
	if err != nil || at.Scheme != "https" || !strings.EqualFold(at.Hostname(), d.hostname()) {
		return aadsts.UnknownInstance.With()
	}
	segment, rest, _ := strings.Cut(strings.TrimPrefix(at.Path, "/"), "/")
	p, err := tenancy.Resolve(d.Directory.Current(), segment)
	if err != nil {
		return err
	}
	answer := instance{TenantDiscovery: d.Issuers.BaseURL + "/" + p.Segment, APIVersion: version}
	if strings.Contains(strings.ToLower(rest), "v2.0") {
		answer.TenantDiscovery += "/v2.0"
	}
	answer.TenantDiscovery += "/.well-known/openid-configuration"
	if version != "1.0" {
		answer.Metadata = []alias{{PreferredNetwork: d.host(), PreferredCache: d.host(), Aliases: []string{d.host()}}}
	}
	return writeCached(w, answer)
}

// realm is the answer about the realm of a user (Entra facts 4.8). A domain that is
// nobody's is Unknown and has no name.
type realm struct {
	Version      string `json:"ver"`
	AccountType  string `json:"account_type"`
	DomainName   string `json:"domain_name,omitempty"`
	InstanceName string `json:"cloud_instance_name"`
	AudienceURN  string `json:"cloud_audience_urn"`
}

// Realm says whether people of a domain sign in here. It says nothing about the person:
// whether there is such a user stays a secret.
func (d *Documents) Realm(w http.ResponseWriter, _ *http.Request, upn string) error {
	answer := realm{Version: "1.0", AccountType: "Unknown", InstanceName: instanceName, AudienceURN: "urn:federation:MicrosoftOnline"}
	if i := strings.LastIndexByte(upn, '@'); i >= 0 {
		domain := upn[i+1:]
		if _, found := d.Directory.Current().Tenant(domain); found && strings.Contains(domain, ".") {
			answer.AccountType, answer.DomainName = "Managed", strings.ToLower(domain)
		}
	}
	return writeCached(w, answer)
}

// host is host:port of the base URL, hostname without the port.
func (d *Documents) host() string { return d.base().Host }

func (d *Documents) hostname() string { return d.base().Hostname() }

func (d *Documents) base() *url.URL {
	u, err := url.Parse(d.Issuers.BaseURL)
	if err != nil { // checked when the authority is made
		return &url.URL{}
	}
	return u
}
