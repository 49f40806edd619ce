package webapi

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/web"
)

// Faulted counts a request that an injected fault answered, or nothing did, as its user's:
// that of the token, if it is good and the user is known. Of the request it reads the headers alone.
func (a *API) Faulted(r *http.Request) {
	event := web.EventFrom(r.Context()) // none: nobody logs this
	bearer, err := bearerOf(r.Header)
	if err != nil {
		return
	}
	who, _, err := a.identify(r.Context(), event, bearer)
	if err != nil {
		return
	}
	if user, err := a.Resolver.User(r.Context(), who); err == nil {
		a.Quota.Faulted(user)
	}
}

// Refusing gives a handler that refuses every request with e, in the shape of all other
// refusals, and enters it in the log like any other. What is refused was not asked for:
// no token is looked at.
func Refusing(e *dverr.Error, logger *slog.Logger, now func() time.Time) http.Handler {
	a := &API{}
	return web.Handler(web.HandlerOptions{Logger: logger, Render: a.render, MaxBody: maxBody, Timeout: maxTime, CloseAfterChunks: true, Now: now},
		func(w http.ResponseWriter, r *http.Request) error {
			a.stamp(w, r, web.EventFrom(r.Context()))
			return e
		})
}
