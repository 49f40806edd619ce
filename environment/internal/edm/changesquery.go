package edm

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// entityQuery is an EntityQueryExpression, as far as it decides anything (Microsoft Learn,
// "Query schema definitions").
type entityQuery struct {
	partQuery
	AttributeQuery, RelationshipQuery, KeyQuery partQuery
	LabelQuery                                  labelQuery
}

// partQuery says which definitions of one kind are wanted, and what of them.
type partQuery struct {
	Properties propertyQuery
	Criteria   metadataFilter
}

type propertyQuery struct {
	AllProperties flag
	PropertyNames []string

	without []string // never, whatever the rest says
}

type labelQuery struct{ FilterLanguages []int64 }

type metadataFilter struct {
	FilterOperator name
	Conditions     []metadataCondition
	Filters        []metadataFilter
}

type metadataCondition struct {
	ConditionOperator name
	PropertyName      string
	Value             *metadataValue
}

// metadataValue is an Object: the name of a .NET type with the text of a value.
type metadataValue struct {
	Type  string
	Value json.RawMessage
}

// flag is a Boolean that clients also send as a text.
type flag bool

// UnmarshalJSON reads true, "True" and the like.
func (f *flag) UnmarshalJSON(text []byte) error {
	*f = flag(strings.EqualFold(strings.Trim(string(text), `"`), "true"))
	return nil
}

// name is a member of an enumeration, by its name or its number.
type name string

// UnmarshalJSON reads "And" and 0.
func (n *name) UnmarshalJSON(text []byte) error {
	*n = name(strings.Trim(string(text), `"`))
	return nil
}

// readEntityQuery reads a query; without one everything is wanted.
func readEntityQuery(text string) (q entityQuery, err error) {
	if strings.TrimSpace(text) == "" {
		everything := partQuery{Properties: propertyQuery{AllProperties: true}}
		return entityQuery{partQuery: everything, AttributeQuery: everything, RelationshipQuery: everything, KeyQuery: everything}, nil
	}
	q.AttributeQuery.Properties.AllProperties = true // unless the query says what it wants of them
	q.RelationshipQuery.Properties.AllProperties = true
	q.KeyQuery.Properties.AllProperties = true
	var given struct {
		AttributeQuery, RelationshipQuery, KeyQuery *struct{}
	}
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return q, errQuery(err)
	}
	for part, is := range map[*partQuery]*struct{}{&q.AttributeQuery: given.AttributeQuery, &q.RelationshipQuery: given.RelationshipQuery, &q.KeyQuery: given.KeyQuery} {
		if is != nil {
			*part = partQuery{}
		}
	}
	if err := json.Unmarshal([]byte(text), &q); err != nil {
		return q, errQuery(err)
	}
	return q, nil
}

// of gives the query of the parts of a table behind a navigation property.
func (q entityQuery) of(nav string) partQuery {
	switch nav {
	case "Attributes":
		return q.AttributeQuery
	case "Keys":
		return q.KeyQuery
	}
	return q.RelationshipQuery
}

// check refuses conditions that mean nothing.
func (q entityQuery) check(s *schema) error {
	for kind, part := range map[string]partQuery{
		"EntityMetadata": q.partQuery, "AttributeMetadata": q.AttributeQuery, "RelationshipMetadataBase": q.RelationshipQuery, "EntityKeyMetadata": q.KeyQuery,
	} {
		if err := part.Criteria.check(s, s.byName[kind], 0); err != nil {
			return err
		}
	}
	return nil
}

// wants reports a property that is asked for, or is never left out.
func (q propertyQuery) wants(name string) bool {
	if slices.Contains(q.without, name) {
		return false
	}
	return bool(q.AllProperties) || name == "MetadataId" || name == "LogicalName" || name == "HasChanged" || slices.Contains(q.PropertyNames, name)
}

// filtered leaves texts in other languages than those asked for out of a label.
func (q labelQuery) filtered(v any) any {
	r, ok := v.(*record)
	if !ok || r == nil || r.kind.name != "Label" || len(q.FilterLanguages) == 0 {
		return v
	}
	texts, _ := r.get("LocalizedLabels").([]any)
	kept := []any{}
	for _, t := range texts {
		language, _ := t.(*record).get("LanguageCode").(int64)
		if slices.Contains(q.FilterLanguages, language) {
			kept = append(kept, t)
		}
	}
	return &record{kind: r.kind, values: map[string]any{"LocalizedLabels": kept, "UserLocalizedLabel": r.get("UserLocalizedLabel")}}
}

// deepestFilter bounds filters in filters.
const deepestFilter = 20

func (f metadataFilter) check(s *schema, k *kind, depth int) error {
	if depth > deepestFilter {
		return dverr.InvalidArgument.Text("A MetadataFilterExpression cannot be nested deeper than %d levels.", deepestFilter)
	}
	if !slices.Contains([]name{"", "And", "0", "Or", "1"}, f.FilterOperator) {
		return dverr.InvalidArgument.Text("The FilterOperator '%s' is not supported.", f.FilterOperator)
	}
	for _, c := range f.Conditions {
		if err := c.check(s, k); err != nil {
			return err
		}
	}
	for _, inner := range f.Filters {
		if err := inner.check(s, k, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f metadataFilter) or() bool { return f.FilterOperator == "Or" || f.FilterOperator == "1" }

// holds judges a definition; a filter without conditions holds for all.
func (f metadataFilter) holds(r *record) bool {
	if len(f.Conditions)+len(f.Filters) == 0 {
		return true
	}
	for _, c := range f.Conditions {
		if c.holds(r) == f.or() {
			return f.or()
		}
	}
	for _, inner := range f.Filters {
		if inner.holds(r) == f.or() {
			return f.or()
		}
	}
	return !f.or()
}

// operators are the names of MetadataConditionOperator, in the order of their numbers.
func operators() []name {
	return []name{"Equals", "NotEquals", "In", "NotIn", "GreaterThan", "LessThan"}
}

func (c metadataCondition) operator() name {
	if n, err := strconv.Atoi(string(c.ConditionOperator)); err == nil && n >= 0 && n < len(operators()) {
		return operators()[n]
	}
	return c.ConditionOperator
}

// check wants a property of the type, or of one that derives from it, whose values can be
// compared: no collection, no label (Microsoft Learn, "Query schema definitions").
func (c metadataCondition) check(s *schema, k *kind) error {
	if !slices.Contains(operators(), c.operator()) {
		return dverr.InvalidArgument.Text("The ConditionOperator '%s' is not supported.", c.ConditionOperator)
	}
	for _, of := range s.kinds {
		p := of.property(c.PropertyName)
		if of.form != entityForm || !of.is(k) || p == nil {
			continue
		}
		if p.of.collection || p.of.kind.form == complexForm && p.of.kind.property("Value") == nil {
			return refuseProperty(k, c.PropertyName)
		}
		return nil
	}
	return refuseProperty(k, c.PropertyName)
}

func (c metadataCondition) holds(r *record) bool {
	have, wanted := spelled(r.get(c.PropertyName)), c.Value.texts()
	among := slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, have) })
	switch c.operator() {
	case "Equals", "In":
		return among
	case "NotEquals", "NotIn":
		return !among
	}
	if len(wanted) != 1 {
		return false
	}
	order := strings.Compare(strings.ToLower(have), strings.ToLower(wanted[0]))
	a, err := strconv.ParseFloat(have, 64)
	b, err2 := strconv.ParseFloat(wanted[0], 64)
	if err == nil && err2 == nil {
		order = 0
		if a < b {
			order = -1
		} else if a > b {
			order = 1
		}
	}
	return order > 0 && c.operator() == "GreaterThan" || order < 0 && c.operator() == "LessThan"
}

// null is how nothing is spelled: no text is.
const null = "\x00"

// spelled is a value as queries spell it; of managed properties the value counts.
func spelled(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case meta.ID:
		return v.String()
	case *record:
		if v != nil {
			return spelled(v.get("Value"))
		}
	}
	return null
}

// texts are the values to compare with: one, or those of a list, which is JSON or, as a
// text, JSON with single quotes.
func (v *metadataValue) texts() []string {
	if v == nil {
		return []string{null}
	}
	raw := v.Value
	var text string
	if json.Unmarshal(raw, &text) == nil && string(raw) != "null" {
		if !strings.HasSuffix(v.Type, "[]") {
			return []string{text}
		}
		raw = []byte(strings.ReplaceAll(text, "'", `"`))
	}
	var list []any
	if json.Unmarshal(raw, &list) == nil && list != nil {
		all := make([]string, len(list))
		for i, one := range list {
			all[i] = spelled(one)
		}
		return all
	}
	var one any
	if json.Unmarshal(raw, &one) != nil {
		return []string{null}
	}
	return []string{spelled(one)}
}
