package webapi

import (
	"net/http"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/odata"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// property reads or writes one column of a row (Dataverse facts 5.8, A.1).
func (q *request) property() (*asked, error) {
	key := *q.path.Key
	switch q.http.Method {
	case http.MethodPut:
		body, err := readBody(q.http, q.path.Table)
		if err != nil {
			return nil, err
		}
		values, err := q.odata.ReadValue(q.path.Column, body)
		if err != nil {
			return nil, err
		}
		return q.setProperty(key, values)
	case http.MethodDelete:
		values, err := q.odata.ReadValue(q.path.Column, []byte(`{"value":null}`))
		if err != nil {
			return nil, err
		}
		return q.setProperty(key, values)
	}
	return q.getProperty(key)
}

func (q *request) setProperty(key op.Key, values []op.Assignment) (*asked, error) {
	if q.when.noneMatch.given {
		return nil, noneMatchOnWrite()
	}
	o := &op.Update{Key: key, Values: values, Mode: op.UpdateOnly, IfVersion: q.when.match.version}
	return &asked{op: o, write: func(w http.ResponseWriter, _ engine.Result) error { return nothing(w) }}, nil
}

// getProperty answers a value as JSON or raw; null is 204.
func (q *request) getProperty(key op.Key) (*asked, error) {
	column, path := q.path.Column, rowPath(key)
	o := &op.Retrieve{Key: key}
	if q.path.Nav.Name != "" {
		o.Via = &op.Link{Key: key, Nav: q.path.Nav}
		path += "/" + q.path.Nav.Name
	}
	path += "/" + column.Property
	query, err := q.odata.ReadQuery(column.Table, "$select="+column.Property, true)
	if err != nil {
		return nil, err
	}
	o.Select = query.Select
	return &asked{op: o, write: func(w http.ResponseWriter, r engine.Result) error {
		written := false
		var err error
		switch {
		case r.Page == nil:
		case q.path.Suffix == odata.ValueSuffix:
			written, err = q.writer(&reply{w: w, status: http.StatusOK, plain: true}).Value(column, r.Page)
		default:
			written, err = q.writer(&reply{w: w, status: http.StatusOK}).Property(path, column, r.Page)
		}
		if err == nil && !written {
			return nothing(w)
		}
		return err
	}}, nil
}
