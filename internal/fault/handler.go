package fault

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stead-s2s/stead/internal/web"
)

// Place is a server that faults happen to.
type Place struct {
	Name   string
	Exempt string // paths that begin so are left alone; empty: none

	// Caller reads who is asking, unverified: a fault need not be safe. It leaves the
	// request's body readable. Nil: nobody is known.
	Caller func(*http.Request) string
	// Refuse gives the handler that words a refusal as the server itself would.
	Refuse func(Refusal) http.Handler
	// Ended is told of requests that a refusal or a dropped connection ended, before that
	// happens. Nil: nobody is.
	Ended func(*http.Request)
	// Sleep waits, or ends early with the context; nil: real time.
	Sleep func(context.Context, time.Duration)
	// Logger gets the events of connections that are dropped; nil: nobody.
	Logger *slog.Logger
}

func (p *Place) caller(r *http.Request) string {
	if p.Caller == nil {
		return ""
	}
	return p.Caller(r)
}

// Handler stands in front of next, the server of the place.
func (s *Set) Handler(at Place, next http.Handler) http.Handler {
	if at.Sleep == nil {
		at.Sleep = sleep
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at.Exempt != "" && strings.HasPrefix(r.URL.Path, at.Exempt) {
			next.ServeHTTP(w, r)
			return
		}
		taken := s.take(&at, r)
		if len(taken) == 0 {
			next.ServeHTTP(w, r)
			return
		}
		at.inject(taken, next).ServeHTTP(w, mark(r, taken))
	})
}

// mark names the faults in the event of the request.
func mark(r *http.Request, taken []Rule) *http.Request {
	names := make([]string, len(taken))
	for i, rule := range taken {
		names[i] = rule.Name
	}
	return r.WithContext(web.Note(r.Context(), slog.String("fault", strings.Join(names, ","))))
}

// inject wraps next in what happens, the first rule outermost.
func (p *Place) inject(taken []Rule, next http.Handler) http.Handler {
	for _, rule := range slices.Backward(taken) {
		switch a := rule.Action; a.Effect {
		case Refuse:
			next = p.ending(p.Refuse(a.Refusal))
		case Drop:
			next = p.ending(p.dropping())
		case Slow:
			next = p.slow(a.Delay, next)
		case Cut:
			next = cutting(next)
		case Forget:
			next = forgetting(a.Cookies, next)
		}
	}
	return next
}

// ending tells that next ends the request in the place's stead.
func (p *Place) ending(next http.Handler) http.Handler {
	if p.Ended == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Ended(r)
		next.ServeHTTP(w, r)
	})
}

// dropping ends the connection. The event says so; there is no answer to render.
func (p *Place) dropping() http.Handler {
	return web.Handler(web.HandlerOptions{Logger: p.Logger}, func(http.ResponseWriter, *http.Request) error {
		return http.ErrAbortHandler
	})
}

func (p *Place) slow(d time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Sleep(r.Context(), d)
		next.ServeHTTP(w, r)
	})
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// forgetting hides cookies from next.
func forgetting(names []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := r.Clone(r.Context())
		seen.Header.Del("Cookie")
		for _, c := range r.Cookies() {
			if !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, c.Name) }) {
				seen.AddCookie(c)
			}
		}
		next.ServeHTTP(w, seen)
	})
}
