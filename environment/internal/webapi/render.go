package webapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/internal/web"
)

const (
	jsonType   = "application/json; odata.metadata=minimal"
	helpHeader = "x-stead-help"
)

// allowed is what the service names on every answer of the Web API, whatever is asked for.
const allowed = "OPTIONS,GET,HEAD,POST"

// stamp sets the headers that every answer has. A client's request id is taken for
// REQ_ID, so that both sides find the request by it (Dataverse facts 5.2). AuthActivityId
// is another id, which no log here has.
func (a *API) stamp(w http.ResponseWriter, r *http.Request, event *web.Event) {
	h := w.Header()
	id := event.ID()
	values := &[...]string{id, id, "no-cache", web.NewID(), allowed}
	if theirs := r.Header["X-Ms-Client-Request-Id"]; len(theirs) > 0 {
		if id, err := meta.ParseID(theirs[0]); err == nil {
			values[1] = id.String()
		}
	}
	h["x-ms-service-request-id"] = values[0:1:1]
	h["REQ_ID"] = values[1:2:2]
	h["Cache-Control"] = values[2:3:3]
	h["AuthActivityId"] = values[3:4:4]
	h["Allow"] = values[4:5:5]
}

// render writes every failure.
func (a *API) render(w http.ResponseWriter, r *http.Request, err error) {
	var c *challenge
	if errors.As(err, &c) {
		w.Header().Del("Allow") // it has not come to the Web API
		w.Header()["WWW-Authenticate"] = []string{a.challengeHeader(c.token)}
		help(w, a.advise(c))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	d := refusal(err)
	h := w.Header()
	h["Content-Type"] = []string{jsonType}
	h["OData-Version"] = []string{"4.0"}
	if d.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(d.RetryAfter.Seconds()))))
	}
	var m *wrongMethod
	if errors.As(err, &m) {
		h.Set("Allow", m.allow)
	}
	help(w, d.Help)
	prefer, _ := odata.ParsePrefer(r.Header["Prefer"]) // a broken one asks for nothing
	body := errorBody(d, prefer.Annotations)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(d.HTTPStatus())
	_, _ = w.Write(body) // a client that went away is nobody to tell
}

// refusal gives the catalogue's words for an error.
func refusal(err error) *dverr.Error {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return dverr.PayloadTooLarge.Text("The request body exceeds the maximum length of %d bytes.", large.Limit)
	case errors.Is(err, context.DeadlineExceeded):
		return dverr.ServiceUnavailable.With("The request took too long and was cancelled.").Because(err)
	}
	return dverr.From(err)
}

// help says in one line, outside the body, where the request stopped and what to do.
// What a header cannot hold is percent-encoded.
func help(w http.ResponseWriter, text string) {
	if text == "" {
		return
	}
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c >= ' ' && c < 0x7f && c != '%' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	w.Header()[helpHeader] = []string{b.String()}
}

// errorBody writes {"error":{code, message}} with the details that were asked for
// (Dataverse facts 5.3). Details of an error that no plug-in raised have these fixed
// values on the wire; there is no trace, for nothing was traced.
func errorBody(d *dverr.Error, ask odata.Annotations) []byte {
	var b bytes.Buffer
	b.WriteString(`{"error":{"code":`)
	quote(&b, d.Entry.Code.String())
	b.WriteString(`,"message":`)
	quote(&b, d.Message)
	for _, detail := range []struct{ name, value string }{
		{"Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus", "0"},
		{"Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode", "-2146233088"},
		{"Microsoft.PowerApps.CDS.HelpLink", helpLink(d.Entry.Code)},
		{"Microsoft.PowerApps.CDS.TraceText", ""},
		{"Microsoft.PowerApps.CDS.InnerError.Message", d.Message},
	} {
		if ask.Has(detail.name) {
			b.WriteString(`,"@` + detail.name + `":`)
			quote(&b, detail.value)
		}
	}
	b.WriteString(`}}`)
	return b.Bytes()
}

func helpLink(code dverr.Code) string {
	return "http://go.microsoft.com/fwlink/?LinkID=398563&error=" +
		url.QueryEscape("Microsoft.Crm.CrmException") + "%3a" + strings.TrimPrefix(code.String(), "0x") + "&client=platform"
}

// quote writes a JSON string with <, > and & as they are.
func quote(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string cannot fail
	b.Truncate(b.Len() - 1)
}
