package odata

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// ReadInvocation reads the arguments of a custom API by their declared types: those of a
// function from the path and the aliases of its query, those of an action from its JSON
// body. They come in the order of the declaration (Dataverse facts 5.17).
func (r Request) ReadInvocation(api *meta.API, p Path, rawQuery string, body []byte) ([]op.Member, error) {
	given := map[string]jsonValue{}
	var err error
	if api.Function {
		err = r.inlineArguments(api, p, rawQuery, given)
	} else {
		err = ofAction(api.Name, bodyArguments(api, body, given))
	}
	if err != nil {
		return nil, err
	}
	var all []op.Member
	for _, m := range api.Parameters {
		v, ok := given[m.Name]
		if !ok || v.kind == jsonNull {
			if !m.Optional {
				return nil, dverr.InvalidArgument.Text("Required field '%s' is missing for RequestName='%s'", m.Name, api.Name)
			}
			continue
		}
		value, err := r.apiValue(m, v)
		if err != nil {
			return nil, ofAction(api.Name, err)
		}
		all = append(all, op.Member{Name: m.Name, Value: value})
	}
	return all, nil
}

func declared(api *meta.API, name string) bool {
	for _, m := range api.Parameters {
		if m.Name == name {
			return true
		}
	}
	return false
}

// bodyArguments takes the body of an action apart; one without parameters may have none.
func bodyArguments(api *meta.API, body []byte, given map[string]jsonValue) error {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return nil
	}
	s := &jsonScanner{data: body}
	if s.peek() != '{' {
		return payloadError("An unexpected node was found when reading from the JSON reader. A 'StartObject' node was expected.")
	}
	err := s.members(func(name string, v jsonValue) error {
		if strings.Contains(name, "@") {
			return nil
		}
		if _, twice := given[name]; twice {
			return payloadError("Multiple parameters with the name '" + name + "' were found in the request payload.")
		}
		if !declared(api, name) {
			return payloadError("The parameter '" + name + "' in the request payload is not a valid parameter for the operation '" + api.Name + "'.")
		}
		given[name] = v
		return nil
	})
	if err == nil && s.peek() != 0 {
		err = s.fail("More than one value was found at the root of the JSON content.")
	}
	return err
}

// inlineArguments gives the parameters of a function the texts that stand in the path or,
// for aliases, in the query. A function with another set of parameters does not exist.
func (r Request) inlineArguments(api *meta.API, p Path, rawQuery string, given map[string]jsonValue) error {
	o, err := readOptions(rawQuery)
	if err != nil {
		return err
	}
	for _, a := range p.Arguments {
		text := a.Value
		if strings.HasPrefix(text, "@") {
			var ok bool
			if text, ok = o.aliases[text]; !ok {
				return invalid("The parameter alias '%s' of the parameter '%s' has no value in the query string.", a.Value, a.Name)
			}
		}
		if _, twice := given[a.Name]; twice || !declared(api, a.Name) {
			return segmentNotFound(api.Name)
		}
		v, err := literalValue(strings.TrimSpace(text))
		if err != nil {
			return dverr.BadKeySyntax.With().Helping("The value of the parameter %s cannot be read.", a.Name)
		}
		given[a.Name] = v
	}
	return nil
}

// literalValue reads a literal of a URL as the JSON value that a body would have in its
// place. Ids and dates stand without quotes.
func literalValue(text string) (jsonValue, error) {
	if text == "" {
		return jsonValue{}, dverr.BadKeySyntax.With()
	}
	if text[0] == '{' || text[0] == '[' || text[0] == '"' || text[0] == '\'' {
		s := &jsonScanner{data: []byte(doubleQuoted(text))}
		v, err := s.value()
		if err == nil && s.peek() != 0 {
			err = s.unrecognized()
		}
		return v, err
	}
	switch text {
	case "null":
		return jsonValue{kind: jsonNull}, nil
	case "true", "false":
		return jsonValue{kind: jsonBool, text: text}, nil
	}
	if validNumber(text) {
		return jsonValue{kind: jsonNumber, text: text}, nil
	}
	return jsonValue{kind: jsonString, text: text}, nil
}

// apiValue reads a value of a declared type that is not null.
func (r Request) apiValue(m meta.APIMember, v jsonValue) (any, error) {
	switch m.Type {
	case meta.APIEntity:
		return r.apiRow(m, v)
	case meta.APIEntityReference:
		return r.apiReference(m, v)
	case meta.APIEntityCollection:
		return apiList(v, func(item jsonValue) (any, error) { return r.apiRow(m, item) })
	case meta.APIStringArray:
		return apiList(v, func(item jsonValue) (any, error) {
			return apiScalar(meta.APIMember{Name: m.Name, Type: meta.APIString}, item)
		})
	}
	return apiScalar(m, v)
}

func apiList(v jsonValue, each func(jsonValue) (any, error)) (any, error) {
	if v.kind != jsonArray {
		return nil, payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartArray' node was expected.")
	}
	list := op.List{}
	err := v.elements(func(item jsonValue) error {
		value, err := each(item)
		list = append(list, value)
		return err
	})
	return list, err
}

// apiScalar reads what is no row. Strings stand for every type, as in bodies of rows.
func apiScalar(m meta.APIMember, v jsonValue) (any, error) {
	if v.kind == jsonObject || v.kind == jsonArray {
		return nil, payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.")
	}
	value, ok := scalarOf(m.Type, v)
	if !ok {
		return nil, payloadError("Cannot convert the literal '" + v.text + "' to the expected type '" + m.Type.Edm() + "'.")
	}
	return value, nil
}

func scalarOf(kind meta.APIType, v jsonValue) (any, bool) {
	switch kind {
	case meta.APIBoolean:
		b, ok := v.boolean()
		return ok && b.Int() == 1, ok
	case meta.APIDateTime:
		n, ok := v.instant(&meta.Column{})
		if !ok {
			return nil, false
		}
		return time.Unix(n.Int(), 0).UTC().Format(time.RFC3339), true
	case meta.APIDecimal, meta.APIFloat, meta.APIMoney:
		f, err := strconv.ParseFloat(v.text, 64)
		return f, err == nil && v.kind != jsonBool && validNumber(v.text)
	case meta.APIInteger, meta.APIPicklist:
		n, ok := v.integer(&meta.Column{Kind: meta.Integer})
		return n.Int(), ok
	case meta.APIGuid:
		id, err := meta.ParseID(v.text)
		return id, err == nil && v.kind == jsonString
	}
	return v.text, v.kind == jsonString
}

// apiReference reads what names a row: @odata.id, or the type with the primary id.
func (r Request) apiReference(m meta.APIMember, v jsonValue) (any, error) {
	of, id, err := r.annotated(m, v)
	if err != nil {
		return nil, err
	}
	if id != "" {
		key, err := r.ReadReference(id)
		if err == nil && m.Table != nil && key.Table != m.Table {
			err = unassignable(key.Table.LogicalName, m.Table)
		}
		return op.Row{Key: key}, err
	}
	if of == nil {
		return nil, untyped()
	}
	row := bodyReader{r: r, t: of, mode: op.UpdateOnly, seen: map[string]bool{}}
	if err := row.read([]byte(v.text)); err != nil {
		return nil, moved(err, v.at)
	}
	if row.key.IsZero() {
		return nil, dverr.InvalidArgument.Text("Required field '%s' is missing", of.PrimaryID.LogicalName).
			Helping("The parameter %s names a row: give its id, or @odata.id.", m.Name)
	}
	return op.Row{Key: op.Key{Table: of, ID: row.key}}, nil
}

// apiRow reads a row, whose members must be its table's, or what is of the open type.
func (r Request) apiRow(m meta.APIMember, v jsonValue) (any, error) {
	of, _, err := r.annotated(m, v)
	if err != nil {
		return nil, err
	}
	if of != nil && !m.Open() { // of an open type nothing is judged
		row := bodyReader{r: r, t: of, mode: op.UpdateOnly, seen: map[string]bool{}}
		if err := row.read([]byte(v.text)); err != nil {
			return nil, moved(err, v.at)
		}
	}
	return op.JSON(v.text), nil
}

// openType is the type of objects whose members nobody declared.
const openType = "expando"

// annotated reads the table of an object, nil for the open type, and what @odata.id says.
func (r Request) annotated(m meta.APIMember, v jsonValue) (of *meta.Table, id string, err error) {
	if v.kind != jsonObject {
		return nil, "", payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartObject' node was expected.")
	}
	var kind string
	err = (&jsonScanner{data: []byte(v.text)}).members(func(name string, v jsonValue) error {
		switch {
		case v.kind != jsonString:
		case name == "@odata.id":
			id = v.text
		case name == "@odata.type":
			kind = strings.TrimPrefix(strings.TrimPrefix(v.text, "#"), typePrefix)
		}
		return nil
	})
	of = r.Model.Table(kind)
	switch {
	case err != nil, id != "", kind == openType && m.Open():
	case kind == "" && m.Table != nil:
		of = m.Table
	case kind == "":
		err = untyped()
	case of == nil:
		err = payloadError("A type named '" + typePrefix + kind + "' could not be resolved by the model. When a model is available, each type name must resolve to a valid type.")
	case m.Table != nil && of != m.Table:
		err = unassignable(kind, m.Table)
	}
	return of, id, err
}

func untyped() error {
	return payloadError("A resource without a type name was found, but the expected type '" + typePrefix + "crmbaseentity' is abstract: the annotation '@odata.type' is required.")
}

func unassignable(kind string, to *meta.Table) error {
	return payloadError("A resource with type '" + typePrefix + kind + "' was found, but it is not assignable to the expected type '" + typePrefix + to.LogicalName + "'.")
}
