package steadtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/stead-s2s/stead"
	"github.com/stead-s2s/stead/dataverse"
)

// CustomAPI is a custom API to declare, and what it answers.
type CustomAPI struct {
	Name     string // unique name with the prefix of a publisher: "new_Greet"
	Function bool   // called by GET; by POST
	// Table is the logical name of the table that it is bound to, a row of it or, with
	// Collection, all rows; "": none.
	Table      string
	Collection bool
	// Privilege is the name of the privilege that callers need; none.
	Privilege string
	Request   []CustomAPIMember
	Response  []CustomAPIMember
	// Answer answers in the place of a plug-in; nil: the response with default values.
	Answer stead.CustomAPIHandler
}

// CustomAPIMember is a parameter of the request or a property of the response. Type is one
// of Boolean, DateTime, Decimal, Entity, EntityCollection, EntityReference, Float, Integer,
// Money, Picklist, String, StringArray, Guid; Table the logical name of the table of rows.
type CustomAPIMember struct {
	Name, Type, Table string
	Optional          bool // of parameters
}

// memberTypes are the types in the order of their numbers.
func memberTypes() []string {
	return []string{
		"Boolean", "DateTime", "Decimal", "Entity", "EntityCollection", "EntityReference", "Float", "Integer", "Money", "Picklist",
		"String", "StringArray", "Guid",
	}
}

// CustomAPI declares a custom API in the first environment, as rows like any maker does,
// and says what it answers.
func (w *World) CustomAPI(t testing.TB, a CustomAPI) {
	t.Helper()
	if err := w.system.HandleCustomAPI(w.Environments[0].Name, a.Name, a.Answer); err != nil {
		t.Fatalf("custom API %s: %v", a.Name, err)
	}
	if err := w.declare(t.Context(), a); err != nil {
		t.Fatalf("custom API %s: %v", a.Name, err)
	}
}

func (w *World) declare(ctx context.Context, a CustomAPI) error {
	request, err := members(a, a.Request, true)
	if err != nil {
		return err
	}
	response, err := members(a, a.Response, false)
	if err != nil {
		return err
	}
	row := map[string]any{
		"uniquename": a.Name, "name": a.Name, "displayname": a.Name, "description": a.Name, "isfunction": a.Function,
		"CustomAPIRequestParameters": request, "CustomAPIResponseProperties": response,
	}
	if a.Table != "" {
		row["boundentitylogicalname"], row["bindingtype"] = a.Table, 1
		if a.Collection {
			row["bindingtype"] = 2
		}
	}
	if a.Privilege != "" {
		row["executeprivilegename"] = a.Privilege
	}
	_, err = dataverse.Table[dataverse.Row](w.kit(w.URL), "customapis").Create(ctx, row, nil)
	return err
}

// members are rows of parameters or properties.
func members(a CustomAPI, list []CustomAPIMember, request bool) ([]map[string]any, error) {
	rows := make([]map[string]any, len(list))
	for i, m := range list {
		kind := slices.Index(memberTypes(), m.Type)
		if kind < 0 {
			return nil, fmt.Errorf("%s has no type %q: use one of %v", m.Name, m.Type, memberTypes())
		}
		rows[i] = map[string]any{"uniquename": m.Name, "name": a.Name + "." + m.Name, "displayname": m.Name, "description": m.Name, "type": kind}
		if m.Table != "" {
			rows[i]["logicalentityname"] = m.Table
		}
		if request {
			rows[i]["isoptional"] = m.Optional
		}
	}
	return rows, nil
}
