package odata

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/predicate"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// namespace stands before the names of the service's own functions and types.
const namespace = "Microsoft.Dynamics.CRM."

func isQueryFunction(name string) bool { return strings.HasPrefix(name, namespace) }

// queryFunction binds Microsoft.Dynamics.CRM.X(PropertyName='column',…) (Dataverse
// facts 5.12). A path before it leads to the row that the column is of.
func (b *binder) queryFunction(e *call, negated bool) (query.Expr, error) {
	name := strings.TrimPrefix(e.name, namespace)
	operator, form, known := predicate.Function(name)
	if name == "Contains" { // of columns with a full-text index, which no table here has
		operator, form, known = name, predicate.OneValue, true
	}
	if !known {
		return nil, unknownFunction(e.name)
	}
	property, values, err := b.functionArguments(e, form)
	if err != nil {
		return nil, err
	}
	p, t, err := b.row(e.path(), e.name)
	if err != nil {
		return nil, err
	}
	if p.column = columnNamed(t, property); p.column == nil {
		return nil, dverr.FetchNoAttribute.With(t.SchemaName, property)
	}
	switch {
	case operator == "Contains":
		return nil, dverr.FetchBadOperator.Text("Unknown Condition Operator: %s. FetchXml does not support it", operator)
	case len(values) > maxValues:
		return nil, dverr.TooManyValues.With()
	}
	conditions := b.conditions()
	bind := conditions.Bind
	if negated {
		bind = conditions.Unless
	}
	var fault error
	bound := p.within(negated, func(c query.Col) query.Expr {
		var e query.Expr
		e, fault = bind(c, operator, values)
		return e
	})
	return bound, fault
}

// path is what stands before the function; nothing is the row itself.
func (e *call) path() *pathExpr {
	if e.of == nil {
		return &pathExpr{pos: e.pos}
	}
	return e.of
}

// columnNamed finds a column by its logical name, which PropertyName holds, or by the
// name that answers call it.
func columnNamed(t *meta.Table, name string) *meta.Column {
	if c := t.Property(name); c != nil {
		return c
	}
	if c := t.Column(name); c != nil && !c.Hidden && c.ForRead {
		return c
	}
	return nil
}

// parameters are what each form of function takes, PropertyName first.
var parameters = map[predicate.Form][]string{
	predicate.NoValue:    {"PropertyName"},
	predicate.OneValue:   {"PropertyName", "PropertyValue"},
	predicate.TwoValues:  {"PropertyName", "PropertyValue1", "PropertyValue2"},
	predicate.ManyValues: {"PropertyName", "PropertyValues"},
}

// functionArguments gives the property's name and the values as they were spelled. A
// function with other parameters is one that nobody has, as OData's readers see it.
func (b *binder) functionArguments(e *call, form predicate.Form) (property string, values []string, err error) {
	wanted := parameters[form]
	if len(e.args) != len(wanted) {
		return "", nil, unknownFunction(e.name)
	}
	var texts []string
	for _, name := range wanted {
		value, err := b.named(e, name)
		if err != nil {
			return "", nil, err
		}
		if name == "PropertyValues" {
			values, err := readList(value.text)
			return texts[0], values, err
		}
		texts = append(texts, value.text)
	}
	return texts[0], texts[1:], nil
}

// named gives the literal that an argument is, or that its alias stands for.
func (b *binder) named(e *call, name string) (*literal, error) {
	for _, a := range e.args {
		if a.name != name {
			continue
		}
		value, err := b.operand(a.value)
		if err != nil {
			return nil, err
		}
		l, ok := value.(*literal)
		list := name == "PropertyValues"
		if !ok || l.isNull() || (l.kind == tokenArray) != list || name == "PropertyName" && l.kind != tokenString {
			return nil, invalid("The value of the parameter '%s' of the function '%s' is not valid.", name, e.name)
		}
		return l, nil
	}
	return nil, unknownFunction(e.name)
}

// readList reads the JSON array of a PropertyValues parameter: strings, which may stand
// in single quotes as OData's reader lets them, and numbers.
func readList(text string) ([]string, error) {
	s := &jsonScanner{data: []byte(text)}
	if err := s.open(); err != nil {
		return nil, err
	}
	var all []string
	for s.peek() != ']' {
		one, err := s.listItem()
		if err != nil {
			return nil, inList(err)
		}
		all = append(all, one)
		more, err := s.comma(']', "Array")
		if err != nil {
			return nil, inList(err)
		}
		if !more {
			break
		}
	}
	if s.space(); s.peek() == ']' {
		s.close()
	}
	return all, nil
}

func (s *jsonScanner) listItem() (string, error) {
	if s.peek() == '\'' {
		return s.singleQuoted()
	}
	v, err := s.value()
	if err == nil && v.kind != jsonString && v.kind != jsonNumber {
		err = s.fail("A value of the kind '%s' was found where a string was expected.", v.node())
	}
	return v.text, err
}

func (s *jsonScanner) singleQuoted() (string, error) {
	var b []byte
	for s.pos++; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; {
		case c == '\'':
			s.pos++
			return string(b), nil
		case c == '\\' && s.pos+1 < len(s.data):
			s.pos++
			b = append(b, s.data[s.pos])
		default:
			b = append(b, c)
		}
	}
	return "", s.fail("Unexpected end of input reached while processing a JSON string value.")
}

// inList words a fault in a list, which stands in a URL and not in a body.
func inList(err error) error {
	if j, ok := err.(*jsonError); ok {
		return invalid("%s", j.message)
	}
	return err
}
