package dataverse

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Annotations that the service adds to values (Dataverse facts 5.2).
const (
	formattedSuffix = "@OData.Community.Display.V1.FormattedValue"
	tableSuffix     = "@Microsoft.Dynamics.CRM.lookuplogicalname"
	etagMember      = "@odata.etag"
	bindSuffix      = "@odata.bind"
)

// codec knows how rows of one Go type look on the wire. It is made once per type and client.
type codec struct {
	fields []field
	// names finds what a member of a row is for.
	names map[string]target
	key   int // index of the key field, negative without one
	etag  int // index of the field of @odata.etag, negative without one

	columns   []string // what to select, by the names that addresses use
	expands   []Expansion
	formatted bool // a field holds a formatted value
	tables    bool // a lookup may point to several tables: their names are needed
}

// target is a field and what of it a member carries.
type target struct {
	field int
	table bool // the table's name of a Ref
}

// field is one field of a row type.
type field struct {
	index  []int
	column string // logical name, or navigation property
	member string // the member's name in what the server sends
	read   func(*scanner, reflect.Value) error
	write  func([]byte, reflect.Value) ([]byte, error) // nil: never written

	nested   *codec // of an expanded row or rows
	many     bool   // rows, not a row
	bindings []binding
}

// binding says by which navigation property a lookup is set to a row of a set.
type binding struct{ set, property string }

// rowType is the type of untyped rows.
var rowType = reflect.TypeFor[Row]()

// newCodec reads the tags of a row type.
func newCodec(t reflect.Type) (*codec, error) { return codecWithin(t, nil) }

// codecWithin refuses types that hold themselves: a row cannot be asked for without end.
func codecWithin(t reflect.Type, outer []reflect.Type) (*codec, error) {
	c := &codec{names: map[string]target{}, key: -1, etag: -1}
	if t == rowType {
		return c, nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("dataverse: rows are structs with dv tags, or Row, not %s", t)
	}
	for _, o := range outer {
		if o == t {
			return nil, fmt.Errorf("dataverse: %s holds itself: expand it with a type of its own", t)
		}
	}
	for _, f := range reflect.VisibleFields(t) {
		tag, tagged := f.Tag.Lookup("dv")
		if !tagged || tag == "-" {
			continue
		}
		if err := c.add(f, tag, append(outer, t)); err != nil {
			return nil, fmt.Errorf("dataverse: field %s of %s: %w", f.Name, t, err)
		}
	}
	if len(c.fields) == 0 {
		return nil, fmt.Errorf("dataverse: no field of %s has a dv tag", t)
	}
	return c, nil
}

// add takes up a field.
func (c *codec) add(sf reflect.StructField, tag string, outer []reflect.Type) error {
	if !sf.IsExported() {
		return errors.New("it is not exported")
	}
	name, rest, _ := strings.Cut(tag, ",")
	f := field{index: sf.Index, column: name, member: name}
	t, err := readTag(&f, rest)
	if err != nil {
		return err
	}
	i := len(c.fields)
	switch base, suffix, _ := strings.Cut(name, "@"); {
	case name == etagMember:
		t.readonly, c.etag = true, i
	case suffix == "formatted" && isName(base):
		if t.lookup {
			base = "_" + base + "_value"
		}
		f.member, t.readonly, c.formatted = base+formattedSuffix, true, true
		c.need(base) // the value as people read it comes with the value alone
	case isAliased(name):
		t.readonly = true
	case !isName(name):
		return fmt.Errorf("%q is no column name", name)
	default:
		if err := c.value(&f, sf.Type, outer); err != nil {
			return err
		}
	}
	if f.read == nil {
		f.read, f.write = valueCodec(sf.Type)
	}
	if t.key {
		c.key = i
	}
	if t.readonly {
		f.write = nil
	}
	if _, taken := c.names[f.member]; taken {
		return fmt.Errorf("another field holds %s", name)
	}
	c.names[f.member] = target{field: i}
	if isAliased(name) { // as older servers write the dot
		c.names[strings.Replace(name, ".", "_x002e_", 1)] = target{field: i}
	}
	c.fields = append(c.fields, f)
	return nil
}

// value prepares a field that holds a column, or rows that are expanded.
func (c *codec) value(f *field, t reflect.Type, outer []reflect.Type) error {
	if deref(t) == refType {
		f.member = "_" + f.column + "_value"
		c.tables = c.tables || len(f.bindings) != 1
		c.names[f.member+tableSuffix] = target{field: len(c.fields), table: true}
		f.read, f.write = readRef(f.bindings), writeRef(f.bindings, f.column)
		c.need(f.member)
		return nil
	}
	if len(f.bindings) > 0 {
		return errors.New("only a Ref is bound")
	}
	element, many := rowsOf(t)
	if element == nil {
		c.need(f.column)
		return nil
	}
	nested, err := codecWithin(element, outer)
	if err != nil {
		return err
	}
	f.nested, f.many = nested, many
	f.read, f.write = readNested(nested, many), writeNested(nested)
	c.expands = append(c.expands, Expansion{Property: f.column, Query: nested.selection(Query{})})
	c.formatted = c.formatted || nested.formatted
	c.tables = c.tables || nested.tables
	return nil
}

// need asks for a column, once.
func (c *codec) need(column string) {
	if !slices.Contains(c.columns, column) {
		c.columns = append(c.columns, column)
	}
}

// options are what a tag says behind the column's name.
type options struct{ key, readonly, lookup bool }

func readTag(f *field, rest string) (o options, err error) {
	if rest == "" {
		return o, nil
	}
	for option := range strings.SplitSeq(rest, ",") {
		set, bound := strings.CutPrefix(option, "bind=")
		switch {
		case option == "key":
			o.key = true
		case option == "readonly":
			o.readonly = true
		case option == "lookup":
			o.lookup = true
		case bound:
			b := binding{set: set, property: f.column}
			if name, property, named := strings.Cut(set, ":"); named {
				b = binding{set: name, property: property}
			}
			if !isName(b.set) || !isName(b.property) {
				return o, fmt.Errorf("%q: bind=set or bind=set:NavigationProperty", option)
			}
			f.bindings = append(f.bindings, b)
		default:
			return o, fmt.Errorf("there is no option %q: key, readonly, lookup, bind=set", option)
		}
	}
	return o, nil
}

// selection adds to a query what the type needs and the query does not say.
func (c *codec) selection(q Query) Query {
	if len(q.columns) == 0 {
		q.columns = c.columns
	}
	if len(q.expands) == 0 {
		q.expands = c.expands
	}
	if c.formatted {
		q.annotations = append(q.annotations[:len(q.annotations):len(q.annotations)], FormattedValues)
	}
	if c.tables {
		q.annotations = append(q.annotations[:len(q.annotations):len(q.annotations)], LookupTables)
	}
	return q
}

// decode reads one row into a value of the codec's type.
func (c *codec) decode(s *scanner, row reflect.Value) error {
	if row.Type() == rowType {
		r, err := readRow(s)
		row.Set(reflect.ValueOf(r))
		return err
	}
	field := 0 // rows have their members in the order in which the columns were asked for
	more, err := s.enter('{', '}')
	for more && err == nil {
		var name []byte
		if name, err = s.name(); err == nil {
			field, err = c.member(s, row, name, field)
		}
		if err == nil {
			more, err = s.next('}')
		}
	}
	return err
}

// member reads the value of a member, and gives the field that the one behind it may be for;
// next is that which this one may be for.
func (c *codec) member(s *scanner, row reflect.Value, name []byte, next int) (int, error) {
	t := target{field: next}
	if next >= len(c.fields) || c.fields[next].member != string(name) {
		var known bool
		if t, known = c.names[string(name)]; !known {
			return next, s.skip()
		}
	}
	f := &c.fields[t.field]
	if t.table {
		return next, readTable(s, at(row, f.index), f.bindings)
	}
	if s.null() {
		at(row, f.index).SetZero()
	} else if err := f.read(s, at(row, f.index)); err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	return t.field + 1, nil
}

// at gives a field, making embedded structs on the way.
func at(row reflect.Value, index []int) reflect.Value {
	if len(index) == 1 {
		return row.Field(index[0])
	}
	for _, i := range index {
		if row.Kind() == reflect.Pointer {
			if row.IsNil() {
				row.Set(reflect.New(row.Type().Elem()))
			}
			row = row.Elem()
		}
		row = row.Field(i)
	}
	return row
}

// rowsOf gives the struct that a field holds one or several of, nil if it holds a plain value.
func rowsOf(t reflect.Type) (element reflect.Type, many bool) {
	if t.Kind() == reflect.Slice {
		t, many = t.Elem(), true
	}
	t = deref(t)
	if t == rowType || t.Kind() == reflect.Struct && hasTags(t) {
		return t, many
	}
	return nil, false
}

func hasTags(t reflect.Type) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if _, tagged := f.Tag.Lookup("dv"); tagged || f.Anonymous && f.Type.Kind() == reflect.Struct && hasTags(f.Type) {
			return true
		}
	}
	return false
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isAliased reports whether a name is that of a linked table's column in FetchXML.
func isAliased(name string) bool {
	alias, column, dotted := strings.Cut(name, ".")
	return dotted && isName(alias) && isName(column)
}
