package standin

import (
	"math"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

const (
	typeAnnotation = "@odata.type"
	typePrefix     = "#Microsoft.Dynamics.CRM."
	openType       = "expando"
)

// shape makes the answer of a custom API of its properties' values (Microsoft Learn,
// "CustomAPI tables"): a complex value, or the only property when that is a row or a
// collection of rows. A property without a value is null.
func shape(api *meta.API, values []op.Member) (op.Answer, error) {
	given := arguments(values)
	for _, v := range values {
		if !declares(api, v.Name) {
			return op.Answer{}, misfit(api, "there is no response property %s", v.Name)
		}
	}
	if len(api.Properties) == 0 {
		return op.Answer{}, nil
	}
	if only, sole := api.Sole(); sole {
		return shapeSole(api, only, given.value(only.Name))
	}
	a := op.Answer{Type: api.Name + "Response"}
	for _, p := range api.Properties {
		v, err := typed(api, p, given.value(p.Name))
		if err != nil {
			return a, err
		}
		a.Members = append(a.Members, op.Member{Name: p.Name, Value: v})
	}
	return a, nil
}

func declares(api *meta.API, name string) bool {
	for _, p := range api.Properties {
		if p.Name == name {
			return true
		}
	}
	return false
}

// shapeSole makes the answer that is one row, or a collection.
func shapeSole(api *meta.API, p meta.APIMember, value any) (op.Answer, error) {
	v, err := typed(api, p, value)
	if err != nil || v == nil {
		return op.Answer{}, err
	}
	set := openType
	if p.Table != nil {
		set = p.Table.SetName
	}
	if list, many := v.(op.List); many {
		return op.Answer{Set: set, Members: []op.Member{{Name: "value", Value: list}}}, nil
	}
	members := v.([]op.Member)
	if p.Table != nil && len(members) > 0 && members[0].Name == typeAnnotation {
		members = members[1:] // the context tells it
	}
	return op.Answer{Set: set + "/$entity", Members: members}, nil
}

// typed converts a value to the declared type.
func typed(api *meta.API, p meta.APIMember, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	converted, ok := convert(p, v)
	if !ok {
		return nil, misfit(api, "the response property %s is of type %s, which %v is not", p.Name, p.Type, plain(v))
	}
	switch list := converted.(type) {
	case op.List:
		if p.Type == meta.APIStringArray {
			return list, nil
		}
		for i := range list {
			var err error
			if list[i], err = row(api, p, list[i].([]op.Member)); err != nil {
				return nil, err
			}
		}
	case []op.Member:
		return row(api, p, list)
	}
	return converted, nil
}

func convert(p meta.APIMember, v any) (any, bool) {
	switch p.Type {
	case meta.APIBoolean:
		b, ok := v.(bool)
		return b, ok
	case meta.APIDecimal, meta.APIFloat, meta.APIMoney:
		if n, ok := v.(int64); ok {
			return float64(n), true
		}
		f, ok := v.(float64)
		return f, ok
	case meta.APIInteger, meta.APIPicklist:
		if f, ok := v.(float64); ok && f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32 {
			return int64(f), true
		}
		n, ok := v.(int64)
		return n, ok && n >= math.MinInt32 && n <= math.MaxInt32
	case meta.APIEntity, meta.APIEntityReference:
		members, ok := v.([]op.Member)
		return members, ok
	case meta.APIEntityCollection:
		return each(v, func(item any) bool { _, ok := item.([]op.Member); return ok })
	case meta.APIStringArray:
		return each(v, func(item any) bool { _, ok := item.(string); return ok || item == nil })
	}
	return convertText(p.Type, v)
}

func each(v any, fits func(any) bool) (any, bool) {
	list, ok := v.(op.List)
	for _, item := range list {
		ok = ok && fits(item)
	}
	return append(op.List{}, list...), ok
}

func convertText(kind meta.APIType, v any) (any, bool) {
	text, ok := v.(string)
	if !ok {
		return nil, false
	}
	switch kind {
	case meta.APIDateTime:
		t, err := time.Parse(time.RFC3339, text)
		return t.UTC().Format("2006-01-02T15:04:05Z"), err == nil
	case meta.APIGuid:
		id, err := meta.ParseID(text)
		return id, err == nil
	}
	return text, true
}

// row puts the type first, and wants the members of a row to be its table's.
func row(api *meta.API, p meta.APIMember, members []op.Member) (any, error) {
	kind := openType
	if p.Table != nil {
		kind = p.Table.LogicalName
	}
	first := []op.Member{{Name: typeAnnotation, Value: typePrefix + kind}}
	for _, m := range members {
		if m.Name == typeAnnotation {
			text, _ := m.Value.(string)
			first[0].Value = "#" + strings.TrimPrefix(text, "#")
			continue
		}
		if name, _, _ := strings.Cut(m.Name, "@"); p.Table != nil && p.Table.Property(name) == nil {
			if _, nav := p.Table.Navigation(name); !nav {
				return nil, misfit(api, "the table %s of the response property %s has no property %s", p.Table.LogicalName, p.Name, name)
			}
		}
		if p.Open() {
			m.Value = opened(m.Value)
		}
		first = append(first, m)
	}
	if p.Open() {
		return annotateLists(first), nil
	}
	return first, nil
}

// opened gives objects inside of open types theirs.
func opened(v any) any {
	switch v := v.(type) {
	case op.List:
		list := make(op.List, len(v))
		for i, item := range v {
			list[i] = opened(item)
		}
		return list
	case []op.Member:
		members := make([]op.Member, 0, len(v)+1)
		if len(v) == 0 || v[0].Name != typeAnnotation {
			members = append(members, op.Member{Name: typeAnnotation, Value: typePrefix + openType})
		}
		for _, m := range v {
			members = append(members, op.Member{Name: m.Name, Value: opened(m.Value)})
		}
		return annotateLists(members)
	}
	return v
}

// annotateLists says of what the lists in an open type are, which nobody declared.
func annotateLists(members []op.Member) []op.Member {
	var all []op.Member
	for _, m := range members {
		if list, ok := m.Value.(op.List); ok && arguments(members).value(m.Name+typeAnnotation) == nil {
			all = append(all, op.Member{Name: m.Name + typeAnnotation, Value: "#Collection(" + elementType(list) + ")"})
		}
		all = append(all, m)
	}
	return all
}

func elementType(list op.List) string {
	if len(list) == 0 {
		return "String"
	}
	switch list[0].(type) {
	case bool:
		return "Boolean"
	case int64:
		return "Int32"
	case float64:
		return "Double"
	case []op.Member:
		return typePrefix[1:] + openType
	}
	return "String"
}

// defaults are the values of properties of which nothing was said: those of the types in
// the service's own language. References stay null.
func defaults(api *meta.API) []op.Member {
	var all []op.Member
	for _, p := range api.Properties {
		all = append(all, op.Member{Name: p.Name, Value: defaultOf(p)})
	}
	return all
}

func defaultOf(p meta.APIMember) any {
	switch p.Type {
	case meta.APIBoolean:
		return false
	case meta.APIDateTime:
		return "0001-01-01T00:00:00Z"
	case meta.APIDecimal, meta.APIFloat, meta.APIMoney, meta.APIInteger, meta.APIPicklist:
		return int64(0)
	case meta.APIEntity:
		members := []op.Member{}
		if p.Table != nil {
			members = append(members, op.Member{Name: p.Table.PrimaryID.Property, Value: meta.ID{}.String()})
		}
		return members
	case meta.APIEntityCollection, meta.APIStringArray:
		return op.List{}
	case meta.APIString:
		return ""
	case meta.APIGuid:
		return meta.ID{}.String()
	}
	return nil
}
