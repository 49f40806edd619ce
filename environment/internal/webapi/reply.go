package webapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
)

// reply is a successful answer. Its status and headers are sent with the first byte:
// odata.Writer holds back the first 32 KB, so that whatever fails until then is
// still an ordinary error.
type reply struct {
	w       http.ResponseWriter
	status  int
	json    bool   // it has a content type though it may have no body
	plain   bool   // it is text and not JSON
	version int64  // for the ETag; 0 for none
	entity  string // OData-EntityId; empty for none
	created bool
	applied string // Preference-Applied; empty for none
	begun   bool
	values  [6]string // of the headers, in the reply's memory
	body    odata.Writer
}

// Write sends the head once and then the bytes.
func (p *reply) Write(b []byte) (int, error) {
	p.json = true
	p.begin()
	return p.w.Write(b)
}

func (p *reply) begin() {
	if p.begun {
		return
	}
	p.begun = true
	h := p.w.Header()
	given := p.values[:0]
	set := func(name, value string) {
		given = append(given, value)
		h[name] = given[len(given)-1 : len(given) : len(given)]
	}
	set("OData-Version", "4.0")
	switch {
	case p.plain:
		set("Content-Type", "text/plain")
	case p.json:
		set("Content-Type", jsonType)
	}
	if p.version > 0 {
		set("ETag", odata.ETag(p.version))
	}
	if p.entity != "" {
		set("OData-EntityId", p.entity)
	}
	if p.created {
		set("Location", p.entity)
	}
	if p.applied != "" {
		set("Preference-Applied", p.applied)
	}
	p.w.WriteHeader(p.status)
}

func (q *request) writer(to *reply) *odata.Writer {
	to.body = q.api.buffers.Writer(to, &q.odata)
	return &to.body
}

// representation reports whether a write is to be answered with the row.
func (q *request) representation() bool { return q.prefer.Return == odata.ReturnRepresentation }

// applied words Preference-Applied. Nothing but a write has return applied to it.
func (q *request) applied(write bool) string {
	p := q.prefer
	if !write {
		p.Return = odata.ReturnUnset
	}
	return p.Applied()
}

// written answers a create or update: 204, or the row with 201 or 200. The id is
// sent in either case, as live servers do (Dataverse facts 5.6, appendix D.4).
func (q *request) written(query *odata.Query) func(http.ResponseWriter, engine.Result) error {
	return func(w http.ResponseWriter, r engine.Result) error {
		to := &reply{w: w, status: http.StatusNoContent, entity: q.address(r), created: r.Created}
		if r.Page == nil {
			to.begin()
			return nil
		}
		to.status, to.version, to.applied = http.StatusOK, r.Version, q.applied(true)
		if r.Created {
			to.status = http.StatusCreated
		}
		return q.writer(to).Entity(query, r.Page)
	}
}

func (q *request) address(r engine.Result) string {
	return q.odata.Root + rowPath(r.Key)
}

// seal ties next links to the user who may follow them.
func (a *API) seal(user meta.ID) odata.Seal {
	return func(data []byte) []byte {
		mac := hmac.New(sha256.New, a.LinkKey)
		mac.Write(user[:])
		mac.Write(data)
		return mac.Sum(nil)
	}
}

func options(allowed string) func(http.ResponseWriter) error {
	return func(w http.ResponseWriter) error {
		w.Header().Set("Allow", allowed)
		(&reply{w: w, status: http.StatusOK}).begin()
		return nil
	}
}

// entitySet is a line of the service document.
type entitySet struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// serviceDocument lists the sets by name (Dataverse facts A.2).
func (q *request) serviceDocument(w http.ResponseWriter) error {
	document := struct {
		Context string      `json:"@odata.context"`
		Value   []entitySet `json:"value"`
	}{Context: q.odata.Root + "$metadata"}
	for _, t := range q.odata.Model.Tables {
		document.Value = append(document.Value, entitySet{t.SetName, "EntitySet", t.SetName})
	}
	slices.SortFunc(document.Value, func(a, b entitySet) int { return strings.Compare(a.Name, b.Name) })
	text, err := json.Marshal(document)
	if err != nil {
		return err
	}
	_, err = (&reply{w: w, status: http.StatusOK}).Write(text)
	return err
}
