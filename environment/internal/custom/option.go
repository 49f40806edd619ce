package custom

import (
	"slices"
	"strings"
	"unicode"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

// number gives options without a value (negative) the next of the publisher, and fills
// in what their labels imply.
func (e *edit) number(options []meta.Option) ([]meta.Option, error) {
	options = slices.Clone(options)
	seen := map[int64]bool{}
	for i := range options {
		o := &options[i]
		if len(o.Labels.Name) == 0 {
			return nil, dverr.InvalidOptionSet.Text("An option of the OptionSet has no label.")
		}
		o.Label = meta.InBase(o.Labels.Name)
		o.Name = invariant(o.Label)
		if o.Value < 0 {
			o.Value = e.nextOption(options)
		}
		if seen[o.Value] {
			return nil, dverr.OptionValueExists.With()
		}
		seen[o.Value] = true
	}
	return options, nil
}

func invariant(label string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, label)
}

// nextOption is the first value at or above prefix * 10,000 that is greater than all
// that options have from there (Dataverse facts 5.20).
func (e *edit) nextOption(options []meta.Option) int64 {
	next := e.OptionPrefix * 10000
	for _, o := range options {
		if o.Value >= next && o.Value < (e.OptionPrefix+1)*10000 {
			next = o.Value + 1
		}
	}
	return next
}

func (e *edit) optionSet(name string) (OptionSet, bool) {
	o, ok := e.set.optionSets[strings.ToLower(name)]
	return o, ok
}

func noOptionSet(name string) error {
	return dverr.ObjectDoesNotExist.Text("Could not find an optionset with name %s.", name)
}

// CreateOptionSet makes a choice that columns can share.
type CreateOptionSet struct {
	Name    string
	Labels  meta.Labels
	Options []meta.Option
}

// Needs names prvCreateOptionSet.
func (CreateOptionSet) Needs() []string { return []string{"prvCreateOptionSet"} }

func (c CreateOptionSet) apply(e *edit) error {
	if err := e.name(c.Name); err != nil {
		return err
	}
	if _, taken := e.optionSet(c.Name); taken {
		return dverr.OptionSetNameExists.With()
	}
	if len(c.Labels.Name) == 0 {
		return dverr.InvalidDisplayName.With()
	}
	options, err := e.number(c.Options)
	e.set.optionSets[strings.ToLower(c.Name)] = OptionSet{Order: e.set.next(), Name: c.Name, Labels: c.Labels, Options: options}
	return err
}

// UpdateOptionSet changes the texts of a shared choice.
type UpdateOptionSet struct {
	Name   string
	Labels meta.Labels
	Merge  bool
}

// Needs names prvWriteOptionSet.
func (UpdateOptionSet) Needs() []string { return []string{"prvWriteOptionSet"} }

func (c UpdateOptionSet) apply(e *edit) error {
	o, ok := e.optionSet(c.Name)
	if !ok {
		return noOptionSet(c.Name)
	}
	o.Labels = mergeLabels(o.Labels, c.Labels, c.Merge)
	e.set.optionSets[strings.ToLower(c.Name)] = o
	return nil
}

// DeleteOptionSet removes a shared choice that no column has.
type DeleteOptionSet struct{ Name string }

// Needs names prvDeleteOptionSet.
func (DeleteOptionSet) Needs() []string { return []string{"prvDeleteOptionSet"} }

func (c DeleteOptionSet) apply(e *edit) error {
	if _, ok := e.optionSet(c.Name); !ok {
		return noOptionSet(c.Name)
	}
	uses := 0
	for _, x := range e.set.columns {
		if strings.EqualFold(x.OptionSet, c.Name) {
			uses++
		}
	}
	if uses > 0 {
		return dverr.CannotDeleteReferenced.With("OptionSet", catalog.ID("choice/"+strings.ToLower(c.Name)), uses)
	}
	delete(e.set.optionSets, strings.ToLower(c.Name))
	return nil
}

// Options names the options of a shared choice, or else of a column.
type Options struct{ OptionSet, Table, Column string }

// change reads the options, lets edit change them, and keeps them.
func (at Options) change(e *edit, edit func(k meta.Kind, options []meta.Option) ([]meta.Option, error)) error {
	if at.OptionSet != "" {
		return at.changeShared(e, at.OptionSet, edit)
	}
	is, kept, err := e.column(at.Table, at.Column)
	if err != nil {
		return err
	}
	if kept.OptionSet != "" {
		return at.changeShared(e, kept.OptionSet, edit)
	}
	if kept.Options, err = edit(is.Kind, slices.Clone(kept.Options)); err != nil {
		return err
	}
	e.keep(kept)
	return nil
}

func (at Options) changeShared(e *edit, name string, edit func(k meta.Kind, options []meta.Option) ([]meta.Option, error)) error {
	o, ok := e.optionSet(name)
	if !ok {
		return noOptionSet(name)
	}
	var err error
	if o.Options, err = edit(meta.Choice, slices.Clone(o.Options)); err != nil {
		return err
	}
	e.set.optionSets[strings.ToLower(name)] = o
	return nil
}

// Needs names prvWriteOptionSet for shared choices, prvWriteAttribute for columns.
func (at Options) Needs() []string {
	if at.OptionSet != "" {
		return []string{"prvWriteOptionSet"}
	}
	return []string{"prvWriteAttribute"}
}

// InsertOption adds an option; a negative Value takes the next one. State is set for a
// status and only there.
type InsertOption struct {
	Options
	Value  int64
	Labels meta.Labels
	Color  string
	Status bool
	State  int64
}

func (c InsertOption) apply(e *edit) error {
	return c.change(e, func(k meta.Kind, options []meta.Option) ([]meta.Option, error) {
		switch {
		case k == meta.Boolean:
			return nil, dverr.CannotAddBoolean.With()
		case k == meta.State:
			return nil, dverr.CannotAddState.With()
		case c.Status != (k == meta.Status), k != meta.Choice && k != meta.Choices && k != meta.Status:
			if k == meta.Status {
				return nil, dverr.StatusNeedsState.With()
			}
			return nil, dverr.InsertOptionInvalidType.With()
		}
		if c.Status {
			if state := e.Model.Table(c.Table).Column("statecode"); state == nil {
				return nil, dverr.StatusHasInvalidState.With()
			} else if _, ok := state.Option(c.State); !ok {
				return nil, dverr.StatusHasInvalidState.With()
			}
		}
		options, err := e.number(append(options, meta.Option{Value: c.Value, Labels: c.Labels, Color: c.Color, State: c.State}))
		if err == nil {
			e.made.Option = options[len(options)-1].Value
		}
		return options, err
	})
}

// UpdateOption changes the texts of an option.
type UpdateOption struct {
	Options
	Value  int64
	Labels meta.Labels
	Color  string
	Merge  bool
}

func (c UpdateOption) apply(e *edit) error {
	return c.change(e, func(_ meta.Kind, options []meta.Option) ([]meta.Option, error) {
		at := indexOf(options, c.Value)
		if at < 0 {
			return nil, dverr.OptionValueUnknown.With()
		}
		o := &options[at]
		o.Labels = mergeLabels(o.Labels, c.Labels, c.Merge)
		o.Label, o.Color = meta.InBase(o.Labels.Name), orElse(c.Color, o.Color)
		return options, nil
	})
}

func indexOf(options []meta.Option, value int64) int {
	return slices.IndexFunc(options, func(o meta.Option) bool { return o.Value == value })
}

// DeleteOption takes an option out; rows that have it keep it.
type DeleteOption struct {
	Options
	Value int64
}

func (c DeleteOption) apply(e *edit) error {
	return c.change(e, func(k meta.Kind, options []meta.Option) ([]meta.Option, error) {
		at := indexOf(options, c.Value)
		switch {
		case k != meta.Choice && k != meta.Choices && k != meta.Status:
			return nil, dverr.CannotDeleteOptionsOf.With()
		case at < 0:
			return nil, dverr.OptionValueUnknown.With()
		case k == meta.Status && options[at].Default:
			return nil, dverr.CannotDeleteDefault.With()
		}
		return slices.Delete(options, at, at+1), nil
	})
}

// OrderOptions puts options into an order, which must name all of them.
type OrderOptions struct {
	Options
	Values []int64
}

func (c OrderOptions) apply(e *edit) error {
	return c.change(e, func(_ meta.Kind, options []meta.Option) ([]meta.Option, error) {
		if len(c.Values) != len(options) {
			return nil, dverr.OptionOrderLength.With()
		}
		var sorted []meta.Option
		for _, v := range c.Values {
			at := indexOf(options, v)
			if at < 0 || indexOf(sorted, v) >= 0 {
				return nil, dverr.OptionOrderMissing.With()
			}
			sorted = append(sorted, options[at])
		}
		return sorted, nil
	})
}
