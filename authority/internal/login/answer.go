package login

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/internal/web"
)

// answer is a page or a callback.
type answer interface{ isAnswer() }

// page is what the person sees.
type page struct {
	name   string
	status int
	view   view
	forms  []string // origins that its forms may lead to, beside this one
	frames []string // origins that it embeds
}

// callback sends the browser back to the application.
type callback struct {
	params []param
	tail   string // after the parameters
}

// param is one parameter of a callback; their order is kept.
type param struct{ Name, Value string }

func (page) isAnswer()     {}
func (callback) isAnswer() {}

// answer writes what a visit came to, with its cookies.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, v *visit, a answer) error {
	for _, c := range v.cookies {
		http.SetCookie(w, c)
	}
	event := web.EventFrom(r.Context())
	event.Add(slog.String("correlation", v.correlation))
	if v.app != nil {
		event.Add(slog.String("client", string(v.app.AppID)))
	}
	if e := v.refused; e != nil {
		event.Add(slog.String("code", e.Code()), slog.String("refused", e.Error()))
	}
	switch a := a.(type) {
	case callback:
		return h.sendBack(w, v, a)
	case page:
		return h.write(w, a)
	}
	return errors.New("a visit without an answer")
}

// sendBack answers in the response mode. After a form of ours it is a page that goes on by
// itself: browsers hold all redirects that follow a form, those of the application too, to
// the list of where the form may lead, and nobody can know where an application goes.
func (h *Handler) sendBack(w http.ResponseWriter, v *visit, c callback) error {
	if v.mode == modeForm {
		// The application may go on to another of its origins.
		return h.write(w, page{name: "formpost", status: http.StatusOK, forms: []string{origin(v.to.URI), "https:"},
			view: view{Title: "Working…", Action: safeURL(v.to.URI), Params: c.params}})
	}
	joint := "#"
	if v.mode != modeFragment {
		joint = "?"
		if strings.Contains(v.to.URI, "?") {
			joint = "&"
		}
	}
	to := v.to.URI + joint + encode(c.params) + c.tail
	if v.posted {
		return h.write(w, page{name: "goon", status: http.StatusOK, view: view{Title: "Working…", Next: safeURL(to)}})
	}
	w.Header().Set("Location", to)
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.WriteHeader(http.StatusFound)
	return nil
}

func encode(params []param) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value))
	}
	return b.String()
}

// failure words an error: for the person when it is shown or nobody else may hear it, else
// for the application. What is in no catalogue is shown as a bland page.
func (h *Handler) failure(v *visit, err error) answer {
	e := aadsts.From(err)
	v.refused = e
	if _, here := errors.AsType[shown](err); here || v.to.URI == "" || e.Number == aadsts.Unexpected.Number || e.Number == aadsts.PageExpired.Number {
		return h.errorPage(v, e)
	}
	place := h.place(v)
	params := []param{{"error", string(e.Word)}, {"error_description", e.Description(place)}, {"error_uri", e.URI(place)}}
	c := callback{params: params}
	if v.req.kind == adminConsent { // said of failures too (Entra facts 5.1)
		c.params, c.tail = append(c.params, param{"admin_consent", "True"}), "#"
	}
	if v.req.state != "" {
		c.params = append(c.params, param{"state", v.req.state})
	}
	return c
}

func (h *Handler) place(v *visit) aadsts.Place {
	return aadsts.Place{Now: v.now, TraceID: v.trace, CorrelationID: v.correlation, BaseURL: h.Issuers.BaseURL}
}

// errorPage shows a refusal. Its cause is for the log alone.
func (h *Handler) errorPage(v *visit, e *aadsts.Error) page {
	p := page{name: "error", status: e.Status, view: view{
		Title: "Sorry, we cannot sign you in", Code: e.Code(), Message: e.Message, Help: e.Help,
		Trace: v.trace, Correlation: v.correlation, Time: v.now.UTC().Format("2006-01-02 15:04:05Z"),
	}}
	if e.Status < 400 || e.Status == http.StatusUnauthorized {
		p.status = http.StatusBadRequest
	}
	return p
}

// write writes a page. No script but our own file, no frame around it, nothing kept.
func (h *Handler) write(w http.ResponseWriter, p page) error {
	var body bytes.Buffer
	p.view.Page = p.name
	if err := h.pages.ExecuteTemplate(&body, p.name, p.view); err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Length", strconv.Itoa(body.Len()))
	head.Set("Content-Security-Policy", p.policy())
	head.Set("X-Frame-Options", "DENY")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Cache-Control", "no-store, no-cache")
	head.Set("Cross-Origin-Opener-Policy", "same-origin-allow-popups")
	head.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	head.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(p.status)
	_, err := w.Write(body.Bytes())
	return err
}

// policy lists what the page may load and where its forms may lead.
func (p page) policy() string {
	forms, frames := "'self'", "'none'"
	for _, one := range p.forms {
		forms += " " + one
	}
	if len(p.frames) > 0 {
		frames = strings.Join(p.frames, " ")
	}
	return "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; form-action " + forms +
		"; frame-src " + frames + "; frame-ancestors 'none'; base-uri 'none'"
}
