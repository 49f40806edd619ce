package standin

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// Values here are those of op.Member that JSON can hold: nil, bool, int64, float64,
// string, op.List and []op.Member, an object in the order of its text.

// readValue reads a JSON text.
func readValue(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := next(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func readObject(text []byte) ([]op.Member, error) {
	v, err := readValue(text)
	if err != nil {
		return nil, err
	}
	members, ok := v.([]op.Member)
	if !ok {
		return nil, errors.New("it must be a JSON object")
	}
	return members, nil
}

func next(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Number:
		return number(t.String())
	case json.Delim:
		if t == '[' {
			return nextList(d)
		}
		return nextObject(d)
	}
	return t, nil // nil, bool, string
}

func nextList(d *json.Decoder) (any, error) {
	list := op.List{}
	for d.More() {
		v, err := next(d)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

func nextObject(d *json.Decoder) (any, error) {
	members := []op.Member{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := next(d)
		if err != nil {
			return nil, err
		}
		members = append(members, op.Member{Name: name.(string), Value: v})
	}
	_, err := d.Token()
	return members, err
}

func number(text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseFloat(text, 64)
}

// plain is a value as encoding/json would give it, but for whole numbers.
func plain(v any) any {
	switch v := v.(type) {
	case op.List:
		list := make([]any, len(v))
		for i, item := range v {
			list[i] = plain(item)
		}
		return list
	case []op.Member:
		object := make(map[string]any, len(v))
		for _, m := range v {
			object[m.Name] = plain(m.Value)
		}
		return object
	}
	return v
}

// arguments are what a call gives, by name, and beside them what rules may name: $id and
// $table of the row it is called on, $user, $now.
type arguments []op.Member

func (a arguments) value(name string) any {
	for _, m := range a {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

func argumentsOf(in engine.Invocation) (arguments, error) {
	given := arguments{
		{Name: "$user", Value: in.Caller.Effective.ID.String()},
		{Name: "$now", Value: in.Now.UTC().Format("2006-01-02T15:04:05Z")},
		{Name: "$id"}, {Name: "$table"},
	}
	if in.API.Bound != nil {
		given[3].Value = in.API.Bound.LogicalName
	}
	if in.Bound != nil {
		given[2].Value = in.Bound.ID.String()
	}
	for _, p := range in.API.Parameters {
		given = append(given, op.Member{Name: p.Name})
	}
	for _, a := range in.Arguments {
		v, err := argument(a.Value)
		if err != nil {
			return nil, err
		}
		for i := range given {
			if given[i].Name == a.Name {
				given[i].Value = v
			}
		}
	}
	return given, nil
}

// argument makes a JSON value of an argument: a row that is named becomes its type with
// its primary id.
func argument(v any) (any, error) {
	switch v := v.(type) {
	case meta.ID:
		return v.String(), nil
	case op.JSON:
		return readValue([]byte(v))
	case op.Row:
		return []op.Member{
			{Name: typeAnnotation, Value: typePrefix + v.Key.Table.LogicalName},
			{Name: v.Key.Table.PrimaryID.Property, Value: v.Key.ID.String()},
		}, nil
	case op.List:
		list := make(op.List, len(v))
		for i, item := range v {
			var err error
			if list[i], err = argument(item); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v, nil
}
