package webapi

import (
	"io"
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// customAPI finds the custom API that a path calls; nil when it calls something else.
// Messages that are built go first, and a custom API is called the way it is bound.
func (q *request) customAPI() (*meta.API, error) {
	p := q.path
	if p.Kind != odata.MessagePath {
		return nil, nil
	}
	if _, built := q.api.operations[p.Message]; built {
		return nil, nil
	}
	apis, err := q.api.Makers.APIs(q.http.Context(), q.call)
	if err != nil {
		return nil, err
	}
	a := apis.Named(p.Message)
	if a == nil || !a.Callable() || a.Bound != p.Table || (a.Binding == meta.OneRow) != (p.Key != nil) {
		return nil, nil
	}
	return a, nil
}

// invoke reads a call of a custom API.
func (q *request) invoke() (*asked, error) {
	var body []byte
	var err error
	if q.custom.Function {
		_, err = io.Copy(io.Discard, q.http.Body)
	} else {
		body, err = readParameters(q.http, q.path.Message)
	}
	if err != nil {
		return nil, err
	}
	arguments, err := q.odata.ReadInvocation(q.custom, q.path, q.http.URL.RawQuery, body)
	if err != nil {
		return nil, err
	}
	return &asked{op: &op.Invoke{API: q.custom, Bound: q.path.Key, Arguments: arguments}, write: q.answered}, nil
}

// answered writes what a message answered.
func (q *request) answered(w http.ResponseWriter, r engine.Result) error {
	help(w, r.Answer.Note)
	if r.Answer.Type == "" && r.Answer.Set == "" {
		return nothing(w)
	}
	return q.writer(&reply{w: w, status: http.StatusOK}).Answer(r.Answer)
}
