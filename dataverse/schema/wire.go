package schema

import (
	"encoding/json"
	"strings"
)

// crm is the namespace of the service's types.
const crm = "Microsoft.Dynamics.CRM."

// english is the language of labels that are written: the one that every environment has
// unless its base language is another.
const english = 1033

// label is a text in several languages. Null texts have no member.
type label struct {
	Localized []localized `json:"LocalizedLabels"`
	User      *localized  `json:"UserLocalizedLabel"`
}

type localized struct {
	Label    string `json:"Label"`
	Language int    `json:"LanguageCode"`
}

// text is the label in the caller's language, or in any.
func (l label) text() string {
	if l.User != nil {
		return l.User.Label
	}
	if len(l.Localized) > 0 {
		return l.Localized[0].Label
	}
	return ""
}

// object is JSON that is written; members that are nil are left out by put.
type object map[string]any

func (o object) put(name string, value any, given bool) object {
	if given {
		o[name] = value
	}
	return o
}

// labelled writes a text.
func labelled(text string, language int) object {
	return object{"@odata.type": crm + "Label", "LocalizedLabels": []object{{"@odata.type": crm + "LocalizedLabel", "Label": text, "LanguageCode": language}}}
}

// managed is a property that says whether it may be changed.
type managed struct {
	Value string `json:"Value"`
}

func requirement(r Requirement) object {
	return object{"Value": or(r, Optional), "CanBeChanged": true, "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings"}
}

// or gives a value, or what stands for the zero one.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// attribute is a column as it is read. Type decides which members are there.
type attribute struct {
	LogicalName, SchemaName string
	TypeName                managed `json:"AttributeTypeName"`
	DisplayName             label
	Description             label
	RequiredLevel           managed
	AttributeOf             string
	IsPrimaryName           bool
	IsValidForCreate        bool
	IsValidForUpdate        bool
	IsValidForRead          bool

	MaxLength        int
	MinValue         *number
	MaxValue         *number
	Precision        int
	Format           string
	FormatName       *managed
	DateTimeBehavior *managed
	AutoNumberFormat string
	MaxSizeInKB      int
	Targets          []string

	OptionSet       *optionSet
	GlobalOptionSet *optionSet
}

// number is a limit: of dates it is a text, and of no interest here.
type number float64

// UnmarshalJSON reads a number and passes texts over.
func (n *number) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

type optionSet struct {
	Name        string
	IsGlobal    bool
	DisplayName label
	Description label
	Options     []option
	TrueOption  *option
	FalseOption *option
}

type option struct {
	Value int
	Label label
}

func (s *optionSet) options() (all []Option) {
	if s == nil {
		return nil
	}
	list := s.Options
	for _, one := range []*option{s.FalseOption, s.TrueOption} {
		if one != nil {
			list = append(list, *one)
		}
	}
	for _, one := range list {
		all = append(all, Option{one.Value, one.Label.text()})
	}
	return all
}

// column is the column as callers know it.
func (a attribute) column() Column {
	c := Column{
		SchemaName: a.SchemaName, Type: Type(strings.TrimSuffix(a.TypeName.Value, "Type")), Label: a.DisplayName.text(), Description: a.Description.text(),
		Required: Requirement(a.RequiredLevel.Value), Primary: a.IsPrimaryName, MaxLength: a.MaxLength, Min: (*float64)(a.MinValue), Max: (*float64)(a.MaxValue),
		Precision: a.Precision, Format: a.Format, AutoNumber: a.AutoNumberFormat, MaxKB: a.MaxSizeInKB, Targets: a.Targets,
		AttributeOf: a.AttributeOf, Creatable: a.IsValidForCreate, Updatable: a.IsValidForUpdate, Readable: a.IsValidForRead,
	}
	if a.FormatName != nil && a.FormatName.Value != "" {
		c.Format = a.FormatName.Value
	}
	if a.DateTimeBehavior != nil {
		c.Behavior = a.DateTimeBehavior.Value
	}
	if c.Type == DateTime {
		c.Min, c.Max = nil, nil
	}
	return c
}

// definition is the column as it is written.
func (c Column) definition(language int) object {
	o := object{
		"@odata.type": crm + string(c.Type) + "AttributeMetadata", "SchemaName": c.SchemaName,
		"AttributeTypeName": object{"Value": string(c.Type) + "Type"}, "RequiredLevel": requirement(c.Required),
		"DisplayName": labelled(or(c.Label, c.SchemaName), language),
	}
	o.put("Description", labelled(c.Description, language), c.Description != "").put("IsPrimaryName", true, c.Primary)
	switch c.Type {
	case String:
		o.put("MaxLength", or(c.MaxLength, 100), true).put("FormatName", object{"Value": or(c.Format, "Text")}, true).put("AutoNumberFormat", c.AutoNumber, c.AutoNumber != "")
	case Memo:
		o.put("MaxLength", or(c.MaxLength, 2000), true).put("Format", or(c.Format, "TextArea"), true)
	case Integer:
		o.put("Format", or(c.Format, "None"), true)
	case Decimal, Double:
		o.put("Precision", or(c.Precision, 2), true)
	case Money:
		o.put("Precision", or(c.Precision, 2), true).put("PrecisionSource", 0, true)
	case DateTime:
		o.put("Format", or(c.Format, "DateAndTime"), true).put("DateTimeBehavior", object{"Value": or(c.Behavior, "UserLocal")}, true)
	case File, Image:
		o.put("MaxSizeInKB", c.MaxKB, c.MaxKB > 0)
	case Choice, Choices, Boolean:
		c.choose(o, language)
	}
	return o.put("MinValue", c.Min, c.Min != nil).put("MaxValue", c.Max, c.Max != nil)
}

// choose writes the options of a column.
func (c Column) choose(o object, language int) {
	switch {
	case c.GlobalChoice != "":
		o["GlobalOptionSet@odata.bind"] = "/GlobalOptionSetDefinitions(Name='" + c.GlobalChoice + "')"
	case c.Type == Boolean:
		no, yes := Option{0, "No"}, Option{1, "Yes"}
		for _, one := range c.Options {
			if one.Value == 0 {
				no = one
			} else {
				yes = one
			}
		}
		o["OptionSet"] = object{"@odata.type": crm + "BooleanOptionSetMetadata", "OptionSetType": "Boolean", "TrueOption": yes.written(language), "FalseOption": no.written(language)}
	default:
		o["OptionSet"] = object{"@odata.type": crm + "OptionSetMetadata", "IsGlobal": false, "OptionSetType": "Picklist", "Options": written(c.Options, language)}
	}
}

func (o Option) written(language int) object {
	return object{"Value": o.Value, "Label": labelled(o.Label, language)}
}

func written(options []Option, language int) []object {
	all := []object{}
	for _, o := range options {
		all = append(all, o.written(language))
	}
	return all
}
