package query

import (
	"fmt"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// model is a small model: accounts with a contact, contacts with tasks.
func model(t testing.TB) *meta.Model {
	t.Helper()
	column := func(name string, k meta.Kind) *meta.Column {
		return &meta.Column{LogicalName: name, Kind: k, ForRead: true}
	}
	table := func(name string, code int64, columns ...*meta.Column) *meta.Table {
		id := column(name+"id", meta.UniqueID)
		return &meta.Table{LogicalName: name, SetName: name + "s", TypeCode: code, PrimaryID: id, Columns: append([]*meta.Column{id}, columns...)}
	}
	primary, parent := column("primarycontactid", meta.Lookup), column("parentid", meta.Lookup)
	account := table("account", 1, column("name", meta.String), column("city", meta.String), column("revenue", meta.Money), column("rating", meta.Double), primary)
	contact := table("contact", 2, column("fullname", meta.String), parent)
	m, err := meta.Build(meta.Definition{
		Tables:  []*meta.Table{account, contact},
		Targets: map[*meta.Column][]string{primary: {"contact"}, parent: {"account"}},
		Relationships: []meta.RelationshipDefinition{
			{SchemaName: "account_primary_contact", Referenced: "contact", Referencing: "account", Lookup: "primarycontactid", ReferencingNavigation: "primarycontactid"},
			{SchemaName: "contact_customer_accounts", Referenced: "account", Referencing: "contact", Lookup: "parentid", ReferencedNavigation: "contact_customer_accounts"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// accounts asks for accounts called like Litware with a contact who is shown.
func accounts(t testing.TB) *Select {
	m := model(t)
	s := &Select{Table: m.Table("account"), Limit: 50, Count: true, CountLimit: 5000}
	col := func(of *Select, name string) Col { return Col{Of: of, C: of.Table.Column(name)} }
	s.Columns = []Output{{Col: col(s, "name")}, {Col: col(s, "primarycontactid"), Label: true, Type: true}, {Col: Col{Of: s, C: col(s, "revenue").C, Masked: true}}}
	people := &Select{Table: m.Table("contact")}
	city := col(s, "city")
	people.Where = And{Members: []Expr{
		Compare{Col: col(people, "parentid"), Op: Equal, Other: ref(col(s, "accountid"))},
		Match{Col: col(people, "fullname"), Kind: StartsWith, Pattern: "Y%"},
	}}
	s.Where = Or{Members: []Expr{
		Compare{Col: col(s, "name"), Op: NotEqual, Value: Text(`Lit"ware`)},
		Compare{Col: col(s, "name"), Op: Greater, Other: &city},
		In{Col: col(s, "accountid"), Values: []Value{GUID(meta.ID{1}), GUID(meta.ID{2})}},
		Not{Member: IsNull{Col: col(s, "city")}},
		HasBits{Col: col(s, "revenue"), Mask: 16},
		Const{True: true},
		Exists{Select: people},
	}}
	s.Order = []Order{{Col: col(s, "primarycontactid"), ByLabel: true, Descending: true}, {Col: col(s, "accountid")}}
	s.After = []Value{Null(), GUID(meta.ID{3})}
	nav, _ := s.Table.Navigation("primarycontactid")
	one := &Select{Table: m.Table("contact")}
	one.Columns = []Output{{Col: col(one, "fullname")}}
	many, _ := s.Table.Navigation("contact_customer_accounts")
	all := &Select{Table: m.Table("contact"), Limit: 3}
	all.Order = []Order{{Col: col(all, "fullname")}}
	s.Expands = []*Expand{{Nav: nav, Select: one}, {Nav: many, Select: all}}
	return s
}

func TestPrint(t *testing.T) {
	s := accounts(t)
	tail := ` expand primarycontactid one primarycontactid contactid - - (contact t2 {t2.fullname})`
	want := `account t0 {t0.name t0.primarycontactid+label+type t0.revenue+masked}` +
		` where (or (ne t0.name "Lit\"ware") (gt t0.name t0.city)` +
		` (in t0.accountid [01000000-0000-0000-0000-000000000000 02000000-0000-0000-0000-000000000000])` +
		` (not (null t0.city)) (bits t0.revenue 16) (true)` +
		` (exists contact t1 {} where (and (eq t1.parentid t0.accountid) (startswith t1.fullname "Y%"))))` +
		` order t0.primarycontactid+label desc order t0.accountid limit 50` +
		` after [null 03000000-0000-0000-0000-000000000000] count 5000` + tail +
		` expand contact_customer_accounts many accountid parentid - - (contact t3 {} order t3.fullname limit 3)`
	if got := Print(s); got != want {
		t.Errorf("Print:\n%s\nwant\n%s", got, want)
	}
	form := `account t0 {t0.name t0.primarycontactid+label+type t0.revenue+masked}` +
		` where (or (ne t0.name ?s) (gt t0.name t0.city) (in t0.accountid [?g*2])` +
		` (not (null t0.city)) (bits t0.revenue ?) (true)` +
		` (exists contact t1 {} where (and (eq t1.parentid t0.accountid) (startswith t1.fullname ?s%))))` +
		` order t0.primarycontactid+label desc order t0.accountid limit ? after [null ?g] count ?` + tail +
		` expand contact_customer_accounts many accountid parentid - - (contact t3 {} order t3.fullname limit ?)`
	if got := Form(s); got != form {
		t.Errorf("Form:\n%s\nwant\n%s", got, form)
	}
}

// Every single change to a tree shows in Print; only changes of constants leave
// the Form as it was.
func TestPrintTellsTreesApart(t *testing.T) {
	base := accounts(t)
	or := func(s *Select) []Expr { return s.Where.(Or).Members }
	for name, tt := range map[string]struct {
		change   func(*Select)
		sameForm bool
	}{
		"limit value":   {func(s *Select) { s.Limit = 51 }, true},
		"no limit":      {func(s *Select) { s.Limit = 0 }, false},
		"constant":      {func(s *Select) { or(s)[0] = Compare{Col: or(s)[0].(Compare).Col, Op: NotEqual, Value: Text("x")} }, true},
		"float for int": {func(s *Select) { or(s)[0] = Compare{Col: or(s)[0].(Compare).Col, Op: NotEqual, Value: Float(1)} }, false},
		"null constant": {func(s *Select) { or(s)[0] = Compare{Col: or(s)[0].(Compare).Col, Op: NotEqual} }, false},
		"operator": {func(s *Select) {
			or(s)[0] = Compare{Col: or(s)[0].(Compare).Col, Op: Less, Value: Text(`Lit"ware`)}
		}, false},
		"mask":          {func(s *Select) { or(s)[4] = HasBits{Col: or(s)[4].(HasBits).Col, Mask: 1} }, true},
		"list length":   {func(s *Select) { or(s)[2] = In{Col: or(s)[2].(In).Col, Values: []Value{GUID(meta.ID{1})}} }, false},
		"never":         {func(s *Select) { or(s)[5] = Const{} }, false},
		"after":         {func(s *Select) { s.After[1] = GUID(meta.ID{4}) }, true},
		"after null":    {func(s *Select) { s.After[0] = GUID(meta.ID{4}) }, false},
		"count limit":   {func(s *Select) { s.CountLimit = 1 }, true},
		"no count":      {func(s *Select) { s.Count = false }, false},
		"direction":     {func(s *Select) { s.Order[0].Descending = false }, false},
		"label order":   {func(s *Select) { s.Order[0].ByLabel = false }, false},
		"mask off":      {func(s *Select) { s.Columns[2].Col.Masked = false }, false},
		"label off":     {func(s *Select) { s.Columns[1].Label = false }, false},
		"type off":      {func(s *Select) { s.Columns[1].Type = false }, false},
		"expand filter": {func(s *Select) { s.Expands[0].Select.Where = Const{} }, false},
		"expand gone":   {func(s *Select) { s.Expands = s.Expands[:1] }, false},
		"wildcards": {func(s *Select) {
			sub := or(s)[6].(Exists).Select
			m := sub.Where.(And).Members
			m[1] = Match{Col: m[1].(Match).Col, Kind: StartsWith, Pattern: "Y[a-c]"}
		}, false},
		"whose column": {func(s *Select) {
			sub := or(s)[6].(Exists).Select
			m := sub.Where.(And).Members
			m[0] = Compare{Col: m[0].(Compare).Col, Op: Equal, Other: &Col{Of: s.Expands[0].Select, C: sub.Table.PrimaryID}}
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := Clone(base)
			tt.change(changed)
			if Print(changed) == Print(base) {
				t.Error("prints as before")
			}
			if same := Form(changed) == Form(base); same != tt.sameForm {
				t.Errorf("same form: %v, want %v", same, tt.sameForm)
			}
		})
	}
}

func TestPrintOfConstants(t *testing.T) {
	for _, tt := range []struct {
		value Value
		want  string
	}{
		{Null(), "null"}, {Text("1"), `"1"`}, {Int(1), "1"}, {Float(1), "1f"}, {Float(-2.5), "-2.5f"}, {Bool(true), "1"},
	} {
		p := &printer{}
		p.value(tt.value)
		if got := string(p.b); got != tt.want {
			t.Errorf("%v prints %s, want %s", tt.value, got, tt.want)
		}
	}
}

func TestCloneIsApart(t *testing.T) {
	s := accounts(t)
	before := Print(s)
	c := Clone(s)
	if Print(c) != before {
		t.Fatal("the clone prints differently")
	}
	own := map[*Select]bool{}
	for sel := range Selects(c) {
		own[sel] = true
	}
	for sel := range Selects(s) {
		if own[sel] {
			t.Error("the clone shares a Select")
		}
	}
	for col := range Columns(c) {
		if !own[col.Of] {
			t.Errorf("column %s of the clone belongs to the original", col.C.LogicalName)
		}
	}
	for sel := range Selects(c) {
		spoil(sel)
	}
	if Print(s) != before {
		t.Error("a change to the clone shows in the original")
	}
}

// spoil overwrites every slice element that a shallow copy would share.
func spoil(s *Select) {
	for i := range s.Columns {
		s.Columns[i] = Output{Col: Col{Of: s, C: s.Columns[0].Col.C, Masked: true}}
	}
	for i := range s.Order {
		s.Order[i].Descending = !s.Order[i].Descending
	}
	for i := range s.After {
		s.After[i] = Int(int64(i))
	}
	Walk(s.Where, func(e Expr) bool {
		switch e := e.(type) {
		case And:
			e.Members[0] = Const{}
		case Or:
			e.Members[0] = Const{}
		case In:
			e.Values[0] = Int(9)
		case Compare:
			if e.Other != nil {
				*e.Other = e.Col
			}
		}
		return true
	})
}

// A sub-select cloned alone keeps pointing to the Select it refers to outside.
func TestCloneKeepsOutsideColumns(t *testing.T) {
	s := accounts(t)
	sub := s.Where.(Or).Members[6].(Exists).Select
	other := Clone(sub).Where.(And).Members[0].(Compare).Other
	if other.Of != s {
		t.Error("the outer column was re-targeted")
	}
	if got := Print(sub); got != `contact t0 {} where (and (eq t0.parentid outside.accountid) (startswith t0.fullname "Y%"))` {
		t.Error(got)
	}
}

func TestSelectsGivesOuterFirst(t *testing.T) {
	s := accounts(t)
	var got []string
	for sel := range Selects(s) {
		got = append(got, sel.Table.LogicalName)
	}
	if fmt.Sprint(got) != "[account contact contact contact]" {
		t.Error(got)
	}
	for range Selects(s) {
		break
	}
	n := 0
	for range Columns(s) {
		if n++; n == 5 {
			break
		}
	}
}

func BenchmarkForm(b *testing.B) {
	s := accounts(b)
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendForm(buf[:0], s)
	}
}

func BenchmarkClone(b *testing.B) {
	s := accounts(b)
	b.ReportAllocs()
	for b.Loop() {
		Clone(s)
	}
}

func ref(c Col) *Col { return &c }
