package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/expression"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// convert reads the messages about the languages of queries; ok is false for all others.
// They touch no row, and answer who may ask nothing else.
func (q *request) convert() (a *asked, ok bool, err error) {
	run := map[string]func(*op.Message) (*op.Answer, error){
		"FetchXmlToQueryExpression": q.toExpression, "QueryExpressionToFetchXml": q.toFetch, "ValidateSavedQuery": q.validate,
	}[q.path.Message]
	if run == nil || !q.binds() {
		return nil, false, nil
	}
	m := &op.Message{Name: q.path.Message}
	if m.Arguments, err = q.arguments(); err != nil {
		return nil, true, err
	}
	answer, err := run(m)
	if err != nil {
		return nil, true, err
	}
	return &asked{fixed: func(w http.ResponseWriter) error {
		if answer == nil {
			return nothing(w)
		}
		return q.writer(&reply{w: w, status: http.StatusOK}).Answer(*answer)
	}}, true, nil
}

// text gives an argument that must be a text.
func text(m *op.Message, name string) (string, error) {
	switch v := m.Argument(name).(type) {
	case string:
		return v, nil
	case nil:
		return "", dverr.RequiredMissing.With(name)
	}
	return "", dverr.InvalidArgument.With().Helping("The value of the parameter %s is of the wrong type.", name)
}

// toExpression answers FetchXML as a QueryExpression. What no query could ask is refused as
// the query would be.
func (q *request) toExpression(m *op.Message) (*op.Answer, error) {
	fetch, err := text(m, "FetchXml")
	if err != nil {
		return nil, err
	}
	if _, err := q.fetchRequest().Read(nil, fetch); err != nil {
		return nil, err
	}
	query, err := expression.Read(fetch, q.kindOf)
	return &op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "Query", Value: query}}}, err
}

// toFetch answers a QueryExpression as FetchXML.
func (q *request) toFetch(m *op.Message) (*op.Answer, error) {
	query, ok := m.Argument("Query").([]op.Member)
	if !ok {
		return nil, dverr.RequiredMissing.With("Query")
	}
	fetch, err := expression.Fetch(query)
	if err != nil {
		return nil, err
	}
	if _, err := q.fetchRequest().Read(nil, fetch); err != nil {
		return nil, err
	}
	return &op.Answer{Type: m.Name + "Response", Members: []op.Member{{Name: "FetchXml", Value: fetch}}}, nil
}

// validate refuses FetchXML that no saved query can hold. What kinds of saved queries there
// are says nothing of their FetchXML.
func (q *request) validate(m *op.Message) (*op.Answer, error) {
	fetch, err := text(m, "FetchXml")
	if err != nil {
		return nil, err
	}
	if _, ok := m.Argument("QueryType").(int64); !ok {
		return nil, dverr.RequiredMissing.With("QueryType")
	}
	_, err = q.fetchRequest().Read(nil, fetch)
	return nil, err
}

// kindOf names the type that a column's values have in an Object.
func (q *request) kindOf(table, column string) string {
	t := q.odata.Model.Table(table)
	if t == nil || t.Column(column) == nil {
		return "System.String"
	}
	switch c := t.Column(column); c.Kind {
	case meta.Lookup, meta.Customer, meta.Owner, meta.UniqueID, meta.File, meta.Image:
		return "System.Guid"
	case meta.Integer, meta.Choice, meta.Choices, meta.State, meta.Status:
		return "System.Int32"
	case meta.BigInt:
		return "System.Int64"
	case meta.Boolean:
		return "System.Boolean"
	case meta.DateTime:
		return "System.DateTime"
	case meta.Decimal, meta.Money:
		return "System.Decimal"
	case meta.Double:
		return "System.Double"
	}
	return "System.String"
}
