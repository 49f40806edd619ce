package authority

import (
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/graph"
	"github.com/stead-s2s/stead/internal/web"
)

// correlationHeader is how clients name their requests, and how they are told so.
const correlationHeader = "Client-Request-Id"

// helpHeader carries a hint for the person who reads a refusal; Entra ID has no such
// thing.
const helpHeader = "X-Stead-Help"

// newTraceID makes the id of a request; Entra's end in 00 (Entra facts 7.1).
func newTraceID() string { return web.NewID()[:34] + "00" }

// header sets what every answer has (Entra facts 2.2). Documents loosen the caching.
func (s *Server) header(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("Expires", "-1")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("P3P", `CP="DSP CUR OTPi IND OTRi ONL FIN"`)
	h.Set("X-Ms-Request-Id", web.EventFrom(r.Context()).ID())
	h.Set("X-Ms-Ests-Server", "2.1.1.0 - STEAD ProdSlices")
	h.Set("X-Ms-Clitelem", "1,0,0,,")
	if s.strict {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	if id, ok := correlation(r, ""); ok && strings.EqualFold(r.Header.Get("Return-Client-Request-Id"), "true") {
		h.Set(correlationHeader, id)
	}
}

// mayBeStrict reports whether browsers may be told to use https only. They would apply it
// to every port of the host, so a machine's own names are spared.
func mayBeStrict(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	return net.ParseIP(host) == nil && host != "localhost" && !strings.HasSuffix(host, ".localhost")
}

// correlation is the id that the client gave the request: in a header, in the query or,
// as only the reader of the form knows, in the body. It is a GUID or it is nothing.
func correlation(r *http.Request, body string) (string, bool) {
	for _, given := range []string{r.Header.Get(correlationHeader), body, query(r, correlationHeader)} {
		if id, isGUID := directory.ParseID(given); isGUID {
			return string(id), true
		}
	}
	return "", false
}

// query finds a parameter by its name in any case, without parsing when there is none.
func query(r *http.Request, name string) string {
	if r.URL.RawQuery == "" {
		return ""
	}
	for key, values := range r.URL.Query() {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// render writes a refusal (Entra facts 7.1). It never sends WWW-Authenticate: some clients
// would not look at the body then (Entra facts 0.9).
func (s *Server) render(w http.ResponseWriter, r *http.Request, err error) {
	if e, is := graphError(err); is {
		graph.Render(w, r, e, s.config.Now())
		return
	}
	e := aadsts.From(err)
	event := web.EventFrom(r.Context())
	event.Add(slog.String("code", e.Code()))
	place := aadsts.Place{Now: s.config.Now(), TraceID: event.ID(), BaseURL: s.config.BaseURL}
	var given bool
	if place.CorrelationID, given = correlation(r, e.Correlation); given {
		event.Add(slog.String("correlation", place.CorrelationID))
	} else {
		place.CorrelationID = web.NewID()
	}
	body := e.JSON(place)
	h := w.Header()
	if e.Help != "" {
		h.Set(helpHeader, e.Help)
	}
	h.Set("X-Ms-Clitelem", "1,"+strconv.Itoa(e.Number)+",0,,")
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(e.Status)
	_, _ = w.Write(body) // a client that has left needs no answer
}
