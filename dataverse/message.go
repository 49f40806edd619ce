package dataverse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Params are the parameters of a message, by name.
type Params map[string]any

// Enum is a member of an enumeration as a parameter of a function:
// Enum("Microsoft.Dynamics.CRM.EndpointAccessType'Default'").
type Enum string

// Message is a function or an action of the Web API. [Function] and [Action] make it, [Call] sends it.
type Message struct {
	name       string
	function   bool
	params     Params
	bound      string
	err        error
	repeatable bool
}

// Function is a message that only reads. Its parameters may be values as in queries, [Ref], [Enum], lists
// of texts, and structs and maps, which are sent as JSON.
func Function(name string, params Params) Message {
	return Message{name: name, function: true, params: params}
}

// Action is a message that changes something. Its parameters are sent as JSON; a [Ref] goes as an
// object that refers to the row.
func Action(name string, params Params) Message { return Message{name: name, params: params} }

// On binds the message to a row.
func (m Message) On(row Ref) Message {
	path, err := row.path()
	m.bound, m.err = path+"/", errors.Join(m.err, err)
	return m
}

// OnSet binds the message to an entity set.
func (m Message) OnSet(set string) Message {
	m.err = errors.Join(m.err, nameError(set))
	m.bound = set + "/"
	return m
}

// Repeatable says that the action does no more when it is carried out twice, so that it may be sent again
// when its answer was lost.
func (m Message) Repeatable() Message {
	m.repeatable = true
	return m
}

// Call sends a message and reads the answer into a value of type Out; struct{} takes none.
func Call[Out any](ctx context.Context, c *Client, m Message) (out Out, err error) {
	ctx, end := c.span(ctx, "Call "+m.name)
	defer func() { end(err) }()
	r, err := m.request()
	if err != nil {
		return out, err
	}
	a, err := c.send(ctx, r)
	if err != nil {
		return out, err
	}
	return out, a.into(&out)
}

// CallIn puts a message into a batch: its future gives what [Call] would. A change set takes actions
// alone.
func CallIn[Out any](c *Client, g Group, m Message) *Future[Out] {
	r, err := m.request()
	if m.function {
		err = errors.Join(err, reading(g))
	}
	return put(c, g, r, err, func(a *answer, f *Future[Out]) error { return a.into(&f.value) })
}

// namespace stands before the names of bound messages, and may stand before those of the others' types.
const namespace = "Microsoft.Dynamics.CRM."

func (m Message) request() (request, error) {
	name := strings.TrimPrefix(m.name, namespace)
	if m.err != nil || !isName(name) {
		return request{}, fmt.Errorf("dataverse: message %q: %w", m.name, errors.Join(m.err, nameError(name)))
	}
	if m.bound != "" {
		name = m.bound + namespace + name
	}
	if m.function {
		path, err := m.address(name)
		return request{method: http.MethodGet, path: path}, err
	}
	body, err := m.body()
	return request{method: http.MethodPost, path: name, body: body, repeatable: m.repeatable}, err
}

// address gives the parameters by aliases, so that no value stands within the path.
func (m Message) address(path string) (string, error) {
	names := make([]string, 0, len(m.params))
	for name := range m.params {
		names = append(names, name)
	}
	slices.Sort(names)
	var inside, behind []string
	for i, name := range names {
		value, err := parameter(m.params[name])
		if err = errors.Join(nameError(name), err); err != nil {
			return "", fmt.Errorf("dataverse: parameter %s of %s: %w", name, m.name, err)
		}
		alias := "@p" + strconv.Itoa(i+1)
		inside = append(inside, name+"="+alias)
		behind = append(behind, alias+"="+escape(value))
	}
	path += "(" + strings.Join(inside, ",") + ")"
	if len(behind) > 0 {
		path += "?" + strings.Join(behind, "&")
	}
	return path, nil
}

func parameter(value any) (string, error) {
	switch v := value.(type) {
	case Enum:
		if strings.Count(string(v), "'") != 2 || !strings.HasSuffix(string(v), "'") {
			return "", fmt.Errorf("%q is not of the form Type'Member'", string(v))
		}
		return string(v), nil
	case Ref:
		path, err := v.path()
		return "{'@odata.id':'" + strings.ReplaceAll(path, "'", "''") + "'}", err
	}
	if text, err := literal(value); err == nil {
		return text, nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}

func (m Message) body() ([]byte, error) {
	plain := make(map[string]any, len(m.params))
	for name, value := range m.params {
		if ref, is := value.(Ref); is {
			path, err := ref.path()
			if err != nil {
				return nil, fmt.Errorf("dataverse: parameter %s of %s: %w", name, m.name, err)
			}
			value = map[string]string{"@odata.id": path}
		}
		plain[name] = value
	}
	body, err := json.Marshal(plain)
	if err != nil {
		return nil, fmt.Errorf("dataverse: the parameters of %s: %w", m.name, err)
	}
	return body, nil
}
