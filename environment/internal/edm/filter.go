package edm

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// test says whether a row passes a filter.
type test func(*record) bool

// filterReader reads $filter against a type: comparisons of a property, or of a member
// of a complex one, with a literal, joined by and, or and not (Dataverse facts 5.20).
type filterReader struct {
	schema *schema
	of     *kind
	text   string
	tokens []token
	depth  int
}

func (s *schema) readFilter(text string, of *kind) (test, error) {
	list, err := tokens(text)
	if err != nil {
		return nil, err
	}
	f := &filterReader{schema: s, of: of, text: text, tokens: list}
	t, err := f.or()
	if err == nil && len(f.tokens) > 0 {
		err = f.syntaxError()
	}
	return t, err
}

func (f *filterReader) syntaxError() error {
	at := len(f.text)
	if len(f.tokens) > 0 {
		at = f.tokens[0].at
	}
	return invalid("Syntax error at position %d in '%s'.", at, f.text)
}

// take removes the next token when it is this word.
func (f *filterReader) take(word string) bool {
	if len(f.tokens) > 0 && f.tokens[0].is(word) {
		f.tokens = f.tokens[1:]
		return true
	}
	return false
}

func (f *filterReader) or() (test, error)  { return f.join("or", f.and, true) }
func (f *filterReader) and() (test, error) { return f.join("and", f.term, false) }

// join reads terms with a word between them; the first term that gives stop decides.
func (f *filterReader) join(word string, term func() (test, error), stop bool) (test, error) {
	first, err := term()
	if err != nil {
		return nil, err
	}
	terms := []test{first}
	for f.take(word) {
		next, err := term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, next)
	}
	return func(r *record) bool {
		for _, t := range terms {
			if t(r) == stop {
				return stop
			}
		}
		return !stop
	}, nil
}

func (f *filterReader) term() (test, error) {
	if f.depth++; f.depth > maxDepth {
		return nil, invalid("The filter is nested deeper than %d levels.", maxDepth)
	}
	defer func() { f.depth-- }()
	if f.take("not") {
		t, err := f.term()
		if err != nil {
			return nil, err
		}
		return func(r *record) bool { return !t(r) }, nil
	}
	if !f.take("(") {
		return f.comparison()
	}
	t, err := f.or()
	if err == nil && !f.take(")") {
		err = f.syntaxError()
	}
	return t, err
}

// comparison reads "Name eq literal", "Name/Value ne literal" or a Boolean by itself.
func (f *filterReader) comparison() (test, error) {
	path, last, err := f.operand()
	if err != nil {
		return nil, err
	}
	holds := map[string]func(int) bool{
		"eq": func(n int) bool { return n == 0 }, "ne": func(n int) bool { return n != 0 }, "gt": func(n int) bool { return n == 1 },
		"ge": func(n int) bool { return n == 0 || n == 1 }, "lt": func(n int) bool { return n == -1 }, "le": func(n int) bool { return n == -1 || n == 0 },
	}
	if len(f.tokens) == 0 || f.tokens[0].quoted || holds[f.tokens[0].text] == nil {
		if last.of.kind.name != "Boolean" || last.of.collection {
			return nil, f.syntaxError()
		}
		return func(r *record) bool { return walk(r, path) == true }, nil
	}
	operator := f.tokens[0].text
	f.tokens = f.tokens[1:]
	literal, err := f.literal(last, operator)
	if err != nil {
		return nil, err
	}
	return func(r *record) bool { return holds[operator](compare(walk(r, path), literal)) }, nil
}

// operand reads a property path.
func (f *filterReader) operand() (path []string, last *property, err error) {
	for at := f.of; ; at = last.of.kind {
		if len(f.tokens) == 0 || f.tokens[0].quoted {
			return nil, nil, f.syntaxError()
		}
		name := f.tokens[0].text
		if len(f.tokens) > 1 && f.tokens[1].is("(") {
			return nil, nil, dverr.NotImplemented.Text("The function '%s' in a $filter on table definitions is not yet implemented.", name)
		}
		if last = at.property(name); last == nil {
			return nil, nil, unknownProperty(name, at)
		}
		f.tokens = f.tokens[1:]
		path = append(path, name)
		if !f.take("/") {
			return path, last, nil
		}
		if last.of.kind.form != complexForm || last.of.collection {
			return nil, nil, invalid("The parent value for a property access of a property '%s' is not a single value.", name)
		}
	}
}

func walk(r *record, path []string) any {
	for i, name := range path {
		v := r.get(name)
		if i == len(path)-1 {
			return v
		}
		next, ok := v.(*record)
		if !ok || next == nil {
			return nil
		}
		r = next
	}
	return nil
}

// literal types the next token as p has it.
func (f *filterReader) literal(p *property, operator string) (any, error) {
	if len(f.tokens) == 0 {
		return nil, f.syntaxError()
	}
	t := f.tokens[0]
	f.tokens = f.tokens[1:]
	if t.is("null") {
		return nil, nil
	}
	v, ok := t.value(p.of)
	if !ok {
		return nil, invalid("A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
			p.of.edm(namespace), t.edm(), map[string]string{
				"eq": "Equal", "ne": "NotEqual", "gt": "GreaterThan", "ge": "GreaterThanOrEqual", "lt": "LessThan", "le": "LessThanOrEqual",
			}[operator])
	}
	return v, nil
}

func (t token) value(of typeRef) (v any, ok bool) {
	if of.collection {
		return nil, false
	}
	if of.kind.form == enumForm {
		name := strings.TrimPrefix(strings.TrimPrefix(t.prefix, namespace), "mscrm.")
		known := slices.ContainsFunc(of.kind.members, func(m member) bool { return m.name == t.text })
		return t.text, t.quoted && known && (t.prefix == "" || name == of.kind.name)
	}
	if t.prefix != "" {
		return nil, false
	}
	switch of.kind.name {
	case "String", "DateTimeOffset":
		return t.text, t.quoted
	case "Boolean":
		return t.text == "true", !t.quoted && (t.text == "true" || t.text == "false")
	case "Guid":
		id, err := meta.ParseID(t.text)
		return id, err == nil
	case "Int32", "Int64":
		n, err := strconv.ParseInt(t.text, 10, 64)
		return n, err == nil && !t.quoted
	case "Double", "Decimal":
		n, err := strconv.ParseFloat(t.text, 64)
		return n, err == nil && !t.quoted
	}
	return nil, false
}

// edm names the type that a literal has by its look.
func (t token) edm() string {
	switch _, err := strconv.Atoi(t.text); {
	case t.quoted && t.prefix != "":
		return t.prefix
	case t.quoted:
		return "Edm.String"
	case err == nil:
		return "Edm.Int32"
	}
	return "Edm.Boolean"
}

// apart is the comparison of values of which one is null: neither is the greater.
const apart = 2

// compare orders two values of one type. Strings compare as the service compares names,
// without regard for case.
func compare(a, b any) int {
	switch a := a.(type) {
	case nil:
		if b == nil {
			return 0
		}
	case string:
		if b, ok := b.(string); ok {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b))
		}
	case meta.ID:
		if b, ok := b.(meta.ID); ok {
			return slices.Compare(a[:], b[:])
		}
	case bool:
		if b, ok := b.(bool); ok {
			if a == b {
				return 0
			}
		}
	case int64:
		if b, ok := b.(int64); ok {
			return cmp.Compare(a, b)
		}
	case float64:
		if b, ok := b.(float64); ok {
			return cmp.Compare(a, b)
		}
	}
	return apart
}
