package rows

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Chosen asks for columns of the rows that a condition of the select's own names.
func Chosen(t *meta.Table, where func(*query.Select) query.Expr, columns ...string) *query.Select {
	s := &query.Select{Table: t}
	for _, name := range columns {
		c := t.Column(name)
		s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}, Type: c.TypeColumn != nil})
	}
	if where != nil {
		s.Where = where(s)
	}
	return s
}

// All is the conjunction of conditions.
func All(members ...query.Expr) query.Expr { return query.And{Members: members} }

// One names a row by its id.
func One(t *meta.Table, id meta.ID) func(*query.Select) query.Expr {
	return func(s *query.Select) query.Expr { return Is(s, t.PrimaryID, query.GUID(id)) }
}

func Columns(t *meta.Table, names ...string) []*meta.Column {
	list := make([]*meta.Column, len(names))
	for i, name := range names {
		list[i] = t.Column(name)
	}
	return list
}

func GUIDs(ids []meta.ID) []query.Value {
	values := make([]query.Value, len(ids))
	for i, id := range ids {
		values[i] = query.GUID(id)
	}
	return values
}

// Pick asks for columns of one row; nil and repeated ones are left out.
func Pick(key op.Key, columns []*meta.Column) *query.Select {
	s := &query.Select{Table: key.Table, Columns: make([]query.Output, 0, len(columns))}
	s.Where = Is(s, key.Table.PrimaryID, query.GUID(key.ID))
	for i, c := range columns {
		if c != nil && !contains(columns[:i], c) {
			s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: c}, Type: c.TypeColumn != nil})
		}
	}
	return s
}

func contains(columns []*meta.Column, c *meta.Column) bool {
	for _, have := range columns {
		if have == c {
			return true
		}
	}
	return false
}

// Is compares a column of s with a value.
func Is(s *query.Select, c *meta.Column, v query.Value) query.Compare {
	return query.Compare{Col: query.Col{Of: s, C: c}, Op: query.Equal, Value: v}
}
