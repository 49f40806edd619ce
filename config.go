package stead

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Version is the version of this build of Stead.
const Version = "0.1.0"

// DefaultPort is the authority's port when nothing else is said; the gateway's is
// the next one and the environments follow.
const DefaultPort = 8443

// Config says what world to start. The zero value of a field takes the default
// named beside it.
type Config struct {
	Data         string       // data directory; ".stead"
	Ephemeral    bool         // use a temporary directory and remove it at the end
	Template     *Template    // what the data directory begins with where it holds no world; nil: it is seeded
	Port         int          // authority's port; 0 lets the system choose free ports
	Environments []string     // those to serve, of the seeded ones; all
	Rows         int          // generated accounts, each with a contact, in a fresh "contoso"
	Operator     bool         // serve the operator's API, which moves the clock and makes things fail; for local worlds alone
	Limits       string       // service protection limits: "default", "off", "x0.01" or "requests=60 time=12s concurrent=5 window=10s"; "default"
	Servers      int          // web servers that each environment behaves as if it had; 1
	Logger       *slog.Logger // nil: nothing is logged

	// People are added to the seeded ones when the world is seeded; a world that is there keeps
	// those that it has.
	People []NewPerson

	// WithoutCertificates leaves the applications their secrets alone: making keys takes a while.
	WithoutCertificates bool

	// Database is the address of a server's database that keeps the environments' rows, in a
	// schema for each (environment.Config.Database); files in Data. All else is in Data.
	Database string
	// Files keeps what file columns and notes hold; the zero value is Data.
	Files Bucket

	// Entitlement is what happens when a day's operations are used up: "off", "warn" (in the
	// log) or "enforce"; "warn". Pool is how many the users without a licence of each tenant
	// have; 500,000.
	Entitlement string
	// SystemRoles is what happens when an application user is given one of the service's own
	// roles: "allow", "warn" (in the log, the default) or "refuse".
	SystemRoles string
	Pool        int64
	// WithoutUsage records nothing of what users do.
	WithoutUsage bool
	// Counters is the address of a server where several processes count together; requests
	// are counted in this process.
	Counters string

	// TokenReuse is for how long an application that asks again gets the same token; 0
	// gives every request one of its own. See docs/performance.md.
	TokenReuse time.Duration
	// PrivateIssuers are the issuers of federated credentials that may live at private or
	// loopback addresses; "*" is all of them.
	PrivateIssuers []string

	// Front may wrap what answers at a port, faults and all: at the authority's, which it is
	// told as "authority", and at each environment's, by name. It is for tests that look on.
	Front func(name string, h http.Handler) http.Handler
	// Progress is told how far the generation of Rows is, if not nil.
	Progress func(environment string, done, total int)
	// Now is the clock of every house, as far as an operator does not move it; time.Now.
	// TLS has the machine's: its clients do.
	Now func() time.Time
}

// withDefaults fills what was left empty. With Ephemeral the data directory is a
// new temporary one.
func (c Config) withDefaults() (Config, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Ephemeral && c.Database != "" {
		return c, errors.New("an ephemeral world keeps nothing: leave --ephemeral out, or --database")
	}
	if c.Ephemeral && c.Files.Address != "" {
		return c, errors.New("an ephemeral world keeps nothing: leave --ephemeral out, or --files")
	}
	if _, err := c.seeded(); err != nil {
		return c, err
	}
	if _, err := everybody(c.People); err != nil {
		return c, err
	}
	if c.Ephemeral {
		dir, err := os.MkdirTemp("", "stead-")
		c.Data = dir
		return c, err
	}
	if c.Data == "" {
		c.Data = ".stead"
	}
	abs, err := filepath.Abs(c.Data)
	c.Data = abs
	return c, err
}

func (c Config) front(name string, h http.Handler) http.Handler {
	if c.Front == nil {
		return h
	}
	return c.Front(name, h)
}

// seeded are the environments to serve.
func (c Config) seeded() ([]seededEnvironment, error) {
	if len(c.Environments) == 0 {
		return seededEnvironments, nil
	}
	var all []seededEnvironment
	for _, e := range seededEnvironments {
		if slices.Contains(c.Environments, e.name) {
			all = append(all, e)
		}
	}
	for _, name := range c.Environments {
		if !slices.ContainsFunc(seededEnvironments, func(e seededEnvironment) bool { return e.name == name }) {
			return nil, fmt.Errorf("no environment %q: there are contoso, contoso-test and fabrikam", name)
		}
	}
	return all, nil
}
