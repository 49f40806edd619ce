package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// text is a string that is null when it is empty.
type text string

// MarshalJSON writes null for the empty text.
func (t text) MarshalJSON() ([]byte, error) {
	if t == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(t))
}

// stamp is a time that is null when it is zero.
type stamp struct{ time.Time }

// MarshalJSON writes fractions of seconds only where there are some, as Graph does.
func (s stamp) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte("null"), nil
	}
	return []byte(strconv.Quote(s.UTC().Format("2006-01-02T15:04:05.9999999Z"))), nil
}

// UnmarshalJSON reads RFC 3339; a time without a zone is UTC.
func (s *stamp) UnmarshalJSON(raw []byte) error {
	var given string
	if err := json.Unmarshal(raw, &given); err != nil || given == "" {
		s.Time = time.Time{}
		return err
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if at, err := time.Parse(layout, given); err == nil {
			s.Time = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("%q is not a time", given)
}

// list is never null, and reading one forgets what was in it.
type list[T any] []T

// MarshalJSON writes [] for none.
func (l list[T]) MarshalJSON() ([]byte, error) {
	if l == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(l))
}

// UnmarshalJSON reads a list; null is none.
func (l *list[T]) UnmarshalJSON(raw []byte) error {
	var fresh []T
	if err := strict(raw, &fresh); err != nil {
		return err
	}
	*l = fresh
	return nil
}

// strict reads one JSON value whose members must all be known.
func strict(raw []byte, to any) error { return exact(withoutAnnotations(raw, 0), to) }

// exact is strict about annotations too.
func exact(raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is more after the value")
	}
	return nil
}

// annotated is how deep annotations are looked for.
const annotated = 8

// withoutAnnotations takes the members whose names have "@odata." in them from objects
// within objects: SDKs write the types of structures there. No structure here is deeper
// than annotated.
func withoutAnnotations(raw []byte, depth int) []byte {
	if depth > annotated || !bytes.Contains(raw, []byte("@odata.")) {
		return raw
	}
	var members map[string]json.RawMessage
	var elements []json.RawMessage
	var plain any
	switch {
	case json.Unmarshal(raw, &members) == nil && members != nil:
		maps.DeleteFunc(members, func(name string, _ json.RawMessage) bool { return strings.Contains(name, "@odata.") })
		for name, value := range members {
			members[name] = withoutAnnotations(value, depth+1)
		}
		plain = members
	case json.Unmarshal(raw, &elements) == nil && elements != nil:
		for i, value := range elements {
			elements[i] = withoutAnnotations(value, depth+1)
		}
		plain = elements
	default:
		return raw
	}
	out, err := marshal(plain)
	if err != nil { // what was read is written
		return raw
	}
	return out
}

// guid is an id that must be one.
type guid directory.ID

// UnmarshalJSON refuses what is not a GUID.
func (g *guid) UnmarshalJSON(raw []byte) error {
	var given string
	if err := json.Unmarshal(raw, &given); err != nil {
		return err
	}
	id, ok := directory.ParseID(given)
	if !ok && given != "" {
		return fmt.Errorf("%q is not a GUID", given)
	}
	*g = guid(id)
	return nil
}

// MarshalJSON writes null for none.
func (g guid) MarshalJSON() ([]byte, error) { return text(g).MarshalJSON() }

func texts[T ~string](of []T) list[string] {
	out := make(list[string], len(of))
	for i, one := range of {
		out[i] = string(one)
	}
	return out
}

func guids(of []directory.ID) list[guid] {
	out := make(list[guid], len(of))
	for i, one := range of {
		out[i] = guid(one)
	}
	return out
}

func ids(of list[guid]) []directory.ID {
	var out []directory.ID
	for _, one := range of {
		out = append(out, directory.ID(one))
	}
	return out
}

// UnmarshalJSON reads a string; null is the empty one.
func (t *text) UnmarshalJSON(raw []byte) error {
	var given *string
	if err := json.Unmarshal(raw, &given); err != nil {
		return err
	}
	*t = ""
	if given != nil {
		*t = text(*given)
	}
	return nil
}
