package grant

import (
	"net/http"
	"net/url"
	"strings"
)

// preflight lets pages ask. Who is answered is decided when they do.
func preflight(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, OPTIONS")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" && len(asked) < 1024 {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// share lets a page read the answer when its origin is that of a redirect URI of the
// application's that is registered for pages (Entra facts 4.1).
func (c *attempt) share(h http.Header) {
	if c.Origin == "" {
		return
	}
	h.Add("Vary", "Origin")
	if c.client == nil {
		return
	}
	for _, uri := range c.client.App.RedirectURIs {
		if uri.Platform == platformSPA && strings.EqualFold(origin(uri.URI), c.Origin) {
			h.Set("Access-Control-Allow-Origin", c.Origin)
			h.Set("Access-Control-Expose-Headers", "x-ms-request-id, client-request-id")
			return
		}
	}
}

// origin of an address; empty when it has none.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
