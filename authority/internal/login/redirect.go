package login

import (
	"net/url"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// redirect finds where an application may have its people sent back: the address it gave
// must be registered, exactly as it is written. Only the port of http://localhost, and of
// 127.0.0.1 for public clients, is left open (Entra facts 4.1). Without an address the
// first registered one is meant.
func redirect(app *directory.Application, asked string) (directory.RedirectURI, error) {
	if len(app.RedirectURIs) == 0 {
		return directory.RedirectURI{}, aadsts.RedirectMissing.With()
	}
	if asked == "" {
		return usable(app, app.RedirectURIs[0])
	}
	for _, registered := range app.RedirectURIs {
		if registered.URI == asked || sameButPort(registered, asked) {
			return usable(app, directory.RedirectURI{Platform: registered.Platform, URI: asked})
		}
	}
	return directory.RedirectURI{}, mismatch(app, asked)
}

func mismatch(app *directory.Application, asked string) error {
	e := aadsts.RedirectMismatch.With(asked, app.AppID)
	e.Word = aadsts.InvalidRequest
	return e
}

// usable refuses what a browser must not be sent to, whatever is registered: addresses
// that run as a script or open files, and those with a fragment, user name or line break.
func usable(app *directory.Application, to directory.RedirectURI) (directory.RedirectURI, error) {
	u, err := url.Parse(to.URI)
	if err != nil || u.Scheme == "" || u.User != nil || strings.ContainsAny(to.URI, "#\r\n\t\\\" <>") {
		return to, mismatch(app, to.URI)
	}
	switch u.Scheme {
	case "javascript", "data", "vbscript", "blob", "file", "about", "filesystem":
		return to, mismatch(app, to.URI)
	case "http":
		if host := u.Hostname(); host != "localhost" && host != "127.0.0.1" && host != "::1" {
			return to, mismatch(app, to.URI)
		}
	}
	return to, nil
}

// sameButPort compares texts, not parsed addresses: parsers differ about odd ones.
func sameButPort(registered directory.RedirectURI, asked string) bool {
	origins := []string{"http://localhost"}
	if registered.Platform == "publicClient" {
		origins = append(origins, "http://127.0.0.1")
	}
	for _, origin := range origins {
		want, isLocal := withoutPort(registered.URI, origin)
		got, isToo := withoutPort(asked, origin)
		if isLocal && isToo && got == want {
			return true
		}
	}
	return false
}

// withoutPort cuts an origin and its port off. What follows must be a path, a query or
// nothing.
func withoutPort(uri, origin string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(uri, origin)
	if !ok {
		return "", false
	}
	if after, has := strings.CutPrefix(rest, ":"); has {
		rest = strings.TrimLeft(after, "0123456789")
		if digits := len(after) - len(rest); digits == 0 || digits > 5 {
			return "", false
		}
	}
	return rest, rest == "" || rest[0] == '/' || rest[0] == '?'
}

// origin is where a page's form may lead to, for its security policy.
func origin(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case err != nil || u.Scheme == "":
		return ""
	case u.Host == "":
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}
