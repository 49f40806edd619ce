package schema

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/dataverse"
)

// Report tells what Ensure did and saw.
type Report struct {
	Created []string // components that were missing: "table new_project", "column new_budget", in order
	Drift   []Drift  // what is there and is not as defined; it was left so
}

// Drift is a property of a component that differs from its definition.
type Drift struct {
	Component string // "column new_budget"
	Property  string // a field of the definition: "Type", "MaxLength"
	Have      string // in the environment
	Want      string // in the definition
}

// String is "column new_budget: Type is Money, want Decimal".
func (d Drift) String() string {
	return fmt.Sprintf("%s: %s is %s, want %s", d.Component, d.Property, d.Have, d.Want)
}

// EnsureTable sees to it that a table is there with everything that is defined: it makes what
// is missing, and reports what differs. It never drops or changes anything, and what the table
// has besides is left alone. Fields of the definition that are zero match anything. When an
// error comes midway, what was made stays, and the next run goes on from there.
func EnsureTable(ctx context.Context, c *dataverse.Client, t Table, o *Options) (Report, error) {
	var r Report
	if _, err := t.primary(); err != nil {
		return r, err
	}
	have, err := ReadTable(ctx, c, t.LogicalName())
	if errors.Is(err, dataverse.ErrNotFound) {
		if err = CreateTable(ctx, c, t, o); err == nil {
			r.Created = append(r.Created, "table "+t.LogicalName())
			have, err = ReadTable(ctx, c, t.LogicalName())
		}
	} else if err == nil {
		r.compareTable(have, t)
	}
	if err != nil {
		return r, err
	}
	if err := r.columns(ctx, c, have, t, o); err != nil {
		return r, err
	}
	if err := r.keys(ctx, c, have, t, o); err != nil {
		return r, err
	}
	return r, r.manyToMany(ctx, c, have, t)
}

func (r *Report) differ(component, property, have, want string) {
	if want != "" && have != want {
		r.Drift = append(r.Drift, Drift{component, property, have, want})
	}
}

func (r *Report) compareTable(have, want Table) {
	at := "table " + want.LogicalName()
	r.differ(at, "Label", have.Label, want.Label)
	r.differ(at, "Plural", have.Plural, want.Plural)
	r.differ(at, "Description", have.Description, want.Description)
	r.differ(at, "Ownership", string(have.Ownership), string(want.Ownership))
}

func (r *Report) columns(ctx context.Context, c *dataverse.Client, have, want Table, o *Options) error {
	for _, column := range want.Columns {
		if there, is := have.Column(column.LogicalName()); is {
			r.compareColumn(there, column)
			continue
		}
		if err := CreateColumn(ctx, c, want.LogicalName(), column, o); err != nil {
			return err
		}
		r.Created = append(r.Created, "column "+column.LogicalName())
	}
	return nil
}

func (r *Report) compareColumn(have, want Column) {
	at := "column " + want.LogicalName()
	r.differ(at, "Type", string(have.Type), string(want.Type))
	if have.Type != want.Type {
		return // the rest has other meanings
	}
	r.differ(at, "Label", have.Label, want.Label)
	r.differ(at, "Description", have.Description, want.Description)
	r.differ(at, "Required", string(have.Required), string(want.Required))
	r.differ(at, "MaxLength", whole(have.MaxLength), whole(want.MaxLength))
	r.differ(at, "Precision", whole(have.Precision), whole(want.Precision))
	r.differ(at, "Min", limit(have.Min), limit(want.Min))
	r.differ(at, "Max", limit(have.Max), limit(want.Max))
	r.differ(at, "Format", have.Format, want.Format)
	r.differ(at, "Behavior", have.Behavior, want.Behavior)
	r.differ(at, "AutoNumber", have.AutoNumber, want.AutoNumber)
	r.differ(at, "GlobalChoice", have.GlobalChoice, want.GlobalChoice)
	r.differ(at, "Targets", strings.Join(slices.Sorted(slices.Values(have.Targets)), ", "), strings.Join(slices.Sorted(slices.Values(want.Targets)), ", "))
	r.compareOptions(at, have.Options, want.Options)
}

// compareOptions reports values that are missing or called otherwise: they are not added, for
// the order and the values of options are somebody's choice.
func (r *Report) compareOptions(at string, have, want []Option) {
	for _, o := range want {
		i := slices.IndexFunc(have, func(h Option) bool { return h.Value == o.Value })
		property := fmt.Sprintf("option %d", o.Value)
		if i < 0 {
			r.differ(at, property, "missing", o.Label)
			continue
		}
		r.differ(at, property, have[i].Label, o.Label)
	}
}

func whole(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

func limit(n *float64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

func (r *Report) keys(ctx context.Context, c *dataverse.Client, have, want Table, o *Options) error {
	for _, k := range want.Keys {
		i := slices.IndexFunc(have.Keys, func(h Key) bool { return h.LogicalName() == k.LogicalName() })
		if i >= 0 {
			r.differ("key "+k.LogicalName(), "Columns", strings.Join(have.Keys[i].Columns, ", "), strings.Join(k.Columns, ", "))
			continue
		}
		if err := CreateKey(ctx, c, want.LogicalName(), k, o); err != nil {
			return err
		}
		r.Created = append(r.Created, "key "+k.LogicalName())
	}
	return nil
}

func (r *Report) manyToMany(ctx context.Context, c *dataverse.Client, have, want Table) error {
	for _, m := range want.ManyToMany {
		i := slices.IndexFunc(have.ManyToMany, func(h ManyToMany) bool { return strings.EqualFold(h.SchemaName, m.SchemaName) })
		if i >= 0 {
			r.differ("relationship "+m.SchemaName, "Other", have.ManyToMany[i].Other, m.Other)
			continue
		}
		if err := CreateManyToMany(ctx, c, want.LogicalName(), m); err != nil {
			return err
		}
		r.Created = append(r.Created, "relationship "+m.SchemaName)
	}
	return nil
}

// EnsureChoice sees to it that a shared choice is there. Values that it lacks are reported, as
// by [EnsureTable].
func EnsureChoice(ctx context.Context, c *dataverse.Client, g GlobalChoice, o *Options) (Report, error) {
	var r Report
	have, err := ReadChoice(ctx, c, g.Name)
	if errors.Is(err, dataverse.ErrNotFound) {
		if err = CreateChoice(ctx, c, g, o); err == nil {
			r.Created = append(r.Created, "choice "+g.Name)
		}
		return r, err
	}
	if err == nil {
		r.differ("choice "+g.Name, "Label", have.Label, g.Label)
		r.compareOptions("choice "+g.Name, have.Options, g.Options)
	}
	return r, err
}
