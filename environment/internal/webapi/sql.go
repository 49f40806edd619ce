package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/fetchxml"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/sqlread"
)

// sql asks what a statement says of the set's table.
func (q *request) sql(statement string, p odata.Predefined, err error) (*asked, error) {
	if err != nil {
		return nil, err
	}
	s, err := sqlread.Read(statement, schema{q.odata.Model})
	if err != nil {
		return nil, err
	}
	if s.Table != q.path.Table.LogicalName {
		return nil, dverr.QueryInvalid.Text("The SQL statement asks for rows of '%s' and not of '%s'.", s.Table, q.path.Table.LogicalName)
	}
	r := q.fetchRequest()
	if !s.Paged {
		r.Paging = &fetchxml.Paging{Page: p.Page, Count: q.prefer.MaxPageSize, Cookie: p.Cookie}
	}
	f, err := r.Read(q.path.Table, s.Fetch)
	if err != nil {
		return nil, err
	}
	fetched := odata.Fetched{Select: f.Select, Properties: f.Properties, Cookie: f.Cookie}
	if f.Page > 0 && !s.Paged {
		set := q.path.Table.SetName
		fetched.Next = func(cookie string) (string, error) { return q.odata.Next(p, set, cookie) }
	}
	return &asked{op: &op.RetrieveMultiple{Select: f.Select}, write: func(w http.ResponseWriter, r engine.Result) error {
		return q.writer(&reply{w: w, status: http.StatusOK, applied: q.applied(false)}).Fetch(fetched, r.Page)
	}}, nil
}

// schema answers sqlread's questions.
type schema struct{ model *meta.Model }

// PrimaryID names the primary id of a table.
func (s schema) PrimaryID(table string) string {
	if t := s.model.Table(table); t != nil {
		return t.PrimaryID.LogicalName
	}
	return ""
}

// Has reports whether a table has a column.
func (s schema) Has(table, column string) bool {
	t := s.model.Table(table)
	return t != nil && t.Column(column) != nil
}
