package graph

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// matcher judges the objects of one shape by a filter.
type matcher struct {
	shape  shape
	filter expression
}

// advanced reports whether a filter needs advanced queries: ConsistencyLevel eventual and
// $count (Entra facts 6.7).
func advanced(e expression) bool {
	switch e := e.(type) {
	case junction:
		return advanced(e.left) || advanced(e.right)
	case negation:
		return true
	case comparison:
		return e.operator == "ne"
	case matching:
		return e.function != "startswith"
	case exists:
		return e.of != nil && advanced(e.of)
	}
	return false
}

// check finds names that the shape does not have.
func (m matcher) check(e expression, variables map[string]bool) error {
	switch e := e.(type) {
	case junction:
		if err := m.check(e.left, variables); err != nil {
			return err
		}
		return m.check(e.right, variables)
	case negation:
		return m.check(e.of, variables)
	case comparison:
		return m.known(e.path, variables)
	case membership:
		return m.known(e.path, variables)
	case matching:
		return m.known(e.path, variables)
	case exists:
		if err := m.known(e.path, variables); err != nil || e.of == nil {
			return err
		}
		inner := map[string]bool{e.variable: true}
		for name := range variables {
			inner[name] = true
		}
		return m.check(e.of, inner)
	}
	return nil
}

func (m matcher) known(path string, variables map[string]bool) error {
	first, _, _ := strings.Cut(path, "/")
	if _, found := m.shape.field(first); found || variables[first] {
		return nil
	}
	return badRequest("Invalid filter clause: Could not find a property named '%s' on type '%s'.", first, m.shape.name)
}

// matches judges one view.
func (m matcher) matches(view any) bool {
	return m.filter == nil || m.judge(m.filter, m.scope(view))
}

func (m matcher) scope(view any) scope { return scope{view: reflect.ValueOf(view).Elem()} }

// scope is what names mean: members of the view, and variables of any.
type scope struct {
	view  reflect.Value
	name  string
	value any
	outer *scope
}

func (m matcher) judge(e expression, in scope) bool {
	switch e := e.(type) {
	case junction:
		if e.word == "and" {
			return m.judge(e.left, in) && m.judge(e.right, in)
		}
		return m.judge(e.left, in) || m.judge(e.right, in)
	case negation:
		return !m.judge(e.of, in)
	case comparison:
		return compare(m.value(e.path, in), e.operator, e.value.value)
	case membership:
		for _, one := range e.values {
			if compare(m.value(e.path, in), "eq", one.value) {
				return true
			}
		}
	case matching:
		have, isText := m.value(e.path, in).(string)
		return isText && found(e.function, strings.ToLower(have), strings.ToLower(e.value.value.(string)))
	case exists:
		items, _ := m.value(e.path, in).([]any)
		for _, one := range items {
			if e.of == nil || m.judge(e.of, scope{view: in.view, name: e.variable, value: one, outer: &in}) {
				return true
			}
		}
	}
	return false
}

func found(function, have, want string) bool {
	switch function {
	case "startswith":
		return strings.HasPrefix(have, want)
	case "endswith":
		return strings.HasSuffix(have, want)
	}
	return strings.Contains(have, want)
}

// value follows a path.
func (m matcher) value(path string, in scope) any {
	first, rest, more := strings.Cut(path, "/")
	var value any
	for s := &in; ; s = s.outer {
		if s == nil {
			if f, isMember := m.shape.field(first); isMember {
				value = plain(in.view.Field(f.index).Interface())
			}
			break
		}
		if s.name == first && first != "" {
			value = s.value
			break
		}
	}
	for more {
		first, rest, more = strings.Cut(rest, "/")
		if items, isList := value.([]any); isList && first == "$count" {
			return float64(len(items))
		}
		object, _ := value.(map[string]any)
		value = object[first]
	}
	return value
}

// plain is a member as its JSON has it.
func plain(v any) any {
	switch v := v.(type) {
	case string:
		return v
	case text:
		if v == "" {
			return nil
		}
		return string(v)
	case guid:
		if v == "" {
			return nil
		}
		return string(v)
	case bool:
		return v
	case stamp:
		if v.IsZero() {
			return nil
		}
		return v.Time
	}
	raw, err := marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}

// compare compares as the directory does: texts in any case.
func compare(have any, operator string, want any) bool {
	switch operator {
	case "eq":
		return order(have, want) == equal
	case "ne":
		return order(have, want) != equal
	case "gt":
		return order(have, want) == greater
	case "ge":
		o := order(have, want)
		return o == greater || o == equal
	case "lt":
		return order(have, want) == less
	}
	o := order(have, want)
	return o == less || o == equal
}

// ordering is how two values compare, if they do.
type ordering int

const (
	apart ordering = iota
	less
	equal
	greater
)

func order(have, want any) ordering {
	switch h := have.(type) {
	case nil:
		if want == nil {
			return equal
		}
	case string:
		if w, ok := want.(string); ok {
			return sign(strings.Compare(strings.ToLower(h), strings.ToLower(w)))
		}
		if w, ok := want.(time.Time); ok {
			if at, err := time.Parse(time.RFC3339Nano, h); err == nil {
				return sign(at.Compare(w))
			}
		}
	case bool:
		if w, ok := want.(bool); ok && w == h {
			return equal
		}
	case float64:
		if w, ok := want.(float64); ok {
			switch {
			case h < w:
				return less
			case h > w:
				return greater
			}
			return equal
		}
	case time.Time:
		if w, ok := want.(time.Time); ok {
			return sign(h.Compare(w))
		}
	}
	return apart
}

func sign(n int) ordering { return equal + ordering(n) }
