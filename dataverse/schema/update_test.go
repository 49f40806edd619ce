package schema_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/schema"
	"github.com/stead-s2s/stead/steadtest"
)

// What is given changes, and nothing else; then the new definition finds no drift.
func TestUpdates(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), steadtest.Start(t, nil).Client(t, "contoso-app")
	ensured(t, c)
	before, err := schema.ReadTable(ctx, c, "new_project")
	if err != nil {
		t.Fatal(err)
	}
	changed := []schema.Column{
		{SchemaName: "new_Name", Type: schema.String, Primary: true, Label: "Title", MaxLength: 300},
		{SchemaName: "new_Mail", Type: schema.String, Description: "Where to write", Format: "Url"},
		{SchemaName: "new_Count", Type: schema.Integer, Max: limit(7), Required: schema.Recommended},
		{SchemaName: "new_Ratio", Type: schema.Decimal, Precision: 1},
		{SchemaName: "new_Phase", Type: schema.Choice, Label: "Stage"},
	}
	for _, column := range changed {
		if err := schema.UpdateColumn(ctx, c, "new_project", column, nil); err != nil {
			t.Error(err)
		}
	}
	if err := errors.Join(
		schema.UpdateTable(ctx, c, schema.Table{SchemaName: "new_Project", Label: "Enterprise"}, nil),
		schema.RenameOption(ctx, c, "new_project", "new_phase", schema.Option{Value: 100000000, Label: "Think"}, nil),
		schema.DeleteOption(ctx, c, "new_project", "new_phase", 100000001),
		schema.RenameOption(ctx, c, "", "new_colors", schema.Option{Value: 100000001, Label: "Azure"}, nil),
	); err != nil {
		t.Fatal(err)
	}
	r, err := schema.EnsureTable(ctx, c, schema.Table{SchemaName: "new_Project", Label: "Enterprise", Plural: "Projects", Description: "What is built", Columns: changed}, nil)
	if err != nil || len(r.Created) > 0 || len(r.Drift) > 0 {
		t.Errorf("%+v, %v", r, err)
	}
	after, err := schema.ReadTable(ctx, c, "new_project")
	if err != nil {
		t.Fatal(err)
	}
	if phase, _ := after.Column("new_phase"); !slices.Equal(phase.Options, []schema.Option{{Value: 100000000, Label: "Think"}}) {
		t.Errorf("options: %v", phase.Options)
	}
	if color, _ := after.Column("new_color"); color.Options[1].Label != "Azure" {
		t.Errorf("shared options: %v", color.Options)
	}
	mail, _ := after.Column("new_mail")
	if old, _ := before.Column("new_mail"); mail.Label != old.Label || mail.MaxLength != old.MaxLength || mail.Required != old.Required {
		t.Errorf("more was changed: %+v", mail)
	}
	if len(after.Columns) != len(before.Columns) {
		t.Errorf("%d columns, before %d", len(after.Columns), len(before.Columns))
	}
	err = schema.UpdateColumn(ctx, c, "new_project", schema.Column{SchemaName: "new_None", Label: "x"}, nil)
	if !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("a column that is not there: %v", err)
	}
}

// A label in another language stands beside the one that is there.
func TestLanguages(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), steadtest.Start(t, nil).Client(t, "contoso-app")
	ensured(t, c)
	if err := schema.UpdateColumn(ctx, c, "new_project", schema.Column{SchemaName: "new_Mail", Label: "Post"}, &schema.Options{Language: 1031}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		DisplayName struct {
			LocalizedLabels []struct {
				Label        string
				LanguageCode int
			}
		}
	}
	if err := c.Do(ctx, "GET", "EntityDefinitions(LogicalName='new_project')/Attributes(LogicalName='new_mail')", nil, &got, nil); err != nil {
		t.Fatal(err)
	}
	labels := map[int]string{}
	for _, l := range got.DisplayName.LocalizedLabels {
		labels[l.LanguageCode] = l.Label
	}
	if labels[1033] != "Mail" || labels[1031] != "Post" {
		t.Errorf("labels: %v", labels)
	}
}
