package discovery

import (
	"net/http"
	"strconv"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
	"github.com/stead-s2s/stead/internal/jose"
)

// Documents answers for all of them.
type Documents struct {
	Directory *directory.Directory
	Published func() []jose.Key // the signing keys, the current one first
	Issuers   tenancy.Issuers
}

// Metadata writes the OpenID Connect metadata of a version (1 or 2) for the tenant of
// the path's first segment.
func (d *Documents) Metadata(w http.ResponseWriter, _ *http.Request, version int, segment string) error {
	p, err := tenancy.Resolve(d.Directory.Current(), segment)
	if err != nil {
		return err
	}
	if version == 1 {
		return writeCached(w, d.v1(p))
	}
	return writeCached(w, d.v2(p))
}

// Keys writes the signing keys. They are the same for every tenant; those of v2.0 say
// for which issuers they sign (Entra facts 1.5).
func (d *Documents) Keys(w http.ResponseWriter, _ *http.Request, version int, segment string) error {
	if _, err := tenancy.Resolve(d.Directory.Current(), segment); err != nil {
		return err
	}
	set := jose.Set{Keys: d.Published()}
	if version == 2 {
		for i := range set.Keys {
			set.Keys[i].Issuer = d.Issuers.Template(2)
		}
	}
	return writeCached(w, set)
}

// ErrorPage explains an error code to a person.
func (*Documents) ErrorPage(w http.ResponseWriter, r *http.Request) error {
	code := r.URL.Query().Get("code")
	n, err := strconv.Atoi(code)
	entry, found := aadsts.ByNumber(n)
	status := http.StatusOK
	if err != nil || !found {
		status = http.StatusNotFound
	}
	return writePage(w, status, entry)
}
