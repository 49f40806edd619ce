package stead

import (
	"net/http"
	"sync"

	"github.com/stead-s2s/stead/environment"
)

// gate lets requests through to a house, and holds them while the house is copied or
// exchanged for another.
type gate struct {
	mu    sync.RWMutex
	house http.Handler // set while mu is locked, or before anything is served
}

// ServeHTTP answers with the house there is when the request gets through.
func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	g.house.ServeHTTP(w, r)
}

// through gives a handler that is chosen when the request has got through.
func (g *gate) through(choose func() http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mu.RLock()
		defer g.mu.RUnlock()
		choose().ServeHTTP(w, r)
	})
}

// faulted tells an environment that an injected fault ended a request.
func (g *gate) faulted(r *http.Request) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if e, ok := g.house.(*environment.Server); ok {
		e.Faulted(r)
	}
}

// pause waits for running requests and holds new ones until resume. Environments are
// closed before the authority: what runs in them may have to ask it for its keys.
func (s *System) pause() (resume func()) {
	all := s.places.all()
	held := append(all[1:], all[0])
	for _, p := range held {
		p.gate.mu.Lock()
	}
	return func() {
		for _, p := range held {
			p.gate.mu.Unlock()
		}
	}
}

// broken answers where a house could not be opened again.
type broken struct{ error }

// ServeHTTP says that there is nothing.
func (b broken) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, b.Error(), http.StatusServiceUnavailable)
}
