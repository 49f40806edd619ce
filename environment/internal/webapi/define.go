package webapi

import (
	"io"
	"net/http"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/custom"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/edm"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/maker"
)

// Headers of requests that change definitions (Dataverse facts 5.2, 5.20).
const (
	headerSolution    = "Mscrm.solutionuniquename"
	headerMergeLabels = "Mscrm.mergelabels"
)

// define changes definitions, or calls a message about them (Dataverse facts 5.20).
func (a *API) define(q *request, call engine.Call, resource string) (*asked, error) {
	order := edm.Order{
		Method: q.http.Method, Model: call.Model, Root: q.odata.Root, Path: resource, Query: q.http.URL.RawQuery,
		Merge: strings.EqualFold(q.http.Header.Get(headerMergeLabels), "true"), Now: call.Now,
	}
	var err error
	if order.Method != http.MethodGet && order.Method != http.MethodDelete {
		if order.Body, err = io.ReadAll(q.http.Body); err != nil {
			return nil, err
		}
		if len(order.Body) > 0 || order.Method == http.MethodPut {
			err = checkContentTypeOf(q.http.Header, resource)
		}
		if err != nil {
			return nil, err
		}
	}
	d, err := a.Metadata.Define(order)
	if err != nil {
		return nil, err
	}
	for _, name := range d.Needs {
		if err := access.Hold(call.Caller, call.Model.Privilege(name)); err != nil {
			return nil, err
		}
	}
	return &asked{fixed: func(w http.ResponseWriter) error { return a.carryOut(w, q, call, d) }}, nil
}

// carryOut changes definitions and answers: with what a message says, or with the address
// of what was made.
func (a *API) carryOut(w http.ResponseWriter, q *request, call engine.Call, d edm.Definition) error {
	var made custom.Made
	if d.Change != nil || d.Solution != "" {
		solution := d.Solution
		if solution == "" {
			solution = q.http.Header.Get(headerSolution)
		}
		var err error
		made, err = a.Makers.Customize(q.http.Context(), call, maker.Customization{
			Change: d.Change, Solution: solution, Component: maker.SolutionComponent{Type: d.Type, ID: d.ID}, Gone: d.Gone,
		})
		if err != nil {
			return err
		}
	}
	if d.Answer != nil {
		_, err := (&reply{w: w, status: http.StatusOK}).Write(d.Answer(made))
		return err
	}
	to := &reply{w: w, status: http.StatusNoContent}
	if d.Entity != "" {
		to.entity = q.odata.Root + d.Entity
	}
	to.begin()
	return nil
}

// definitionMethods lists what may be done with definitions: PATCH never may.
var definitionMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}

// permitDefinition refuses what can be done with no definition.
func permitDefinition(method string, methods []string) error {
	switch method {
	case http.MethodHead, http.MethodOptions:
		return nil
	}
	for _, m := range methods {
		if m == method {
			return nil
		}
	}
	return &wrongMethod{dverr.MethodNotAllowed.With(method), allow(methods)}
}
