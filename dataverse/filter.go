package dataverse

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// Filter is a condition on rows, made by [Where] and what it gives. The zero Filter lets every row
// pass. Filters are values: combining two changes neither. A mistake in one (a name that cannot be
// a column's, a value of a strange type) is reported when the query is sent.
type Filter struct {
	// text writes the condition; the prefix stands before every column: "o/" within any and all.
	text  func(prefix string) string
	chain string // " and " or " or " between its parts, or empty
	err   error
}

// String gives the condition as the address has it, before escaping.
func (f Filter) String() string {
	if f.text == nil {
		return ""
	}
	return f.text("")
}

// Column is a column that is about to be compared: the first half of a condition.
type Column struct {
	name string
	err  error
}

// Where begins a condition on a column, by its logical name; lookups are named _x_value. A column of
// a row that a lookup points to is a path: "primarycontactid/fullname". Values may be texts,
// numbers, booleans, [ID], [Money], [Date], time.Time, named types and pointers to such, and nil.
func Where(column string) Column {
	for part := range strings.SplitSeq(column, "/") {
		if !isName(part) {
			return Column{err: fmt.Errorf("dataverse: %q is no column name", column)}
		}
	}
	return Column{name: column}
}

// Eq holds where the column has the value; with nil, where it is empty. Texts are compared without
// regard to case.
func (c Column) Eq(value any) Filter { return c.compare("eq", value) }

// Ne holds where the column has another value; with nil, where it is not empty.
func (c Column) Ne(value any) Filter { return c.compare("ne", value) }

// Gt holds where the column is greater.
func (c Column) Gt(value any) Filter { return c.compare("gt", value) }

// Ge holds where the column is greater or equal.
func (c Column) Ge(value any) Filter { return c.compare("ge", value) }

// Lt holds where the column is less.
func (c Column) Lt(value any) Filter { return c.compare("lt", value) }

// Le holds where the column is less or equal.
func (c Column) Le(value any) Filter { return c.compare("le", value) }

// EqColumn holds where two columns of the row are equal.
func (c Column) EqColumn(other string) Filter {
	o := Where(other)
	return Filter{text: func(p string) string { return p + c.name + " eq " + p + o.name }, err: errors.Join(c.err, o.err)}
}

func (c Column) compare(operator string, value any) Filter {
	text, err := literal(value)
	if err != nil && c.err == nil {
		c.err = fmt.Errorf("dataverse: where %s %s: %w", c.name, operator, err)
	}
	return Filter{text: func(p string) string { return p + c.name + " " + operator + " " + text }, err: c.err}
}

// Contains holds where the text occurs in the column. The server takes the wildcards of SQL for such
// within it: %, _ and [ ].
func (c Column) Contains(text string) Filter { return c.call("contains", text) }

// StartsWith holds where the column begins with the text.
func (c Column) StartsWith(text string) Filter { return c.call("startswith", text) }

// EndsWith holds where the column ends with the text.
func (c Column) EndsWith(text string) Filter { return c.call("endswith", text) }

func (c Column) call(function, text string) Filter {
	quoted, err := literal(text)
	return Filter{text: func(p string) string { return function + "(" + p + c.name + "," + quoted + ")" }, err: errors.Join(c.err, err)}
}

// In holds where the column has one of the values.
func (c Column) In(values ...any) Filter { return c.Is("In", values...) }

// NotIn holds where the column has none of the values.
func (c Column) NotIn(values ...any) Filter { return c.Is("NotIn", values...) }

// Between holds where the column is at least low and at most high.
func (c Column) Between(low, high any) Filter { return c.Is("Between", low, high) }

// Is applies a query function of the service, named without its namespace: Is("LastMonth"),
// Is("LastXDays", 7), Is("ContainValues", 1, 2). See "Query functions" in the service's reference.
// Those that work on a list get one, the others one value or two.
func (c Column) Is(function string, values ...any) Filter {
	f := Filter{err: c.err}
	if !isName(function) {
		f.err = errors.Join(f.err, fmt.Errorf("dataverse: %q is no query function", function))
	}
	texts := make([]string, len(values))
	for i, v := range values {
		text, err := plainText(v)
		f.err, texts[i] = errors.Join(f.err, err), text
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Microsoft.Dynamics.CRM.%s(PropertyName='%s'", function, c.name)
	switch {
	case takesList(function):
		list, _ := json.Marshal(texts) // in it quotes stand alone: its own close it (Dataverse facts 5.12)
		b.WriteString(",PropertyValues=" + string(list))
	case len(texts) == 1:
		b.WriteString(",PropertyValue=" + functionValue(values[0], texts[0]))
	default:
		for i, text := range texts {
			fmt.Fprintf(&b, ",PropertyValue%d=%s", i+1, functionValue(values[i], text))
		}
	}
	text := b.String() + ")"
	f.text = func(p string) string { return p + text }
	return f
}

// takesList tells the functions of several values that get them as one list (Dataverse facts 5.12).
func takesList(function string) bool {
	switch function {
	case "In", "NotIn", "Between", "NotBetween", "ContainValues", "DoesNotContainValues":
		return true
	}
	return false
}

// functionValue writes numbers bare and all else quoted.
func functionValue(value any, text string) string {
	if k := reflect.ValueOf(value).Kind(); k >= reflect.Int && k <= reflect.Uint64 {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

// plainText is a value without quotes, as elements of lists have it.
func plainText(value any) (string, error) {
	if v := reflect.ValueOf(value); v.Kind() == reflect.String && v.Type() != moneyType {
		return v.String(), nil
	}
	return literal(value)
}

// And holds where both do.
func (f Filter) And(other Filter) Filter { return f.join(" and ", other) }

// Or holds where one of both does.
func (f Filter) Or(other Filter) Filter { return f.join(" or ", other) }

// join puts a side that is a chain of the other word in parentheses: the service's documents differ
// on which word binds closer (Dataverse facts 5.12).
func (f Filter) join(word string, other Filter) Filter {
	err := errors.Join(f.err, other.err)
	switch {
	case other.text == nil:
		return Filter{text: f.text, chain: f.chain, err: err}
	case f.text == nil:
		return Filter{text: other.text, chain: other.chain, err: err}
	}
	left, right := f.within(word), other.within(word)
	return Filter{text: func(p string) string { return left(p) + word + right(p) }, chain: word, err: err}
}

func (f Filter) within(word string) func(string) string {
	if f.chain == "" || f.chain == word {
		return f.text
	}
	return func(p string) string { return "(" + f.text(p) + ")" }
}

// Not holds where the condition does not.
func Not(f Filter) Filter {
	if f.text == nil {
		return Filter{err: errors.Join(f.err, errors.New("dataverse: not of an empty filter"))}
	}
	return Filter{text: func(p string) string { return "not (" + f.text(p) + ")" }, err: f.err}
}

// Any holds where one of the rows at the other end of a collection fulfils the condition, which is
// on their columns; with the zero Filter, where there is one.
func Any(property string, f Filter) Filter {
	if f.text == nil {
		return Filter{text: func(p string) string { return p + property + "/any()" }, err: errors.Join(nameError(property), f.err)}
	}
	return lambda(property, "any", f)
}

// All holds where all of the rows at the other end of a collection fulfil the condition.
func All(property string, f Filter) Filter {
	if f.text == nil {
		return Filter{err: errors.Join(f.err, errors.New("dataverse: all of an empty filter"))}
	}
	return lambda(property, "all", f)
}

// lambda names the variable by one letter more than the lambda around it.
func lambda(property, word string, f Filter) Filter {
	return Filter{err: errors.Join(nameError(property), f.err), text: func(p string) string {
		variable := strings.TrimSuffix(p, "/") + "o"
		return p + property + "/" + word + "(" + variable + ":" + f.text(variable+"/") + ")"
	}}
}

func nameError(property string) error {
	if !isName(property) {
		return fmt.Errorf("dataverse: %q is no navigation property", property)
	}
	return nil
}
