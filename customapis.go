package stead

import (
	"fmt"
	"maps"
	"sync"

	"github.com/stead-s2s/stead/environment"
)

// CustomAPICall is a call of a custom API as a CustomAPIHandler sees it.
type CustomAPICall = environment.CustomAPICall

// CustomAPIHandler answers a custom API in the place of its plug-in.
type CustomAPIHandler = environment.CustomAPIHandler

// CustomAPIFailure is an error of a CustomAPIHandler that chooses its code and status.
type CustomAPIFailure = environment.CustomAPIFailure

// customAPIs are the handlers of custom APIs by environment and unique name: they outlive
// an environment that is exchanged when a snapshot is loaded.
type customAPIs struct {
	mu sync.Mutex
	by map[string]map[string]CustomAPIHandler
}

func (c *customAPIs) set(environmentName, name string, h CustomAPIHandler) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.by == nil {
		c.by = map[string]map[string]CustomAPIHandler{}
	}
	if c.by[environmentName] == nil {
		c.by[environmentName] = map[string]CustomAPIHandler{}
	}
	c.by[environmentName][name] = h
}

func (c *customAPIs) of(environmentName string) map[string]CustomAPIHandler {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.by[environmentName])
}

// HandleCustomAPI lets h answer the custom API of that unique name in the named
// environment, in the place of its plug-in, for as long as the system runs; nil takes the
// handler away. The custom API is declared as rows, before or after.
func (s *System) HandleCustomAPI(environmentName, name string, h CustomAPIHandler) error {
	for i, e := range s.World.Environments {
		if e.Name != environmentName {
			continue
		}
		s.exchange.RLock()
		defer s.exchange.RUnlock()
		s.handlers.set(environmentName, name, h)
		if i < len(s.environments) && s.environments[i] != nil {
			s.environments[i].HandleCustomAPI(name, h)
		}
		return nil
	}
	return fmt.Errorf("no environment %q in this world", environmentName)
}
