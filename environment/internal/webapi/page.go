package webapi

import (
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/web"
)

// page finds what stands beside the Web API; nil for everything else.
func (a *API) page(path string) web.HandlerFunc {
	if form := a.Forms[path]; form != nil {
		return permitted(form, http.MethodGet, http.MethodPut, http.MethodDelete)
	}
	if page := a.Pages[path]; page != nil {
		return permitted(page, http.MethodGet)
	}
	return nil
}

// present answers an administrator with a page that stands beside the Web API.
func present(w http.ResponseWriter, r *http.Request, user access.User, page web.HandlerFunc) error {
	if !user.Administrator() {
		return dverr.AccessDenied.With("Access is denied.").
			Helping("%s is for System Administrators of the environment: %s is none", r.URL.Path, user.ID)
	}
	return page(w, r)
}

// permitted refuses what cannot be done with a page. HEAD is GET without its body.
func permitted(page web.HandlerFunc, methods ...string) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		if !slices.Contains(methods, method) {
			return &wrongMethod{dverr.MethodNotAllowed.With(r.Method), strings.TrimPrefix(allow(methods), "OPTIONS,")}
		}
		return page(w, r)
	}
}
