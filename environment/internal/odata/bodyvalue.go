package odata

import (
	"math"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// typed converts a JSON value to a column's type. Strings stand for every type, as
// OData.NET reads them ("200" for an integer: Dataverse facts 5.6).
func (v jsonValue) typed(c *meta.Column) (query.Value, error) {
	if v.kind == jsonNull {
		return query.Null(), nil
	}
	if v.kind == jsonObject || v.kind == jsonArray {
		return query.Value{}, payloadError("An unexpected '" + v.node() + "' node was found when reading from the JSON reader. A 'PrimitiveValue' node was expected.")
	}
	if c.HoldsContent() {
		return v.content(c)
	}
	if c.Kind == meta.Money {
		return v.money(c)
	}
	value, ok := v.convert(c)
	if !ok {
		return query.Value{}, v.mismatch(c)
	}
	return value, nil
}

func (v jsonValue) mismatch(c *meta.Column) error {
	return payloadError("Cannot convert the literal '" + v.text + "' to the expected type '" + c.EdmType() + "'.")
}

func (v jsonValue) convert(c *meta.Column) (query.Value, bool) {
	isText := v.kind == jsonString
	switch c.Kind {
	case meta.Boolean:
		return v.boolean()
	case meta.DateTime:
		return v.instant(c)
	case meta.Decimal, meta.Double:
		f, err := strconv.ParseFloat(v.text, 64)
		return query.Float(f), v.kind != jsonBool && validNumber(strings.TrimSpace(v.text)) && err == nil
	}
	switch c.Storage() {
	case meta.Text:
		return query.Text(v.text), isText
	case meta.GUID:
		id, err := meta.ParseID(v.text)
		return query.GUID(id), isText && err == nil
	}
	return v.integer(c)
}

func (v jsonValue) integer(c *meta.Column) (query.Value, bool) {
	n, err := strconv.ParseInt(v.text, 10, 64)
	if err != nil || v.kind == jsonBool {
		return query.Value{}, false
	}
	if c.Kind != meta.BigInt && (n < math.MinInt32 || n > math.MaxInt32) {
		return query.Value{}, false
	}
	return query.Int(n), true
}

func (v jsonValue) boolean() (query.Value, bool) {
	switch {
	case v.kind == jsonNumber:
		return query.Value{}, false
	case v.text == "true", v.text == "1":
		return query.Bool(true), true
	case v.text == "false", v.text == "0":
		return query.Bool(false), true
	}
	return query.Value{}, false
}

// instant reads a date, and a time where the column has one.
func (v jsonValue) instant(c *meta.Column) (query.Value, bool) {
	if v.kind != jsonString {
		return query.Value{}, false
	}
	if n, ok := parseDate(v.text); ok {
		return query.Int(n), true
	}
	n, ok := parseInstant(v.text)
	return query.Int(n), ok && c.Date != meta.DateOnly
}

// money converts to ten-thousandths, rounding half away from zero. What does not fit
// the service's range is out of range, not a type error.
func (v jsonValue) money(c *meta.Column) (query.Value, error) {
	if v.kind == jsonBool || !validNumber(v.text) {
		return query.Value{}, v.mismatch(c)
	}
	if n, exact := scaledDecimal(v.text, moneyScale); exact {
		return query.Int(n), nil
	}
	n, ok := roundedMoney(v.text)
	if !ok {
		return query.Value{}, dverr.DecimalOutOfRange.With(c.LogicalName, c.Table.LogicalName)
	}
	return query.Int(n), nil
}

func roundedMoney(text string) (int64, bool) {
	if whole, fraction, plain := strings.Cut(text, "."); plain && len(fraction) > 4 && !strings.ContainsAny(fraction, "eE") {
		n, ok := scaledDecimal(whole+"."+fraction[:4], moneyScale)
		switch {
		case fraction[4] < '5' || !ok:
		case strings.HasPrefix(whole, "-"):
			n--
		default:
			n++
		}
		return n, ok
	}
	f, err := strconv.ParseFloat(text, 64)
	f = math.Round(f * moneyScale)
	return int64(f), err == nil && math.Abs(f) < math.MaxInt64
}
