package dataverse

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Row is a row whose columns are known only when the program runs: what the server sent, by member
// name. Texts are strings, numbers json.Number, expanded rows Row and []Row, null is nil.
// To write, a Row may also hold values of the types that fields of typed rows have; a [Ref] is bound
// through the navigation property that is the member's name, and nil empties a column.
type Row map[string]any

// Has reports whether the server sent the column, be it null.
func (r Row) Has(column string) bool {
	_, has := r.value(column)
	return has
}

// value finds a column: a lookup by its logical name too.
func (r Row) value(column string) (any, bool) {
	if v, has := r[column]; has {
		return v, true
	}
	v, has := r["_"+column+"_value"]
	return v, has
}

// String gives the text of a column: numbers as they were sent, nothing as "".
func (r Row) String(column string) string {
	v, _ := r.value(column)
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// Int gives a whole number, 0 if the column holds none.
func (r Row) Int(column string) int64 {
	n, _ := strconv.ParseInt(r.String(column), 10, 64)
	return n
}

// Float gives a number, 0 if the column holds none.
func (r Row) Float(column string) float64 {
	n, _ := strconv.ParseFloat(r.String(column), 64)
	return n
}

// Money gives the exact number, "" if the column holds none.
func (r Row) Money(column string) Money {
	m, _ := ParseMoney(r.String(column))
	return m
}

// Bool reports whether the column holds true.
func (r Row) Bool(column string) bool {
	v, _ := r.value(column)
	b, _ := v.(bool)
	return b
}

// ID gives a GUID, of a key or a lookup; zero if the column holds none.
func (r Row) ID(column string) ID {
	id, _ := parseID(r.String(column))
	return id
}

// Time gives a moment, or the beginning of a day in UTC; zero if the column holds none.
func (r Row) Time(column string) time.Time {
	text := r.String(column)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t, _ = time.Parse(time.DateOnly, text)
	}
	return t
}

// Ref gives what a lookup column points to. Its Set is the table's usual one, and is known only
// where the query asked for [LookupTables].
func (r Row) Ref(column string) Ref {
	ref := Ref{ID: r.ID(column)}
	if table := r.annotation(column, tableSuffix); table != "" {
		ref.Table, ref.Set = table, setOf(table)
	}
	return ref
}

// Formatted gives a value as the server formats it for people, where the query asked for
// [FormattedValues].
func (r Row) Formatted(column string) string { return r.annotation(column, formattedSuffix) }

func (r Row) annotation(column, suffix string) string {
	for _, name := range []string{column, "_" + column + "_value"} {
		if text, is := r[name+suffix].(string); is {
			return text
		}
	}
	return ""
}

// ETag gives the version of the row.
func (r Row) ETag() ETag {
	text, _ := r[etagMember].(string)
	return ETag(text)
}

// Row gives an expanded row, nil if there is none.
func (r Row) Row(property string) Row {
	one, _ := r[property].(Row)
	return one
}

// Rows gives expanded rows.
func (r Row) Rows(property string) []Row {
	rows, _ := r[property].([]Row)
	return rows
}

// UnmarshalJSON implements json.Unmarshaler.
func (r *Row) UnmarshalJSON(text []byte) error {
	s := scanner{data: text}
	if s.null() {
		return nil
	}
	row, err := readRow(&s)
	if err == nil {
		err = s.end()
	}
	*r = row
	return err
}

func readRow(s *scanner) (Row, error) {
	row := Row{}
	err := s.object(func(name []byte) error {
		key := strings.Replace(string(name), "_x002e_", ".", 1) // as older servers write the dot of alias.column
		v, err := readAny(s)
		row[key] = v
		return err
	})
	return row, err
}

func readAny(s *scanner) (any, error) {
	switch s.peek() {
	case '"':
		return s.text()
	case '{':
		return readRow(s)
	case '[':
		return readList(s)
	}
	word, err := s.bare()
	if err != nil {
		return nil, err
	}
	switch word[0] {
	case 'n':
		return nil, nil
	case 't', 'f':
		return word[0] == 't', nil
	}
	return json.Number(word), nil
}

// readList gives []Row for a list of rows alone, else []any.
func readList(s *scanner) (any, error) {
	var all []any
	rows := []Row{}
	err := s.array(func() error {
		v, err := readAny(s)
		all = append(all, v)
		if row, is := v.(Row); is {
			rows = append(rows, row)
		}
		return err
	})
	if len(rows) == len(all) {
		return rows, err
	}
	return all, err
}

// appendRow writes the members in the order of their names. What the server adds to rows is left out:
// it does not take it back (Dataverse facts 5.6).
func appendRow(b []byte, r Row, o encodeOptions) ([]byte, error) {
	names := make([]string, 0, len(r))
	for name := range r {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if slices.Contains(o.clear, name) || o.only != nil && !slices.Contains(o.only, name) {
			continue
		}
		if isAnswer(name) {
			continue
		}
		if !isName(strings.TrimSuffix(name, bindSuffix)) && name != "@odata.type" && name != "@odata.id" {
			return nil, fmt.Errorf("%q is no column name", name)
		}
		var err error
		if b, err = appendMember(comma(b), name, r[name]); err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
	}
	return b, nil
}

// isAnswer tells members that only answers have: annotations, and the ids of lookups.
func isAnswer(name string) bool {
	if strings.HasPrefix(name, "_") && strings.HasSuffix(name, "_value") {
		return true
	}
	_, annotation, is := strings.Cut(name, "@")
	return is && annotation != "odata.bind" && annotation != "odata.type" && annotation != "odata.id"
}

func appendMember(b []byte, name string, value any) ([]byte, error) {
	switch v := value.(type) {
	case Ref:
		if !v.IsZero() {
			return appendBind(b, name, v)
		}
		value = nil
	case *Ref:
		if v != nil {
			return appendMember(b, name, *v)
		}
		value = nil
	}
	return appendAny(append(append(append(b, '"'), name...), `":`...), value)
}

func appendAny(b []byte, value any) ([]byte, error) {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...), nil
	case string:
		return appendText(b, v), nil
	case time.Time:
		return append(v.UTC().AppendFormat(append(b, '"'), timeLayout), '"'), nil
	}
	text, err := json.Marshal(value)
	return append(b, text...), err
}

// MarshalJSON implements json.Marshaler: the row as it is sent.
func (r Row) MarshalJSON() ([]byte, error) {
	b, err := appendRow([]byte{'{'}, r, encodeOptions{})
	return append(b, '}'), err
}
