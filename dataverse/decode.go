package dataverse

import (
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	refType   = reflect.TypeFor[Ref]()
	idType    = reflect.TypeFor[ID]()
	timeType  = reflect.TypeFor[time.Time]()
	moneyType = reflect.TypeFor[Money]()
	bytesType = reflect.TypeFor[[]byte]()
	rawType   = reflect.TypeFor[json.RawMessage]()
	textReads = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonReads = reflect.TypeFor[json.Unmarshaler]()
)

type (
	reader func(*scanner, reflect.Value) error
	writer func([]byte, reflect.Value) ([]byte, error)
)

// valueCodec gives how plain values of a type are read and written.
func valueCodec(t reflect.Type) (reader, writer) {
	if t.Kind() == reflect.Pointer {
		read, write := valueCodec(t.Elem())
		return readPointer(read), func(b []byte, v reflect.Value) ([]byte, error) { return write(b, v.Elem()) }
	}
	switch t {
	case idType:
		return readID, writeID
	case timeType:
		return readTime, writeTime
	case moneyType:
		return readMoney, writeMoney
	case bytesType:
		return readBytes, writeBytes
	case rawType:
		return readRaw, writeJSON
	}
	switch {
	case reflect.PointerTo(t).Implements(jsonReads):
		return readJSON, writeJSON
	case reflect.PointerTo(t).Implements(textReads):
		return readText, writeJSON
	}
	switch t.Kind() {
	case reflect.String:
		return readString, writeString
	case reflect.Bool:
		return readBool, writeBool
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt, writeInt
	case reflect.Float32, reflect.Float64:
		return readFloat, writeFloat
	}
	return readJSON, writeJSON
}

func readPointer(read reader) reader {
	return func(s *scanner, v reflect.Value) error {
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return read(s, v.Elem())
	}
}

func readString(s *scanner, v reflect.Value) error {
	if s.peek() != '"' { // a number whose digits are wanted, such as a version
		word, err := s.bare()
		v.SetString(string(word))
		return err
	}
	text, err := s.text()
	v.SetString(text)
	return err
}

func readID(s *scanner, v reflect.Value) error {
	raw, _, err := s.quoted()
	if err != nil {
		return err
	}
	id, ok := parseID(raw)
	if !ok {
		return fmt.Errorf("%q is not a GUID", raw)
	}
	copy(v.Bytes(), id[:])
	return nil
}

func readTime(s *scanner, v reflect.Value) error {
	raw, _, err := s.quoted()
	if err != nil {
		return err
	}
	layout := time.RFC3339Nano
	if len(raw) == len(time.DateOnly) {
		layout = time.DateOnly
	}
	t, err := time.Parse(layout, string(raw))
	if err != nil {
		return err
	}
	*v.Addr().Interface().(*time.Time) = t
	return nil
}

func readMoney(s *scanner, v reflect.Value) error {
	word, err := s.bare()
	v.SetString(s.keep(word))
	return err
}

func readBytes(s *scanner, v reflect.Value) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(text)
	v.SetBytes(b)
	return err
}

func readRaw(s *scanner, v reflect.Value) error {
	raw, err := s.raw()
	v.SetBytes(append([]byte(nil), raw...))
	return err
}

func readJSON(s *scanner, v reflect.Value) error {
	raw, err := s.raw()
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, v.Addr().Interface())
}

func readText(s *scanner, v reflect.Value) error {
	text, err := s.text()
	if err != nil {
		return err
	}
	return v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
}

func readBool(s *scanner, v reflect.Value) error {
	word, err := s.bare()
	if err != nil {
		return err
	}
	if word[0] != 't' && word[0] != 'f' {
		return fmt.Errorf("%s is not true or false", word)
	}
	v.SetBool(word[0] == 't')
	return nil
}

func readInt(s *scanner, v reflect.Value) error {
	word, err := s.bare()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(word), 10, v.Type().Bits())
	v.SetInt(n)
	return err
}

func readFloat(s *scanner, v reflect.Value) error {
	word, err := s.bare()
	if err != nil {
		return err
	}
	n, err := strconv.ParseFloat(string(word), v.Type().Bits())
	v.SetFloat(n)
	return err
}

// readRef reads the id of a lookup. Where it may point to one set alone, that is its set.
func readRef(bindings []binding) reader {
	return func(s *scanner, v reflect.Value) error {
		ref := refIn(v)
		raw, _, err := s.quoted()
		if err != nil {
			return err
		}
		id, ok := parseID(raw)
		if !ok {
			return fmt.Errorf("%q is not a GUID", raw)
		}
		ref.ID = id
		if len(bindings) == 1 {
			ref.Set = bindings[0].set
		}
		return nil
	}
}

// readTable reads the name of the table that a lookup points to. It stands before the id.
func readTable(s *scanner, v reflect.Value, bindings []binding) error {
	if s.null() {
		return nil
	}
	table, err := s.text()
	if err != nil {
		return err
	}
	ref := refIn(v)
	ref.Table = table
	for _, b := range bindings {
		if strings.HasSuffix(b.property, "_"+table) || b.set == setOf(table) {
			ref.Set = b.set
		}
	}
	return nil
}

// refIn gives the reference that a field holds or points to.
func refIn(v reflect.Value) *Ref {
	if v.Kind() != reflect.Pointer {
		return v.Addr().Interface().(*Ref)
	}
	if v.IsNil() {
		v.Set(reflect.New(refType))
	}
	return v.Interface().(*Ref)
}

// setOf is the entity set that a table has unless its maker chose another (Dataverse facts 5.4).
func setOf(table string) string {
	stem, ies := strings.CutSuffix(table, "y")
	switch {
	case ies && stem != "" && !strings.ContainsRune("aeiou", rune(stem[len(stem)-1])):
		return stem + "ies"
	case strings.HasSuffix(table, "s"), strings.HasSuffix(table, "x"), strings.HasSuffix(table, "z"),
		strings.HasSuffix(table, "ch"), strings.HasSuffix(table, "sh"):
		return table + "es"
	}
	return table + "s"
}

// readNested reads an expanded row or rows.
func readNested(c *codec, many bool) reader {
	one := func(s *scanner, v reflect.Value) error {
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		return c.decode(s, v)
	}
	if !many {
		return one
	}
	return func(s *scanner, v reflect.Value) error {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return s.array(func() error {
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			return one(s, v.Index(v.Len()-1))
		})
	}
}
