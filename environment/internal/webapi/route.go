package webapi

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
)

const apiPrefix = "/api/"

// versions are the versions served, all by one engine; links echo the one of the
// request (Dataverse facts 5.1).
var versions = []string{"v9.0", "v9.1", "v9.2"}

// underAPI tells what is the Web API's: all of it asks for a token first.
func underAPI(path string) bool { return strings.HasPrefix(path, apiPrefix) }

// escapedPath is u.EscapedPath of a URL that was parsed and not changed since: a raw path
// with nothing odd in it need not be held against the other again.
func escapedPath(u *url.URL) string {
	if u.RawPath == "" {
		return u.EscapedPath()
	}
	for i := range len(u.RawPath) {
		c := u.RawPath[i]
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || strings.IndexByte("/()-_.$,='%", c) >= 0) {
			return u.EscapedPath()
		}
	}
	return u.RawPath
}

// cut splits the escaped path of a URL into the API version and the resource.
func cut(escapedPath string) (version, resource string, err error) {
	rest, ok := strings.CutPrefix(escapedPath, apiPrefix+"data/")
	if !ok {
		return "", "", notFound(escapedPath)
	}
	version, resource, _ = strings.Cut(rest, "/")
	if !slices.Contains(versions, version) {
		return "", "", dverr.SegmentNotFound.With(version).
			Helping("the Web API is served at /api/data/%s/", strings.Join(versions, "/, /api/data/"))
	}
	return version, resource, nil
}

func notFound(path string) error {
	return dverr.SegmentNotFound.With(strings.Trim(path, "/")).
		Helping("the Web API is served at /api/data/%s/", versions[len(versions)-1])
}

func schemeAndHost(address string) (scheme, host string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "https", address
	}
	return u.Scheme, u.Host
}

// root is the service root of links, on the host that the client asked. A host that
// no link could hold is passed over for the environment's own.
func (a *API) root(r *http.Request, version string) string {
	host := r.Host
	if own := a.roots[version]; own != "" && host == a.host {
		return own
	}
	odd := func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(".-:[]_", c))
	}
	if host == "" || strings.ContainsFunc(host, odd) {
		host = a.host
	}
	return a.rootOf(host, version)
}

func (a *API) rootOf(host, version string) string {
	return a.scheme + "://" + host + apiPrefix + "data/" + version + "/"
}

// The methods of resources, which nobody changes.
var (
	readOnly   = []string{http.MethodGet}
	writeOnly  = []string{http.MethodPost}
	deleteOnly = []string{http.MethodDelete}
	readOrAdd  = []string{http.MethodGet, http.MethodPost}
	ofParties  = []string{http.MethodGet, http.MethodPut}
	ofRows     = []string{http.MethodGet, http.MethodPatch, http.MethodDelete}
	ofValues   = []string{http.MethodGet, http.MethodPut, http.MethodDelete}
	ofContents = []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete}
	ofLinks    = []string{http.MethodGet, http.MethodPost, http.MethodDelete}
)

// methods lists what may be done with a resource; none when it is not built, whatever
// the method.
func methods(p *odata.Path) []string {
	switch {
	case p.Suffix == odata.RefSuffix:
		return refMethods(p)
	case p.Suffix != odata.NoSuffix, p.Kind == odata.ServicePath:
		return readOnly
	}
	switch p.Kind {
	case odata.MessagePath:
		if _, bulk := bulkMessages[p.Message]; bulk {
			return writeOnly
		}
		return readOrAdd
	case odata.SetPath:
		return readOrAdd
	case odata.RowPath:
		return ofRows
	case odata.PropertyPath:
		if p.Nav.Name == "" && p.Column.HoldsContent() {
			return ofContents
		}
		if p.Nav.Name == "" {
			return ofValues
		}
		return readOnly
	case odata.NavigationPath:
		switch {
		case p.NavKey == nil && odata.HasParties(p.Nav):
			return ofParties
		case p.NavKey == nil:
			return readOnly
		}
	case odata.BatchPath:
		return writeOnly
	}
	return nil
}

// refMethods are those of /$ref, which only navigation properties have here.
func refMethods(p *odata.Path) []string {
	switch {
	case p.Kind != odata.NavigationPath:
		return nil
	case p.NavKey != nil:
		return deleteOnly
	case p.Nav.Single:
		return ofValues
	}
	return ofLinks
}

// wrongMethod is a 405 with the methods that would do.
type wrongMethod struct {
	refusal *dverr.Error
	allow   string
}

// Error gives the refusal's text.
func (w *wrongMethod) Error() string { return w.refusal.Error() }

// Unwrap gives the refusal that the body words.
func (w *wrongMethod) Unwrap() error { return w.refusal }

// permit checks the method against the resource: 501 for what is not built, 405 for
// what is never done. HEAD is GET without its body. It gives the methods that would
// do, for OPTIONS.
func (a *API) permit(method string, p *odata.Path, custom *meta.API) (allowed string, err error) {
	list := methods(p)
	if list == nil {
		return "", dverr.NotImplemented.Text("%s is not yet implemented.", describe(p))
	}
	if p.Kind == odata.MessagePath {
		function, built := a.operations[p.Message]
		if custom != nil {
			function, built = custom.Function, true
		}
		if built && function {
			list = list[:1]
		} else if built {
			list = list[len(list)-1:]
		}
	}
	if method == http.MethodOptions {
		return allow(list), nil
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if slices.Contains(list, method) {
		return "", nil
	}
	return "", &wrongMethod{dverr.MethodNotAllowed.With(method), allow(list)}
}

// allow words the Allow header as the service does: OPTIONS,GET,HEAD,POST.
func allow(allowed []string) string {
	list := []string{http.MethodOptions}
	for _, m := range allowed {
		list = append(list, m)
		if m == http.MethodGet {
			list = append(list, http.MethodHead)
		}
	}
	return strings.Join(list, ",")
}

// describe names what is missing.
func describe(p *odata.Path) string {
	switch {
	case p.Suffix == odata.RefSuffix:
		return "The segment $ref of a row"
	case p.Kind == odata.MetadataPath:
		return "The metadata document $metadata"
	}
	return fmt.Sprintf("A path through the navigation property '%s'", p.Nav.Name)
}
