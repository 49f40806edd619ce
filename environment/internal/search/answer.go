package search

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"strings"
)

// member is a member of a JSON object whose members keep their order.
type member struct {
	name  string
	value any
}

// ordered is such an object.
type ordered []member

// MarshalJSON writes the members in their order.
func (o ordered) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := plainJSON(m.value)
		if err != nil {
			return nil, err
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// plainJSON writes JSON whose texts keep <, > and &.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Document is a row as its reader may know it. Values are by column; Shown holds what each
// is shown as, where that is more than the value, and Points the table that a lookup leads
// to.
type Document struct {
	Table    string
	TypeCode int64
	ID       string
	Name     string // logical name of the column with the row's name; "" for none
	Columns  []string
	Values   map[string]any
	Shown    map[string]string
	Points   map[string]string
	Fields   []Field
}

// Results gathers what a request finds.
type Results struct {
	request *Request
	hits    []hit
}

type hit struct {
	Document
	*finding
}

// Results begins to gather.
func (r *Request) Results() *Results { return &Results{request: r} }

// Add takes a document into the results if what is searched for is found in it.
func (s *Results) Add(d Document) {
	if s.request.find == nil {
		return
	}
	if f, found := find(s.request.find, d.Fields); found {
		s.hits = append(s.hits, hit{d, f})
	}
}

// orderKey is a column, or the score when it is "@search.score".
type orderKey struct {
	column     string
	descending bool
}

const byScore = "@search.score"

func readOrder(list []string) ([]orderKey, error) {
	var keys []orderKey
	for _, part := range list {
		for _, clause := range strings.Split(part, ",") {
			fields := strings.Fields(clause)
			k := orderKey{}
			switch {
			case len(fields) == 0:
				continue
			case len(fields) > 2 || len(fields) == 2 && fields[1] != "asc" && fields[1] != "desc",
				fields[0] != byScore && !identifier(fields[0]):
				return nil, refuse("The clause '%s' of the parameter 'orderby' is wrong.", strings.TrimSpace(clause))
			}
			k.column, k.descending = fields[0], len(fields) == 2 && fields[1] == "desc"
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// Needs are the columns that the order and the facets of a request need of a table's rows
// beside those that it selects; the request has to be read.
func (r *Request) Needs(table string) []string {
	var need []string
	for _, k := range r.order {
		if k.column != byScore {
			need = append(need, k.column)
		}
	}
	for _, f := range r.facets {
		if !f.byTable() && (f.table == "" || f.table == table) {
			need = append(need, f.column)
		}
	}
	return need
}

// sort puts the best first, or goes by the order asked for; equals stay as they came.
func (s *Results) sort() {
	keys := s.request.order
	if len(keys) == 0 {
		keys = []orderKey{{byScore, true}}
	}
	slices.SortStableFunc(s.hits, func(a, b hit) int {
		for _, k := range keys {
			n := 0
			if k.column == byScore {
				n = cmp.Compare(a.score, b.score)
			} else {
				n = compare(a.Values[k.column], b.Values[k.column])
			}
			if k.descending {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
}

// compare orders values of JSON: nothing, no and yes, numbers, texts.
func compare(a, b any) int {
	rank := func(v any) int {
		switch v.(type) {
		case nil:
			return 0
		case bool:
			return 1
		case float64:
			return 2
		case string:
			return 3
		}
		return 4
	}
	switch x := a.(type) {
	case float64:
		if y, same := b.(float64); same {
			return cmp.Compare(x, y)
		}
	case string:
		if y, same := b.(string); same {
			return strings.Compare(strings.ToLower(x), strings.ToLower(y))
		}
	case bool:
		if y, same := b.(bool); same && x != y {
			if x {
				return 1
			}
			return -1
		}
	}
	return cmp.Compare(rank(a), rank(b))
}

// Answer is the JSON that the request is answered with: for version 1.0 the body, else what
// stands in the body as a text.
func (s *Results) Answer() ([]byte, error) {
	s.sort()
	switch s.request.Operation {
	case Suggest:
		return plainJSON(s.suggestions())
	case Autocomplete:
		return plainJSON(s.completion())
	}
	found := s.page()
	count := int64(-1)
	if s.request.Count {
		count = int64(len(s.hits))
	}
	if s.request.Old {
		list := make([]ordered, len(found))
		for i, h := range found {
			list[i] = h.old()
		}
		return plainJSON(ordered{{"value", list}, {"facets", s.facets()}, {"totalrecordcount", count}})
	}
	list := make([]ordered, len(found))
	for i, h := range found {
		list[i] = ordered{
			{"Id", h.ID}, {"EntityName", h.Table}, {"ObjectTypeCode", 0},
			{"Attributes", append(ordered{{"@search.objecttypecode", h.TypeCode}}, h.attributes()...)},
			{"Highlights", ordered(h.highlights())}, {"Score", h.rounded()},
		}
	}
	return plainJSON(ordered{{"Error", nil}, {"Value", list}, {"Facets", s.facets()}, {"QueryContext", nil}, {"Count", count}})
}

func (s *Results) page() []hit {
	from := min(s.request.Skip, len(s.hits))
	return s.hits[from:min(from+s.request.Top, len(s.hits))]
}

func (h hit) rounded() float64 { return float64(int64(h.score*1e6+0.5)) / 1e6 }

// attributes are the selected columns, each with what it is shown as.
func (h hit) attributes() ordered {
	var list ordered
	for _, c := range h.Columns {
		list = append(list, member{c, h.Values[c]})
		if shown, more := h.Shown[c]; more {
			list = append(list, member{c + "@OData.Community.Display.V1.FormattedValue", shown})
		}
		if table, lookup := h.Points[c]; lookup {
			list = append(list, member{c + "@Microsoft.Dynamics.CRM.lookuplogicalname", table})
		}
	}
	return list
}

// old is a row of version 1.0, in which values are as they are shown and lookups have
// their names beside them.
func (h hit) old() ordered {
	row := ordered{
		{"@search.score", h.rounded()}, {"@search.highlights", ordered(h.highlights())},
		{"@search.entityname", h.Table}, {"@search.objectid", h.ID},
	}
	for _, c := range h.Columns {
		shown, more := h.Shown[c]
		table, lookup := h.Points[c]
		switch {
		case lookup:
			row = append(row, member{c, h.Values[c]}, member{c + "name", shown}, member{"@search." + c + ".logicalname", table})
		case more:
			row = append(row, member{c, shown})
		default:
			row = append(row, member{c, h.Values[c]})
		}
	}
	return append(row, member{"@search.objecttypecode", h.TypeCode})
}

// suggestions are names in which what was typed is found.
func (s *Results) suggestions() ordered {
	list := []ordered{}
	for _, h := range s.page() {
		at := slices.IndexFunc(h.fields, func(f Field) bool { return f.Name == h.Name })
		if at < 0 || len(h.spans[at]) == 0 {
			at = slices.IndexFunc(h.spans, func(spans []span) bool { return len(spans) > 0 })
		}
		if at < 0 {
			continue
		}
		document := append(ordered{
			{"@search.objectid", h.ID}, {"@search.entityname", h.Table}, {"@search.objecttypecode", h.TypeCode},
		}, h.attributes()...)
		text, names := mark(h.fields[at].Text, h.spans[at]), [2]string{"Text", "Document"}
		if s.request.Old {
			names = [2]string{"text", "document"}
		}
		list = append(list, ordered{{names[0], text}, {names[1], document}})
	}
	if s.request.Old {
		return ordered{{"value", list}}
	}
	return ordered{{"Error", nil}, {"Value", list}, {"QueryContext", nil}}
}

// completion is what was typed with its last word as most texts have it.
func (s *Results) completion() ordered {
	typed, best, most := words(s.request.Text), "", 0
	counts := map[string]int{}
	for _, h := range s.hits {
		for i, spans := range h.spans {
			for _, p := range spans {
				w := strings.ToLower(h.fields[i].Text[p.from:p.to])
				if len(typed) > 0 && (strings.HasPrefix(w, typed[len(typed)-1]) || s.request.Fuzzy && !slices.Contains(typed, w)) {
					counts[w]++
				}
			}
		}
	}
	for w, n := range counts {
		if n > most || n == most && w < best {
			best, most = w, n
		}
	}
	text := ""
	if best != "" {
		text = openHit + strings.Join(append(slices.Clone(typed[:len(typed)-1]), best), " ") + closeHit
	}
	if s.request.Old {
		return ordered{{"value", text}}
	}
	return ordered{{"Error", nil}, {"Value", text}, {"QueryContext", nil}}
}
