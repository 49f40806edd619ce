package stead

import "github.com/stead-s2s/stead/environment"

// discover makes the global discovery service of the world, which has a port of its own:
// tokens for it name its address, as those for an environment name that environment's.
func (s *System) discover() error {
	c := environment.DiscoveryConfig{
		URL: s.World.Discovery, AuthorizationURI: s.World.Authority + "/common/oauth2/authorize",
		HTTPClient: s.client, Environments: s.each, Logger: s.config.Logger, Now: s.config.Now,
	}
	for _, t := range s.World.Tenants {
		for _, i := range issuers(s.World.Authority, t.ID) {
			i.Tenants = []string{t.ID}
			c.Issuers = append(c.Issuers, i)
		}
	}
	h, err := environment.NewDiscovery(c)
	s.places.discovery.handler = h
	return err
}

// each calls f with every environment that is open. Houses are not exchanged meanwhile.
func (s *System) each(f func(*environment.Server) error) error {
	s.exchange.RLock()
	defer s.exchange.RUnlock()
	for _, e := range s.environments {
		if e == nil {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}
