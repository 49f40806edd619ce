package graph

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// shape is what is known about the JSON of one kind of object: its members in order, from
// the struct that stands for it. The tag graph says more about a member: "read" may not be
// set, "create" only when the object is made, "keep" has no meaning here and is kept for
// whoever set it (its type is json.RawMessage), "ask" is given only when it is selected,
// "link" is an object elsewhere that is kept with the others and no member to whoever asks.
type shape struct {
	name   string // microsoft.graph.…
	set    string // of the context
	fields []field
}

type field struct {
	name    string
	index   int
	read    bool
	create  bool
	keep    bool
	ask     bool
	link    bool
	initial json.RawMessage // of a kept member; shared by all views, and never written to
}

func shapeOf[T any](name, set string) shape {
	s := shape{name: name, set: set}
	t := reflect.TypeFor[T]()
	for i := range t.NumField() {
		f := t.Field(i)
		flags := strings.Fields(f.Tag.Get("graph"))
		is := func(flag string) bool { return slices.Contains(flags, flag) }
		s.fields = append(s.fields, field{
			name: f.Tag.Get("json"), index: i, initial: json.RawMessage(f.Tag.Get("initial")),
			read: is("read"), create: is("create"), keep: is("keep"), ask: is("ask"), link: is("link"),
		})
	}
	return s
}

func (s shape) field(name string) (field, bool) {
	i := slices.IndexFunc(s.fields, func(f field) bool { return f.name == name && !f.link })
	if i < 0 {
		return field{}, false
	}
	return s.fields[i], true
}

// extra is a member that is not the object's own.
type extra struct {
	name  string
	value any
}

// appendObject writes a view (a pointer to the struct): the extras, then the selected
// members, or those that are given unasked.
func (s shape) appendObject(dst []byte, view any, selected []string, before, after []extra) ([]byte, error) {
	dst = append(dst, '{')
	var err error
	member := func(name string, value any) {
		if err != nil {
			return
		}
		var raw []byte
		if raw, err = marshal(value); err == nil {
			if dst[len(dst)-1] != '{' {
				dst = append(dst, ',')
			}
			dst = append(append(append(append(dst, '"'), name...), '"', ':'), raw...)
		}
	}
	for _, e := range before {
		member(e.name, e.value)
	}
	v := reflect.ValueOf(view).Elem()
	for _, f := range s.fields {
		if f.link {
			continue
		}
		if len(selected) > 0 && slices.Contains(selected, f.name) || len(selected) == 0 && !f.ask {
			member(f.name, v.Field(f.index).Interface())
		}
	}
	for _, e := range after {
		member(e.name, e.value)
	}
	return append(dst, '}'), err
}

// marshal is json.Marshal that leaves <, > and & as they are.
func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// input is a body that has been read over a view.
type input struct {
	given map[string]bool     // members that were there
	binds map[string][]string // "owners@odata.bind" and the like
}

// read reads a body over the view of the object as it is, or of a new one. Members with
// "@odata." in their names are no properties.
func (s shape) read(body []byte, view any, creating bool) (input, error) {
	in := input{given: map[string]bool{}, binds: map[string][]string{}}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return in, badRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	v := reflect.ValueOf(view).Elem()
	for name, raw := range members {
		if relation, isBind := strings.CutSuffix(name, "@odata.bind"); isBind {
			var to []string
			if json.Unmarshal(raw, &to) != nil {
				return in, badRequest("The value of '%s' is not a list of addresses.", name)
			}
			in.binds[relation] = to
			continue
		}
		if strings.Contains(name, "@odata.") {
			continue
		}
		f, known := s.field(name)
		if !known {
			return in, badRequest("The property '%s' does not exist on type '%s'. Make sure to only use property names that are defined by the type.", name, s.name)
		}
		if err := f.set(raw, v.Field(f.index), creating); err != nil {
			return in, err
		}
		in.given[name] = true
	}
	return in, nil
}

// set reads one member. Null is the zero value; a structure keeps the members that are
// not given.
func (f field) set(raw json.RawMessage, to reflect.Value, creating bool) error {
	if f.read || f.create && !creating {
		was, err := marshal(to.Interface())
		if err != nil {
			return err
		}
		if f.read && creating && string(raw) == "null" || sameJSON(was, raw) {
			return nil
		}
		return badRequest("Property '%s' is read-only and cannot be set.", f.name)
	}
	if f.keep {
		to.SetBytes(mergeJSON(to.Bytes(), raw, f.initial))
		return nil
	}
	if string(raw) == "null" {
		to.SetZero()
		return nil
	}
	if err := strict(raw, to.Addr().Interface()); err != nil {
		e := badRequest("A value for resource property '%s' is not valid: a member is unknown or has the wrong type.", f.name)
		e.Cause = err
		return e
	}
	return nil
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// mergeJSON gives the new value of a kept member: of two objects, the members of both.
func mergeJSON(was, raw, initial []byte) []byte {
	if string(raw) == "null" {
		return initial
	}
	var old, fresh map[string]json.RawMessage
	if json.Unmarshal(raw, &fresh) != nil || json.Unmarshal(was, &old) != nil || old == nil || fresh == nil {
		return slices.Clone(raw)
	}
	for name, value := range fresh {
		old[name] = value
	}
	merged, err := marshal(old)
	if err != nil {
		return slices.Clone(raw)
	}
	return merged
}

// keep sets the kept members of a view from an object's details.
func (s shape) keep(details string, view any) {
	var kept map[string]json.RawMessage
	if details != "" {
		_ = json.Unmarshal([]byte(details), &kept) // it was made here
	}
	v := reflect.ValueOf(view).Elem()
	for _, f := range s.fields {
		if !f.keep {
			continue
		}
		raw, found := kept[f.name]
		if !found {
			raw = f.initial
		}
		v.Field(f.index).SetBytes(raw)
	}
}

// details are the kept members of a view that are not as they begin.
func (s shape) details(view any) string {
	kept := map[string]json.RawMessage{}
	v := reflect.ValueOf(view).Elem()
	for _, f := range s.fields {
		if raw := v.Field(f.index); f.keep && raw.Len() > 0 && !bytes.Equal(raw.Bytes(), f.initial) {
			kept[f.name] = raw.Bytes()
		}
	}
	if len(kept) == 0 {
		return ""
	}
	out, err := marshal(kept)
	if err != nil { // raw messages were read as JSON
		return ""
	}
	return string(out)
}
