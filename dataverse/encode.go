package dataverse

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// encoding says what of a row is written.
type encodeOptions struct {
	prefix string   // members that stand first, such as `"@odata.type":"…"`
	noKey  bool     // leave out the key column: the address has it
	only   []string // send these columns, whatever their values, and no others
	clear  []string // send null for these
	key    ID       // what the key column gets instead of its value, unless zero
}

// encode appends a row as a JSON object. Zero fields are left out.
func (c *codec) encode(b []byte, row reflect.Value, o encodeOptions) ([]byte, error) {
	if err := c.check(o); err != nil {
		return nil, err
	}
	b = append(append(b, '{'), o.prefix...)
	var err error
	if row.Type() == rowType {
		b, err = appendRow(b, row.Interface().(Row), o)
	} else {
		b, err = c.encodeFields(b, row, o)
	}
	if err != nil {
		return nil, err
	}
	for _, column := range o.clear {
		b = append(append(comma(b), '"'), c.nullName(column)...)
		b = append(b, `":null`...)
	}
	return append(b, '}'), nil
}

func (c *codec) encodeFields(b []byte, row reflect.Value, o encodeOptions) ([]byte, error) {
	for i := range c.fields {
		f := &c.fields[i]
		if f.write == nil || i == c.key && o.noKey {
			continue
		}
		if o.only != nil && !slices.Contains(o.only, f.column) && i != c.key {
			continue
		}
		v, err := row.FieldByIndexErr(f.index)
		if err != nil { // an embedded pointer is nil
			continue
		}
		if i == c.key && !o.key.IsZero() {
			v = reflect.ValueOf(o.key)
		}
		zero := v.IsZero()
		if zero && (o.only == nil || i == c.key) || slices.Contains(o.clear, f.column) {
			continue
		}
		if zero && (v.Kind() == reflect.Pointer || v.Type() == refType || v.Kind() == reflect.Slice) {
			b = append(append(comma(b), '"'), c.nullName(f.column)...)
			b = append(b, `":null`...)
			continue
		}
		if b, err = f.append(b, v); err != nil {
			return nil, fmt.Errorf("column %s: %w", f.column, err)
		}
	}
	return b, nil
}

// append writes name and value. The value of a lookup writes its own name, which depends on it.
func (f *field) append(b []byte, v reflect.Value) ([]byte, error) {
	b = comma(b)
	if deref(v.Type()) != refType {
		b = append(append(append(b, '"'), f.column...), `":`...)
	}
	return f.write(b, v)
}

// check refuses options that name what the type does not have: a typing error would else send nothing.
func (c *codec) check(o encodeOptions) error {
	for _, column := range slices.Concat(o.only, o.clear) {
		if !isName(column) {
			return fmt.Errorf("%q is no column name", column)
		}
	}
	for _, column := range o.only {
		known := func(f field) bool { return f.column == column && f.write != nil }
		if len(c.fields) > 0 && !slices.ContainsFunc(c.fields, known) {
			return fmt.Errorf("the row type has no column %q to write", column)
		}
	}
	return nil
}

// nullName is the member that empties a column: for lookups the navigation property.
func (c *codec) nullName(column string) string {
	for _, f := range c.fields {
		if f.column == column && len(f.bindings) > 0 {
			return f.bindings[0].property
		}
	}
	return column
}

// comma appends a comma unless the object begins.
func comma(b []byte) []byte {
	if n := len(b); n > 0 && b[n-1] != '{' && b[n-1] != '[' {
		return append(b, ',')
	}
	return b
}

func writeRef(bindings []binding, column string) writer {
	return func(b []byte, v reflect.Value) ([]byte, error) {
		ref := *refIn(addressable(v))
		property := column
		for _, one := range bindings {
			if ref.Set == one.set || ref.Set == "" && len(bindings) == 1 {
				property, ref.Set = one.property, one.set
			}
		}
		return appendBind(b, property, ref)
	}
}

// addressable copies a value that has no address.
func addressable(v reflect.Value) reflect.Value {
	if v.CanAddr() || v.Kind() == reflect.Pointer {
		return v
	}
	place := reflect.New(v.Type()).Elem()
	place.Set(v)
	return place
}

// appendBind writes a lookup with its name.
func appendBind(b []byte, property string, ref Ref) ([]byte, error) {
	path, err := ref.path()
	if err != nil {
		return nil, err
	}
	if ref.content == "" {
		path = "/" + path
	}
	b = append(append(append(b, '"'), property...), bindSuffix+`":`...)
	return appendText(b, path), nil
}

func writeNested(c *codec) writer {
	var write writer
	write = func(b []byte, v reflect.Value) ([]byte, error) {
		switch {
		case v.Kind() == reflect.Pointer:
			return write(b, v.Elem())
		case v.Kind() != reflect.Slice:
			return c.encode(b, v, encodeOptions{})
		}
		b = append(b, '[')
		for i := range v.Len() {
			var err error
			if b, err = write(comma(b), v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	}
	return write
}

func writeString(b []byte, v reflect.Value) ([]byte, error) { return appendText(b, v.String()), nil }

func writeBool(b []byte, v reflect.Value) ([]byte, error) {
	return strconv.AppendBool(b, v.Bool()), nil
}

func writeInt(b []byte, v reflect.Value) ([]byte, error) {
	return strconv.AppendInt(b, v.Int(), 10), nil
}

func writeFloat(b []byte, v reflect.Value) ([]byte, error) {
	n := v.Float()
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return nil, fmt.Errorf("%v is not a number the service knows", n)
	}
	return strconv.AppendFloat(b, n, 'g', -1, v.Type().Bits()), nil
}

func writeID(b []byte, v reflect.Value) ([]byte, error) {
	return append(v.Interface().(ID).append(append(b, '"')), '"'), nil
}

func writeTime(b []byte, v reflect.Value) ([]byte, error) {
	return append(v.Interface().(time.Time).UTC().AppendFormat(append(b, '"'), timeLayout), '"'), nil
}

func writeMoney(b []byte, v reflect.Value) ([]byte, error) {
	text, err := Money(v.String()).MarshalJSON()
	return append(b, text...), err
}

func writeBytes(b []byte, v reflect.Value) ([]byte, error) {
	return append(base64.StdEncoding.AppendEncode(append(b, '"'), v.Bytes()), '"'), nil
}

func writeJSON(b []byte, v reflect.Value) ([]byte, error) {
	text, err := json.Marshal(v.Interface())
	return append(b, text...), err
}

// appendText writes a JSON string.
func appendText(b []byte, text string) []byte {
	b = append(b, '"')
	begin := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(text[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, text[begin:i]...), "\ufffd"...)
				begin = i + size
			}
			i += size
			continue
		}
		i++
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, text[begin:i-1]...)
		if c >= ' ' {
			b = append(b, '\\', c)
		} else {
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		}
		begin = i
	}
	return append(append(b, text[begin:]...), '"')
}
