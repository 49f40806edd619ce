package odata

import (
	"math"
	"strconv"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func (e *literal) edmType() string {
	switch e.kind {
	case tokenString:
		return "Edm.String"
	case tokenInteger:
		if n, err := strconv.ParseInt(e.text, 10, 64); err != nil {
			return "Edm.Double"
		} else if n < math.MinInt32 || n > math.MaxInt32 {
			return "Edm.Int64"
		}
		return "Edm.Int32"
	case tokenNumber:
		return "Edm.Double"
	case tokenGUID:
		return "Edm.Guid"
	case tokenDate:
		return "Edm.Date"
	case tokenDateTime:
		return "Edm.DateTimeOffset"
	case tokenArray:
		return "Collection(Edm.String)"
	}
	if e.text == "null" {
		return "<null>"
	}
	return "Edm.Boolean"
}

func (e *literal) isNull() bool { return e.kind == tokenName && e.text == "null" }

// value types a literal of $filter against a column. Strings stand for ids and
// instants too (Dataverse facts 5.12); numbers promote as in OData.
func (e *literal) value(c *meta.Column) (query.Value, bool) {
	switch c.Kind {
	case meta.Boolean:
		return query.Bool(e.text == "true"), e.kind == tokenName
	case meta.DateTime:
		return e.instant(c)
	case meta.Integer, meta.BigInt, meta.Choice, meta.State, meta.Status:
		return e.number(1)
	case meta.Money:
		return e.number(moneyScale)
	case meta.Decimal, meta.Double:
		f, err := strconv.ParseFloat(e.text, 64)
		return query.Float(f), e.isNumber() && err == nil
	}
	switch c.Storage() {
	case meta.GUID:
		id, err := meta.ParseID(e.text)
		return query.GUID(id), (e.kind == tokenGUID || e.kind == tokenString) && err == nil && e.text[0] != '{'
	case meta.Text:
		return query.Text(e.text), e.kind == tokenString
	}
	return query.Value{}, false
}

func (e *literal) isNumber() bool { return e.kind == tokenInteger || e.kind == tokenNumber }

func (e *literal) instant(c *meta.Column) (query.Value, bool) {
	if e.kind != tokenDate && e.kind != tokenDateTime && e.kind != tokenString {
		return query.Value{}, false
	}
	if n, ok := parseDate(e.text); ok {
		return query.Int(n), true
	}
	n, ok := parseInstant(e.text)
	return query.Int(n), ok && c.Date != meta.DateOnly
}

// moneyScale is the number of stored units in one (meta.Int).
const moneyScale = 10_000

// number gives a literal in stored units: an integer where it is one, else a float,
// which compares with integers as a number should.
func (e *literal) number(scale int64) (query.Value, bool) {
	if !e.isNumber() {
		return query.Value{}, false
	}
	if n, err := strconv.ParseInt(e.text, 10, 64); err == nil && n <= math.MaxInt64/scale && n >= math.MinInt64/scale {
		return query.Int(n * scale), true
	}
	if n, exact := scaledDecimal(e.text, scale); exact {
		return query.Int(n), true
	}
	f, err := strconv.ParseFloat(e.text, 64)
	return query.Float(f * float64(scale)), err == nil
}

// scaledDecimal multiplies a plain decimal by a power of ten; exact is false when
// digits would be lost or the text is no plain decimal.
func scaledDecimal(text string, scale int64) (n int64, exact bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	digits := len(strconv.FormatInt(scale, 10)) - 1
	if len(fraction) > digits {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	return n, err == nil
}

// comparisonOperator finds an operator by its OData name.
func comparisonOperator(name string) (query.Operator, bool) {
	switch name {
	case "eq":
		return query.Equal, true
	case "ne":
		return query.NotEqual, true
	case "gt":
		return query.Greater, true
	case "ge":
		return query.GreaterOrEqual, true
	case "lt":
		return query.Less, true
	case "le":
		return query.LessOrEqual, true
	}
	return 0, false
}

// operatorKind is the operator's name in messages.
func operatorKind(op query.Operator) string {
	return [...]string{
		query.Equal: "Equal", query.NotEqual: "NotEqual", query.Less: "LessThan", query.LessOrEqual: "LessThanOrEqual",
		query.Greater: "GreaterThan", query.GreaterOrEqual: "GreaterThanOrEqual",
	}[op]
}

// mirrored is the operator with its operands exchanged.
func mirrored(op query.Operator) query.Operator {
	return [...]query.Operator{
		query.Equal: query.Equal, query.NotEqual: query.NotEqual, query.Less: query.Greater, query.LessOrEqual: query.GreaterOrEqual,
		query.Greater: query.Less, query.GreaterOrEqual: query.LessOrEqual,
	}[op]
}

// opposite is the operator that holds when op does not, null aside.
func opposite(op query.Operator) query.Operator {
	return [...]query.Operator{
		query.Equal: query.NotEqual, query.NotEqual: query.Equal, query.Less: query.GreaterOrEqual, query.LessOrEqual: query.Greater,
		query.Greater: query.LessOrEqual, query.GreaterOrEqual: query.Less,
	}[op]
}
