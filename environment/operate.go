package environment

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/quota"
	"github.com/stead-s2s/stead/environment/internal/webapi"
)

// Refusal says how a request is to be refused on purpose.
type Refusal struct {
	Limit      string        // requests, time or concurrency: 429 with that limit's words; empty: by Status
	Status     int           // 503: unavailable; others: as unexpected errors are
	RetryAfter time.Duration // of the Retry-After header, whole seconds; 0: none
}

// AffinityCookie names the cookie that keeps a client at one web server (Dataverse facts 4.1).
const AffinityCookie = quota.AffinityCookie

// Refuse gives a handler that refuses every request as the environment would (Dataverse
// facts 4.1, 5.3).
func (s *Server) Refuse(how Refusal) http.Handler {
	e := how.words()
	e.RetryAfter = how.RetryAfter
	return webapi.Refusing(e.Helping("an operator of this world injected this refusal"), s.config.Logger, s.config.Now)
}

// Faulted counts, in the usage of whoever sent it, a request that an injected fault answered in the
// environment's stead, or nobody did.
func (s *Server) Faulted(r *http.Request) { s.api.Faulted(r) }

// words fills the service's texts with the service's own limits, whatever the limits of
// this environment are: clients look for those.
func (r Refusal) words() *dverr.Error {
	switch r.Limit {
	case "requests":
		return dverr.Throttled.With(6000, 300)
	case "time":
		return dverr.ThrottledByTime.With("1,200,000", 300)
	case "concurrency":
		return dverr.ThrottledByConcurrency.With(52)
	}
	if r.Status == http.StatusServiceUnavailable {
		return dverr.ServiceUnavailable.With("The service is temporarily unavailable.")
	}
	entry := dverr.Unexpected
	entry.Status = r.Status
	return entry.With()
}

// SetAdministrationMode closes the environment to every user but System Administrators (the
// service lets in System Customizers too, a role that is none of Stead's), after the user was
// found (Dataverse facts 1.6, row 7), until the time given; zero closes it for good, and on
// false opens it.
func (s *Server) SetAdministrationMode(on bool, until time.Time) { s.curtain.close(on, until) }

// AdministrationRefusals counts the requests that administration mode refused.
func (s *Server) AdministrationRefusals() int64 { return s.curtain.refused.Load() }

// DelayVisibility hides application users and their roles for d after they are made, as
// the service's caches do (Dataverse facts 8). What is there now stays visible. It ends
// at the time given, zero being never, or with a d of 0; what was hidden is then seen.
func (s *Server) DelayVisibility(ctx context.Context, d time.Duration, until time.Time) error {
	if err := s.curtain.delay(ctx, d, until); err != nil {
		return fmt.Errorf("environment %s: %w", s.config.Name, err)
	}
	return nil
}
