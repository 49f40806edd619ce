package query

import "testing"

// TestPrintTellsLinksApart: whatever changes the meaning of links, groups or paging
// changes the text, and what changes the statement changes the form.
func TestPrintTellsLinksApart(t *testing.T) {
	base := func() *Select {
		m := model(t)
		s, inner := &Select{Table: m.Table("account"), Offset: 5, Limit: 5}, &Select{Table: m.Table("contact")}
		id := Col{Of: s, C: s.Table.PrimaryID}
		s.Links = []*Link{{Select: inner, On: Compare{Col: Col{Of: inner, C: inner.Table.PrimaryID}, Op: Equal, Other: &id}}}
		s.Columns = []Output{{Col: id, Name: "n", Function: Count}}
		s.Order = []Order{{Col: id, Output: 1}}
		s.Where = And{Members: []Expr{InPart{Col: id, Part: Week, Number: 1}, Under{Col: id, Select: &Select{Table: s.Table}, Parent: id, Root: Int(1)}}}
		return s
	}
	under := func(s *Select) *Under {
		u := s.Where.(And).Members[1].(Under)
		return &u
	}
	for name, tt := range map[string]struct {
		change   func(*Select)
		sameForm bool
	}{
		"outer":     {func(s *Select) { s.Links[0].Outer = true }, false},
		"first":     {func(s *Select) { s.Links[0].First = true }, false},
		"no link":   {func(s *Select) { s.Links = nil }, false},
		"condition": {func(s *Select) { s.Links[0].On = Const{} }, false},
		"filter":    {func(s *Select) { s.Links[0].Select.Where = Const{} }, false},
		"grouped":   {func(s *Select) { s.Grouped = true }, false},
		"distinct":  {func(s *Select) { s.Distinct = true }, false},
		"offset":    {func(s *Select) { s.Offset = 6 }, true},
		"function":  {func(s *Select) { s.Columns[0].Function = Sum }, false},
		"once":      {func(s *Select) { s.Columns[0].Once = true }, false},
		"part":      {func(s *Select) { s.Columns[0].Part = Year }, false},
		"zone":      {func(s *Select) { s.Columns[0].Zone = "America/New_York" }, false},
		"clock":     {func(s *Select) { m := s.Where.(And).Members; p := m[0].(InPart); p.Zone = "Asia/Tokyo"; m[0] = p }, false},
		"name":      {func(s *Select) { s.Columns[0].Name = "m" }, true},
		"output":    {func(s *Select) { s.Order[0].Output = 2 }, false},
		"number":    {func(s *Select) { m := s.Where.(And).Members; p := m[0].(InPart); p.Number = 2; m[0] = p }, true},
		"counted":   {func(s *Select) { s.Where = Exists{Select: &Select{Table: s.Table}, Op: Greater, Number: 1} }, false},
		"up":        {func(s *Select) { u := under(s); u.Up = true; s.Where.(And).Members[1] = *u }, false},
		"self":      {func(s *Select) { u := under(s); u.Self = true; s.Where.(And).Members[1] = *u }, false},
		"root":      {func(s *Select) { u := under(s); u.Root = Int(2); s.Where.(And).Members[1] = *u }, true},
	} {
		a, b := base(), base()
		tt.change(b)
		if Print(a) == Print(b) {
			t.Errorf("%s: prints as before: %s", name, Print(a))
		}
		if same := Form(a) == Form(b); same != tt.sameForm {
			t.Errorf("%s: same form: %v", name, same)
		}
	}
}

// A clone's links are its own.
func TestCloneOfLinksIsApart(t *testing.T) {
	s := &Select{Table: model(t).Table("account")}
	inner := &Select{Table: s.Table}
	s.Links = []*Link{{Select: inner, Outer: true, On: IsNull{Col: Col{Of: inner, C: s.Table.PrimaryID}}}}
	before, c := Print(s), Clone(s)
	c.Links[0].Outer, c.Links[0].On, c.Links[0].Select.Where = false, nil, Const{}
	c.Links = append(c.Links, c.Links[0])
	if Print(s) != before {
		t.Error("a change to the clone shows in the original")
	}
}
