package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/fetchxml"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// predefined asks what a saved query says, of a set or of the rows that a link leads to.
// The query is read as any row is: who may not read it cannot ask it.
func (q *request) predefined(p odata.Predefined, t *meta.Table, of *op.Link) (*asked, error) {
	text, err := q.stored(p.Key)
	if err != nil {
		return nil, err
	}
	resource := q.odata.Resource
	r := q.fetchRequest()
	r.Paging = &fetchxml.Paging{Page: p.Page, Count: q.prefer.MaxPageSize, Cookie: p.Cookie}
	f, err := r.Read(t, text)
	if err != nil {
		return nil, err
	}
	fetched := odata.Fetched{Select: f.Select, Properties: f.Properties, Cookie: f.Cookie}
	if f.Page > 0 {
		fetched.Next = func(cookie string) (string, error) { return q.odata.Next(p, resource, cookie) }
	}
	return &asked{op: &op.RetrieveMultiple{Select: f.Select, Of: of}, write: func(w http.ResponseWriter, r engine.Result) error {
		return q.writer(&reply{w: w, status: http.StatusOK, applied: q.applied(false)}).Fetch(fetched, r.Page)
	}}, nil
}

// stored gives the FetchXML of a saved query.
func (q *request) stored(key op.Key) (text string, err error) {
	s := &query.Select{Table: key.Table}
	s.Columns = []query.Output{{Col: query.Col{Of: s, C: key.Table.Column("fetchxml")}}}
	err = q.api.Engine.Do(q.http.Context(), q.call, &op.Retrieve{Key: key, Select: s}, func(r engine.Result) error {
		for row, err := range r.Page.Rows {
			if err != nil {
				return err
			}
			if cell := r.Page.Shape.Fields[0].Value; !row.Null(cell) {
				text = string(row.Bytes(cell))
			}
		}
		return nil
	})
	if err == nil && text == "" {
		err = dverr.FetchEmpty.With().Helping("the row %s(%s) has no fetchxml", key.Table.SetName, key.ID)
	}
	return text, err
}
