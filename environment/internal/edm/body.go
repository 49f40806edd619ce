package edm

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// body is an object of a request, read by the type it says it has. Values are those of
// a record, with *body in place of *record. Binds are the addresses of @odata.bind.
type body struct {
	kind   *kind
	values map[string]any
	binds  map[string]string
}

// tolerated are properties of the service's definitions that no one here has a use for.
var tolerated = []string{
	"HasEmailAddresses", "DataProviderId", "DataSourceId", "OwnerId", "OwnerIdType", "OwningBusinessUnit", "SettingOf", "Settings",
	"CreatedOn", "ModifiedOn", "IsReadingPaneEnabled", "IsEnabledForUnifiedInterface", "ActivityTypeMask", "ClusterMode",
	"IsInheritsFrom", "IsMSTeamsIntegrationEnabled", "AutoRouteToOwnerQueue", "ParentOptionSetName", "AttributeTypeDisplayName",
	"HierarchicalRelationshipLabel", "RelationshipAttributes", "AsyncJob", "EntityKeyIndexStatus", "IsSecondaryKey",
}

// bodyReader reads one request's body. Name is what errors call the resource.
type bodyReader struct {
	*schema
	name string
}

func (r bodyReader) refuse(format string, args ...any) error {
	return dverr.PayloadInvalid.With(r.name, "Microsoft.OData.ODataException: "+dverr.Raw.Text(format, args...).Message)
}

// read reads an object of type of, or of one that derives from it.
func (r bodyReader) read(text []byte, of *kind) (*body, error) {
	object, err := r.object(text)
	if err != nil {
		return nil, err
	}
	return r.body(object, of, 0)
}

func (r bodyReader) object(text []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, r.refuse("Invalid JSON. %v", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, r.refuse("Invalid JSON. More than one value was found at the root of the JSON content.")
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, r.refuse("Invalid JSON. A JSON object was expected.")
	}
	return object, nil
}

func (r bodyReader) body(object map[string]any, of *kind, depth int) (*body, error) {
	if depth > maxDepth {
		return nil, r.refuse("The depth of the JSON content exceeds %d.", maxDepth)
	}
	k, err := r.typeOf(object, of)
	if err != nil {
		return nil, err
	}
	b := &body{kind: k, values: map[string]any{}, binds: map[string]string{}}
	for name, v := range object {
		if property, ok := strings.CutSuffix(name, "@odata.bind"); ok && k.nav(property) != nil {
			address, _ := v.(string)
			b.binds[property] = address
			continue
		}
		if strings.Contains(name, "@") || slices.Contains(tolerated, name) {
			continue
		}
		of, err := r.member(k, name)
		if err == nil {
			b.values[name], err = r.value(name, v, of, depth)
		}
		if err != nil {
			return nil, err
		}
	}
	return b, nil
}

// typeOf takes the type that an object says it has. Actions call what they take
// ComplexLookupAttributeMetadata where the set has LookupAttributeMetadata.
func (r bodyReader) typeOf(object map[string]any, of *kind) (*kind, error) {
	text, given := object["@odata.type"].(string)
	if !given {
		return of, nil
	}
	name := strings.TrimPrefix(strings.TrimPrefix(text, "#"), namespace)
	k := r.byName[name]
	if k == nil || k.form != of.form {
		k = r.byName[strings.TrimPrefix(name, complexPrefix)]
	}
	if k == nil || !k.is(of) {
		return nil, r.refuse("A type named '%s' could not be resolved by the model, or is not a '%s%s'.", text, namespace, of.name)
	}
	return k, nil
}

func (r bodyReader) member(k *kind, name string) (typeRef, error) {
	if p := k.property(name); p != nil {
		return p.of, nil
	}
	if n := k.nav(name); n != nil {
		return n.of, nil
	}
	return typeRef{}, r.refuse("The property '%s' does not exist on type '%s%s'. Make sure to only use property names that are defined by the type.", name, namespace, k.name)
}

func (r bodyReader) value(name string, v any, of typeRef, depth int) (any, error) {
	if v == nil {
		return nil, nil
	}
	if !of.collection {
		return r.single(name, v, of.kind, depth)
	}
	items, ok := v.([]any)
	if !ok {
		return nil, r.mismatch(name, of)
	}
	list := make([]any, len(items))
	for i, item := range items {
		one, err := r.single(name, item, of.kind, depth)
		if err != nil {
			return nil, err
		}
		list[i] = one
	}
	return list, nil
}

func (r bodyReader) mismatch(name string, of typeRef) error {
	return r.refuse("Cannot convert the value of the property '%s' to the expected type '%s'.", name, of.edm(namespace))
}

func (r bodyReader) single(name string, v any, k *kind, depth int) (any, error) {
	wrong := r.mismatch(name, typeRef{kind: k})
	switch k.form {
	case complexForm, entityForm:
		object, ok := v.(map[string]any)
		if !ok {
			return nil, wrong
		}
		if r.byName[k.name] == nil { // a row of a table, which the caller reads
			return object, nil
		}
		return r.body(object, k, depth+1)
	case enumForm:
		if member, ok := memberOf(v, k); ok {
			return member, nil
		}
		return nil, wrong
	}
	if read, ok := primitive(v, k.name); ok {
		return read, nil
	}
	return nil, wrong
}

// memberOf reads a member of an enumeration by its name or its number.
func memberOf(v any, k *kind) (string, bool) {
	text, isText := v.(string)
	number, _ := v.(json.Number)
	for _, m := range k.members {
		if isText && m.name == text || !isText && number.String() == strconv.Itoa(m.value) {
			return m.name, true
		}
	}
	return "", false
}

// primitive reads a value of a primitive type. Numbers may come as text.
func primitive(v any, kind string) (any, bool) {
	switch kind {
	case "String", "DateTimeOffset":
		text, ok := v.(string)
		return text, ok
	case "Boolean":
		b, ok := v.(bool)
		return b, ok
	case "Guid":
		text, _ := v.(string)
		id, err := meta.ParseID(text)
		return id, err == nil
	}
	text, ok := v.(string)
	if n, is := v.(json.Number); is {
		text, ok = n.String(), true
	}
	f, err := strconv.ParseFloat(text, 64)
	if !ok || err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, false
	}
	if kind == "Double" || kind == "Decimal" {
		return f, true
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, kind == "Int64" || n == int64(int32(n))
	}
	return int64(f), f == math.Trunc(f) && math.Abs(f) <= math.MaxInt32
}

// has reports a value that is given and not null.
func (b *body) has(name string) bool { return b != nil && b.values[name] != nil }

func (b *body) text(name string) string {
	if b == nil {
		return ""
	}
	text, _ := b.values[name].(string)
	return text
}

func (b *body) flag(name string) bool {
	if b == nil {
		return false
	}
	v, _ := b.values[name].(bool)
	return v
}

// number gives a number, whole or not.
func (b *body) number(name string) (float64, bool) {
	if b == nil {
		return 0, false
	}
	switch v := b.values[name].(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func (b *body) whole(name string) (int64, bool) {
	f, ok := b.number(name)
	return int64(f), ok
}

func (b *body) inner(name string) *body {
	if b == nil {
		return nil
	}
	v, _ := b.values[name].(*body)
	return v
}

func (b *body) list(name string) (all []*body) {
	if b == nil {
		return nil
	}
	items, _ := b.values[name].([]any)
	for _, v := range items {
		if one, ok := v.(*body); ok && one != nil {
			all = append(all, one)
		}
	}
	return all
}

func (b *body) texts(name string) (all []string) {
	items, _ := b.values[name].([]any)
	for _, v := range items {
		if text, ok := v.(string); ok {
			all = append(all, text)
		}
	}
	return all
}

// label gives the texts of a Label by language.
func (b *body) label(name string) (texts []meta.Localized) {
	for _, l := range b.inner(name).list("LocalizedLabels") {
		language, given := l.whole("LanguageCode")
		if !given {
			language = meta.BaseLanguage
		}
		if text := l.text("Label"); text != "" {
			texts = append(texts, meta.Localized{Language: language, Text: text})
		}
	}
	return texts
}

func (b *body) labels() meta.Labels {
	return meta.Labels{Name: b.label("DisplayName"), Plural: b.label("DisplayCollectionName"), Description: b.label("Description")}
}
