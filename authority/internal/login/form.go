package login

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// standing is where a person stands in a flow: the sealed note that each form carries. It
// is also what proves that the form is ours and was given to this browser.
type standing struct {
	Page      string
	Kind      kind
	Version   int
	Segment   string
	Query     string
	UserCode  string
	Fresh     directory.ID
	Chosen    directory.ID
	Confirmed bool
	Agreed    bool
	User      directory.ID // who is to choose a new password
	Asked     string       // what the consent page showed
	Browser   string
	Until     int64
}

// formLife is how long a page may stay open before its form is used.
const formLife = time.Hour

// form is what a person did on a page.
type form struct {
	standing
	page     string
	do       string
	username string
	password Password
	fresh    Password // a new password
	again    Password
	account  string
	userCode string
	forAll   bool
}

// Password is what a person typed. It prints as [redacted].
type Password string

// String hides the password.
func (Password) String() string { return "[redacted]" }

// GoString hides the password.
func (Password) GoString() string { return "[redacted]" }

// MarshalText hides the password.
func (Password) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

func expired(why string) error { return aadsts.PageExpired.With().Helping(why) }

// readForm takes a form that this authority gave to this browser, and sets the visit to
// where the person stands.
func (h *Handler) readForm(r *http.Request, v *visit) (form, error) {
	if r.Method != http.MethodPost {
		return form{}, expired("this address takes the forms of pages alone")
	}
	if !h.ours(r) {
		return form{}, expired("the form was sent by another site")
	}
	if err := r.ParseForm(); err != nil {
		return form{}, aadsts.Malformed.With().Because(err)
	}
	p := r.PostForm
	f := form{
		do: p.Get("do"), username: strings.TrimSpace(p.Get("username")), password: Password(p.Get("password")), account: p.Get("account"),
		fresh: Password(p.Get("new")), again: Password(p.Get("again")), userCode: p.Get("code"), forAll: p.Get("all") == "on",
	}
	if !h.sealer.open("flow", p.Get("flow"), &f.standing) {
		return f, expired("the form has no valid note")
	}
	f.page = f.Page
	bound, err := h.bind(v)
	switch {
	case err != nil:
		return f, err
	case bound != f.Browser:
		return f, expired("the form was given to another browser")
	case v.now.Unix() > f.Until:
		return f, expired("the page was open for too long")
	}
	return f, v.resume(f.standing)
}

// ours reports whether a browser says that a page of this authority sent the form. One
// that says nothing is judged by the note alone.
func (h *Handler) ours(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	from := r.Header.Get("Origin")
	return from == "" || from == h.Issuers.BaseURL || from == "https://"+r.Host
}

// resume sets the visit to where the person stood when the page was made.
func (v *visit) resume(s standing) error {
	req := request{kind: s.Kind, version: s.Version, segment: s.Segment, userCode: s.UserCode, maxAge: -1}
	if s.Kind != device {
		fields, err := url.ParseQuery(s.Query)
		if err != nil {
			return expired("the note cannot be read")
		}
		if req, err = parse(req, fields); err != nil {
			return err
		}
	}
	v.req, v.fresh, v.chosen, v.confirmed, v.agreed = req, s.Fresh, s.Chosen, s.Confirmed, s.Agreed
	return nil
}

// stand seals where the person stands, for the form of a page.
func (h *Handler) stand(v *visit, page string, edit func(*standing)) (string, error) {
	bound, err := h.bind(v)
	if err != nil {
		return "", err
	}
	s := standing{
		Page: page, Kind: v.req.kind, Version: v.req.version, Segment: v.req.segment, Query: v.req.query, UserCode: v.req.userCode,
		Fresh: v.fresh, Chosen: v.chosen, Confirmed: v.confirmed, Agreed: v.agreed, Browser: bound, Until: v.now.Add(formLife).Unix(),
	}
	if edit != nil {
		edit(&s)
	}
	return h.sealer.seal("flow", s)
}
