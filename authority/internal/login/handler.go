package login

import (
	"context"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/grant"
	"github.com/stead-s2s/stead/authority/internal/journal"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/jose"
)

// Config is what a Handler is made from.
type Config struct {
	Directory *directory.Directory
	Tickets   *ticket.Book
	Journal   *journal.Book // nil: nothing is taken down
	Guard     *Guard
	Issuers   tenancy.Issuers
	// Front makes the tokens that go through the browser, beside a code or in its place.
	Front func(context.Context, grant.Front) (grant.Fragment, error)
	// Published are the keys that access tokens are signed with, for userinfo.
	Published func() []jose.Key
	// Subject is sub of a person for an application.
	Subject func(user, app directory.ID) string
	// Key is 32 secret bytes. The same key lets pages and known devices outlive a restart.
	Key  []byte
	Now  func() time.Time
	Rand io.Reader // safe for many goroutines
}

// Handler answers people's browsers. It is safe for many goroutines.
type Handler struct {
	Config
	sealer sealer
	pages  *template.Template
	assets map[string]asset
}

// New checks the templates and makes the handler.
func New(c Config) (*Handler, error) {
	pages, assets, err := load()
	if err != nil {
		return nil, err
	}
	return &Handler{Config: c, sealer: sealer{key: c.Key, random: c.Rand}, pages: pages, assets: assets}, nil
}

// Authorize answers /{t}/oauth2/authorize (version 1) and /{t}/oauth2/v2.0/authorize.
func (h *Handler) Authorize(w http.ResponseWriter, r *http.Request, version int, tenant string) error {
	return h.begin(w, r, request{kind: authorize, version: version, segment: tenant})
}

// AdminConsent answers /{t}/adminconsent (version 1) and /{t}/v2.0/adminconsent.
func (h *Handler) AdminConsent(w http.ResponseWriter, r *http.Request, version int, tenant string) error {
	return h.begin(w, r, request{kind: adminConsent, version: version, segment: tenant})
}

// begin parses a request of an application and takes the first steps.
func (h *Handler) begin(w http.ResponseWriter, r *http.Request, req request) error {
	v := h.enter(r)
	fields, err := readFields(r)
	if err == nil {
		v.req, err = parse(req, fields)
	}
	if err != nil {
		return h.answer(w, r, v, h.failure(v, shown{err}))
	}
	return h.answer(w, r, v, h.run(r.Context(), v))
}

// run walks the flow from where the person stands, and words what goes wrong.
func (h *Handler) run(ctx context.Context, v *visit) answer {
	a, err := h.advance(ctx, v)
	if err != nil {
		return h.failure(v, err)
	}
	return a
}

// Continue answers the forms of all pages. What they say is trusted for nothing but what
// the person typed: the sealed note says the rest.
func (h *Handler) Continue(w http.ResponseWriter, r *http.Request) error {
	v := h.enter(r)
	v.posted = true
	f, err := h.readForm(r, v)
	if err != nil {
		return h.answer(w, r, v, h.failure(v, shown{err}))
	}
	if err := h.again(r.Context(), v); err != nil {
		return h.answer(w, r, v, h.failure(v, err))
	}
	a, err := h.step(r.Context(), v, f)
	if err != nil {
		a = h.failure(v, err)
	}
	return h.answer(w, r, v, a)
}

// again judges the request that a note carries anew: what it is about may have changed.
func (h *Handler) again(ctx context.Context, v *visit) error {
	if v.req.kind == device {
		if v.req.userCode == "" {
			return nil
		}
		if err := h.readDevice(ctx, v); err != nil {
			return shown{aadsts.DeviceUnknown.With().Because(err)}
		}
	}
	return h.validate(ctx, v)
}

// step does what a button says.
func (h *Handler) step(ctx context.Context, v *visit, f form) (answer, error) {
	if f.do == "cancel" {
		return h.cancel(ctx, v, f)
	}
	switch f.page {
	case pageSignIn:
		return h.signIn(ctx, v, f)
	case pagePassword:
		return h.changePassword(ctx, v, f)
	case pagePick:
		return h.picked(ctx, v, f)
	case pageConsent:
		return h.consented(ctx, v, f)
	case pageDevice:
		return h.deviceCode(ctx, v, f.userCode)
	case pageConfirm:
		v.confirmed = true
		return h.advance(ctx, v)
	case pageNeedsAdmin:
		v.fresh, v.chosen = "", ""
		return h.signInPage(v, "", nil)
	}
	return nil, expired("the form is of no page")
}
