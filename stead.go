package stead

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"golang.org/x/sync/errgroup"

	"github.com/stead-s2s/stead/authority"
	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/fault"
	"github.com/stead-s2s/stead/internal/localca"
	"github.com/stead-s2s/stead/internal/web"
	"github.com/stead-s2s/stead/operator"
)

// shutdownTime is how long Close waits for running requests.
const shutdownTime = 5 * time.Second

// System is a running world.
type System struct {
	World World
	Data  string // the data directory, absolute

	config  Config
	seeded  []seededEnvironment // those served
	people  []seededPerson
	lock    *flock.Flock
	ca      *localca.CA
	seal    []byte       // the sealing key
	client  *http.Client // trusts the world's own CA; what the houses call each other with
	places  places
	serving errgroup.Group

	key    operator.Key // the zero key: no operator
	clock  *clock       // nil without an operator
	faults *fault.Set

	counters *environment.Counters
	handlers customAPIs

	exchange     sync.RWMutex // held to change the houses
	authority    *authority.Server
	environments []*environment.Server // nil where one is not open
}

// Start seeds or opens the world and serves it. It returns when every port
// answers. An error says in one line what is wrong and what to do, and leaves
// nothing running and nothing lost.
func Start(ctx context.Context, c Config) (*System, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &System{Data: c.Data, config: c}
	s.seeded, _ = c.seeded() // the defaults were filled: there is no error
	if err := s.start(ctx); err != nil {
		_ = s.Close() // what follows from the first failure says nothing new
		return nil, first(err)
	}
	return s, nil
}

// first gives the first of several failures: side by side, houses on one full disk
// all fail alike.
func first(err error) error {
	var joined interface{ Unwrap() []error }
	if strings.Contains(err.Error(), "\n") && errors.As(err, &joined) {
		return first(joined.Unwrap()[0])
	}
	return err
}

// start is Start in order: take the directory, take the ports, make what the
// houses need, open the houses, serve.
func (s *System) start(ctx context.Context) error {
	var err error
	if s.lock, err = lock(s.Data); err != nil {
		return err
	}
	if err = putBack(s.Data); err != nil { // the loading of a snapshot was cut short
		return err
	}
	pattern, err := s.config.Template.lay(ctx, s.config)
	if err != nil {
		return err
	}
	defer pattern.giveBack()
	if s.people, err = settlePeople(s.config); err != nil {
		return err
	}
	database, err := keeper(s.Data, s.config.Database)
	if err != nil {
		return err
	}
	files, err := s.config.Files.stay(s.Data)
	if err != nil {
		return err
	}
	if s.seal, err = sealingKey(s.Data); err != nil {
		return err
	}
	if err = s.operate(); err != nil {
		return err
	}
	if s.counters, err = environment.OpenCounters(ctx, environment.CountersConfig{
		Address: s.config.Counters, Logger: s.config.Logger, Now: s.config.Now,
	}); err != nil {
		return err
	}
	if s.ca, err = localca.Open(s.Data, localca.Options{Name: "Stead local CA"}); err != nil {
		return err
	}
	s.client = s.ca.Client()
	if s.places, err = listen(s.config, len(s.seeded), s.ca); err != nil {
		return err
	}
	s.World = describe(s.config, s.seeded, s.people, s.ca, s.places)
	s.World.Database, s.World.Files = database, files
	if err := s.open(ctx); err != nil {
		return err
	}
	if err := pattern.take(s.Data); err != nil {
		return err
	}
	if err := s.discover(); err != nil {
		return err
	}
	s.front()
	s.serve()
	return writeWorld(s.Data, s.World)
}

// open makes the houses, side by side: each seeds its own database. Nobody else looks at
// them: nothing is served yet, or the gates are closed.
func (s *System) open(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	s.environments = make([]*environment.Server, len(s.seeded))
	for i := range s.seeded {
		group.Go(func() (err error) {
			s.environments[i], err = s.openEnvironment(ctx, i)
			return err
		})
	}
	group.Go(func() (err error) {
		s.authority, err = s.openAuthority(ctx)
		return err
	})
	err := group.Wait()
	for i, e := range s.environments {
		s.places.environments[i].gate.house = houseOr(e, e == nil)
	}
	s.places.authority.gate.house = houseOr(s.authority, s.authority == nil)
	return err
}

// houseOr gives a house, or where there is none what answers in its stead.
func houseOr(house http.Handler, none bool) http.Handler {
	if none {
		return broken{errors.New("this part of the world could not be opened: stead up says why")}
	}
	return house
}

// closeHouses closes what open opened.
func (s *System) closeHouses() error {
	var errs []error
	for i, e := range s.environments {
		if e != nil {
			errs = append(errs, e.Close())
			s.environments[i] = nil
		}
	}
	if s.authority != nil {
		errs = append(errs, s.authority.Close())
		s.authority = nil
	}
	return errors.Join(errs...)
}

func (s *System) openAuthority(ctx context.Context) (*authority.Server, error) {
	seed, err := directorySeed(s.World, s.people, s.seal, s.config.Now())
	if err != nil {
		return nil, err
	}
	return authority.New(ctx, authority.Config{
		BaseURL:           s.World.Authority,
		Database:          filepath.Join(s.Data, "authority.db"),
		Volatile:          s.config.Ephemeral,
		KEK:               s.seal,
		Seed:              seed,
		Environments:      served(s.World),
		TokenReuse:        s.config.TokenReuse,
		PrivateIssuers:    s.config.PrivateIssuers,
		IssuerRoots:       s.roots,
		ManagedIdentities: managedIdentities(),
		Logger:            s.config.Logger,
		Now:               s.config.Now,
	})
}

func (s *System) openEnvironment(ctx context.Context, i int) (*environment.Server, error) {
	e, here := s.seeded[i], s.World.Environments[i]
	return environment.New(ctx, environment.Config{
		Name:           e.name,
		FriendlyName:   e.title,
		URL:            here.URL,
		OrganizationID: here.OrganizationID,
		TenantID:       here.TenantID,
		Issuers:        issuers(s.World.Authority, here.TenantID),
		Database:       s.database(e),
		Volatile:       s.config.Ephemeral,
		Seed:           environmentSeed(e, s.people, s.rows(e), s.progress(e)),
		Graph:          s.graph(here.TenantID),
		HTTPClient:     s.client,
		Limits:         s.config.Limits,
		Servers:        s.config.Servers,
		Entitlement:    s.config.Entitlement,
		SystemRoles:    s.config.SystemRoles,
		Pool:           s.config.Pool,
		Counters:       s.counters,
		Usage:          s.usage(e),
		Operator:       s.key.Opens,
		Files:          s.files(e),
		FilesKey:       s.config.Files.key(),
		LinkKey:        linkKey(s.seal, e),

		CustomAPIs:       s.handlers.of(e.name),
		CustomAPIAnswers: filepath.Join(s.Data, "environment-"+e.name+"-customapis.json"),
		Logger:           s.config.Logger,
		Now:              s.config.Now,
	})
}

// usage is where an environment keeps what its users do.
func (s *System) usage(e seededEnvironment) string {
	if s.config.WithoutUsage {
		return "off"
	}
	return filepath.Join(s.Data, "usage-"+e.name+".db")
}

// database is where an environment's rows are kept.
func (s *System) database(e seededEnvironment) string {
	if s.config.Database != "" {
		return s.config.Database
	}
	return filepath.Join(s.Data, "environment-"+e.name+".db")
}

// roots sign whom the authority trusts when it asks issuers of federated credentials:
// the system's, and this world's own.
func (s *System) roots() *x509.CertPool {
	pool, err := s.ca.SystemPool()
	if err != nil { // a system without roots
		return s.ca.Pool()
	}
	return pool
}

// graph is where and as whom an environment of a tenant asks the directory.
func (s *System) graph(tenant string) *environment.Graph {
	return &environment.Graph{
		URL: s.World.Authority, TokenURL: s.World.Authority + "/" + tenant + "/oauth2/v2.0/token",
		Scope: "https://graph.microsoft.com/.default", ClientID: authority.DataverseID, ClientSecret: dataverseSecret(s.seal, tenant),
	}
}

// rows is how many accounts to generate: only contoso gets them.
func (s *System) rows(e seededEnvironment) int {
	if e.name == "contoso" {
		return s.config.Rows
	}
	return 0
}

// progress tells how far an environment's generated rows are.
func (s *System) progress(e seededEnvironment) func(done, total int) {
	if s.config.Progress == nil {
		return nil
	}
	return func(done, total int) { s.config.Progress(e.name, done, total) }
}

// serve starts answering on every port taken.
func (s *System) serve() {
	for _, p := range s.places.all() {
		s.serving.Go(func() error { return p.server.Serve(p.handler) })
	}
}

// Wait returns when ctx ends, or when a port stops answering, with its error.
func (s *System) Wait(ctx context.Context) error {
	ended := make(chan error, 1)
	go func() { ended <- s.serving.Wait() }()
	select {
	case <-ctx.Done():
		return nil
	case err := <-ended:
		return err
	}
}

// Close stops serving, waits a little for running requests, closes the databases
// and gives the data directory free. An ephemeral world is removed.
func (s *System) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownTime)
	defer cancel()
	var errs []error
	if s.client != nil {
		s.client.CloseIdleConnections() // else shutting down takes a second for those who might still speak
	}
	for _, p := range s.places.all() {
		errs = append(errs, p.server.Shutdown(ctx))
	}
	s.exchange.Lock()
	errs = append(errs, s.closeHouses())
	s.exchange.Unlock()
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	if s.config.Ephemeral {
		errs = append(errs, os.RemoveAll(s.Data))
	}
	return errors.Join(errs...)
}

// place is one port: what listens there, what stands in front, and the way to the house.
type place struct {
	server  *web.Server
	handler http.Handler
	gate    gate
}

// places are all ports of a world.
type places struct {
	authority    *place
	gateway      string // the address kept free for it
	environments []*place
	discovery    *place
}

func (p places) all() []*place {
	if p.authority == nil {
		return nil
	}
	all := append([]*place{p.authority}, p.environments...)
	if p.discovery != nil {
		all = append(all, p.discovery)
	}
	return all
}

// listen takes every port before anything is opened, so that a taken one costs
// nothing, and so that the houses know their addresses.
func listen(c Config, environments int, ca *localca.CA) (places, error) {
	var p places
	authority, err := listenOn(c, ca, 0)
	if err != nil {
		return p, err
	}
	p.authority = authority
	p.gateway = gatewayAddress(c)
	for i := range environments {
		at, err := listenOn(c, ca, i+2) // the gateway's port stays free between them
		if err != nil {
			return places{}, p.leave(err)
		}
		p.environments = append(p.environments, at)
	}
	// However many environments are served, this port is the same.
	if p.discovery, err = listenOn(c, ca, len(seededEnvironments)+2); err != nil {
		return places{}, p.leave(err)
	}
	return p, nil
}

// leave gives up what was taken, because of err.
func (p places) leave(err error) error {
	for _, taken := range p.all() {
		_ = taken.server.Close()
	}
	return err
}

func listenOn(c Config, ca *localca.CA, offset int) (*place, error) {
	port := 0
	if c.Port != 0 {
		port = c.Port + offset
	}
	server, err := web.Listen(web.ServerOptions{
		Addr:           fmt.Sprintf("localhost:%d", port),
		GetCertificate: ca.GetCertificate,
		Logger:         c.Logger,
	})
	if err != nil {
		return nil, err
	}
	return &place{server: server}, nil
}

// gatewayAddress is the port after the authority's; a world on free ports keeps
// the usual one, since nothing listens there yet.
func gatewayAddress(c Config) string {
	if c.Port == 0 {
		c.Port = DefaultPort
	}
	return fmt.Sprintf("https://localhost:%d", c.Port+1)
}
