package custom

import (
	"slices"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// NewColumn is a column to be added. Numbers that were not given have their kind's
// span; Given says which were.
type NewColumn struct {
	Column  Column
	Primary bool // it is to name the rows of a new table
	Given   Given
}

// Given says what of a column a request gave.
type Given struct{ Length, Low, High, Precision, AutoNumber, Audit bool }

// CreateColumn adds a column to a table.
type CreateColumn struct{ NewColumn }

// Needs names prvCreateAttribute.
func (CreateColumn) Needs() []string { return []string{"prvCreateAttribute"} }

func (c CreateColumn) apply(e *edit) error {
	t, err := e.table(c.Column.Table)
	if err != nil {
		return err
	}
	if c.Primary {
		return dverr.DuplicatePrimaryName.With(c.Column.LogicalName(), t.LogicalName, t.LogicalName, t.PrimaryName.LogicalName)
	}
	if kindOf(c.Column.Kind) == meta.Lookup || kindOf(c.Column.Kind) == meta.Customer {
		return dverr.InvalidArgument.Text("Lookup attributes can be created only with a relationship.").
			Helping("POST RelationshipDefinitions with a Lookup, or call CreateCustomerRelationships")
	}
	if err := c.judge(e); err != nil {
		return err
	}
	if t.Column(c.Column.LogicalName()) != nil {
		return dverr.AttributeNameExists.With()
	}
	c.Column.Order = e.set.next()
	e.keep(c.Column)
	return nil
}

// longest gives the greatest MaxLength of a kind (Dataverse facts 6.1).
func longest(k meta.Kind) int {
	if k == meta.Memo {
		return 1048576
	}
	return 4000
}

// judge refuses what cannot be a column, and fills in what was not given.
func (c *NewColumn) judge(e *edit) error {
	x := &c.Column
	if err := e.name(x.SchemaName); err != nil {
		return err
	}
	if len(x.Labels.Name) == 0 {
		return dverr.InvalidDisplayName.With()
	}
	if err := x.judgeAutoNumber(); err != nil {
		return err
	}
	switch k := kindOf(x.Kind); k {
	case meta.String, meta.Memo:
		if !c.Given.Length {
			x.MaxLength = 100
		}
		if x.MaxLength < 1 || x.MaxLength > longest(k) {
			return dverr.InvalidArgument.Text("The MaxLength of the attribute %s must be between 1 and %d.", x.LogicalName(), longest(k))
		}
	case meta.Integer, meta.BigInt, meta.Decimal, meta.Double, meta.Money:
		return c.judgeNumber(k)
	case meta.Choice, meta.Choices, meta.Boolean:
		return c.judgeOptions(e, k)
	case meta.DateTime, meta.Lookup, meta.Customer:
	case meta.File:
		return x.judgeContent(meta.DefaultFileKB, meta.MostFileKB)
	case meta.Image:
		return x.judgeContent(meta.DefaultImageKB, meta.MostImageKB)
	default:
		return dverr.NotImplemented.Text("Attributes of type %s cannot be created here.", x.Kind)
	}
	return nil
}

func (c *NewColumn) judgeNumber(k meta.Kind) error {
	x := &c.Column
	low, high, digits := span(k)
	if !c.Given.Low {
		x.Min = low
	}
	if !c.Given.High {
		x.Max = high
	}
	if !c.Given.Precision && k != meta.Integer && k != meta.BigInt {
		x.Precision = 2
	}
	switch {
	case x.Min < low || x.Max > high || x.Min > x.Max:
		return dverr.InvalidArgument.Text("The MinValue and MaxValue of the attribute %s must be between %v and %v, and in this order.", x.LogicalName(), low, high)
	case x.Precision < 0 || x.Precision > digits:
		return dverr.InvalidArgument.Text("The Precision of the attribute %s must be between 0 and %d.", x.LogicalName(), digits)
	case x.PrecisionSource < 0 || x.PrecisionSource > 2:
		return dverr.InvalidArgument.Text("The PrecisionSource of the attribute %s must be 0, 1 or 2.", x.LogicalName())
	}
	return nil
}

// judgeOptions gives new options their values and refuses repeated ones.
func (c *NewColumn) judgeOptions(e *edit, k meta.Kind) (err error) {
	x := &c.Column
	if k == meta.Boolean {
		return c.judgeBoolean()
	}
	if x.OptionSet != "" {
		if _, ok := e.optionSet(x.OptionSet); !ok {
			return noOptionSet(x.OptionSet)
		}
		x.Options = nil
		return nil
	}
	if x.Options, err = e.number(x.Options); err != nil {
		return err
	}
	for i := range x.Options {
		x.Options[i].Default = x.HasDefaultOption && x.Options[i].Value == x.DefaultOption
	}
	return nil
}

func (c *NewColumn) judgeBoolean() error {
	x := &c.Column
	if len(x.Options) == 0 {
		x.Options = []meta.Option{
			{Value: 0, Label: "No", Name: "No", Labels: meta.Labels{Name: inBase("No")}},
			{Value: 1, Label: "Yes", Name: "Yes", Labels: meta.Labels{Name: inBase("Yes")}},
		}
	}
	if len(x.Options) != 2 {
		return dverr.WrongBooleanOptions.With()
	}
	if x.Options[0].Value+x.Options[1].Value != 1 || x.Options[0].Value*x.Options[1].Value != 0 {
		return dverr.BooleanOptionOutOfRange.With()
	}
	slices.SortFunc(x.Options, func(a, b meta.Option) int { return int(a.Value - b.Value) })
	for i := range x.Options {
		x.Options[i].Default = x.Options[i].Value == x.DefaultOption
	}
	return nil
}

// UpdateColumn replaces what may be changed of a column. Options are changed by the
// actions for them.
type UpdateColumn struct {
	NewColumn
	Merge bool
}

// Needs names prvWriteAttribute.
func (UpdateColumn) Needs() []string { return []string{"prvWriteAttribute"} }

func (c UpdateColumn) apply(e *edit) error {
	is, kept, err := e.column(c.Column.Table, c.Column.LogicalName())
	if err != nil {
		return err
	}
	if kindOf(c.Column.Kind) != is.Kind && !(is.IsLookup() && kindOf(c.Column.Kind) == meta.Lookup) {
		return dverr.InvalidArgument.Text("The type of the attribute %s cannot be changed.", is.LogicalName)
	}
	kept.Labels = mergeLabels(kept.Labels, c.Column.Labels, c.Merge)
	if is.Required != meta.SystemRequired {
		kept.Required = c.Column.Required
	}
	if !is.Hidden && is != is.Table.PrimaryID && is.Kind != meta.Owner {
		kept.Secured = c.Column.Secured
	}
	if c.Given.Audit {
		kept.Unaudited = c.Column.Unaudited
	}
	if err := c.resize(is, &kept); err != nil {
		return err
	}
	if is.Kind == meta.Choice || is.Kind == meta.Choices {
		kept.preset(c.Column)
	}
	e.keep(kept)
	return nil
}

// preset marks the default option.
func (c *Column) preset(given Column) {
	c.HasDefaultOption, c.DefaultOption = given.HasDefaultOption, given.DefaultOption
	c.Options = slices.Clone(c.Options)
	for i := range c.Options {
		c.Options[i].Default = c.HasDefaultOption && c.Options[i].Value == c.DefaultOption
	}
}

// resize takes over the numbers that the request gave. A length or a span can shrink:
// rows that are there keep what they have.
func (c UpdateColumn) resize(is *meta.Column, kept *Column) error {
	x := NewColumn{Column: *kept, Given: Given{Length: true, Low: true, High: true, Precision: true, AutoNumber: true}}
	g := c.Column
	if c.Given.Length {
		x.Column.MaxLength = g.MaxLength
	}
	if c.Given.Low {
		x.Column.Min = g.Min
	}
	if c.Given.High {
		x.Column.Max = g.Max
	}
	if c.Given.Precision {
		x.Column.Precision = g.Precision
	}
	x.Column.Format = orElse(g.Format, kept.Format)
	if c.Given.AutoNumber { // "" makes it a column like others
		x.Column.AutoNumber = g.AutoNumber
	}
	if err := x.Column.judgeAutoNumber(); err != nil {
		return err
	}
	switch is.Kind {
	case meta.String, meta.Memo:
		if x.Column.MaxLength < 1 || x.Column.MaxLength > longest(is.Kind) {
			return dverr.InvalidArgument.Text("The MaxLength of the attribute %s must be between 1 and %d.", is.LogicalName, longest(is.Kind))
		}
	case meta.Integer, meta.Decimal, meta.Double, meta.Money:
		x.Column.PrecisionSource = g.PrecisionSource
		if err := x.judgeNumber(is.Kind); err != nil {
			return err
		}
	case meta.DateTime:
		if err := redate(is, &x.Column, g); err != nil {
			return err
		}
	}
	*kept = x.Column
	return nil
}

// redate changes the behaviour of a date: once, from UserLocal (Dataverse facts 6.2).
func redate(is *meta.Column, x *Column, given Column) error {
	if given.Date != is.Date && (is.Date != meta.UserLocal || !is.Custom) {
		return dverr.InvalidDateBehavior.With()
	}
	if given.Date == meta.DateOnly && !given.DateOnly {
		return dverr.InvalidDateFormat.With()
	}
	x.Date, x.DateOnly = given.Date, given.DateOnly
	return nil
}

// DeleteColumn removes a column with its values; a lookup takes its relationships along.
type DeleteColumn struct{ Table, Name string }

// Needs names prvDeleteAttribute.
func (DeleteColumn) Needs() []string { return []string{"prvDeleteAttribute"} }

func (c DeleteColumn) apply(e *edit) error {
	is, _, err := e.column(c.Table, c.Name)
	switch {
	case err != nil:
		return err
	case is == is.Table.PrimaryName:
		return dverr.CannotDeletePrimaryName.With()
	case is.BaseOf != nil:
		return dverr.CannotDeleteChild.With()
	case !is.Custom || is == is.Table.PrimaryID:
		return dverr.AttributeNotCustom.With()
	}
	uses := 0
	for _, k := range is.Table.Keys {
		if slices.Contains(k.Columns, is) {
			uses++
		}
	}
	if uses > 0 {
		return dverr.CannotDeleteReferenced.With("Attribute", catalog.ID("column/"+c.Table+"/"+c.Name), uses)
	}
	for name, r := range e.set.relationships {
		if r.Intersect == "" && r.Referencing == c.Table && r.Lookup == c.Name {
			delete(e.set.relationships, name)
		}
	}
	delete(e.set.columns, c.Table+"."+c.Name)
	return nil
}
