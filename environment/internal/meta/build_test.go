package meta

import (
	"strings"
	"testing"
)

// table makes a table with a primary id and further columns.
func table(name string, otc int64, columns ...*Column) *Table {
	id := &Column{LogicalName: name + "id", SchemaName: name + "Id", Kind: UniqueID, ForRead: true}
	return &Table{LogicalName: name, SchemaName: name, SetName: name + "s", TypeCode: otc, PrimaryID: id, Columns: append([]*Column{id}, columns...)}
}

func column(name string, kind Kind) *Column {
	return &Column{LogicalName: name, SchemaName: name, Kind: kind, ForRead: true, ForCreate: true, ForUpdate: true}
}

// small is a shop: orders of a customer, who is a person or a firm; products in
// orders, many to many.
func small() Definition {
	customer, owner := column("customerid", Customer), column("ownerid", Owner)
	return Definition{
		Version: 7,
		Tables: []*Table{
			table("person", 1), table("firm", 2), table("product", 3),
			table("order", 4, column("name", String), customer, owner),
			table("orderproduct", 5, column("orderid2", UniqueID), column("productid2", UniqueID)),
		},
		Targets: map[*Column][]string{customer: {"person", "firm"}, owner: {"person", "firm"}},
		Relationships: []RelationshipDefinition{
			{SchemaName: "person_orders", Referenced: "person", Referencing: "order", Lookup: "customerid", ReferencingNavigation: "customerid_person", ReferencedNavigation: "person_orders", Delete: CascadeAll},
			{SchemaName: "firm_orders", Referenced: "firm", Referencing: "order", Lookup: "customerid", ReferencingNavigation: "customerid_firm", ReferencedNavigation: "firm_orders"},
			{SchemaName: "products_of_orders", Table1: "order", Table2: "product", Intersect: "orderproduct", Column1: "orderid2", Column2: "productid2", Navigation1: "products", Navigation2: "orders"},
		},
		Privileges: []*Privilege{{ID: ID{1}, Name: "prvReadOrder"}},
	}
}

func TestBuild(t *testing.T) {
	m, err := Build(small())
	if err != nil {
		t.Fatal(err)
	}
	order := m.Set("orders")
	if order == nil || m.Table("order") != order || m.TypeCode(4) != order || m.Version != 7 {
		t.Fatalf("the table is not found by its names: %v", order)
	}
	lookup := order.Property("_customerid_value")
	if lookup == nil || lookup.TypeColumn == nil || lookup.TypeColumn.LogicalName != "customeridtype" || len(lookup.Targets) != 2 {
		t.Fatalf("the lookup is %+v", lookup)
	}
	if order.Property("customeridtype") != nil || order.Property("customerid") != nil || order.Column("customeridtype") == nil {
		t.Error("the type column shows, or the lookup by its bare name")
	}
	if m.Privilege("prvReadOrder") == nil || m.PrivilegeByID(ID{1}) == nil || m.Relationship("firm_orders") == nil {
		t.Error("a privilege or a relationship is not found")
	}
	for i, c := range order.Columns {
		if c.Ordinal != i || c.Table != order {
			t.Errorf("column %s is at %d of %v", c.LogicalName, c.Ordinal, c.Table)
		}
	}
}

func TestNavigation(t *testing.T) {
	m, err := Build(small())
	if err != nil {
		t.Fatal(err)
	}
	single, _ := m.Table("order").Navigation("customerid_person")
	if !single.Single || single.Target != m.Table("person") || single.From.LogicalName != "customerid" || single.To.LogicalName != "personid" {
		t.Errorf("from order to person: %+v", single)
	}
	many, _ := m.Table("person").Navigation("person_orders")
	if many.Single || many.Target != m.Table("order") || many.From.LogicalName != "personid" || many.To.LogicalName != "customerid" {
		t.Errorf("from person to orders: %+v", many)
	}
	across, _ := m.Table("product").Navigation("orders")
	if across.Single || across.Near.LogicalName != "productid2" || across.Far.LogicalName != "orderid2" || across.Target != m.Table("order") {
		t.Errorf("from product to orders: %+v", across)
	}
	owner, ok := m.Table("order").Navigation("ownerid")
	if !ok || owner.Target != nil || owner.From.LogicalName != "ownerid" {
		t.Errorf("the owner: %+v", owner)
	}
	if _, ok := m.Table("order").Navigation("CUSTOMERID_person"); ok {
		t.Error("navigation properties are found without regard to case")
	}
}

func TestBuildRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*Definition){
		"is taken":                 func(d *Definition) { d.Tables = append(d.Tables, table("person", 9)) },
		"type code is taken":       func(d *Definition) { d.Tables = append(d.Tables, table("other", 1)) },
		"column order.name is def": func(d *Definition) { d.Tables[3].Columns = append(d.Tables[3].Columns, column("name", Memo)) },
		"unknown target nobody":    func(d *Definition) { d.Targets[d.Tables[3].Columns[2]] = []string{"nobody"} },
		"no primary id":            func(d *Definition) { d.Tables[0].PrimaryID = nil },
		"relationship x: unknown": func(d *Definition) {
			d.Relationships[0] = RelationshipDefinition{SchemaName: "x", Referenced: "nobody"}
		},
		"defined twice":               func(d *Definition) { d.Relationships[1].SchemaName = "person_orders" },
		"customerid_person of order":  func(d *Definition) { d.Relationships[1].ReferencingNavigation = "customerid_person" },
		"unknown column order.nobody": func(d *Definition) { d.Relationships[0].Lookup = "nobody" },
		"prvReadOrder":                func(d *Definition) { d.Privileges = append(d.Privileges, &Privilege{ID: ID{2}, Name: "prvReadOrder"}) },
		"of orderproduct":             func(d *Definition) { d.Relationships[2].Column2 = "nobody" },
	} {
		d := small()
		spoil(&d)
		if _, err := Build(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestCache(t *testing.T) {
	first, second := &Model{Version: 1}, &Model{Version: 2}
	c := NewCache(first)
	pinned := c.Current()
	c.Publish(second)
	if pinned != first || c.Current() != second {
		t.Error("a pinned model changed, or the new one is not current")
	}
}

// Rights carry the bits and the names of the wire (Dataverse facts 3.6).
func TestRights(t *testing.T) {
	want := map[string]int64{"Read": 1, "Write": 2, "Append": 4, "AppendTo": 16, "Create": 32, "Delete": 65536, "Share": 262144, "Assign": 524288}
	for r := Right(0); int(r) < Rights; r++ {
		if want[r.String()] != r.Mask() {
			t.Errorf("%s has the bit %d", r, r.Mask())
		}
		delete(want, r.String())
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	for mask, text := range map[int64]string{0: "None", 2: "WriteAccess", 1 | 524288: "ReadAccess, AssignAccess", 8: "None"} {
		if got := AccessRights(mask); got != text {
			t.Errorf("%d is %q, want %q", mask, got, text)
		}
	}
}

func TestStorage(t *testing.T) {
	want := map[Kind]Storage{String: Text, Memo: Text, EntityName: Text, Choices: Text, Integer: Int, BigInt: Int, Boolean: Int, DateTime: Int, Money: Int, Choice: Int, State: Int, Status: Int,
		Decimal: Float, Double: Float, Lookup: GUID, Customer: GUID, Owner: GUID, UniqueID: GUID, File: GUID, Image: Bytes}
	for kind := String; kind <= Image; kind++ {
		if got := (&Column{Kind: kind}).Storage(); got != want[kind] {
			t.Errorf("kind %d is stored as %d, want %d", kind, got, want[kind])
		}
	}
}
