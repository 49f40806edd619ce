package odata

import (
	"bytes"
	"errors"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// ReadBody reads the JSON body of a create or an update into assignments, in the
// order of the body. Types are checked; lengths, ranges and the existence of bound
// rows are engine's. Columns that the request cannot set are left out silently, as
// the service does (Dataverse facts 5.6); every other member that means nothing is
// refused.
func (r Request) ReadBody(t *meta.Table, body []byte, mode op.Mode) ([]op.Assignment, error) {
	b := bodyReader{r: r, t: t, mode: mode, seen: map[string]bool{}}
	if err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, b.wrap(err)
	}
	return b.values, nil
}

// ReadUpdate is ReadBody for the update of one row, in which the parties of an activity may
// stand: all that it is to have (Dataverse facts 5.10).
func (r Request) ReadUpdate(t *meta.Table, body []byte, mode op.Mode) (*op.Update, error) {
	b := bodyReader{r: r, t: t, mode: mode, parties: true, seen: map[string]bool{}}
	if err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, b.wrap(err)
	}
	return &op.Update{Values: b.values, Mode: mode, Whole: b.whole()}, nil
}

// ReadCreate reads the JSON body of a create, with the rows in it that are to be made or
// linked together with its own (Dataverse facts 5.6).
func (r Request) ReadCreate(t *meta.Table, body []byte) (*op.Create, error) {
	b := bodyReader{r: r, t: t, mode: op.CreateOnly, deep: true, seen: map[string]bool{}}
	if err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, b.wrap(err)
	}
	return b.create(), nil
}

func (b *bodyReader) create() *op.Create {
	return &op.Create{Table: b.t, Values: b.values, Related: b.related}
}

// ReadValue reads the body of a write to one property: {"value":x} (Dataverse facts
// 5.8).
func (r Request) ReadValue(c *meta.Column, body []byte) ([]op.Assignment, error) {
	b := bodyReader{r: r, t: c.Table, mode: op.UpdateOnly, seen: map[string]bool{}, only: c}
	if err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return nil, b.wrap(err)
	}
	if !b.seen["value"] {
		return nil, b.wrap(payloadError("The property with name 'value' was missing or out of order."))
	}
	return b.values, nil
}

// ReadLink reads the body of a write to /$ref: {"@odata.id":"contacts(…)"}.
func (r Request) ReadLink(t *meta.Table, body []byte) (op.Key, error) {
	b := bodyReader{r: r, t: t, seen: map[string]bool{}, bare: true}
	if err := b.read(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))); err != nil {
		return op.Key{}, b.wrap(err)
	}
	if b.id == "" {
		return op.Key{}, b.wrap(payloadError("The required instance annotation 'odata.id' is missing from an entity reference link."))
	}
	return r.ReadReference(b.id)
}

type bodyReader struct {
	r      Request
	t      *meta.Table
	mode   op.Mode
	seen   map[string]bool
	values []op.Assignment
	only   *meta.Column // not nil: the body is a value of this column
	bare   bool         // the body is a reference: annotations alone
	id     string       // @odata.id
	kind   string       // @odata.type
	key    meta.ID      // the primary id, also where it cannot be set

	deep    bool // related rows may be given
	related []op.Related

	parties bool             // parties may be given
	list    *meta.Navigation // not nil: a collection was given whole
}

// payloadError is a mistake in the payload, in OData's words.
type payloadError string

func (e payloadError) Error() string { return string(e) }

// wrap puts a payload error into the service's envelope (Dataverse facts 5.3). The
// service appends a stack trace, which Stead has none of; the position goes to Help.
func (b *bodyReader) wrap(err error) error {
	var syntax *jsonError
	var payload payloadError
	switch {
	case errors.As(err, &syntax):
		return dverr.PayloadInvalid.With(b.t.SetName, "Microsoft.OData.ODataException: "+syntax.message).Helping("The error is at byte %d of the body.", syntax.at)
	case errors.As(err, &payload):
		return dverr.PayloadInvalid.With(b.t.SetName, "Microsoft.OData.ODataException: "+string(payload))
	}
	return err
}

func (b *bodyReader) read(body []byte) error {
	s := &jsonScanner{data: body}
	switch s.peek() {
	case 0:
		return s.unexpectedEnd()
	case '{':
	default:
		v, err := s.value()
		if err != nil {
			return err
		}
		return payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartObject' node was expected.")
	}
	if err := s.members(b.member); err != nil {
		return err
	}
	if s.peek() != 0 {
		return s.fail("More than one value was found at the root of the JSON content. JSON content can only have one value at the root level, which is an array, an object or a primitive value.")
	}
	return nil
}

// member reads one member of the body.
func (b *bodyReader) member(name string, v jsonValue) error {
	if b.seen[name] {
		return payloadError("Multiple properties with the name '" + name + "' were detected in a resource or a complex value. In OData, duplicate property names are not allowed.")
	}
	b.seen[name] = true
	base, annotation, annotated := strings.Cut(name, "@")
	switch {
	case annotated && base == "":
		b.header(annotation, v)
		return nil
	case b.only != nil && name == "value":
		return b.set(b.only, v)
	case b.whole() != nil && name == "value" && v.kind == jsonArray:
		return v.elements(func(item jsonValue) error { return b.nested(*b.list, item) })
	case b.only != nil, b.bare:
		return payloadError("A property with name '" + name + "' was found where none was expected.")
	case annotated:
		return b.annotation(base, annotation, v)
	}
	if c := b.column(name); c != nil {
		return b.set(c, v)
	}
	if nav, ok := b.t.Navigation(name); ok {
		return b.navigation(nav, v)
	}
	return payloadError("Invalid property '" + name + "' was found in entity 'Microsoft.Dynamics.CRM." + b.t.LogicalName + "'. ---> Microsoft.OData.ODataException: Does not support untyped value in non-open type.")
}

// header keeps what annotations say of the row itself.
func (b *bodyReader) header(annotation string, v jsonValue) {
	switch {
	case v.kind != jsonString:
	case annotation == "odata.id":
		b.id = v.text
	case annotation == "odata.type":
		b.kind = strings.TrimPrefix(v.text, "#")
	}
}

// column finds a property of the table, also one that can be written but not read.
func (b *bodyReader) column(name string) *meta.Column {
	if c := b.t.Property(name); c != nil {
		return c
	}
	if c := b.t.Column(name); c != nil && !c.Hidden && !c.IsLookup() && (c.ForCreate || c.ForUpdate) {
		return c
	}
	return nil
}

// writable reports a column that the request can set. Whether an upsert makes the row
// or changes it is known to engine alone, which passes over the rest; so is whether the
// organization lets clients choose the business unit of a row (Dataverse facts 3.1).
func (b *bodyReader) writable(c *meta.Column) bool {
	if c.LogicalName == "owningbusinessunit" && b.t.Ownership == meta.UserOwned {
		return true
	}
	return c.ForCreate && b.mode != op.UpdateOnly || c.ForUpdate && b.mode != op.CreateOnly
}

func (b *bodyReader) set(c *meta.Column, v jsonValue) error {
	if c.IsLookup() {
		return invalid("CRM do not support direct update of Entity Reference properties, Use Navigation properties instead.")
	}
	value, err := v.typed(c)
	if c == b.t.PrimaryID {
		b.key = value.GUID()
	}
	if err != nil || !b.writable(c) {
		return err
	}
	b.values = append(b.values, op.Assignment{Column: c, Value: value})
	return nil
}

// annotation reads nav@odata.bind and passes over annotations of known properties.
func (b *bodyReader) annotation(base, annotation string, v jsonValue) error {
	nav, known := b.t.Navigation(base)
	if annotation == "odata.bind" && known {
		return b.bind(nav, v)
	}
	if annotation != "odata.bind" && (known || b.column(base) != nil) {
		return nil
	}
	return payloadError("An undeclared property '" + base + "' which only has property annotations in the payload but no property value was found in the payload. In OData, only declared navigation properties and declared named streams can be represented as properties without values.")
}

// navigation reads a navigation property given by value: null unbinds, rows inside
// of rows are deep insert.
func (b *bodyReader) navigation(nav meta.Navigation, v jsonValue) error {
	switch {
	case v.kind == jsonNull && nav.Single:
		return b.assign(nav, op.Assignment{Column: nav.From})
	case b.seen[nav.Name+"@odata.bind"]:
		return bindAndValue(nav)
	case b.deep && nav.Target != nil && nav.Single && v.kind == jsonObject:
		return b.nested(nav, v)
	case (b.deep || b.parties && HasParties(nav)) && !nav.Single && v.kind == jsonArray:
		b.list = &nav
		return v.elements(func(item jsonValue) error { return b.nested(nav, item) })
	case v.kind == jsonObject && !nav.Single, v.kind == jsonArray && nav.Single:
		return payloadError("An unexpected '" + v.node() + "' node was found when reading the value of the navigation property '" + nav.Name + "'.")
	case v.kind == jsonObject, v.kind == jsonArray:
		return noDeepUpdate(nav)
	}
	return payloadError("A 'PrimitiveValue' node with non-null value was found when trying to read the value of the property '" + nav.Name + "'; however, a 'StartArray' node, a 'StartObject' node, or a 'PrimitiveValue' node with null value was expected.")
}

// noDeepUpdate refuses related rows in an update: OData 4.0 has them in requests that
// create alone (part 1, 11.4.3), and so does the service (Dataverse facts 5.6). Its words
// for this are not published.
func noDeepUpdate(nav meta.Navigation) error {
	return dverr.QueryInvalid.Text("Deep update is not supported: the navigation property '%s' cannot be given related rows in an update.", nav.Name).
		Helping("Related rows are created with the row that they belong to. Change them by requests of their own, in one $batch if need be, and collections by $ref.")
}

func bindAndValue(nav meta.Navigation) error {
	return payloadError("The navigation property '" + nav.Name + "' has both a value and a property annotation 'odata.bind'. Only one of them can be given.")
}

// nested reads a row inside of a row.
func (b *bodyReader) nested(nav meta.Navigation, v jsonValue) error {
	if v.kind != jsonObject {
		return payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'StartObject' node was expected.")
	}
	inner := bodyReader{r: b.r, t: nav.Target, mode: op.CreateOnly, deep: true, seen: map[string]bool{}}
	if err := inner.read([]byte(v.text)); err != nil {
		return moved(err, v.at)
	}
	b.related = append(b.related, op.Related{Nav: nav, New: inner.create()})
	return nil
}

// moved counts the position of a mistake from the beginning of the whole body.
func moved(err error, by int) error {
	var syntax *jsonError
	if errors.As(err, &syntax) {
		return &jsonError{syntax.message, syntax.at + by}
	}
	return err
}

// bindAll takes rows that are there into a collection.
func (b *bodyReader) bindAll(nav meta.Navigation, item jsonValue) error {
	if item.kind != jsonString {
		return payloadError("An unexpected '" + item.node() + "' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.")
	}
	key, err := b.r.ReadReference(item.text)
	if err != nil {
		return err
	}
	if !nav.LeadsTo(key.Table) {
		return notAssignable(nav, key.Table)
	}
	b.related = append(b.related, op.Related{Nav: nav, Key: key})
	return nil
}

func notAssignable(nav meta.Navigation, t *meta.Table) error {
	return payloadError("A resource with type 'Microsoft.Dynamics.CRM." + t.LogicalName + "' was found, but it is not assignable to the type of the navigation property '" + nav.Name + "'.")
}

func (b *bodyReader) bind(nav meta.Navigation, v jsonValue) error {
	switch {
	case b.seen[nav.Name]:
		return bindAndValue(nav)
	case b.deep && !nav.Single && v.kind == jsonArray:
		return v.elements(func(item jsonValue) error { return b.bindAll(nav, item) })
	case !nav.Single && v.kind == jsonArray:
		return noDeepUpdate(nav)
	case !nav.Single:
		return payloadError("The resource set reference navigation property '" + nav.Name + "' has a property annotation 'odata.bind' with a string value. Resource set reference navigation properties can only have a property annotation 'odata.bind' with an array value.")
	case v.kind == jsonNull:
		return b.assign(nav, op.Assignment{Column: nav.From})
	case v.kind == jsonArray:
		return payloadError("The resource reference navigation property '" + nav.Name + "' has a property annotation 'odata.bind' with an array value. Resource reference navigation properties can only have a property annotation 'odata.bind' with a string value.")
	case v.kind != jsonString:
		return payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.")
	}
	key, err := b.r.ReadReference(v.text)
	if err != nil {
		return err
	}
	if !nav.LeadsTo(key.Table) {
		return notAssignable(nav, key.Table)
	}
	return b.assign(nav, op.Bind(nav.From, key))
}

// assign sets a lookup. The navigation properties of a lookup with several targets
// set the same column: the last row named counts, and null does not undo it.
func (b *bodyReader) assign(nav meta.Navigation, a op.Assignment) error {
	if !b.writable(nav.From) {
		return nil
	}
	for i := range b.values {
		if b.values[i].Column == a.Column {
			if !a.Value.IsNull() {
				b.values[i] = a
			}
			return nil
		}
	}
	b.values = append(b.values, a)
	return nil
}
