package webapi

import (
	"net/http"
	"time"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/fetchxml"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/predicate"
)

// meaning is what relative dates and the current user mean in a call: days are those of
// the effective user's clock.
func meaning(call engine.Call) predicate.Reader {
	effective, fiscal := call.Caller.Effective, call.Caller.Fiscal()
	at := effective.Zone
	if at == nil {
		at = time.UTC
	}
	return predicate.Reader{
		Model: call.Model, Now: call.Now.In(at),
		User:   predicate.User{ID: effective.ID, Unit: effective.Unit, Teams: effective.Teams(), Language: effective.Language},
		Fiscal: predicate.Fiscal{Month: fiscal.Month, Day: fiscal.Day, Months: fiscal.Months},
	}
}

func (q *request) fetchRequest() fetchxml.Request {
	any := q.prefer.Annotations.Any()
	return fetchxml.Request{Reader: q.odata.Conditions(), Labels: any, Types: any}
}

// fetch asks what FetchXML says.
func (q *request) fetch(text string, count bool, err error) (*asked, error) {
	if err != nil {
		return nil, err
	}
	r := q.fetchRequest()
	r.Total = count
	f, err := r.Read(q.path.Table, text)
	if err != nil {
		return nil, err
	}
	fetched := odata.Fetched{Select: f.Select, Properties: f.Properties, Cookie: f.Cookie, Count: count && !f.Select.Grouped}
	return &asked{op: &op.RetrieveMultiple{Select: f.Select}, write: func(w http.ResponseWriter, r engine.Result) error {
		return q.writer(&reply{w: w, status: http.StatusOK, applied: q.applied(false)}).Fetch(fetched, r.Page)
	}}, nil
}

// apply asks for aggregates.
func (q *request) apply(fetched odata.Fetched, err error) (*asked, error) {
	if err != nil {
		return nil, err
	}
	return &asked{op: &op.RetrieveMultiple{Select: fetched.Select}, write: func(w http.ResponseWriter, r engine.Result) error {
		return q.writer(&reply{w: w, status: http.StatusOK, applied: q.applied(false)}).Fetch(fetched, r.Page)
	}}, nil
}
