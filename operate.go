package stead

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/fault"
	"github.com/stead-s2s/stead/operator"
)

// operatorKeyFile holds the key of the operator's API, for who may read the directory.
const operatorKeyFile = "operator.key"

// operatorKey reads the operator's key; the first start makes it.
func operatorKey(dir string) (operator.Key, error) {
	path := filepath.Join(dir, operatorKeyFile)
	text, err := os.ReadFile(path)
	if err == nil {
		key, err := operator.ParseKey(string(text))
		if err != nil {
			return key, fmt.Errorf("%s: %w: delete that file to make another", path, err)
		}
		return key, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return operator.Key{}, err
	}
	key := operator.NewKey()
	return key, writeAtomically(path, []byte(key.Text()+"\n"))
}

// operate makes what an operator works with: the clock first, since the houses live by
// it, and the faults. Without an operator the clock goes as it goes.
func (s *System) operate() (err error) {
	if s.config.Operator {
		if s.key, err = operatorKey(s.Data); err != nil {
			return err
		}
		if s.clock, err = openClock(s.Data, s.config.Now); err != nil {
			return err
		}
		s.config.Now = s.clock.Now
	}
	s.faults = &fault.Set{Now: s.config.Now, Random: rand.Float64}
	return nil
}

// front puts in front of every house what stands there: faults, and before those, at the
// authority's port, the operator and the health page.
func (s *System) front() {
	for i, p := range s.places.environments {
		p.handler = s.faults.Handler(fault.Place{
			Name: environmentPlace(s.World.Environments[i].Name), Exempt: ownPaths, Caller: bearerApp, Logger: s.config.Logger,
			Refuse: func(how fault.Refusal) http.Handler {
				return p.gate.through(func() http.Handler { return refuseAs(p.gate.house, how) })
			},
			Ended: p.gate.faulted,
		}, &p.gate)
		p.handler = s.config.front(s.World.Environments[i].Name, p.handler)
	}
	at := s.places.authority
	served := withHealth(s.faults.Handler(fault.Place{
		Name: authorityPlace, Exempt: ownPaths, Caller: clientOf, Logger: s.config.Logger,
		Refuse: func(how fault.Refusal) http.Handler {
			return at.gate.through(func() http.Handler { return refuseAs(at.gate.house, how) })
		},
	}, &at.gate))
	api := operator.New(operator.Config{
		Key: s.key, Clock: s.clock, Faults: &faults{s, s.faults}, Snapshots: &snapshots{system: s},
		Logger: s.config.Logger, Now: s.config.Now,
	})
	at.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, operator.Path) {
			api.ServeHTTP(w, r)
			return
		}
		served.ServeHTTP(w, r)
	})
	at.handler = s.config.front(authorityPlace, at.handler)
}

// refuseAs lets a house word a refusal.
func refuseAs(house http.Handler, how fault.Refusal) http.Handler {
	switch h := house.(type) {
	case *environment.Server:
		return h.Refuse(environment.Refusal{Limit: how.Kind, Status: how.Status, RetryAfter: how.RetryAfter})
	case *authority.Server:
		return h.Refuse(authority.Refusal{Status: how.Status, RetryAfter: how.RetryAfter})
	}
	return house
}

// Roots trust the world's own certificate authority, and nobody else.
func (s *System) Roots() *x509.CertPool { return s.ca.Pool() }

// Operator gives a client of this world's operator API; without Config.Operator it is
// refused everything.
func (s *System) Operator() *operator.Client {
	return &operator.Client{URL: s.World.Authority, Key: s.key, HTTP: s.client}
}

// OpenOperator gives a client of the operator API of the world in a data directory,
// whose owner may read the key. The error is ErrNoWorld when there is none.
func OpenOperator(dir string) (*operator.Client, error) {
	w, err := ReadWorld(dir)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, operatorKeyFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the world in %s was never started with an operator: stead up does", dir)
	}
	if err != nil {
		return nil, err
	}
	key, err := operator.ParseKey(string(text))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, operatorKeyFile), err)
	}
	client, err := trusting(w)
	return &operator.Client{URL: w.Authority, Key: key, HTTP: client}, err
}

// HTTPClient gives a client that trusts the world's certificate authority, and nobody else.
func (w World) HTTPClient() (*http.Client, error) { return trusting(w) }

// trusting is an HTTP client that trusts the world's certificate authority.
func trusting(w World) (*http.Client, error) {
	pem, err := os.ReadFile(w.CA)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", w.CA)
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, nil
}
