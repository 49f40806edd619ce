package seed

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf16"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func cellText(c *meta.Column, row query.Row, cell int) string {
	switch c.Storage() {
	case meta.Int:
		return strconv.FormatInt(row.Int(cell), 10)
	case meta.Float:
		return strconv.FormatFloat(row.Float(cell), 'g', -1, 64)
	case meta.GUID:
		return meta.ID(row.Bytes(cell)).String()
	}
	return string(row.Bytes(cell))
}

// only gives the rows whose column has this value.
func only(rows map[string]record, column, value string) []record {
	var out []record
	for _, r := range rows {
		if r[column] == value {
			out = append(out, r)
		}
	}
	return out
}

// ruleBroken says what is wrong with a column's value in a row.
func ruleBroken(c *meta.Column, r record) error {
	v, given := r[c.LogicalName]
	switch {
	case !given && c.Required == meta.SystemRequired && !exempt(c):
		return errors.New("required and missing")
	case !given:
		return nil
	case c.MaxLength > 0 && len(utf16.Encode([]rune(v))) > c.MaxLength:
		return fmt.Errorf("longer than %d", c.MaxLength)
	case len(c.Options) > 0:
		n, _ := strconv.ParseInt(v, 10, 64)
		if _, ok := c.Option(n); !ok {
			return fmt.Errorf("no option %s", v)
		}
	case c.Kind == meta.Integer && !c.Hidden:
		if n, _ := strconv.ParseFloat(v, 64); n < c.Min || n > c.Max {
			return fmt.Errorf("%s lies outside %g..%g", v, c.Min, c.Max)
		}
	}
	return nil
}

// exempt are the columns that the service requires of everybody but itself: the
// root unit has no parent.
func exempt(c *meta.Column) bool {
	return c.LogicalName == "parentbusinessunitid"
}
