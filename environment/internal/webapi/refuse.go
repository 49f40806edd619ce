package webapi

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/web"
)

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
