package authority

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/discovery"
	"github.com/stead-s2s/stead/authority/internal/graph"
)

// answer answers a request whose path has matched; part is what stood where the
// pattern has {}.
type answer func(w http.ResponseWriter, r *http.Request, part string) error

// route is a path and what answers there.
type route struct {
	pattern  []string // segments in lower case; "{}" matches any one
	document bool     // GET, HEAD and OPTIONS only
	answer   answer
}

// table is every path of the authority (Entra facts 1.1).
func (s *Server) table() []route {
	type version func(w http.ResponseWriter, r *http.Request, version int, part string) error
	of := func(v int, f version) answer {
		return func(w http.ResponseWriter, r *http.Request, part string) error { return f(w, r, v, part) }
	}
	alone := func(f func(http.ResponseWriter, *http.Request) error) answer {
		return func(w http.ResponseWriter, r *http.Request, _ string) error { return f(w, r) }
	}
	d := s.documents
	return []route{
		{path("adfs/.well-known/openid-configuration"), true, alone(d.ADFS)},
		{path("adfs/discovery/keys"), true, alone(d.ADFSKeys)},
		{path("adfs/oauth2/authorize"), false, alone(s.grant.ADFSAuthorize)},
		{path("adfs/oauth2/authorize/"), false, alone(s.grant.ADFSAuthorize)},
		{path("adfs/oauth2/token"), false, alone(s.grant.ADFS)},
		{path("adfs/oauth2/token/"), false, alone(s.grant.ADFS)},
		{path("msi/token"), false, alone(s.grant.Identity)},
		{path("{}/oauth2/v2.0/token"), false, of(2, s.grant.Token)},
		{path("{}/oauth2/token"), false, of(1, s.grant.Token)},
		{path("{}/oauth2/v2.0/devicecode"), false, of(2, s.grant.Device)},
		{path("{}/oauth2/devicecode"), false, of(1, s.grant.Device)},
		{path("{}/oauth2/v2.0/authorize"), false, of(2, s.login.Authorize)},
		{path("{}/oauth2/authorize"), false, of(1, s.login.Authorize)},
		{path("{}/v2.0/adminconsent"), false, of(2, s.login.AdminConsent)},
		{path("{}/adminconsent"), false, of(1, s.login.AdminConsent)},
		{path("{}/oauth2/v2.0/logout"), false, of(2, s.login.Logout)},
		{path("{}/oauth2/logout"), false, of(1, s.login.Logout)},
		{path("common/oauth2/deviceauth"), false, alone(s.login.DeviceAuth)},
		{path("devicelogin"), false, alone(s.login.DeviceAuth)},
		{path("login"), false, alone(s.login.Continue)},
		{path("login/{}"), true, s.login.Asset},
		{path("oidc/userinfo"), false, alone(s.login.Userinfo)},
		{path("{}/openid/userinfo"), false, func(w http.ResponseWriter, r *http.Request, _ string) error { return s.login.Userinfo(w, r) }},
		{path("{}/v2.0/.well-known/openid-configuration"), true, of(2, d.Metadata)},
		{path("{}/.well-known/openid-configuration"), true, of(1, d.Metadata)},
		{path("{}/discovery/v2.0/keys"), true, of(2, d.Keys)},
		{path("{}/discovery/keys"), true, of(1, d.Keys)},
		{path("common/discovery/instance"), true, alone(d.Instance)},
		{path("common/userrealm/{}"), true, d.Realm},
		{path("error"), true, alone(d.ErrorPage)},
		{path("metadata/endpoints"), true, alone(s.cloud)},
		{path("metrics"), true, alone(s.metrics)},
		{path("_stead/evaluate"), false, alone(s.graph.ServeEvaluation)},
	}
}

func path(pattern string) []string { return strings.Split(pattern, "/") }

// match compares the fixed parts in any case (Entra facts 1.1).
func (r route) match(segments []string) (part string, ok bool) {
	if len(segments) != len(r.pattern) {
		return "", false
	}
	for i, want := range r.pattern {
		switch {
		case want == "{}":
			part = segments[i]
		case !strings.EqualFold(want, segments[i]):
			return "", false
		}
	}
	return part, true
}

// split gives the segments of a path. A slash that was escaped does not separate any.
func split(u *url.URL) []string {
	segments := strings.Split(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	for i, one := range segments {
		if plain, err := url.PathUnescape(one); err == nil {
			segments[i] = plain
		}
	}
	return segments
}

// serve finds the route and answers.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) error {
	if graph.Serves(r.URL.Path) {
		return s.graph.Serve(w, r)
	}
	s.header(w, r)
	segments := split(r.URL)
	for _, route := range s.routes {
		part, ok := route.match(segments)
		if !ok {
			continue
		}
		if route.document && r.Method != http.MethodGet && r.Method != http.MethodHead {
			return preflight(w, r)
		}
		return route.answer(w, r, part)
	}
	http.NotFound(w, r)
	return nil
}

// preflight answers OPTIONS, and refuses all else, where there is a document.
func preflight(w http.ResponseWriter, r *http.Request) error {
	discovery.Share(w.Header())
	w.Header().Set("Allow", "GET, HEAD, OPTIONS")
	if r.Method != http.MethodOptions {
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
