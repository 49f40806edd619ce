package catalog

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// column reads "SchemaName kind [arguments] [flags] "Display name"".
func (t *tableReader) column(line string) error {
	text, label, ok := strings.Cut(line, `"`)
	label, rest, closed := strings.Cut(label, `"`)
	words := strings.Fields(text)
	if !ok || !closed || rest != "" || len(words) < 2 {
		return fmt.Errorf(`want: SchemaName kind … "Display name", have %q`, line)
	}
	c := &meta.Column{
		SchemaName: words[0], LogicalName: strings.ToLower(words[0]), DisplayName: label,
		ForCreate: true, ForUpdate: true, ForRead: true,
	}
	if t.find(c.LogicalName) != nil {
		return fmt.Errorf("column %s is defined twice", c.LogicalName)
	}
	if err := setKind(c, words[1]); err != nil {
		return err
	}
	for _, word := range words[2:] {
		if err := setDetail(c, word); err != nil {
			return fmt.Errorf("column %s: %w", c.LogicalName, err)
		}
	}
	if (c.Kind == meta.String || c.Kind == meta.Memo) && c.MaxLength == 0 {
		return fmt.Errorf("column %s: no length", c.LogicalName)
	}
	t.table.Columns = append(t.table.Columns, c)
	if c.Kind == meta.Money {
		t.table.Columns = append(t.table.Columns, BaseOf(c))
	}
	t.table.Columns = append(t.table.Columns, meta.Companions(c)...)
	return nil
}

// setKind sets the kind and what it implies (Dataverse facts 6.1).
func setKind(c *meta.Column, word string) error {
	switch word {
	case "string":
		c.Kind = meta.String
	case "memo":
		c.Kind = meta.Memo
	case "entityname":
		c.Kind, c.MaxLength = meta.EntityName, 64
	case "integer":
		c.Kind, c.Min, c.Max = meta.Integer, math.MinInt32, math.MaxInt32
	case "bigint":
		c.Kind, c.Min, c.Max = meta.BigInt, math.MinInt64, math.MaxInt64
	case "decimal":
		c.Kind, c.Min, c.Max, c.Precision = meta.Decimal, -1e11, 1e11, 2
	case "double":
		c.Kind, c.Min, c.Max, c.Precision = meta.Double, -1e11, 1e11, 2
	case "money":
		c.Kind, c.Min, c.Max, c.Precision, c.PrecisionSource = meta.Money, -moneyLimit, moneyLimit, 2, meta.PrecisionOfCurrency
	case "boolean":
		c.Kind = meta.Boolean
		c.Options = []meta.Option{{Value: 0, Label: "No", Name: "No", Default: true}, {Value: 1, Label: "Yes", Name: "Yes"}}
	case "datetime":
		c.Kind = meta.DateTime
	case "dateonly":
		c.Kind, c.Date, c.DateOnly = meta.DateTime, meta.DateOnly, true
	case "choice":
		c.Kind = meta.Choice
	case "state":
		c.Kind = meta.State
	case "status":
		c.Kind = meta.Status
	case "lookup":
		c.Kind = meta.Lookup
	case "customer":
		c.Kind = meta.Customer
	case "owner":
		c.Kind = meta.Owner
	case "id":
		c.Kind = meta.UniqueID
	case "file":
		c.Kind, c.MaxKB, c.ForCreate, c.ForUpdate = meta.File, meta.DefaultFileKB, false, false
	case "image":
		c.Kind, c.MaxKB = meta.Image, meta.DefaultImageKB
	default:
		return fmt.Errorf("unknown kind %q", word)
	}
	return nil
}

const moneyLimit = 922337203685477

// setDetail takes a word after the kind: a length, "min..max", ".precision" or a
// flag.
func setDetail(c *meta.Column, word string) error {
	switch word {
	case "readonly":
		c.ForCreate, c.ForUpdate = false, false
	case "createonly":
		c.ForUpdate = false
	case "unread":
		c.ForRead = false
	case "required":
		c.Required = meta.SystemRequired
	case "business":
		c.Required = meta.ApplicationRequired
	case "recommended":
		c.Required = meta.Recommended
	case "primary":
		c.PrimaryImage = true
	case "full":
		c.FullImage = true
	case "day":
		c.DateOnly = true
	case "body":
		c.Body = true
	case "hidden":
		c.Hidden = true
	case "anywhere":
		c.Anywhere = true
	default:
		return setNumbers(c, word)
	}
	return nil
}

func setNumbers(c *meta.Column, word string) error {
	if least, most, ok := strings.Cut(word, ".."); ok {
		var err, err2 error
		c.Min, err = strconv.ParseFloat(least, 64)
		c.Max, err2 = strconv.ParseFloat(most, 64)
		return errors.Join(err, err2)
	}
	if digits, ok := strings.CutPrefix(word, "."); ok {
		n, err := strconv.Atoi(digits)
		c.Precision = n
		return err
	}
	n, err := strconv.Atoi(word)
	if err != nil || n <= 0 {
		return fmt.Errorf("unknown word %q", word)
	}
	c.MaxLength = n
	return nil
}

// BaseOf makes the column that carries a money column's value in the base
// currency.
func BaseOf(c *meta.Column) *meta.Column {
	return &meta.Column{
		SchemaName: c.SchemaName + "_Base", LogicalName: c.LogicalName + "_base", DisplayName: c.DisplayName + " (Base)",
		Kind: meta.Money, Min: -moneyLimit, Max: moneyLimit, Precision: 4, ForRead: true, BaseOf: c,
	}
}

// options reads "[state:] value[*] label | …" for the column above; the asterisk
// marks the default: the value of a new row, or a state's status.
func (t *tableReader) options(line string) error {
	if len(t.table.Columns) == 0 {
		return errors.New("options without a column")
	}
	c := t.table.Columns[len(t.table.Columns)-1]
	var state int64
	text := strings.TrimSpace(line)
	switch c.Kind {
	case meta.Boolean:
		c.Options = nil
	case meta.Choice, meta.Choices, meta.State:
	case meta.Status:
		before, after, _ := strings.Cut(text, ":")
		n, err := strconv.ParseInt(before, 10, 64)
		if err != nil {
			return fmt.Errorf("want: state: value label, have %q", text)
		}
		state, text = n, after
	default:
		return fmt.Errorf("column %s takes no options", c.LogicalName)
	}
	for _, one := range strings.Split(text, " | ") {
		o, err := readOption(strings.TrimSpace(one))
		if err != nil {
			return err
		}
		if _, taken := c.Option(o.Value); taken {
			return fmt.Errorf("option %d of %s is defined twice", o.Value, c.LogicalName)
		}
		o.State = state
		c.Options = append(c.Options, o)
	}
	return nil
}

func readOption(text string) (meta.Option, error) {
	number, label, _ := strings.Cut(text, " ")
	number, isDefault := strings.CutSuffix(number, "*")
	value, err := strconv.ParseInt(number, 10, 64)
	if err != nil || label == "" {
		return meta.Option{}, fmt.Errorf("option %q is not a number and a label", text)
	}
	return meta.Option{Value: value, Label: label, Name: invariant(label), Default: isDefault}, nil
}

// invariant gives the name of an option in the program's language: the label
// without what is no letter or digit ("Not Started" is NotStarted).
func invariant(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, label)
}
