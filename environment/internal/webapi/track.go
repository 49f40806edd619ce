package webapi

import (
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// changes asks what became of the rows of a set (Dataverse facts 5.14).
func (q *request) changes(c odata.Changes, err error) (*asked, error) {
	if err != nil {
		return nil, err
	}
	return &asked{op: c.Op, write: func(w http.ResponseWriter, r engine.Result) error {
		if c.Op.Count {
			return q.writer(&reply{w: w, status: http.StatusOK, plain: true}).Count(numbered(r.Changed))
		}
		return q.writer(&reply{w: w, status: http.StatusOK, applied: q.tracked()}).Changes(c, r.Page, r.Changed)
	}}, nil
}

// numbered is a page of nothing but a number.
func numbered(c *op.Changed) *query.Page {
	return &query.Page{Count: c.Number, Rows: func(func(query.Row, error) bool) {}}
}

// tracked words Preference-Applied for pages of changes. Delta links need no preference.
func (q *request) tracked() string {
	applied := q.applied(false)
	if !q.prefer.TrackChanges {
		return applied
	}
	return strings.TrimPrefix(applied+"; odata.track-changes", "; ")
}
