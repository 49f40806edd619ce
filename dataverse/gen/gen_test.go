package gen_test

import (
	"bytes"
	"errors"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"testing"

	"pgregory.net/rapid"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/gen"
	"github.com/stead-s2s/stead/dataverse/gen/internal/crm"
	"github.com/stead-s2s/stead/dataverse/schema"
	"github.com/stead-s2s/stead/steadtest"
)

var update = flag.Bool("update", false, "write internal/crm anew")

// project has a column of every type that makers add.
var project = schema.Table{
	SchemaName: "new_Project", Label: "Project", Plural: "Projects", Description: "What is built.",
	Columns: []schema.Column{
		{SchemaName: "new_Name", Type: schema.String, Primary: true},
		{SchemaName: "new_Code", Type: schema.String, MaxLength: 10},
		{SchemaName: "new_Story", Type: schema.Memo},
		{SchemaName: "new_Count", Type: schema.Integer},
		{SchemaName: "new_Ratio", Type: schema.Decimal},
		{SchemaName: "new_Size", Type: schema.Double},
		{SchemaName: "new_Budget", Type: schema.Money},
		{SchemaName: "new_Urgent", Type: schema.Boolean},
		{SchemaName: "new_Due", Type: schema.DateTime, Format: "DateOnly", Behavior: "DateOnly"},
		{SchemaName: "new_Seen", Type: schema.DateTime},
		{SchemaName: "new_Phase", Type: schema.Choice, Options: []schema.Option{{Value: 100000000, Label: "Plan"}, {Value: 100000001, Label: "Don't ask"}}},
		{SchemaName: "new_Tags", Type: schema.Choices, Options: []schema.Option{{Value: 100000000, Label: "Roof"}, {Value: 100000001, Label: "1st wall"}}},
		{SchemaName: "new_Color", Type: schema.Choice, GlobalChoice: "new_colors"},
		{SchemaName: "new_Trim", Type: schema.Choice, GlobalChoice: "new_colors"},
		{SchemaName: "new_SiteId", Type: schema.Lookup, Targets: []string{"account"}},
		{SchemaName: "new_Payer", Type: schema.Customer, Targets: []string{"account", "contact"}},
	},
	Keys: []schema.Key{{SchemaName: "new_ByCode", Columns: []string{"new_code", "new_count"}}},
}

func world(t *testing.T) *dataverse.Client {
	t.Helper()
	c := steadtest.Start(t, nil).Client(t, "contoso-app")
	colors := schema.GlobalChoice{Name: "new_colors", Options: []schema.Option{{Value: 100000000, Label: "Red"}, {Value: 100000001, Label: "Blue"}}}
	if _, err := schema.EnsureChoice(t.Context(), c, colors, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := schema.EnsureTable(t.Context(), c, project, nil); err != nil {
		t.Fatal(err)
	}
	return c
}

// The package beside the test is what is written today, and formatted.
func TestGeneratedIsFresh(t *testing.T) {
	t.Parallel()
	const path = "internal/crm/crm_gen.go"
	got, err := gen.Go(t.Context(), world(t), gen.Options{Package: "crm", Tables: []string{"task", "new_project"}})
	if err != nil {
		t.Fatal(err)
	}
	if clean, err := format.Source(got); err != nil || !bytes.Equal(clean, got) {
		t.Errorf("gofmt would change it: %v", err)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if kept, err := os.ReadFile(path); err != nil || !bytes.Equal(kept, got) {
		t.Errorf("%s is not what is written today (%v): go test ./dataverse/gen -update", path, err)
	}
}

// What is written works: rows of every type go there and come back.
func TestGeneratedWorks(t *testing.T) {
	t.Parallel()
	c := world(t)
	site, err := dataverse.Table[dataverse.Row](c, "accounts").Create(t.Context(), dataverse.Row{"name": "Site"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	count, size, ratio, budget, urgent, phase, color := int64(3), 1.5, dataverse.Decimal("0.25"), dataverse.Money("10.5"), false, crm.ProjectPhaseDontAsk, crm.ColorsBlue
	made := crm.Project{
		Name: "Tower", Code: "T1", Story: "High", Count: &count, Size: &size, Ratio: &ratio, Budget: &budget, Urgent: &urgent,
		Due: dataverse.Date{Year: 2031, Month: 5, Day: 6}, Phase: &phase, Tags: dataverse.Choices{dataverse.Choice(crm.ProjectTagsX1stWall)},
		Color: &color, SiteID: dataverse.RefTo("accounts", site), Payer: dataverse.RefTo("accounts", site),
	}
	rows := crm.ProjectRows(c)
	id, err := rows.Create(t.Context(), made, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := rows.Get(t.Context(), crm.ProjectKeyByCode("T1", 3), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != id || got.Name != "Tower" || *got.Count != 3 || *got.Size != 1.5 || *got.Urgent || got.Due != made.Due || got.Tags[0] != made.Tags[0] ||
		got.SiteID.ID != site || got.Payer.ID != site || got.CreatedOn.IsZero() || got.ETag == "" || *got.StateCode != crm.ProjectStateCodeActive {
		t.Errorf("read back: %+v", got)
	}
	if got.Phase.String() != "Don't ask" || got.Color.String() != "Blue" || crm.Colors(7).String() != "7" {
		t.Errorf("labels: %s, %s, %s", got.Phase, got.Color, crm.Colors(7))
	}
	task := crm.Task{Subject: "Call"}
	if _, err := crm.TaskRows(c).Create(t.Context(), task, nil); err != nil {
		t.Error(err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	c := steadtest.Start(t, nil).Client(t, "contoso-app")
	if _, err := gen.Go(t.Context(), c, gen.Options{Package: "crm", Tables: []string{"no_such"}}); !errors.Is(err, dataverse.ErrNotFound) {
		t.Errorf("a table that is not there: %v", err)
	}
	for _, o := range []gen.Options{{Package: "func", Tables: []string{"account"}}, {Package: "a b", Tables: []string{"account"}}, {Package: "crm"}} {
		if _, err := gen.Go(t.Context(), c, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

// Whatever tables, columns and options are called, what is written is Go, formatted, and
// declares nothing twice.
func TestAnyNamesAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,8}`)
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "Yes", "yes", "1st", "*/", "`", "\n// x", "Don't", "String", "type"}))
		option := rapid.Custom(func(t *rapid.T) schema.Option {
			return schema.Option{Value: rapid.IntRange(-3, 3).Draw(t, "value"), Label: text.Draw(t, "label")}
		})
		column := rapid.Custom(func(t *rapid.T) schema.Column {
			return schema.Column{
				SchemaName: name.Draw(t, "column"), Label: text.Draw(t, "label"), Readable: true, Creatable: rapid.Bool().Draw(t, "creatable"),
				Type:    rapid.SampledFrom([]schema.Type{schema.String, schema.Choice, schema.Choices, schema.DateTime, schema.Lookup, schema.Boolean, schema.Money, schema.State, schema.File}).Draw(t, "type"),
				Options: rapid.SliceOfNDistinct(option, 0, 3, func(o schema.Option) int { return o.Value }).Draw(t, "options"), GlobalChoice: rapid.SampledFrom([]string{"", "", "new_shared"}).Draw(t, "shared"),
			}
		})
		table := rapid.Custom(func(t *rapid.T) schema.Table {
			columns := rapid.SliceOfNDistinct(column, 0, 5, schema.Column.LogicalName).Draw(t, "columns")
			made := schema.Table{SchemaName: name.Draw(t, "table"), EntitySet: "sets", PrimaryID: "tableid", Description: text.Draw(t, "description"), Columns: columns}
			for _, c := range columns {
				made.Keys = append(made.Keys, schema.Key{SchemaName: name.Draw(t, "key"), Columns: []string{c.LogicalName()}})
			}
			return made
		})
		tables := rapid.SliceOfN(table, 1, 3).Draw(t, "tables")
		got, err := gen.Write("crm", tables, nil)
		if err != nil {
			t.Fatal(err)
		}
		wantGo(t, got)
	})
}

// wantGo checks the syntax, the form, and that names are declared once.
func wantGo(t *rapid.T, text []byte) {
	parsed, err := parser.ParseFile(token.NewFileSet(), "x_gen.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if clean, err := format.Source(text); err != nil || !bytes.Equal(clean, text) {
		t.Fatalf("gofmt would change it: %v\n%s", err, text)
	}
	declared := map[string]bool{}
	declare := func(name string) {
		if declared[name] {
			t.Fatalf("%s is declared twice in\n%s", name, text)
		}
		declared[name] = true
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil {
				declare(n.Name.Name)
			}
		case *ast.TypeSpec:
			declare(n.Name.Name)
			if s, is := n.Type.(*ast.StructType); is {
				for _, f := range s.Fields.List {
					declare(n.Name.Name + "." + f.Names[0].Name)
				}
			}
		case *ast.ValueSpec:
			declare(n.Names[0].Name)
		}
		return true
	})
}
