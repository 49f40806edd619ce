package odata

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// typePrefix stands before the names of types in @odata.type.
const typePrefix = "Microsoft.Dynamics.CRM."

// ReadParameters reads the JSON body of the action name: its parameters in the order of
// the body (Dataverse facts 5.17). A body without anything in it has none.
//
// An object is a row (op.Row) when @odata.id names one or @odata.type names a table, and
// a complex value ([]op.Member, annotations left out) otherwise. Strings stay strings,
// ids among them: what a parameter means is its message's to know.
func (r Request) ReadParameters(name string, body []byte) ([]op.Member, error) {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil, nil
	}
	s := &jsonScanner{data: body}
	if s.peek() != '{' {
		return nil, ofAction(name, payloadError("An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected."))
	}
	members, err := r.parameters(s)
	if err == nil && s.peek() != 0 {
		err = s.fail("More than one value was found at the root of the JSON content.")
	}
	return members, ofAction(name, err)
}

// ofAction puts a mistake in the payload into the envelope that bodies of rows have.
func ofAction(name string, err error) error {
	var syntax *jsonError
	var payload payloadError
	switch {
	case errors.As(err, &syntax):
		return dverr.PayloadInvalid.With(name, "Microsoft.OData.ODataException: "+syntax.message).Helping("The error is at byte %d of the body.", syntax.at)
	case errors.As(err, &payload):
		return dverr.PayloadInvalid.With(name, "Microsoft.OData.ODataException: "+string(payload))
	}
	return err
}

// parameters reads the object that starts here.
func (r Request) parameters(s *jsonScanner) ([]op.Member, error) {
	members := []op.Member{}
	seen := map[string]bool{}
	err := s.members(func(name string, v jsonValue) error {
		if strings.Contains(name, "@") {
			return nil
		}
		if seen[name] {
			return payloadError("Multiple parameters with the name '" + name + "' were found in the request payload.")
		}
		seen[name] = true
		value, err := r.parameter(v)
		members = append(members, op.Member{Name: name, Value: value})
		return err
	})
	return members, err
}

func (r Request) parameter(v jsonValue) (any, error) {
	switch v.kind {
	case jsonNull:
		return nil, nil
	case jsonBool:
		return v.text == "true", nil
	case jsonNumber:
		if n, err := strconv.ParseInt(v.text, 10, 64); err == nil {
			return n, nil
		}
		f, err := strconv.ParseFloat(v.text, 64)
		if err != nil {
			return nil, payloadError("Cannot convert the literal '" + v.text + "' to the expected type 'Edm.Double'.")
		}
		return f, nil
	case jsonString:
		return v.text, nil
	case jsonArray:
		list := op.List{}
		err := v.elements(func(item jsonValue) error {
			value, err := r.parameter(item)
			list = append(list, value)
			return err
		})
		return list, err
	default:
		return r.parameterObject(v)
	}
}

// parameterObject reads an object as what its annotations say it is.
func (r Request) parameterObject(v jsonValue) (any, error) {
	var id, kind string
	err := (&jsonScanner{data: []byte(v.text)}).members(func(name string, m jsonValue) error {
		switch {
		case m.kind != jsonString:
		case name == "@odata.id":
			id = m.text
		case name == "@odata.type":
			kind = strings.TrimPrefix(strings.TrimPrefix(m.text, "#"), typePrefix)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if id != "" {
		key, err := r.ReadReference(id)
		return op.Row{Key: key}, err
	}
	if t := r.Model.Table(kind); t != nil {
		row := bodyReader{r: r, t: t, mode: op.UpdateOnly, seen: map[string]bool{}}
		if err := row.read([]byte(v.text)); err != nil {
			return nil, moved(err, v.at)
		}
		return op.Row{Key: op.Key{Table: t, ID: row.key}, Values: row.values}, nil
	}
	return r.parameters(&jsonScanner{data: []byte(v.text)})
}

// inlineJSON reads an object, or a list that holds objects, given as a parameter of a
// function. Strings in it stand in single or double quotes (Dataverse facts 5.17).
func (r Request) inlineJSON(text string) (any, error) {
	s := &jsonScanner{data: []byte(doubleQuoted(text))}
	v, err := s.value()
	if err == nil && s.peek() != 0 {
		err = s.unrecognized()
	}
	if err != nil {
		return nil, err
	}
	return r.parameter(v)
}

// doubleQuoted makes JSON of text whose strings may stand in single quotes, which are
// doubled inside of them.
func doubleQuoted(text string) string {
	b := make([]byte, 0, len(text)+8)
	for i := 0; i < len(text); i++ {
		ok := false
		switch text[i] {
		case '\'':
			var after int
			if after, ok = quotedEnd(text, i); ok {
				b = appendString(b, strings.ReplaceAll(text[i+1:after-1], "''", "'"))
				i = after - 1
			}
		case '"':
			end := i + 1
			for ; end < len(text) && text[end] != '"'; end++ {
				if text[end] == '\\' {
					end++
				}
			}
			end = min(end, len(text)-1)
			b = append(b, text[i:end+1]...)
			i, ok = end, true
		}
		if !ok {
			b = append(b, text[i])
		}
	}
	return string(b)
}
