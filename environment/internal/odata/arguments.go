package odata

import (
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// ReadArguments gives the inline parameters of a function call their values; aliases
// stand in the raw query string (Dataverse facts 5.17). Members of enumerations stay
// text: Microsoft.Dynamics.CRM.EndpointAccessType'Default'. A row is an op.Row:
// {'@odata.id':'accounts(…)'}.
func (r Request) ReadArguments(p Path, rawQuery string) ([]op.Member, error) {
	o, err := readOptions(rawQuery)
	if err != nil {
		return nil, err
	}
	var all []op.Member
	for _, a := range p.Arguments {
		text := a.Value
		if strings.HasPrefix(text, "@") {
			var ok bool
			if text, ok = o.aliases[text]; !ok {
				return nil, invalid("The parameter alias '%s' of the parameter '%s' has no value in the query string.", a.Value, a.Name)
			}
		}
		value, err := r.argument(a.Name, strings.TrimSpace(text))
		if err != nil {
			return nil, err
		}
		all = append(all, op.Member{Name: a.Name, Value: value})
	}
	return all, nil
}

func (r Request) argument(name, text string) (any, error) {
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[{") {
		value, err := r.inlineJSON(text)
		return value, ofAction(name, err)
	}
	value, ok := argumentValue(text)
	if !ok {
		return nil, dverr.BadKeySyntax.With().Helping("The value of the parameter %s cannot be read.", name)
	}
	return value, nil
}

// argumentValue reads one value: a list, a text in single or double quotes, null, true,
// false, a whole number, an id, or a name.
func argumentValue(text string) (any, bool) {
	switch {
	case text == "":
		return nil, false
	case text[0] == '[':
		return argumentList(text)
	case text[0] == '\'':
		end, ok := quotedEnd(text, 0)
		if !ok || end != len(text) {
			return nil, false
		}
		return strings.ReplaceAll(text[1:end-1], "''", "'"), true
	case text[0] == '"':
		s := &jsonScanner{data: []byte(text)}
		v, err := s.value()
		return v.text, err == nil && s.pos == len(text)
	case text == "null":
		return nil, true
	case text == "true" || text == "false":
		return text == "true", true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if id, err := meta.ParseID(text); err == nil && text[0] != '{' {
		return id, true
	}
	return text, !strings.ContainsAny(text, "[]{}\"")
}

func argumentList(text string) (op.List, bool) {
	inner, closed := strings.CutSuffix(text[1:], "]")
	if !closed {
		return nil, false
	}
	list := op.List{}
	if strings.TrimSpace(inner) == "" {
		return list, true
	}
	for _, item := range splitKey(inner) {
		item = strings.TrimSpace(item)
		if strings.HasPrefix(item, "[") {
			return nil, false
		}
		value, ok := argumentValue(item)
		if !ok {
			return nil, false
		}
		list = append(list, value)
	}
	return list, true
}
