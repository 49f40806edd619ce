package environment

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/standin"
)

// CustomAPICall is a call of a custom API.
type CustomAPICall = standin.Call

// CustomAPIHandler answers the calls of a custom API in the place of its plug-in, outside
// of any transaction: it may use the environment as any client would.
type CustomAPIHandler = standin.Handler

// CustomAPIFailure is an error of a CustomAPIHandler that chooses its code and status.
type CustomAPIFailure = standin.Failure

// customAPIsPath is the page of what custom APIs answer, for System Administrators and the
// operator's key.
const customAPIsPath = "/_stead/customapis"

// HandleCustomAPI gives the custom API of that unique name a handler, which goes before
// what the page says; nil takes it away. The custom API need not be declared yet.
func (s *Server) HandleCustomAPI(name string, h CustomAPIHandler) { s.standins.Handle(name, h) }

// customAPI is a line of the page.
type customAPI struct {
	Name       string            `json:"name"`
	Declared   bool              `json:"declared"`
	Kind       string            `json:"kind,omitempty"` // action or function
	Bound      string            `json:"bound,omitempty"`
	Collection bool              `json:"collection,omitempty"`
	Privilege  string            `json:"privilege,omitempty"`
	Private    bool              `json:"private,omitempty"`
	Parameters []customAPIMember `json:"parameters,omitempty"`
	Properties []customAPIMember `json:"properties,omitempty"`
	Answer     string            `json:"answer"` // handler, rules or default
	Rules      json.RawMessage   `json:"rules,omitempty"`
}

type customAPIMember struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Table    string `json:"table,omitempty"`
	Optional bool   `json:"optional,omitempty"`
}

// customAPIs lists custom APIs with what answers them; PUT sets the rules of the one that
// name= names, DELETE takes them away.
func (s *Server) customAPIs(w http.ResponseWriter, r *http.Request) error {
	apis, err := s.makers.APIs(r.Context(), engine.Call{Model: s.models.Current(), Now: s.config.Now()})
	if err != nil {
		return err
	}
	name := r.URL.Query().Get("name")
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return answerJSON(w, s.listCustomAPIs(apis))
	case name == "":
		return dverr.QueryInvalid.Text("The parameter 'name' must be the unique name of a custom API.")
	case r.Method == http.MethodDelete:
		err = s.standins.Forget(name)
	default:
		err = s.ruleCustomAPI(name, apis.Named(name), r.Body)
	}
	if err == nil {
		w.WriteHeader(http.StatusNoContent)
	}
	return err
}

// ruleCustomAPI sets rules. Those of a custom API that is declared already must fit it.
func (s *Server) ruleCustomAPI(name string, api *meta.API, body io.Reader) error {
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if api != nil {
		if err := standin.Judge(api, text); err != nil {
			return dverr.InvalidArgument.Text("The answer of %s cannot be: %v.", name, err)
		}
	}
	return s.standins.Set(name, text)
}

func (s *Server) listCustomAPIs(apis *meta.APIs) []customAPI {
	said, list := s.standins.Said(), []customAPI{}
	for _, a := range apis.All {
		line := customAPI{
			Name: a.Name, Declared: true, Kind: "action", Private: a.Private, Collection: a.Binding == meta.AllRows,
			Parameters: customAPIMembers(a.Parameters), Properties: customAPIMembers(a.Properties),
		}
		if a.Function {
			line.Kind = "function"
		}
		if a.Bound != nil {
			line.Bound = a.Bound.LogicalName
		}
		if a.Privilege != nil {
			line.Privilege = a.Privilege.Name
		}
		list = append(list, line.answered(said[a.Name]))
		delete(said, a.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(said)) {
		list = append(list, customAPI{Name: name}.answered(said[name]))
	}
	return list
}

// answered says what answers.
func (c customAPI) answered(said standin.Said) customAPI {
	switch c.Rules = said.Rules; {
	case said.Handler:
		c.Answer = "handler"
	case said.Rules != nil:
		c.Answer = "rules"
	default:
		c.Answer = "default"
	}
	return c
}

func customAPIMembers(members []meta.APIMember) []customAPIMember {
	list := make([]customAPIMember, len(members))
	for i, m := range members {
		list[i] = customAPIMember{Name: m.Name, Type: m.Type.String(), Optional: m.Optional}
		if m.Table != nil {
			list[i].Table = m.Table.LogicalName
		}
	}
	return list
}
