package environment

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/background"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/company"
	"github.com/stead-s2s/stead/environment/internal/content"
	"github.com/stead-s2s/stead/environment/internal/edm"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/explain"
	"github.com/stead-s2s/stead/environment/internal/file"
	"github.com/stead-s2s/stead/environment/internal/job"
	"github.com/stead-s2s/stead/environment/internal/maker"
	"github.com/stead-s2s/stead/environment/internal/message"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/principals"
	"github.com/stead-s2s/stead/environment/internal/queue"
	"github.com/stead-s2s/stead/environment/internal/seed"
	"github.com/stead-s2s/stead/environment/internal/standin"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/environment/internal/webapi"
	"github.com/stead-s2s/stead/internal/oidc"
	"github.com/stead-s2s/stead/internal/web"
)

// serviceVersion is the version of the service that the environment says it is.
const serviceVersion = "9.2.26104.198"

// messages declares the built messages for $metadata.
//
//go:embed messages.txt
var messages string

// Server is an open environment. It answers until Close.
type Server struct {
	config  settled
	store   *store.Store
	curtain *curtain
	opened  time.Time
	records *records
	journal *explain.Journal
	engine  *engine.Engine
	jobs    *job.Book
	makers  *maker.Bench
	files   *file.Desk
	behind  *background.Runner
	models  *meta.Cache
	// standins answer custom APIs.
	standins *standin.Book
	api      *webapi.API

	resolver *access.Resolver
}

// New opens the environment, seeding its database when that is new. It asks no
// issuer: that waits for the first token.
func New(ctx context.Context, c Config) (*Server, error) {
	s, err := open(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("environment %s: %w", c.Name, err)
	}
	return s, nil
}

// Remove removes an environment from a server's database, with all its rows. It must not
// be open.
func Remove(ctx context.Context, database, name string) error {
	return store.Remove(ctx, store.Config{Path: database, Schema: name})
}

func open(ctx context.Context, c Config) (*Server, error) {
	settled, err := c.settle()
	if err != nil {
		return nil, err
	}
	s := &Server{config: settled, journal: explain.NewJournal()}
	verifier, err := s.verifier()
	if err != nil {
		return nil, err
	}
	model, err := catalog.Standard()
	if err != nil {
		return nil, err
	}
	if s.store, err = store.Open(ctx, store.Config{Path: s.config.Database, Schema: s.config.Name, Model: model, Volatile: s.config.Volatile, Logger: s.config.Logger, Now: s.config.Now}); err != nil {
		return nil, err
	}
	if err := s.plant(ctx, model); err != nil {
		s.store.Close()
		return nil, fmt.Errorf("seed: %w", err)
	}
	if model, err = s.extend(ctx); err != nil {
		s.store.Close()
		return nil, err
	}
	book, err := edm.New(edm.Config{Messages: messages})
	if err != nil {
		s.store.Close()
		return nil, err
	}
	if s.records, err = keepRecords(ctx, s.config); err != nil {
		s.store.Close()
		return nil, err
	}
	s.models = meta.NewCache(model)
	if err := s.engines(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.behind = background.New(background.Config{Workers: backgroundWorkers, Waiting: backgroundWaiting})
	s.curtain = &curtain{Source: s.store, now: s.config.Now}
	s.resolver, s.opened = access.NewResolver(s.curtain, s.models.Current), s.config.Now()
	s.api = s.compose(verifier, book)
	return s, nil
}

// extend adds what makers added to the catalogue, and the tables that it needs.
func (s *Server) extend(ctx context.Context) (*meta.Model, error) {
	model, err := maker.Extend(ctx, s.store)
	if err != nil {
		return nil, fmt.Errorf("read definitions: %w", err)
	}
	return model, s.store.Extend(ctx, model, s.config.Logger)
}

// compose hands the rooms to each other.
func (s *Server) compose(verifier *oidc.Verifier, book *edm.Book) *webapi.API {
	return webapi.New(webapi.Config{
		Verifier:         verifier,
		Resolver:         s.resolver,
		Models:           s.models,
		Metadata:         book,
		Engine:           s.engine,
		Makers:           s.makers,
		Jobs:             s.jobs,
		Files:            s.files,
		Roll:             company.NewRoll(s.engine, s.groups()),
		Quota:            s.records.book,
		Journal:          s.journal,
		Background:       s.behind,
		CallbackClient:   s.callbackClient(),
		Admit:            s.curtain.admit,
		Pages:            s.pages(),
		Forms:            map[string]web.HandlerFunc{customAPIsPath: s.customAPIs},
		Operator:         s.config.Operator,
		URL:              s.config.URL,
		AuthorizationURI: s.config.AuthorizationURI,
		LinkKey:          s.config.LinkKey,
		Logger:           s.config.Logger,
		Now:              s.config.Now,
	})
}

// engines makes the engine and the rooms around it.
func (s *Server) engines(ctx context.Context) error {
	shelf, err := s.config.contents(ctx)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	if s.standins, err = standin.Open(s.config.CustomAPIAnswers); err != nil {
		return err
	}
	for name, h := range s.config.CustomAPIs {
		s.standins.Handle(name, h)
	}
	random := &shared{source: s.config.Random}
	office := &company.Office{
		Directory:   s.principals(),
		SystemRoles: s.config.systemRoles,
		Warn:        func(ctx context.Context, text string) { web.EventFrom(ctx).Add(slog.String("warning", text)) },
	}
	tables := office.Rules()
	maps.Copy(tables, job.Rules())
	apis := new(maker.APIs)
	maps.Copy(tables, maker.Rules(apis))
	maps.Copy(tables, queue.Rules())
	ties := office.Ties()
	maps.Copy(ties, queue.Ties())
	contents := &content.Keeper{Shelf: shelf, Store: s.store, NewID: engine.NewSequence(s.config.Now, random).Next}
	s.engine = engine.New(engine.Config{
		Store:    s.store,
		NewID:    contents.NewID,
		Messages: message.All(s.about()),
		Actions:  message.Actions(),
		Tables:   tables,
		Ties:     ties,
		Ask:      office.Ask,
		Contents: contents,
		Random:   random,
		Main:     s.standins.Run,
	})
	s.makers = maker.NewBench(s.engine, s.models, apis)
	s.jobs, s.files = job.NewBook(s.engine), file.NewDesk(s.engine, contents, s.config.LinkKey)
	s.engine.Serve(s.files.Messages())
	return s.tidy(ctx)
}

// tidy removes what a crash left behind.
func (s *Server) tidy(ctx context.Context) error {
	call := engine.Call{Model: s.models.Current(), Now: s.config.Now()}
	swept, err := s.files.Sweep(ctx, call)
	if swept != (file.Swept{}) {
		s.config.Logger.InfoContext(ctx, "swept files", slog.Int("contents", swept.Contents), slog.Int("pieces", swept.Pieces))
	}
	return errors.Join(err, s.jobs.Abandon(ctx, call))
}

// principals asks the tenant's directory; nil where nobody can be asked.
func (s *Server) principals() company.Directory {
	if g := s.graph(); g != nil {
		return g
	}
	return nil
}

func (s *Server) groups() company.GroupDirectory {
	if g := s.graph(); g != nil {
		return g
	}
	return nil
}

func (s *Server) graph() *principals.Graph {
	g := s.config.Graph
	if g == nil {
		return nil
	}
	return &principals.Graph{
		URL: g.URL, TokenURL: g.TokenURL, Scope: g.Scope, ClientID: g.ClientID, ClientSecret: principals.Secret(g.ClientSecret),
		Client: s.config.HTTPClient, Now: s.config.Now,
	}
}

func (s *Server) about() message.Environment {
	return message.Environment{
		OrganizationID: s.config.organization,
		FriendlyName:   s.config.FriendlyName,
		UniqueName:     s.config.Name,
		URL:            s.config.URL,
		Version:        serviceVersion,
		Geo:            s.config.Region,
		TenantID:       s.config.TenantID,
		AttributeID:    edm.AttributeID,
	}
}

func (s *Server) verifier() (*oidc.Verifier, error) {
	c := oidc.Config{Audiences: append([]string{s.config.URL}, s.config.Audiences...), Client: s.config.HTTPClient, Now: s.config.Now}
	for _, i := range s.config.Issuers {
		c.Issuers = append(c.Issuers, oidc.Issuer{
			Metadata: i.Metadata, Issuer: i.Issuer, Version: i.Version,
			Tenants: append([]string{s.config.TenantID}, i.Tenants...),
		})
	}
	return oidc.New(c)
}

// plant seeds a fresh database, and gives an older one the privileges that it lacks.
func (s *Server) plant(ctx context.Context, model *meta.Model) error {
	if !s.store.Fresh() {
		added, err := seed.Renew(ctx, s.store, model, seed.Spec{Organization: s.config.organization, Name: s.config.Name, Now: s.config.Now()})
		if added > 0 && err == nil {
			s.config.Logger.InfoContext(ctx, "added privileges of new tables", slog.Int("privileges", added))
		}
		return err
	}
	spec, err := s.spec()
	if err != nil {
		return err
	}
	return seed.Fill(ctx, s.store, model, spec)
}

// Close writes down what users did and closes the databases once running work on them
// is done. Requests that come later fail: stop serving first.
func (s *Server) Close() error {
	if s.behind != nil {
		s.behind.Close()
	}
	return errors.Join(s.records.close(), s.store.Close())
}

// ServeHTTP answers the Web API, and the pages of health, usage and metrics.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == healthPath {
		s.health(w, r)
		return
	}
	s.api.ServeHTTP(w, r)
}
