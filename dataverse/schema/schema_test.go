package schema_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/schema"
	"github.com/stead-s2s/stead/steadtest"
)

func limit(n float64) *float64 { return &n }

// project has a column of every type that makers add.
var project = schema.Table{
	SchemaName: "new_Project", Label: "Project", Plural: "Projects", Description: "What is built",
	Columns: []schema.Column{
		{SchemaName: "new_Name", Type: schema.String, Primary: true, MaxLength: 200, Required: schema.Required},
		{SchemaName: "new_Mail", Type: schema.String, Label: "Mail", MaxLength: 80, Format: "Email"},
		{SchemaName: "new_Number", Type: schema.String, AutoNumber: "P-{SEQNUM:5}"},
		{SchemaName: "new_Story", Type: schema.Memo, MaxLength: 4000},
		{SchemaName: "new_Count", Type: schema.Integer, Min: limit(0), Max: limit(100)},
		{SchemaName: "new_Ratio", Type: schema.Decimal, Precision: 3, Min: limit(-1), Max: limit(1)},
		{SchemaName: "new_Size", Type: schema.Double, Precision: 4},
		{SchemaName: "new_Budget", Type: schema.Money, Min: limit(0)},
		{SchemaName: "new_Urgent", Type: schema.Boolean, Options: []schema.Option{{Value: 0, Label: "Can wait"}, {Value: 1, Label: "Now"}}},
		{SchemaName: "new_Due", Type: schema.DateTime, Format: "DateOnly", Behavior: "DateOnly"},
		{SchemaName: "new_Phase", Type: schema.Choice, Options: []schema.Option{{Value: 100000000, Label: "Plan"}, {Value: 100000001, Label: "Build"}}},
		{SchemaName: "new_Tags", Type: schema.Choices, Options: []schema.Option{{Value: 100000000, Label: "Roof"}, {Value: 100000001, Label: "Wall"}}},
		{SchemaName: "new_Color", Type: schema.Choice, GlobalChoice: "new_colors"},
		{SchemaName: "new_Site", Type: schema.Lookup, Targets: []string{"account"}},
		{SchemaName: "new_Payer", Type: schema.Customer, Targets: []string{"account", "contact"}},
		{SchemaName: "new_Plan", Type: schema.File, MaxKB: 2048},
		{SchemaName: "new_View", Type: schema.Image, MaxKB: 1024},
	},
	Keys:       []schema.Key{{SchemaName: "new_ByName", Label: "By name", Columns: []string{"new_name"}}},
	ManyToMany: []schema.ManyToMany{{SchemaName: "new_project_contact", Other: "contact"}},
}

var colors = schema.GlobalChoice{Name: "new_colors", Label: "Colors", Options: []schema.Option{{Value: 100000000, Label: "Red"}, {Value: 100000001, Label: "Blue"}}}

// ensured makes the table.
func ensured(t *testing.T, c *dataverse.Client) schema.Report {
	t.Helper()
	if _, err := schema.EnsureChoice(t.Context(), c, colors, nil); err != nil {
		t.Fatal(err)
	}
	r, err := schema.EnsureTable(t.Context(), c, project, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEnsureTable(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	c := w.Client(t, "contoso-app")
	first := ensured(t, c)
	if len(first.Created) != 1+16+1+1 || first.Created[0] != "table new_project" || len(first.Drift) > 0 {
		t.Errorf("the first run: %+v", first)
	}
	again := ensured(t, c)
	if len(again.Created) > 0 || len(again.Drift) > 0 {
		t.Errorf("the second run: %+v", again)
	}
	rows := dataverse.Table[dataverse.Row](c, "new_projects")
	id, err := rows.Create(t.Context(), dataverse.Row{"new_name": "Tower", "new_phase": 100000001, "new_color": 100000000, "new_budget": 12.5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := rows.Get(t.Context(), id, nil); err != nil || got.Money("new_budget") != "12.5000" || got.Int("new_color") != 100000000 {
		t.Errorf("the row: %v, %v", got, err)
	}
	if _, err := rows.Create(t.Context(), dataverse.Row{"new_name": "Tower"}, nil); err == nil {
		t.Error("the key lets a second tower be")
	}
}

// What was made is read back as it was defined, column by column.
func TestReadTable(t *testing.T) {
	t.Parallel()
	c := steadtest.Start(t, nil).Client(t, "contoso-app")
	ensured(t, c)
	got, err := schema.ReadTable(t.Context(), c, "new_project")
	if err != nil {
		t.Fatal(err)
	}
	if got.EntitySet != "new_projects" || got.PrimaryID != "new_projectid" || got.PrimaryName != "new_name" || !got.Custom || got.TypeCode < 10000 || got.Ownership != schema.UserOwned || got.Label != "Project" {
		t.Errorf("the table: %+v", got)
	}
	for _, want := range project.Columns {
		have, found := got.Column(want.LogicalName())
		if !found || have.Type != want.Type || have.SchemaName != want.SchemaName || have.MaxKB != want.MaxKB || have.Creatable == (want.Type == schema.File) || have.GlobalChoice != want.GlobalChoice {
			t.Errorf("%s is read as %+v", want.SchemaName, have)
		}
	}
	color, _ := got.Column("new_color")
	if !slices.Equal(color.Options, colors.Options) {
		t.Errorf("the shared options: %v", color.Options)
	}
	if name, _ := got.Column("new_payername"); name.Type != "" && name.AttributeOf != "new_payer" {
		t.Errorf("the name of the payer: %+v", name)
	}
	if state, _ := got.Column("statecode"); state.Type != schema.State || len(state.Options) != 2 || state.Options[0].Label != "Active" {
		t.Errorf("statecode: %+v", state)
	}
	navigation := map[string]string{}
	for _, l := range got.Lookups {
		navigation[l.Column+" "+l.Table] = l.Navigation
	}
	if navigation["new_site account"] != "new_Site" || navigation["new_payer contact"] != "new_Payer_contact" {
		t.Errorf("navigation: %v", navigation)
	}
	if len(got.Keys) != 1 || got.Keys[0].SchemaName != "new_ByName" || got.Keys[0].Status == "" {
		t.Errorf("keys: %+v", got.Keys)
	}
	if len(got.ManyToMany) != 1 || got.ManyToMany[0].Other != "contact" {
		t.Errorf("many to many: %+v", got.ManyToMany)
	}
	names, err := schema.Tables(t.Context(), c)
	if err != nil || !slices.Contains(names, "new_project") || !slices.IsSorted(names) {
		t.Errorf("tables: %v, %v", names, err)
	}
}

// What differs is told, and left.
func TestDrift(t *testing.T) {
	t.Parallel()
	w := steadtest.Start(t, nil)
	c := w.Client(t, "contoso-app")
	ensured(t, c)
	w.ForgetRequests()
	other := project
	other.Label = "Enterprise"
	other.Columns = []schema.Column{
		{SchemaName: "new_Name", Type: schema.String, Primary: true, MaxLength: 100},
		{SchemaName: "new_Count", Type: schema.Decimal},
		{SchemaName: "new_Ratio", Type: schema.Decimal, Max: limit(2)},
		{SchemaName: "new_Phase", Type: schema.Choice, Options: []schema.Option{{Value: 100000000, Label: "Think"}, {Value: 100000007, Label: "Sell"}}},
		{SchemaName: "new_Site", Type: schema.Lookup, Targets: []string{"contact"}},
	}
	other.Keys = []schema.Key{{SchemaName: "new_ByName", Columns: []string{"new_name", "new_count"}}}
	r, err := schema.EnsureTable(t.Context(), c, other, nil)
	if err != nil || len(r.Created) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	var got []string
	for _, d := range r.Drift {
		got = append(got, d.String())
	}
	want := []string{
		"table new_project: Label is Project, want Enterprise",
		"column new_name: MaxLength is 200, want 100",
		"column new_count: Type is Integer, want Decimal",
		"column new_ratio: Max is 1, want 2",
		"column new_phase: option 100000000 is Plan, want Think",
		"column new_phase: option 100000007 is missing, want Sell",
		"column new_site: Targets is account, want contact",
		"key new_byname: Columns is new_name, want new_name, new_count",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	w.AssertRequests(t, 0, "P*")
	w.AssertRequests(t, 0, "DELETE *")
}

// Each component goes again.
func TestDeletes(t *testing.T) {
	t.Parallel()
	c := steadtest.Start(t, nil).Client(t, "contoso-app")
	ensured(t, c)
	ctx := t.Context()
	for _, step := range []func(context.Context) error{
		func(ctx context.Context) error {
			return schema.AddOption(ctx, c, "new_project", "new_phase", schema.Option{Value: 100000002, Label: "Live"}, nil)
		},
		func(ctx context.Context) error {
			return schema.AddOption(ctx, c, "", "new_colors", schema.Option{Value: 100000002, Label: "Green"}, nil)
		},
		func(ctx context.Context) error { return schema.Publish(ctx, c) },
		func(ctx context.Context) error { return schema.DeleteKey(ctx, c, "new_project", "new_ByName") },
		func(ctx context.Context) error { return schema.DeleteColumn(ctx, c, "new_project", "new_Mail") },
		func(ctx context.Context) error { return schema.DeleteColumn(ctx, c, "new_project", "new_color") },
		func(ctx context.Context) error { return schema.DeleteRelationship(ctx, c, "new_project_contact") },
		func(ctx context.Context) error {
			return schema.DeleteRelationship(ctx, c, "new_site_new_project_account")
		},
	} {
		if err := step(ctx); err != nil {
			t.Error(err)
		}
	}
	got, err := schema.ReadTable(ctx, c, "new_project")
	if err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"new_mail", "new_color", "new_site"} {
		if _, there := got.Column(gone); there {
			t.Errorf("%s is still there", gone)
		}
	}
	if phase, _ := got.Column("new_phase"); len(phase.Options) != 3 || len(got.Keys) > 0 || len(got.ManyToMany) > 0 {
		t.Errorf("left: %v %v %v", phase.Options, got.Keys, got.ManyToMany)
	}
	if choice, err := schema.ReadChoice(ctx, c, "new_colors"); err != nil || len(choice.Options) != 3 {
		t.Errorf("the choice: %+v, %v", choice, err)
	}
	if err := errors.Join(schema.DeleteChoice(ctx, c, "new_colors"), schema.DeleteTable(ctx, c, "new_project")); err != nil {
		t.Fatal(err)
	}
	if _, err := schema.ReadTable(ctx, c, "new_project"); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("the table is still there: %v", err)
	}
	if _, err := schema.ReadChoice(ctx, c, "new_colors"); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("the choice is still there: %v", err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	c := steadtest.Start(t, nil).Client(t, "contoso-app")
	for what, err := range map[string]error{
		"no primary column": second(schema.EnsureTable(t.Context(), c, schema.Table{SchemaName: "new_X"}, nil)),
		"is no name":        second(schema.ReadTable(t.Context(), c, "x')/y")),
		"the service alone": schema.CreateColumn(t.Context(), c, "account", schema.Column{SchemaName: "new_S", Type: schema.State}, nil),
		"one target":        schema.CreateColumn(t.Context(), c, "account", schema.Column{SchemaName: "new_S", Type: schema.Lookup}, nil),
		"choice new_none":   schema.CreateColumn(t.Context(), c, "account", schema.Column{SchemaName: "new_S", Type: schema.Choice, GlobalChoice: "new_none"}, nil),
		"prefix":            schema.CreateColumn(t.Context(), c, "account", schema.Column{SchemaName: "zzz_S", Type: schema.String}, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("want %q: %v", what, err)
		}
	}
	_, err := schema.EnsureTable(t.Context(), steadtest.Start(t, nil).Client(t, "contoso-load"), project, nil)
	if !errors.Is(err, dataverse.ErrForbidden) {
		t.Errorf("without privilege: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

func ExampleEnsureTable() {
	var t steadtest.Main
	defer t.End()
	client := steadtest.Start(&t, nil).Client(&t, "contoso-app")

	definition := schema.Table{
		SchemaName: "new_Project", Label: "Project", Plural: "Projects",
		Columns: []schema.Column{
			{SchemaName: "new_Name", Type: schema.String, Primary: true},
			{SchemaName: "new_Budget", Type: schema.Money},
		},
	}
	for range 2 {
		report, err := schema.EnsureTable(t.Context(), client, definition, nil)
		fmt.Println(report.Created, report.Drift, err)
	}
	// Output:
	// [table new_project column new_budget] [] <nil>
	// [] [] <nil>
}
