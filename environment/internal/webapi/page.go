package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/internal/web"
)

// present answers an administrator with a page that stands beside the Web API.
func present(w http.ResponseWriter, r *http.Request, user access.User, page web.HandlerFunc) error {
	if !user.Administrator() {
		return dverr.AccessDenied.With("Access is denied.").
			Helping("%s is for System Administrators of the environment: %s is none", r.URL.Path, user.ID)
	}
	return read(w, r, page)
}

// read answers with a page, which nobody can write to.
func read(w http.ResponseWriter, r *http.Request, page web.HandlerFunc) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return &wrongMethod{dverr.MethodNotAllowed.With(r.Method), "GET,HEAD"}
	}
	return page(w, r)
}
