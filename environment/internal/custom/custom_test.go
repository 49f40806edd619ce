package custom

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

func english(text string) []meta.Localized {
	return []meta.Localized{{Language: meta.BaseLanguage, Text: text}}
}

// lab is a set with the model that it makes.
type lab struct {
	*testing.T
	set   *Set
	model *meta.Model
}

func newLab(t *testing.T) *lab {
	m, err := NewSet().Model(1)
	if err != nil {
		t.Fatal(err)
	}
	return &lab{t, NewSet(), m}
}

func (l *lab) try(c Change) (Made, error) {
	set, made, err := Apply(l.set, Ground{
		Model: l.model, Prefixes: []string{"new"}, OptionPrefix: 72700,
		Repeats: func(*meta.Table, []*meta.Column) (bool, error) { return false, nil },
	}, c)
	if err != nil {
		return made, err
	}
	model, err := set.Model(l.model.Version + 1)
	if err != nil {
		l.Fatalf("%T: %v", c, err)
	}
	l.set, l.model = set, model
	return made, nil
}

func (l *lab) do(c Change) Made {
	l.Helper()
	made, err := l.try(c)
	if err != nil {
		l.Fatalf("%T: %v", c, err)
	}
	return made
}

func column(table, name string, kind meta.Kind) NewColumn {
	return NewColumn{Column: Column{Table: table, SchemaName: name, Kind: KindName(kind), Labels: meta.Labels{Name: english(name)}}}
}

func (l *lab) boat() {
	l.Helper()
	title := column("", "new_Title", meta.String)
	title.Primary = true
	l.do(CreateTable{
		SchemaName: "new_Boat", Ownership: meta.UserOwned, Labels: meta.Labels{Name: english(`A "boat"`), Plural: english("Boats")},
		Columns: []NewColumn{title},
	})
}

func TestPlural(t *testing.T) {
	for name, want := range map[string]string{
		"new_bankaccount": "new_bankaccounts", "new_class": "new_classes", "new_box": "new_boxes", "new_church": "new_churches",
		"new_city": "new_cities", "new_key": "new_keys", "new_data": "new_datas",
	} {
		if got := Plural(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestANewTable: system columns, ownership, privileges and type code of a new table.
func TestANewTable(t *testing.T) {
	l := newLab(t)
	l.boat()
	boat := l.model.Table("new_boat")
	for _, name := range []string{"new_boatid", "new_title", "createdon", "ownerid", "owningbusinessunit", "statecode", "statuscode", "versionnumber", "importsequencenumber"} {
		if boat.Column(name) == nil {
			t.Errorf("no column %s", name)
		}
	}
	if boat.TypeCode < 10000 || boat.SetName != "new_boats" || boat.DisplayName != `A "boat"` || !boat.Custom || boat.PrimaryName.MaxLength != 100 {
		t.Errorf("the table is %+v", boat)
	}
	for right, p := range boat.Privileges {
		if want := "prv" + meta.Right(right).String() + "new_Boat"; p == nil || p.Name != want {
			t.Errorf("no privilege %s", want)
		}
	}
	if boat.Column("createdon").Custom || !boat.Column("new_title").Custom {
		t.Error("system columns are custom, or makers' columns are not")
	}
	before := boat.TypeCode
	l.do(CreateManyToMany{Relationship{SchemaName: "new_crew", Referenced: "new_boat", Referencing: "contact"}})
	if crew := l.model.Table("new_crew"); crew == nil || crew.TypeCode == before || !crew.Intersect {
		t.Errorf("the intersect table is %+v", crew)
	}
}

// TestMoneyBringsCurrency: the first column of money gives a table its currency.
func TestMoneyBringsCurrency(t *testing.T) {
	l := newLab(t)
	l.boat()
	if l.model.Table("new_boat").Column("transactioncurrencyid") != nil {
		t.Fatal("a currency without money")
	}
	l.do(CreateColumn{column("new_boat", "new_Price", meta.Money)})
	l.do(CreateColumn{column("new_boat", "new_Cost", meta.Money)})
	boat := l.model.Table("new_boat")
	if boat.Column("transactioncurrencyid") == nil || boat.Column("exchangerate") == nil || boat.Column("new_price_base").BaseOf != boat.Column("new_price") {
		t.Error("money without currency, or without its value in base currency")
	}
}

// TestLabelsMerge: with merging, texts in other languages stay.
func TestLabelsMerge(t *testing.T) {
	l := newLab(t)
	l.boat()
	german := []meta.Localized{{Language: 1031, Text: "Boot"}}
	l.do(UpdateTable{Name: "new_boat", Labels: meta.Labels{Name: german}, Merge: true})
	boat := l.model.Table("new_boat")
	if len(boat.Labels.Name) != 2 || boat.DisplayName != `A "boat"` || len(boat.Labels.Plural) != 1 {
		t.Errorf("merged: %+v", boat.Labels)
	}
	l.do(UpdateTable{Name: "new_boat", Labels: meta.Labels{Name: german}})
	if boat = l.model.Table("new_boat"); len(boat.Labels.Name) != 1 || boat.DisplayName != "Boot" {
		t.Errorf("replaced: %+v", boat.Labels)
	}
	l.do(UpdateTable{Name: "account", Labels: meta.Labels{Name: english("Client")}})
	if account := l.model.Table("account"); account.DisplayName != "Client" || account.DisplayCollectionName != "Accounts" || account.Custom {
		t.Errorf("the standard table is %q %q", account.DisplayName, account.DisplayCollectionName)
	}
}

// TestOptionsGetValues: an option without a value gets the next of the publisher.
func TestOptionsGetValues(t *testing.T) {
	l := newLab(t)
	l.boat()
	rig := column("new_boat", "new_Rig", meta.Choice)
	rig.Column.Options = []meta.Option{{Value: -1, Labels: meta.Labels{Name: english("Sloop")}}, {Value: 5, Labels: meta.Labels{Name: english("Ketch")}}}
	l.do(CreateColumn{rig})
	at := Options{Table: "new_boat", Column: "new_rig"}
	made := l.do(InsertOption{Options: at, Value: -1, Labels: meta.Labels{Name: english("Yawl")}})
	if made.Option != 727000001 {
		t.Errorf("the new option is %d", made.Option)
	}
	if _, err := l.try(InsertOption{Options: at, Value: 5, Labels: meta.Labels{Name: english("Cat")}}); err == nil {
		t.Error("a value is given twice")
	}
	if options := l.model.Table("new_boat").Column("new_rig").Options; len(options) != 3 || options[2].Label != "Yawl" {
		t.Errorf("the options are %+v", options)
	}
}

// TestSharedChoicesReachEveryColumn: what is changed of one is changed for all columns,
// each with its own default.
func TestSharedChoicesReachEveryColumn(t *testing.T) {
	l := newLab(t)
	l.boat()
	l.do(CreateOptionSet{Name: "new_colors", Labels: meta.Labels{Name: english("Colors")}, Options: []meta.Option{{Value: 1, Labels: meta.Labels{Name: english("Red")}}}})
	for _, table := range []string{"new_boat", "account"} {
		c := column(table, "new_Color", meta.Choice)
		c.Column.OptionSet = "new_colors"
		c.Column.DefaultOption, c.Column.HasDefaultOption = 1, table == "account"
		l.do(CreateColumn{c})
	}
	l.do(InsertOption{Options: Options{OptionSet: "new_colors"}, Value: 2, Labels: meta.Labels{Name: english("Blue")}})
	boat, account := l.model.Table("new_boat").Column("new_color"), l.model.Table("account").Column("new_color")
	if len(boat.Options) != 2 || len(account.Options) != 2 || boat.Options[0].Default || !account.Options[0].Default {
		t.Errorf("the options are %+v and %+v", boat.Options, account.Options)
	}
	if _, err := l.try(DeleteOptionSet{"new_colors"}); err == nil || !strings.Contains(err.Error(), "referenced by 2") {
		t.Errorf("a choice in use is deleted: %v", err)
	}
}

func TestDifference(t *testing.T) {
	before := []Component{{"table", "a", "1"}, {"table", "b", "1"}, {"column", "a", "1"}}
	after := []Component{{"table", "a", "2"}, {"column", "a", "1"}, {"key", "c", "1"}}
	keep, drop := Difference(before, after)
	if !reflect.DeepEqual(keep, []Component{{"table", "a", "2"}, {"key", "c", "1"}}) || !reflect.DeepEqual(drop, []Component{{"table", "b", "1"}}) {
		t.Errorf("keep %v, drop %v", keep, drop)
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range []Component{{"table", "a", "{"}, {"view", "a", "{}"}, {"column", "a", `{"Order":"x"}`}} {
		if _, err := Load([]Component{c}); err == nil || !strings.Contains(err.Error(), c.Kind+" a") {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// Environments to which nobody has added anything have one model. It is the same as the one
// that is made with the help of a set, step by step.
func TestNothingAdded(t *testing.T) {
	standard, err := catalog.Standard()
	if err != nil {
		t.Fatal(err)
	}
	if one, err := NewSet().Model(1); err != nil || one != standard {
		t.Errorf("got a model of its own: %v", err)
	}
	later, err := NewSet().Model(7) // definitions came and went
	if err != nil || later.Version != 7 || len(later.Tables) != len(standard.Tables) {
		t.Fatalf("%+v, %v", later, err)
	}
	for i, tb := range standard.Tables {
		if have := later.Tables[i]; have.LogicalName != tb.LogicalName || len(have.Columns) != len(tb.Columns) || len(have.ManyToOne) != len(tb.ManyToOne) {
			t.Errorf("%s became %s", tb.LogicalName, have.LogicalName)
		}
	}
	l := newLab(t)
	l.do(CreateOptionSet{Name: "new_sizes", Labels: meta.Labels{Name: english("Sizes")}, Options: []meta.Option{{Value: 1, Labels: meta.Labels{Name: english("Small")}}}})
	if l.model == standard || l.model.Version != 2 || standard.Version != 1 || len(standard.OptionSets)+1 != len(l.model.OptionSets) {
		t.Error("an option set that was added stands in everybody's model, or in none")
	}
}
