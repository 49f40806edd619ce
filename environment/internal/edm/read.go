package edm

import (
	"net/url"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Question is a GET of definitions. Root is the service root of links, with a slash at
// its end; Path is what stands behind it, still percent-encoded; Query is the raw query
// string.
type Question struct {
	Model             *meta.Model
	Root, Path, Query string
}

// place is where a path has led: some rows, or one, or a property of one.
type place struct {
	kind     *kind
	rows     []*record
	single   bool
	property *property

	// The parts of the context: the collection, the key by which its row was found, and
	// the cast. The key is left out where the row itself is the answer.
	collection, key, cast string
}

// through is the address of the place for what stands below it.
func (at place) through() string { return at.collection + at.key + at.cast }

// Owns reports whether a resource, a path behind the service root, names definitions.
func (b *Book) Owns(path string) bool {
	name := path
	if end := strings.IndexAny(path, "(/"); end >= 0 {
		name = path[:end]
	}
	return slices.ContainsFunc(b.schema.sets, func(s entitySet) bool { return s.name == name })
}

// Read answers a GET with the JSON text. Errors are of the catalogue.
func (b *Book) Read(q Question) ([]byte, error) {
	if len(q.Path) > maxURLBytes {
		return nil, dverr.PayloadTooLarge.With("The URL of the request exceeds the maximum length of 32,768 characters.")
	}
	path, err := url.PathUnescape(q.Path)
	if err != nil {
		return nil, dverr.BadKeySyntax.With()
	}
	at, err := describer{b.schema, q.Model}.follow(split(strings.TrimSuffix(path, "/"), '/'))
	if err != nil {
		return nil, err
	}
	o, err := b.schema.readOptions(q.Query, at.kind, at.single)
	if err != nil {
		return nil, err
	}
	return writer{root: q.Root}.answer(at, o), nil
}

// follow walks the segments of a path.
func (d describer) follow(segments []string) (place, error) {
	var at place
	for i, segment := range segments {
		name, key, keyed := strings.Cut(segment, "(")
		if keyed {
			var closed bool
			if key, closed = strings.CutSuffix(key, ")"); !closed {
				return at, dverr.BadKeySyntax.With()
			}
		}
		var err error
		if i == 0 {
			at, err = d.open(name)
		} else {
			at, err = d.step(at, name)
		}
		if err == nil && keyed && strings.TrimSpace(key) != "" {
			at, err = at.find(key)
		}
		if err != nil {
			return at, err
		}
	}
	return at, nil
}

func (d describer) open(name string) (place, error) {
	at := slices.IndexFunc(d.sets, func(s entitySet) bool { return s.name == name })
	if at < 0 {
		return place{}, dverr.SegmentNotFound.With(name)
	}
	return place{kind: d.sets[at].of, rows: d.all(name), collection: name}, nil
}

// step goes over a cast, a navigation property or a property.
func (d describer) step(at place, name string) (place, error) {
	if cast, ok := strings.CutPrefix(name, namespace); ok && at.property == nil {
		return d.cast(at, cast)
	}
	switch {
	case at.property != nil, strings.HasPrefix(name, "$"):
		return at, dverr.SegmentNotFound.With(name)
	case !at.single:
		return at, invalid("The request URI is not valid. Since the segment '%s' refers to a collection, this must be the last segment in the request URI or it must be followed by an function or action that can be bound to it otherwise all intermediate segments must refer to a single resource.", at.collection)
	}
	if p := at.kind.property(name); p != nil {
		at.property = p
		return at, nil
	}
	n := at.kind.nav(name)
	if n == nil {
		return at, dverr.SegmentNotFound.With(name)
	}
	next := place{kind: n.of.kind, rows: at.rows[0].follow(name), single: !n.of.collection, collection: at.through() + "/" + name}
	if next.single && len(next.rows) == 0 {
		return at, dverr.SegmentNotFound.With(name)
	}
	return next, nil
}

// cast keeps the rows of a derived type.
func (d describer) cast(at place, name string) (place, error) {
	k := d.byName[name]
	if k == nil || k.form != entityForm || !k.is(at.kind) {
		return at, dverr.SegmentNotFound.With(namespace + name)
	}
	var rows []*record
	for _, r := range at.rows {
		if r.kind.is(k) {
			rows = append(rows, r)
		}
	}
	if at.single && len(rows) == 0 {
		return at, dverr.SegmentNotFound.With(namespace + name)
	}
	at.kind, at.rows = k, rows
	at.cast = "/" + namespace + name
	return at, nil
}

// find takes the row with a key: a GUID, or the property that names rows of this type.
func (at place) find(key string) (place, error) {
	id, alternate := at.kind.keys()
	if at.single {
		return at, dverr.BadKeySyntax.With()
	}
	name, value, shown := id, any(nil), key
	if guid, err := meta.ParseID(key); err == nil {
		value = guid
	} else {
		var text string
		if name, text, _ = strings.Cut(key, "="); name != alternate && name != id {
			return at, invalid("The key in the request URI is not valid for resource '%s%s'. Ensure that the names and number of key properties match the declared or alternate key properties for the resource '%s%s'.", namespace, at.kind.name, namespace, at.kind.name)
		}
		if value, shown = keyValue(text); value == nil {
			return at, dverr.BadKeySyntax.With()
		}
	}
	for _, r := range at.rows {
		if compare(r.get(name), value) == 0 {
			at.rows, at.single = []*record{r}, true
			at.key = "(" + shown + ")"
			return at, nil
		}
	}
	return at, dverr.ObjectDoesNotExist.Text("Could not find a row of '%s' with %s.", at.kind.name, key).
		Helping("%s is not among the definitions of this environment", key)
}

// keyValue reads a string or a GUID and gives its spelling in contexts.
func keyValue(text string) (value any, shown string) {
	text = strings.TrimSpace(text)
	if id, err := meta.ParseID(text); err == nil {
		return id, text
	}
	if !strings.HasPrefix(text, "'") {
		return nil, ""
	}
	if name, end, ok := unquote(text, 0); ok && end == len(text) {
		return name, text
	}
	return nil, ""
}
