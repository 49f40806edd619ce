package odata

import (
	"bytes"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// values are the cells of one row by column name; "x.label" and "x.type" are the
// label and type code of x, "version" is the row version, "nav" a values for an
// expanded row or []values for an expanded collection.
type values map[string]any

// fill puts values where the shape of s has its cells.
func fill(s *query.Select, shape *query.Shape, v values, row *cells) *cells {
	set := func(cell int, value any) {
		for len(row.values) <= cell {
			row.values = append(row.values, nil)
		}
		if cell >= 0 {
			row.values[cell] = value
		}
	}
	for _, f := range shape.Fields {
		name := f.Column.LogicalName
		set(f.Value, v[name])
		set(f.Label, v[name+".label"])
		set(f.Type, v[name+".type"])
	}
	set(shape.ID, v[shape.Table.PrimaryID.LogicalName])
	set(shape.Version, v["version"])
	for i, cell := range shape.Order {
		name := s.Order[i].Col.C.LogicalName
		if s.Order[i].ByLabel {
			name += ".label"
		}
		set(cell, v[name])
	}
	for i, child := range shape.Children {
		e := s.Expands[i]
		switch inner := v[e.Nav.Name].(type) {
		case values:
			set(child.Present, int64(1))
			fill(e.Select, child.Shape, inner, row)
		case []values:
			if row.children == nil {
				row.children = map[int][]query.Row{}
			}
			for _, each := range inner {
				row.children[child.At] = append(row.children[child.At], fill(e.Select, child.Shape, each, &cells{}))
			}
		default:
			if !e.Nav.Single {
				continue
			}
			set(child.Present, nil)
			fill(e.Select, child.Shape, values{}, row)
		}
	}
	return row
}

func pageOf(q *Query, all ...values) *query.Page {
	shape := shapeOf(q.Select)
	var rows []query.Row
	for _, v := range all {
		rows = append(rows, fill(q.Select, shape, v, &cells{}))
	}
	return &query.Page{Shape: shape, Rows: rowsOf(rows...), More: func() bool { return false }}
}

func mustRead(t testing.TB, r Request, set, raw string, single bool) *Query {
	t.Helper()
	q, err := r.ReadQuery(r.Model.Set(set), raw, single)
	if err != nil {
		t.Fatalf("%s?%s: %v", set, raw, err)
	}
	return q
}

func collection(t testing.TB, r Request, q *Query, p *query.Page) string {
	t.Helper()
	var out bytes.Buffer
	if err := NewWriter(&out, r).Collection(q, p); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func id(s string) meta.ID { return meta.MustID(s) }

// The people and companies of Microsoft's samples.
const (
	litware  = "78914942-34cb-ed11-b596-0022481d68cd"
	susanna  = "70bf4d48-34cb-ed11-b596-0022481d68cd"
	dollar   = "228f42f8-e646-e111-8eb7-78e7d162ced1"
	someTeam = "39e0dbe4-131b-e111-ba7e-78e7d1620f5e"
	someUser = "4026be43-6b69-e111-8f65-78e7d1620f5e"
)
