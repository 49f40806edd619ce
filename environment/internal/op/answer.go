package op

import (
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Answer is what a message answers with: a value of the complex type Type
// ("WhoAmIResponse", without the namespace), its members in the order in which the
// service writes them (Dataverse facts 5.17). With Set, an entity set's name, it is a
// collection of rows of that set: its one member is "value"; with "<set>/$entity" it is one
// row, which need not be kept anywhere. An answer without either
// says nothing: 204.
type Answer struct {
	Type    string
	Set     string
	Members []Member
	// Rows are the rows of the selection that Message.Ask gave; there is nothing else then.
	Rows *query.Page
	// One says that Rows holds one row, which is the answer itself and no list of one.
	One bool
	// Note is what there is to say of the answer beside it; it is no part of it.
	Note string
}

// Member is one member of an answer or of a complex value in it. Value is one of a
// closed set, which Valid reports: nil (null), string, int64, bool, float64, meta.ID,
// []Member (a complex value), Entity and List (a collection). Members of an enumeration are
// strings, as they are on the wire ("Enabled").
type Member struct {
	Name  string
	Value any
}

// Entity is a row in an answer that need not be kept anywhere: it is written as rows are,
// with the annotations that the request asks for, behind its type.
type Entity struct {
	Shape *query.Shape
	Row   query.Row
}

// List is a collection of values of the set that Member describes.
type List []any

// Valid reports the first value that is outside the closed set by the path to it,
// nil when there is none.
func (a Answer) Valid() error { return validMembers(a.Type, a.Members) }

func validMembers(path string, members []Member) error {
	for _, m := range members {
		if err := validValue(path+"."+m.Name, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func validValue(path string, v any) error {
	switch v := v.(type) {
	case nil, string, int64, bool, float64, meta.ID, Entity:
		return nil
	case []Member:
		return validMembers(path, v)
	case List:
		for i, item := range v {
			if err := validValue(fmt.Sprintf("%s[%d]", path, i), item); err != nil {
				return err
			}
		}
		return nil
	default:
		return fmt.Errorf("%s: %T cannot stand in an answer", path, v)
	}
}
