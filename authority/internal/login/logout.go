package login

import (
	"context"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/jose"
)

// Logout answers /{t}/oauth2/logout and /{t}/oauth2/v2.0/logout (Entra facts 4.5): it ends
// the sessions of the browser, or the one that logout_hint names, tells the applications
// that were signed in to, and goes to the address that the application gave, if it is one
// of its own.
func (h *Handler) Logout(w http.ResponseWriter, r *http.Request, version int, segment string) error {
	v := h.enter(r)
	fields, err := readFields(r)
	if err == nil {
		v.place, err = tenancy.Resolve(v.dir, segment)
	}
	if err != nil {
		return h.answer(w, r, v, h.failure(v, shown{err}))
	}
	ended, err := h.endSessions(r.Context(), v, fields.Get("logout_hint"))
	if err != nil {
		return h.answer(w, r, v, h.failure(v, shown{err}))
	}
	next := v.afterLogout(ended, fields)
	frames := h.frames(v, ended, version)
	if next != "" && len(frames) == 0 {
		v.to.URI, v.mode = next, modeQuery
		for _, c := range v.cookies {
			http.SetCookie(w, c)
		}
		w.Header().Set("Location", next)
		w.WriteHeader(http.StatusFound)
		return nil
	}
	p := page{name: "signedout", status: http.StatusOK, view: view{Title: "You signed out of your account", Next: safeURL(next)}}
	for _, f := range frames {
		p.view.Frames = append(p.view.Frames, template.URL(f)) //nolint:gosec // judged by frames
		if o := origin(f); !slices.Contains(p.frames, o) {
			p.frames = append(p.frames, o)
		}
	}
	return h.answer(w, r, v, p)
}

// endSessions ends all sessions of the browser, or the one of the person that is named
// when they are there.
func (h *Handler) endSessions(ctx context.Context, v *visit, hint string) ([]held, error) {
	var ended, left []held
	named := func(s held) bool {
		return strings.EqualFold(hint, s.user.UPN) || hint == string(s.ID) || hint == string(s.User)
	}
	one := hint != "" && slices.ContainsFunc(v.held, named)
	for _, s := range v.held {
		if one && !named(s) {
			left = append(left, s)
			continue
		}
		if err := h.Tickets.EndSession(ctx, s.ID); err != nil {
			return nil, err
		}
		ended = append(ended, s)
	}
	v.held = left
	v.keepSessions()
	return ended, nil
}

// afterLogout is where to go: an address registered for an application that was signed in
// to or that the request names. Naming one proves nothing, and leads nowhere but to that
// application. state goes along.
func (v *visit) afterLogout(ended []held, fields url.Values) string {
	asked := fields.Get("post_logout_redirect_uri")
	if asked == "" {
		return ""
	}
	ids := []string{fields.Get("client_id"), audience(fields.Get("id_token_hint"))}
	for _, s := range ended {
		for _, a := range s.Apps {
			ids = append(ids, string(a.App))
		}
	}
	for _, text := range ids {
		id, _ := directory.ParseID(text)
		app, found := v.dir.Application(id)
		if !found {
			continue
		}
		if to, err := redirect(app, asked); err == nil {
			return withState(to.URI, fields.Get("state"))
		}
	}
	return ""
}

func withState(uri, state string) string {
	if state == "" {
		return uri
	}
	joint := "?"
	if strings.Contains(uri, "?") {
		joint = "&"
	}
	return uri + joint + "state=" + url.QueryEscape(state)
}

// audience is the application that an id_token says it is for. It is a hint, so that the
// token may be old, and its signature does not matter.
func audience(hint string) string {
	m, err := jose.Parse(hint, jose.RS256)
	if err != nil {
		return ""
	}
	var c struct {
		Audience string `json:"aud"`
	}
	if json.Unmarshal(m.Payload, &c) != nil {
		return ""
	}
	return c.Audience
}

// frames are the addresses where applications hear that the person signed out.
func (h *Handler) frames(v *visit, ended []held, version int) []string {
	var list []string
	for _, s := range ended {
		for _, a := range s.Apps {
			u, err := url.Parse(a.LogoutURL)
			if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") ||
				strings.ContainsAny(u.Host, " ;,'\"") {
				continue
			}
			q := u.Query()
			q.Set("sid", string(s.ID))
			q.Set("iss", h.Issuers.Of(version, s.user.TenantID))
			u.RawQuery = q.Encode()
			list = append(list, u.String())
		}
	}
	return list
}
