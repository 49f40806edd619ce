package cell

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Limits that a column has when the model gives none (Dataverse facts 6.1).
const (
	widestDecimal = 100_000_000_000
	WidestMoney   = 922_337_203_685_477
	mostChoices   = 150
)

// The span of a date: SQL Server's datetime begins in 1753, .NET's ends with 9999.
const (
	firstSecond = -6847804800 // 1753-01-01T00:00:00Z
	lastSecond  = 253402300799
)

// validate judges a value that a client gives to a column by the column alone and
// returns it as it is kept: an empty text is null, decimals and money are rounded to
// the column's precision. States and statuses are judged later, as a pair.
func Keep(a op.Assignment) (query.Value, error) {
	c, v := a.Column, a.Value
	if v.IsNull() {
		return v, nil
	}
	if v.Storage() != c.Storage() {
		return v, fmt.Errorf("column %s.%s given a value of another storage class", c.Table.LogicalName, c.LogicalName)
	}
	switch c.Kind {
	case meta.String, meta.Memo, meta.EntityName:
		return text(c, v)
	case meta.Choices:
		return choices(c, v)
	case meta.Integer, meta.BigInt:
		return integer(c, v)
	case meta.Decimal, meta.Double:
		return float(c, v)
	case meta.Money:
		return money(c, v)
	case meta.Boolean:
		return v, option(c, v.Int(), v.Int() == 0 || v.Int() == 1)
	case meta.Choice:
		_, ok := c.Option(v.Int())
		return v, option(c, v.Int(), ok)
	case meta.DateTime:
		return date(c, v)
	case meta.Lookup, meta.Customer, meta.Owner:
		return v, target(a)
	default:
		return v, nil
	}
}

func text(c *meta.Column, v query.Value) (query.Value, error) {
	if v.Text() == "" {
		return query.Null(), nil
	}
	// No text has more UTF-16 units than bytes.
	if c.MaxLength > 0 && len(v.Text()) > c.MaxLength && units(v.Text()) > c.MaxLength {
		return v, dverr.StringTooLong.With(c.LogicalName, c.Table.LogicalName, c.MaxLength)
	}
	return v, nil
}

// units counts UTF-16 code units, in which lengths are measured: a character outside
// the first 65,536 counts twice.
func units(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r > 0xffff {
			n++
		}
	}
	return n
}

func integer(c *meta.Column, v query.Value) (query.Value, error) {
	low, high := c.Min, c.Max
	if low == 0 && high == 0 {
		if c.Kind == meta.BigInt {
			return v, nil
		}
		low, high = math.MinInt32, math.MaxInt32
	}
	if n := float64(v.Int()); n < low || n > high {
		return v, dverr.NumberOutOfRange.With(c.LogicalName, c.Table.LogicalName)
	}
	return v, nil
}

// float rounds a Decimal to the column's precision; a Double keeps its digits, the
// precision being a matter of showing it (Dataverse facts 6.1).
func float(c *meta.Column, v query.Value) (query.Value, error) {
	n := v.Float()
	if c.Kind == meta.Decimal {
		n = round(n, c.Precision)
	}
	low, high := Limits(c, widestDecimal)
	if !(n >= low && n <= high) { // NaN is in no range
		return v, dverr.DecimalOutOfRange.With(c.LogicalName, c.Table.LogicalName)
	}
	return query.Float(n), nil
}

func money(c *meta.Column, v query.Value) (query.Value, error) {
	n := v.Int()
	if c.PrecisionSource == meta.PrecisionOfColumn { // others are known when the currency is
		n = RoundMoney(n, c.Precision)
	}
	low, high := Limits(c, WidestMoney)
	if amount := float64(n) / MoneyUnit; amount < low || amount > high {
		return v, dverr.DecimalOutOfRange.With(c.LogicalName, c.Table.LogicalName)
	}
	return query.Int(n), nil
}

func Limits(c *meta.Column, widest float64) (low, high float64) {
	if c.Min == 0 && c.Max == 0 {
		return -widest, widest
	}
	return c.Min, c.Max
}

func option(c *meta.Column, n int64, ok bool) error {
	if ok {
		return nil
	}
	accepted := make([]string, len(c.Options))
	for i, o := range c.Options {
		accepted[i] = strconv.FormatInt(o.Value, 10)
	}
	return dverr.ChoiceOutOfRange.With(n, c.LogicalName, c.Table.LogicalName, strings.Join(accepted, ","))
}

// choices judges each of "1,2,3" and keeps them without blanks.
func choices(c *meta.Column, v query.Value) (query.Value, error) {
	if strings.TrimSpace(v.Text()) == "" {
		return query.Null(), nil
	}
	parts := strings.Split(v.Text(), ",")
	if len(parts) > mostChoices {
		return v, dverr.InvalidArgument.Text("'%s' on record of type '%s' takes %d choices at most.", c.LogicalName, c.Table.LogicalName, mostChoices)
	}
	for i, part := range parts {
		n, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return v, dverr.InvalidArgument.Text("%q of '%s' on record of type '%s' is no choice.", part, c.LogicalName, c.Table.LogicalName)
		}
		if _, ok := c.Option(n); !ok {
			return v, option(c, n, false)
		}
		parts[i] = strconv.FormatInt(n, 10)
	}
	return query.Text(strings.Join(parts, ",")), nil
}

// date judges the span and drops the time of a date; the misspelt word is the
// service's own.
func date(c *meta.Column, v query.Value) (query.Value, error) {
	at := v.Int()
	if at < firstSecond || at > lastSecond {
		word, limit := "less than minumum", "Minimum value supported: 01/01/1753 00:00:00"
		if at > lastSecond {
			word, limit = "greater than maximum", "Maximum value supported: 12/31/9999 23:59:59"
		}
		return v, dverr.InvalidDateTime.With(fmt.Sprintf("DateTime is %s value supported by CrmDateTime. Actual value: %s, %s",
			word, time.Unix(at, 0).UTC().Format("01/02/2006 15:04:05"), limit))
	}
	if c.Date == meta.DateOnly {
		const day = 24 * 60 * 60
		return query.Int(at - ((at%day)+day)%day), nil
	}
	return v, nil
}

// target judges the table of a lookup's row.
func target(a op.Assignment) error {
	for _, t := range a.Column.Targets {
		if t == a.Target {
			return nil
		}
	}
	name := "nothing"
	if a.Target != nil {
		name = a.Target.LogicalName
	}
	return dverr.InvalidArgument.Text("A row of '%s' cannot be the value of '%s' on record of type '%s'.",
		name, a.Column.LogicalName, a.Column.Table.LogicalName)
}
