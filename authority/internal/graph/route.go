package graph

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// route is a method and a path, what it asks for and what answers.
type route struct {
	method  string
	pattern string // {} matches one segment
	need    func() need
	answer  func(*call) (answer, error)
	reads   bool     // a POST that changes nothing
	parts   []string // the pattern's segments
}

// table is the routes, made once for each handler.
type table struct {
	once   sync.Once
	routes []route
}

func (t *table) all() []route {
	t.once.Do(func() {
		t.routes = routes()
		for i := range t.routes {
			t.routes[i].parts = strings.Split(t.routes[i].pattern, "/")
		}
	})
	return t.routes
}

// routes is every path, in the order in which they are tried.
func routes() []route {
	var all []route
	for _, part := range [][]route{
		applicationRoutes(), principalRoutes(), userRoutes(), groupRoutes(), tenantRoutes(), consentRoutes(), directoryRoutes(),
	} {
		all = append(all, part...)
	}
	return all
}

// locate splits the path below the version into segments. A key in parentheses is a
// segment of its own: applications('x') is applications/x, and applications(appId='x') is
// applications/appId=x. The names of types are dropped from the end.
func (c *call) locate(r *http.Request) ([]string, error) {
	escaped := strings.Trim(r.URL.EscapedPath(), "/")
	version, rest, _ := strings.Cut(escaped, "/")
	c.version, c.path = version, "/"+rest
	var segments []string
	for one := range strings.SplitSeq(rest, "/") {
		one, err := url.PathUnescape(one)
		if err != nil {
			return nil, badRequest("The path cannot be read.")
		}
		name, key, keyed := strings.Cut(one, "(")
		segments = append(segments, name)
		if key, closed := strings.CutSuffix(key, ")"); keyed && closed && key != "" {
			segments = append(segments, unquoteKey(key))
		} else if keyed && !closed {
			segments[len(segments)-1] = one
		}
	}
	return segments, nil
}

// unquoteKey takes the quotation marks from 'x' and appId='x'.
func unquoteKey(key string) string {
	name, value, named := strings.Cut(key, "=")
	if !named {
		return strings.Trim(key, "'")
	}
	return name + "=" + strings.Trim(value, "'")
}

// route finds the path. One that is there with other methods only is not allowed.
func (c *call) route(segments []string) (route, error) {
	other := false
	for _, r := range c.h.table.all() {
		ids, ok := match(r.parts, segments)
		if !ok {
			continue
		}
		if r.method == c.method || r.method == http.MethodGet && c.method == http.MethodHead {
			c.ids = ids
			return r, nil
		}
		other = true
	}
	if other {
		return route{}, refuse(http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	}
	return route{}, badRequest("Resource not found for the segment '%s'.", segments[len(segments)-1])
}

// match compares names in any case.
func match(pattern, segments []string) (ids []string, ok bool) {
	if len(pattern) != len(segments) {
		return nil, false
	}
	for i, want := range pattern {
		switch {
		case want == "{}" && segments[i] != "" && segments[i][0] != '$':
			ids = append(ids, segments[i])
		case want == "{}", !strings.EqualFold(want, segments[i]):
			return nil, false
		}
	}
	return ids, true
}
