package login

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/authority/internal/ticket"
	"github.com/stead-s2s/stead/internal/web"
)

// held is a session that the browser holds.
type held struct {
	bearer string
	ticket.Session
	user *directory.User
}

// visit is one request of a browser: what came with it, and what the stages found.
type visit struct {
	now         time.Time
	dir         *directory.Snapshot
	network     string // of the browser
	agent       string
	trace       string
	correlation string
	browser     string // what binds forms to the browser
	held        []held // alive, oldest first
	known       known  // people who signed in with this browser before
	cookies     []*http.Cookie

	req   request
	place tenancy.Place
	app   *directory.Application
	to    directory.RedirectURI
	mode  string

	fresh     directory.ID // session whose person signed in during this flow
	chosen    directory.ID // session picked during it
	confirmed bool         // the person knows which device it is
	posted    bool         // a form of ours brought the browser here
	agreed    bool         // consent was given during it

	refused *aadsts.Error // what the flow ended with; for the log
}

// The cookies. All are for this host alone and for https. The one of the sessions comes
// along when another site's page embeds this one or posts to it: applications renew
// themselves in hidden frames (prompt=none), and may POST their requests (Entra facts
// 4.1). The one that forms are bound to never does.
const (
	sessionsCookie = "__Host-stead-sessions"
	browserCookie  = "__Host-stead-browser"
	knownCookie    = "__Host-stead-known"

	maxHeld   = 8
	knownLife = 365 * 24 * time.Hour
)

// enter reads what comes with every request.
func (h *Handler) enter(r *http.Request) *visit {
	v := &visit{
		now: h.Now(), dir: h.Directory.Current(), network: network(r.RemoteAddr), agent: r.UserAgent(),
		trace: web.EventFrom(r.Context()).ID(),
	}
	v.correlation = web.NewID()
	if id, isGUID := directory.ParseID(r.Header.Get("Client-Request-Id")); isGUID {
		v.correlation = string(id)
	}
	if c, err := r.Cookie(browserCookie); err == nil && len(c.Value) == 43 {
		v.browser = c.Value
	}
	if c, err := r.Cookie(knownCookie); err == nil {
		h.sealer.open("known", c.Value, &v.known)
	}
	if c, err := r.Cookie(sessionsCookie); err == nil {
		h.readSessions(r, v, c.Value)
	}
	return v
}

// readSessions keeps those that are alive, of people who may still sign in.
func (h *Handler) readSessions(r *http.Request, v *visit, cookie string) {
	for i, bearer := range strings.Split(cookie, ".") {
		if i == maxHeld {
			return
		}
		s, err := h.Tickets.Session(r.Context(), bearer)
		if err != nil {
			if !errors.Is(err, ticket.ErrUnknown) && !errors.Is(err, ticket.ErrExpired) {
				note(r.Context(), "session", err)
			}
			continue
		}
		u, found := v.dir.UserByID(s.User)
		if found && !u.Disabled && !u.MustChangePassword && !s.AuthTime.Before(u.SessionsValidFrom) {
			v.held = append(v.held, held{bearer, s, u})
		}
	}
}

// network is the address attempts are counted by; of IPv6 the part that one customer has.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return remote
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Unmap().Is4() {
		return host
	}
	p, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return host
	}
	return p.String()
}

// session finds a session of the browser.
func (v *visit) session(id directory.ID) (held, bool) {
	for _, s := range v.held {
		if s.ID == id {
			return s, true
		}
	}
	return held{}, false
}

// bind gives what the browser's forms are bound to, and begins it where there is nothing.
func (h *Handler) bind(v *visit) (string, error) {
	if v.browser == "" {
		text, err := h.sealer.bearer()
		if err != nil {
			return "", err
		}
		v.browser = text
		v.set(browserCookie, text, 0, http.SameSiteLaxMode)
	}
	sum := sha256.Sum256([]byte(v.browser))
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

func (v *visit) set(name, value string, life time.Duration, same http.SameSite) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: same}
	switch {
	case value == "":
		c.MaxAge = -1
	case life > 0:
		c.MaxAge = int(life / time.Second)
	}
	v.cookies = append(v.cookies, c)
}

// keepSessions tells the browser which sessions it holds now.
func (v *visit) keepSessions() {
	if len(v.held) > maxHeld {
		v.held = v.held[len(v.held)-maxHeld:]
	}
	bearers := make([]string, len(v.held))
	for i, s := range v.held {
		bearers[i] = s.bearer
	}
	v.set(sessionsCookie, strings.Join(bearers, "."), 0, http.SameSiteNoneMode)
}
