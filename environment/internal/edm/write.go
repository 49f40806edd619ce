package edm

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// writer writes definitions as JSON with minimal metadata.
type writer struct {
	root string
	b    []byte
}

// answer writes what a path led to.
func (w writer) answer(at place, o options) []byte {
	if at.property != nil {
		return w.propertyAnswer(at)
	}
	w.b = append(w.b, '{')
	context := at.collection + at.cast + o.context()
	if at.single {
		w.context("", context+"/$entity")
		if at.key != "" {
			at.key = keyOf(at.rows[0])
		}
		w.row(at.rows[0], at.kind, o, at.through())
		return append(w.b, '}')
	}
	w.context("", context)
	w.name("value")
	w.rows(at.rows, at.kind, o, place{collection: at.collection, cast: at.cast})
	return append(w.b, '}')
}

// keyOf is the key of a row in contexts.
func keyOf(r *record) string {
	name, _ := r.kind.keys()
	id, _ := r.get(name).(meta.ID)
	return "(" + id.String() + ")"
}

// propertyAnswer writes one property: {"value": …}, a complex one by its members.
func (w writer) propertyAnswer(at place) []byte {
	w.b = append(w.b, '{')
	w.context("", at.through()+"/"+at.property.name)
	v := at.rows[0].get(at.property.name)
	if r, ok := v.(*record); ok && r != nil {
		w.members(r)
		return append(w.b, '}')
	}
	w.name("value")
	w.value(v)
	return append(w.b, '}')
}

func (w *writer) context(of, text string) {
	w.name(of + "@odata.context")
	w.text(w.root + "$metadata#" + text)
}

// rows writes a collection, at where it stands.
func (w *writer) rows(rows []*record, of *kind, o options, at place) {
	w.b = append(w.b, '[')
	first := true
	for _, r := range rows {
		if o.filter != nil && !o.filter(r) {
			continue
		}
		if !first {
			w.b = append(w.b, ',')
		}
		first = false
		at.key = keyOf(r)
		w.b = append(w.b, '{')
		w.row(r, of, o, at.through())
		w.b = append(w.b, '}')
	}
	w.b = append(w.b, ']')
}

// row writes the members of a row: its type where that derives from the one asked for,
// what was selected and its key, in the order of the declaration, then what was
// expanded. Address is the row's own in contexts.
func (w *writer) row(r *record, of *kind, o options, address string) {
	if r.kind != of {
		w.name("@odata.type")
		w.text("#" + namespace + r.kind.name)
	}
	id, _ := r.kind.keys()
	for _, p := range r.kind.properties {
		if o.selected == nil || o.selected[p.name] || p.name == id {
			w.name(p.name)
			w.value(r.value(p))
		}
	}
	for _, e := range o.expand {
		w.expansion(r, e, address)
	}
}

// expansion writes the rows behind a navigation with the context of their own.
func (w *writer) expansion(r *record, e expansion, address string) {
	rows, address := r.follow(e.nav.name), address+"/"+e.nav.name
	if e.nav.of.collection {
		w.context(e.nav.name, address+e.context())
		w.name(e.nav.name)
		w.rows(rows, e.nav.of.kind, e.options, place{collection: address})
		return
	}
	if len(rows) == 0 {
		w.name(e.nav.name)
		w.b = append(w.b, "null"...)
		return
	}
	w.context(e.nav.name, address+e.context()+"/$entity")
	w.name(e.nav.name)
	w.b = append(w.b, '{')
	w.row(rows[0], e.nav.of.kind, e.options, address)
	w.b = append(w.b, '}')
}

func (w *writer) name(name string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.text(name)
	w.b = append(w.b, ':')
}

func (w *writer) text(text string) {
	if isPlain(text) {
		w.b = append(append(append(w.b, '"'), text...), '"')
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(text) // a string cannot fail
	w.b = append(w.b, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// isPlain reports text that needs no escaping, as nearly all names and labels are.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// members writes a complex value's.
func (w *writer) members(r *record) {
	for _, p := range r.kind.properties {
		w.name(p.name)
		w.value(r.value(p))
	}
}

func (w *writer) value(v any) {
	switch v := v.(type) {
	case bool:
		w.b = strconv.AppendBool(w.b, v)
	case int64:
		w.b = strconv.AppendInt(w.b, v, 10)
	case float64:
		w.number(v)
	case string:
		w.text(v)
	case meta.ID:
		w.b = append(v.Append(append(w.b, '"')), '"')
	case *record:
		w.b = append(w.b, '{')
		w.members(v)
		w.b = append(w.b, '}')
	case []any:
		w.b = append(w.b, '[')
		for i, one := range v {
			if i > 0 {
				w.b = append(w.b, ',')
			}
			w.value(one)
		}
		w.b = append(w.b, ']')
	default:
		w.b = append(w.b, "null"...)
	}
}

// number writes whole numbers with one decimal, as the service prints bounds.
func (w *writer) number(f float64) {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		w.b = strconv.AppendFloat(w.b, f, 'f', 1, 64)
		return
	}
	w.b = strconv.AppendFloat(w.b, f, 'g', -1, 64)
}
