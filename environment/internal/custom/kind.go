package custom

import (
	"math"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// kinds names the kinds of columns that makers add or change, as they are kept.
var kinds = [...]string{
	meta.String: "string", meta.Memo: "memo", meta.Integer: "integer", meta.BigInt: "bigint", meta.Decimal: "decimal",
	meta.Double: "double", meta.Money: "money", meta.Boolean: "boolean", meta.DateTime: "datetime", meta.Choice: "choice",
	meta.Choices: "choices", meta.State: "state", meta.Status: "status", meta.Lookup: "lookup", meta.Customer: "customer",
	meta.Owner: "owner", meta.UniqueID: "id", meta.EntityName: "entityname", meta.File: "file", meta.Image: "image",
}

// kindOf reads a word of kinds; zero for another word.
func kindOf(word string) meta.Kind {
	for k, name := range kinds {
		if name == word && name != "" {
			return meta.Kind(k)
		}
	}
	return 0
}

// KindName gives the word for a kind in Column.Kind.
func KindName(k meta.Kind) string { return kinds[k] }

// ColumnOf gives what a maker may change of a column, as it is.
func ColumnOf(c *meta.Column) Column {
	x := Column{
		Table: c.Table.LogicalName, SchemaName: c.SchemaName, Kind: kinds[c.Kind], Labels: labelsOf(c.Labels, c.DisplayName, ""),
		Required: c.Required, Secured: c.Secured, Unaudited: !c.Audited, MaxLength: c.MaxLength, Min: c.Min, Max: c.Max,
		Precision: c.Precision, PrecisionSource: c.PrecisionSource, Format: c.Format, AutoNumber: c.AutoNumber,
		Date: c.Date, DateOnly: c.DateOnly, MaxKB: c.MaxKB, FullImage: c.FullImage, PrimaryImage: c.PrimaryImage,
	}
	for _, o := range c.Options {
		o.Labels = labelsOf(o.Labels, o.Label, "")
		x.Options = append(x.Options, o)
		if o.Default {
			x.DefaultOption, x.HasDefaultOption = o.Value, true
		}
	}
	if c.OptionSet != nil {
		x.OptionSet, x.Options = c.OptionSet.Name, nil
	}
	return x
}

// labelsOf gives the labels of a component, which one of the catalogue has in the base
// language alone.
func labelsOf(l meta.Labels, name, plural string) meta.Labels {
	if len(l.Name) == 0 {
		l.Name = inBase(name)
	}
	if len(l.Plural) == 0 {
		l.Plural = inBase(plural)
	}
	return l
}

func inBase(text string) []meta.Localized {
	if text == "" {
		return nil
	}
	return []meta.Localized{{Language: meta.BaseLanguage, Text: text}}
}

// span is the range of values that a kind of number has (Dataverse facts 6.1).
func span(k meta.Kind) (low, high float64, digits int) {
	switch k {
	case meta.Integer:
		return math.MinInt32, math.MaxInt32, 0
	case meta.BigInt:
		return math.MinInt64, math.MaxInt64, 0
	case meta.Decimal:
		return -1e11, 1e11, 10
	case meta.Double:
		return -1e11, 1e11, 5
	case meta.Money:
		return -922337203685477, 922337203685477, 4
	}
	return 0, 0, 0
}
