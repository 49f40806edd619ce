package dataverse

import (
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
)

// ETag is the version of a row, for conditional requests. It is opaque.
type ETag = azcore.ETag

// Money is an exact amount or other decimal number, as its text: "12.50". It never passes through
// a float, so what the server sent is what it gets back. The empty Money is none.
type Money string

// Decimal is Money by the name of the other column type with exact numbers.
type Decimal = Money

// ParseMoney checks that a text is a decimal number.
func ParseMoney(text string) (Money, error) {
	if !isDecimal(text) {
		return "", fmt.Errorf("%q is not a decimal number", text)
	}
	return Money(text), nil
}

// Rat gives the exact value, to compute with. It reports whether there is one.
func (m Money) Rat() (*big.Rat, bool) {
	if !isDecimal(string(m)) {
		return nil, false
	}
	return new(big.Rat).SetString(string(m))
}

// MoneyOf gives a number with so many digits after the point, rounded half away from zero.
func MoneyOf(value *big.Rat, digits int) Money { return Money(value.FloatString(digits)) }

// MarshalJSON implements json.Marshaler: a number, or null for the empty Money.
func (m Money) MarshalJSON() ([]byte, error) {
	if m == "" {
		return []byte("null"), nil
	}
	if !isDecimal(string(m)) {
		return nil, fmt.Errorf("%q is not a decimal number", string(m))
	}
	return []byte(m), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Money) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*m = ""
		return nil
	}
	parsed, err := ParseMoney(strings.Trim(string(text), `"`))
	if err == nil {
		*m = parsed
	}
	return err
}

// isDecimal accepts the numbers of JSON.
func isDecimal(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		fraction := digits(s[1:])
		if fraction == 0 {
			return false
		}
		s = s[1+fraction:]
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	// An exponent of more digits makes Rat compute for hours.
	return len(s) > 0 && len(s) <= 3 && digits(s) == len(s)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// Choice is the number of a choice's option.
type Choice int

// Choices is the value of a column that takes several options.
type Choices []Choice

// MarshalText implements encoding.TextMarshaler: numbers with commas, as the service has them.
func (c Choices) MarshalText() ([]byte, error) {
	var b []byte
	for i, one := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(one), 10)
	}
	return b, nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Choices) UnmarshalText(text []byte) error {
	*c = nil
	if len(text) == 0 {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return fmt.Errorf("choices %q: %w", text, err)
		}
		*c = append(*c, Choice(n))
	}
	return nil
}

// Date is a day without time or zone, as columns of behaviour DateOnly hold.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the day of a time in the time's own zone.
func DateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{year, month, day}
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String gives the date as 2006-01-02.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err == nil {
		*d = DateOf(t)
	}
	return err
}

// timeLayout is RFC 3339 in UTC with as many digits of the second as there are.
const timeLayout = "2006-01-02T15:04:05.999999999Z"

// literal writes a value in the syntax of OData addresses. Texts are always quoted, their quotes
// doubled: no value can end its literal and become part of the query.
func literal(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "null", nil
	case ID:
		return v.String(), nil
	case Ref:
		if v.ID.IsZero() {
			return "", fmt.Errorf("a reference without an id compares with nothing")
		}
		return v.ID.String(), nil
	case Date:
		return v.String(), nil
	case time.Time:
		return v.UTC().Format(timeLayout), nil
	case Money:
		if !isDecimal(string(v)) {
			return "", fmt.Errorf("%q is not a decimal number", string(v))
		}
		return string(v), nil
	}
	return plainLiteral(reflect.ValueOf(value))
}

// plainLiteral writes values by their kind, so that named types will do.
func plainLiteral(v reflect.Value) (string, error) {
	switch v.Kind() {
	case reflect.String:
		return "'" + strings.ReplaceAll(v.String(), "'", "''") + "'", nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		text := strconv.FormatFloat(v.Float(), 'f', -1, v.Type().Bits())
		if !isDecimal(text) {
			return "", fmt.Errorf("%s is not a number the service knows", text)
		}
		return text, nil
	case reflect.Pointer:
		if v.IsNil() {
			return "null", nil
		}
		return literal(v.Elem().Interface())
	}
	return "", fmt.Errorf("a %s cannot stand in a query", v.Type())
}
