package authority

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/discovery"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/graph"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/keys"
	"github.com/stead-s2s/stead/authority/internal/login"
	"github.com/stead-s2s/stead/authority/internal/sqlstore"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/web"
)

// Config is what a Server is made from.
type Config struct {
	// BaseURL is where clients reach the server: https scheme, host and port, no path. It
	// stands in all documents and issuers. A host whose name contains "token" misleads
	// clients that replace that word in addresses (Entra facts 4.6), and is refused.
	BaseURL string
	// Database is the path of the database file; its directory exists.
	Database string
	// Volatile leaves it to the operating system when the database reaches the disk: a machine
	// that dies may lose it whole. It is for authorities that nobody keeps.
	Volatile bool
	// KEK is the 32-byte key that seals signing keys at rest. The same data needs the same
	// key again.
	KEK []byte
	// Seed is put into a new directory, in one transaction; one that has a tenant is left
	// as it is.
	Seed *Seed
	// Environments are where the environments run at present. The Dataverse service
	// principal of each tenant has these names from now on, in place of those of the last
	// start; nil leaves them as they were.
	Environments []Environment
	// V1Issuer is the template of the issuer of v1.0 tokens: {base} and {tenantid} are
	// replaced. Empty is "{base}/{tenantid}/"; "https://sts.windows.net/{tenantid}/" is
	// what Entra ID says (Entra facts 1.4).
	V1Issuer string
	// TokenLifetime of access tokens; 0 is 60 to 90 minutes by chance (Entra facts 3.3).
	TokenLifetime time.Duration
	// TokenReuse is for how long after its issue an application that asks again, with the
	// same credential for the same resource, gets the same token. Any change to the
	// directory or the signing keys ends it at once. 0 is off: every request gets a token
	// of its own.
	TokenReuse time.Duration
	// ManagedIdentities get tokens at /msi/token, in the form of App Service: a program that
	// runs with IDENTITY_ENDPOINT and IDENTITY_HEADER set asks there.
	ManagedIdentities []ManagedIdentity
	// TrustedSubjects are, by client id, the common or DNS names whose certificates prove an
	// application without being registered, when SubjectRoots issued them and the client
	// sends the chain.
	TrustedSubjects map[string][]string
	SubjectRoots    *x509.CertPool
	// KeyRotation is how long a signing key signs before the next one, published since then,
	// takes its place: at least a day. 0 is 90 days; below 0 is never, but for Rotate.
	KeyRotation time.Duration
	// PrivateIssuers are the issuers of federated credentials that may live at private,
	// loopback or link-local addresses, exactly as the credentials name them; "*" is all of
	// them. Others there are not asked for their keys.
	PrivateIssuers []string
	// IssuerRoots gives those that sign the certificates of these issuers, asked when the
	// first of them is; nil: the system's roots.
	IssuerRoots func() *x509.CertPool

	Logger *slog.Logger     // nil: nothing is logged
	Now    func() time.Time // nil: time.Now
	Rand   io.Reader        // safe for many goroutines; nil: crypto/rand
}

// ManagedIdentity is an application whose tokens go to whoever knows a secret: the place it
// runs in is given it as IDENTITY_HEADER. Several may have the same; requests choose by
// client id, object id or resource id, and get the first otherwise.
type ManagedIdentity struct {
	Secret     Secret
	TenantID   string
	ClientID   string
	ResourceID string // may be empty
}

// Environment is where an environment of a tenant runs.
type Environment struct {
	TenantID string
	URL      string // https scheme and host, maybe port
}

const (
	defaultV1Issuer = "{base}/{tenantid}/"

	// maxBody and maxTime bound a request (Entra facts 2.2).
	maxBody = 64 << 10
	maxTime = 30 * time.Second

	// maxLifetime of tokens (Entra facts 3.3): retired keys are published for longer.
	maxLifetime = 28 * time.Hour
)

// withDefaults checks what was given and fills what was left empty.
func (c Config) withDefaults() (Config, error) {
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil:
		return c, fmt.Errorf("authority address %q: it must be https://host or https://host:port", c.BaseURL)
	case strings.Contains(strings.ToLower(u.Host), "token"):
		return c, fmt.Errorf("authority address %q: clients cannot work with a host name that contains \"token\"", c.BaseURL)
	}
	if err := c.checkGrants(); err != nil {
		return c, err
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	c.KeyRotation = max(0, cmp.Or(c.KeyRotation, defaultKeyRotation))
	if c.V1Issuer == "" {
		c.V1Issuer = defaultV1Issuer
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	return c, nil
}

// Server is a running authority. It is safe for many goroutines.
type Server struct {
	config    Config
	handler   http.Handler
	routes    []route
	store     *sqlstore.Store
	directory *directory.Directory
	keys      *keys.Ring
	tickets   *ticket.Book
	journal   *journal.Book
	grant     *grant.Handler
	graph     *graph.Handler
	login     *login.Handler
	documents *discovery.Documents
	chores    chores
	strict    bool // the host may be told to browsers as https only
}

// New opens the database, seeds it when it is new, and makes the server. The first start
// makes a signing key, which takes a part of a second; the key that will follow it is made by
// Tick. Close it.
func New(ctx context.Context, c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Server{config: c}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	issuers := tenancy.Issuers{BaseURL: c.BaseURL, V1: c.V1Issuer}
	s.grant = s.grants(issuers)
	s.documents = &discovery.Documents{Directory: s.directory, Published: s.keys.Published, Issuers: issuers}
	if s.login, err = s.people(issuers); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if s.graph, err = s.graphAPI(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.routes = s.table()
	s.strict = mayBeStrict(c.BaseURL)
	s.handler = web.Handler(web.HandlerOptions{
		Logger: c.Logger, Render: s.render, MaxBody: maxBody, Timeout: maxTime, CloseAfterChunks: true, Now: c.Now, NewID: newTraceID,
	}, s.serve)
	s.beginChores()
	return s, nil
}

// open opens what is kept. The first key is made while there is no database yet and while
// the directory is seeded.
func (s *Server) open(ctx context.Context) (err error) {
	var first keys.Primes
	if _, err := os.Lstat(s.config.Database); errors.Is(err, fs.ErrNotExist) {
		first = keys.Search()
	}
	if s.store, err = sqlstore.Open(ctx, s.config.Database, s.config.Volatile); err != nil {
		return err
	}
	opened := make(chan error, 1)
	go func() {
		var err error
		s.keys, err = keys.Open(ctx, keys.Config{Store: s.store, KEK: s.config.KEK, Now: s.config.Now, Rand: s.config.Rand, First: first, Every: s.config.KeyRotation})
		opened <- err
	}()
	err = s.openDirectory(ctx)
	if err == nil {
		err = s.openBooks(ctx)
	}
	return errors.Join(err, <-opened)
}

func (s *Server) openDirectory(ctx context.Context) (err error) {
	if s.directory, err = directory.Open(ctx, s.store); err != nil {
		return err
	}
	if s.config.Seed != nil && s.directory.Empty() {
		if err := s.seed(ctx, *s.config.Seed); err != nil {
			return err
		}
	}
	if err := s.refresh(ctx); err != nil {
		return err
	}
	return s.address(ctx, s.config.Environments)
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Rotate lets the next signing key sign, and publishes another to follow it. Resources
// keep key sets for a day: rotating more often than that outruns them.
func (s *Server) Rotate(ctx context.Context) error { return s.keys.Rotate(ctx) }

// Close closes what New opened. No request may be running.
func (s *Server) Close() error {
	s.chores.end()
	errs := []error{s.closeBooks()}
	if s.keys != nil {
		errs = append(errs, s.keys.Close())
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
