package environment

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/discovery"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/oidc"
)

// DiscoveryPath begins the paths of the global discovery service.
const DiscoveryPath = discovery.Path

// DiscoveryConfig says over what the global discovery service is composed. Every field is
// needed, Logger excepted.
type DiscoveryConfig struct {
	URL string // its own, which tokens for it name: scheme and host
	// Issuers are trusted for the tenants that they list.
	Issuers          []Issuer
	AuthorizationURI string // of challenges
	HTTPClient       *http.Client
	// Environments calls f with each environment that is open, until an error.
	Environments func(f func(*Server) error) error
	Logger       *slog.Logger
	Now          func() time.Time
}

// NewDiscovery gives the global discovery service (Dataverse facts 1.8): it tells people
// which environments they may enter.
func NewDiscovery(c DiscoveryConfig) (http.Handler, error) {
	trusted := oidc.Config{Audiences: []string{c.URL}, Client: c.HTTPClient, Now: c.Now}
	for _, i := range c.Issuers {
		trusted.Issuers = append(trusted.Issuers, oidc.Issuer{Metadata: i.Metadata, Issuer: i.Issuer, Version: i.Version, Tenants: i.Tenants})
	}
	verifier, err := oidc.New(trusted)
	if err != nil {
		return nil, err
	}
	list := func(ctx context.Context, who access.Identity) (all []discovery.Instance, err error) {
		err = c.Environments(func(s *Server) error {
			i, member, err := s.instance(ctx, who)
			if member {
				all = append(all, i)
			}
			return err
		})
		return all, err
	}
	return discovery.New(discovery.Config{
		Verifier: verifier, Instances: list, URL: c.URL, AuthorizationURI: c.AuthorizationURI, Logger: c.Logger, Now: c.Now,
	}), nil
}

// instance describes the environment to a person who may enter it.
func (s *Server) instance(ctx context.Context, who access.Identity) (i discovery.Instance, member bool, err error) {
	tenant, err := meta.ParseID(s.config.TenantID)
	if err != nil || tenant != who.Tenant {
		return i, false, err
	}
	user, err := s.resolver.User(ctx, who)
	var refused *dverr.Error
	if errors.As(err, &refused) {
		return i, false, nil
	}
	if err != nil {
		return i, false, err
	}
	return discovery.Instance{
		ApiUrl: s.config.URL, DatacenterId: meta.ID{}.String(), DatacenterName: s.config.Region, EnvironmentId: s.config.organization.String(),
		FriendlyName: s.config.FriendlyName, Id: s.config.organization.String(), IsUserSysAdmin: user.Administrator(),
		LastUpdated: s.opened.UTC().Format(time.RFC3339), Region: s.config.Region, SchemaType: "Standard", TenantId: tenant.String(),
		UniqueName: s.config.Name, UrlName: s.config.Name, Version: serviceVersion, Url: s.config.URL,
	}, true, nil
}
