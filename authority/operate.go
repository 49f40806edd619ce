package authority

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/web"
)

// ErrUnknown is matched when an operator names what is not in the directory.
var ErrUnknown = errors.New("not in the directory")

// Refusal says how a request is to be refused on purpose.
type Refusal struct {
	Status     int           // 429: throttled; 503: a transient error; others: as unexpected ones are
	RetryAfter time.Duration // of the Retry-After header, whole seconds; 0: none
}

// Refuse gives a handler that refuses every request as the authority would (Entra facts
// 7.1, 7.2), and enters it in the log like any other.
func (s *Server) Refuse(how Refusal) http.Handler {
	entry := aadsts.Unexpected
	switch how.Status {
	case http.StatusTooManyRequests:
		entry = aadsts.Throttled
	case http.StatusServiceUnavailable:
		entry = aadsts.Unavailable
	}
	return web.Handler(web.HandlerOptions{
		Logger: s.config.Logger, Render: s.render, MaxBody: maxBody, Timeout: maxTime, CloseAfterChunks: true, Now: s.config.Now, NewID: newTraceID,
	}, func(w http.ResponseWriter, r *http.Request) error {
		s.header(w, r)
		if how.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(how.RetryAfter.Seconds()))))
		}
		refused := entry.With()
		refused.Status = how.Status
		return refused.Helping("an operator of this world injected this refusal")
	})
}

// ExpireSecrets lets every secret of an application end now, those of its service
// principals too. The error matches ErrUnknown when there is no such client id.
func (s *Server) ExpireSecrets(ctx context.Context, clientID string) error {
	return s.directory.Update(ctx, func(d *directory.Snapshot) (directory.Change, error) {
		var c directory.Change
		id, _ := directory.ParseID(clientID)
		app, found := d.Application(id)
		if !found {
			return c, fmt.Errorf("application %q: %w", clientID, ErrUnknown)
		}
		now := s.config.Now()
		ended := *app
		ended.Secrets = endSecrets(app.Secrets, now)
		c.Put.Applications = []directory.Application{ended}
		for _, p := range d.Principals(id) {
			if len(p.Secrets) > 0 {
				one := p.ServicePrincipal
				one.Secrets = endSecrets(p.Secrets, now)
				c.Put.ServicePrincipals = append(c.Put.ServicePrincipals, one)
			}
		}
		return c, nil
	})
}

// endSecrets gives the secrets with their end at now, or before it where they had ended.
func endSecrets(secrets []directory.Secret, now time.Time) []directory.Secret {
	ended := make([]directory.Secret, len(secrets))
	for i, one := range secrets {
		if one.End.IsZero() || one.End.After(now) {
			one.End = now
		}
		ended[i] = one
	}
	return ended
}

// WithdrawConsent removes an application from a tenant, named by id or domain: its
// service principal there is deleted, with what was consented and assigned to it (Entra
// facts 5.4). The error matches ErrUnknown when it is not there.
func (s *Server) WithdrawConsent(ctx context.Context, clientID, tenant string) error {
	return s.directory.Update(ctx, func(d *directory.Snapshot) (directory.Change, error) {
		id, _ := directory.ParseID(clientID)
		at, found := d.Tenant(tenant)
		if !found {
			return directory.Change{}, fmt.Errorf("tenant %q: %w", tenant, ErrUnknown)
		}
		p, found := d.Principal(at.ID, id)
		if !found {
			return directory.Change{}, fmt.Errorf("application %q in tenant %s: %w", clientID, at.DisplayName, ErrUnknown)
		}
		return d.Deletion(p.ID, s.config.Now()), nil
	})
}
