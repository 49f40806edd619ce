package stead

import (
	"fmt"

	"github.com/stead-s2s/stead/environment"
)

// PrivilegeUse is a privilege that an application user used.
type PrivilegeUse = environment.PrivilegeUse

// PrivilegesUsed lists the privileges that an application's user in the named environment
// used since the system began to run: the least that its role has to give. A request is
// counted when its answer has begun. application is a client id.
func (s *System) PrivilegesUsed(environmentName, application string) ([]PrivilegeUse, error) {
	for i, e := range s.World.Environments {
		if e.Name != environmentName {
			continue
		}
		g := &s.places.environments[i].gate
		g.mu.RLock()
		defer g.mu.RUnlock()
		if house, ok := g.house.(*environment.Server); ok {
			return house.PrivilegesUsed(application)
		}
		return nil, fmt.Errorf("environment %s is not open", environmentName)
	}
	return nil, fmt.Errorf("no environment %q in this world", environmentName)
}
