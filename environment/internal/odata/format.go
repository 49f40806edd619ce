package odata

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// Formatted values are in en-US, and by the user's clock (Dataverse facts 6.3). Each function appends the text without quotes; what can
// hold characters to escape is escaped.

// appendFormatted appends the formatted value of a cell that is not null; ok is
// false when the column has none.
func (m *member) appendFormatted(b []byte, row query.Row) (_ []byte, ok bool) {
	switch m.form {
	case formInteger:
		return appendGrouped(b, row.Int(m.cell)), true
	case formMoney:
		return m.appendMoneyText(b, row), true
	case formDecimal, formDouble:
		return appendFixed(b, row.Float(m.cell), m.column.Precision), true
	case formBoolean, formChoice:
		return m.appendLabel(b, row.Int(m.cell))
	case formChoices:
		return m.appendLabels(b, string(row.Bytes(m.cell)))
	case formInstant:
		return appendDateText(b, m.shown(row.Int(m.cell)), !m.column.DateOnly), true
	case formDate:
		return appendDateText(b, row.Int(m.cell), false), true
	case formText:
		return m.appendTable(b, string(row.Bytes(m.cell)))
	case formGUID:
		if m.label < 0 || row.Null(m.label) {
			return b, false
		}
		return appendEscaped(b, row.Bytes(m.label)), true
	}
	return b, false
}

// appendTable gives the display name of a table that a column names.
func (m *member) appendTable(b []byte, name string) ([]byte, bool) {
	if m.tables == nil || m.tables.Table(name) == nil {
		return b, false
	}
	return appendEscaped(b, m.tables.Table(name).DisplayName), true
}

// shown is what the user's clock shows at an instant, in seconds as if it were UTC's.
func (m *member) shown(seconds int64) int64 {
	if m.zone == nil {
		return seconds
	}
	_, ahead := time.Unix(seconds, 0).In(m.zone).Zone()
	return seconds + int64(ahead)
}

func (m *member) appendLabel(b []byte, value int64) ([]byte, bool) {
	if o, ok := m.column.Option(value); ok {
		return appendEscaped(b, o.Label), true
	}
	if m.form == formBoolean {
		return append(b, [2]string{"No", "Yes"}[value&1]...), true
	}
	return b, false
}

// appendLabels formats a multi-select choice, "1,2" as "One; Two".
func (m *member) appendLabels(b []byte, values string) ([]byte, bool) {
	from := len(b)
	for text := range strings.SplitSeq(values, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			continue
		}
		if o, ok := m.column.Option(n); ok {
			if len(b) > from {
				b = append(b, "; "...)
			}
			b = appendEscaped(b, o.Label)
		}
	}
	return b, len(b) > from
}

// appendMoneyText gives "$80,000.00", and "($1.00)" below zero.
func (m *member) appendMoneyText(b []byte, row query.Row) []byte {
	n := row.Int(m.cell)
	negative := n < 0
	if negative {
		b = append(b, '(')
	}
	if m.label >= 0 && !row.Null(m.label) {
		b = appendEscaped(b, row.Bytes(m.label))
	}
	b = appendScaled(b, magnitude(n), min(max(m.column.Precision, 0), 4))
	if negative {
		b = append(b, ')')
	}
	return b
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

// appendScaled appends ten-thousandths with grouped thousands, rounded half away
// from zero to the given number of decimals.
func appendScaled(b []byte, n uint64, decimals int) []byte {
	unit := uint64(1)
	for range 4 - decimals {
		unit *= 10
	}
	n = (n + unit/2) / unit
	scale := uint64(moneyScale) / unit
	b = appendGroupedUint(b, n/scale)
	return appendDecimals(b, n%scale, decimals)
}

func appendDecimals(b []byte, n uint64, decimals int) []byte {
	if decimals == 0 {
		return b
	}
	b = append(b, '.')
	at := len(b)
	for range decimals {
		b = append(b, '0')
	}
	for i := at + decimals - 1; i >= at; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

func appendGrouped(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
	}
	return appendGroupedUint(b, magnitude(n))
}

func appendGroupedUint(b []byte, n uint64) []byte {
	var digits [20]byte
	return appendGroupedDigits(b, strconv.AppendUint(digits[:0], n, 10))
}

func appendGroupedDigits(b, digits []byte) []byte {
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, d)
	}
	return b
}

// appendFixed formats with grouped thousands and a fixed number of decimals.
func appendFixed(b []byte, f float64, decimals int) []byte {
	var buffer [64]byte
	text := strconv.AppendFloat(buffer[:0], f, 'f', decimals, 64)
	if text[0] == '-' {
		b = append(b, '-')
		text = text[1:]
	}
	whole := 0
	for whole < len(text) && isDigit(text[whole]) {
		whole++
	}
	b = appendGroupedDigits(b, text[:whole])
	return append(b, text[whole:]...)
}

// appendDateText gives "4/18/2023 1:00 PM", or the date alone.
func appendDateText(b []byte, seconds int64, clock bool) []byte {
	days := floorDiv(seconds, secondsPerDay)
	year, month, day := dateOf(days)
	b = strconv.AppendInt(b, month, 10)
	b = append(b, '/')
	b = strconv.AppendInt(b, day, 10)
	b = append(b, '/')
	b = strconv.AppendInt(b, year, 10)
	if !clock {
		return b
	}
	minutes := (seconds - days*secondsPerDay) / 60
	hour := minutes / 60
	b = append(b, ' ')
	b = strconv.AppendInt(b, (hour+11)%12+1, 10)
	b = append(b, ':')
	b = appendTwo(b, minutes%60)
	if hour >= 12 {
		return append(b, " PM"...)
	}
	return append(b, " AM"...)
}

// appendMoney appends a JSON number with the four decimals of the service's type.
func appendMoney(b []byte, n int64) []byte {
	if n < 0 {
		b = append(b, '-')
	}
	u := magnitude(n)
	b = strconv.AppendUint(b, u/moneyScale, 10)
	return appendDecimals(b, u%moneyScale, 4)
}

// decimalDigits is the scale of the service's decimal type: every value shows ten
// decimals.
const decimalDigits = 10

func appendFloat(b []byte, f float64, decimals int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...) // JSON has no such number
	}
	return strconv.AppendFloat(b, f, 'f', decimals, 64)
}

// form is how a member's value and its formatted value are written.
type form uint8

const (
	formText form = iota
	formInteger
	formMoney
	formDecimal
	formDouble
	formBoolean
	formChoice
	formChoices
	formInstant
	formDate
	formGUID
	formBytes
)

func formOf(c *meta.Column) form {
	switch c.Kind {
	case meta.Integer, meta.BigInt:
		return formInteger
	case meta.Money:
		return formMoney
	case meta.Decimal:
		return formDecimal
	case meta.Double:
		return formDouble
	case meta.Boolean:
		return formBoolean
	case meta.Choice, meta.State, meta.Status:
		return formChoice
	case meta.Choices:
		return formChoices
	case meta.DateTime:
		if c.Date == meta.DateOnly {
			return formDate
		}
		return formInstant
	case meta.Lookup, meta.Customer, meta.Owner, meta.UniqueID, meta.File:
		return formGUID
	case meta.Image:
		return formBytes
	}
	return formText
}
