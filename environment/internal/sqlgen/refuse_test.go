package sqlgen

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

func TestRefusedQuestions(t *testing.T) {
	m := model(t)
	if _, err := Compile(access.Granted{}, SQLite()); err == nil {
		t.Error("compiled the zero Granted")
	}
	tests := map[string]struct {
		build func(s *query.Select)
		words string
	}{
		"column of a select that is not there": {func(s *query.Select) {
			s.Where = query.IsNull{Col: of(from(m, "account"), "name")}
		}, "not in scope"},
		"column of a sub-select, outside it": {func(s *query.Select) {
			inner := from(m, "contact")
			s.Where = and(query.Exists{Select: inner}, query.IsNull{Col: of(inner, "fullname")})
		}, "not in scope"},
		"column of another table": {func(s *query.Select) {
			s.Columns[0].Col.C = m.Table("contact").Column("fullname")
		}, "does not belong to table account"},
		"text against a number": {func(s *query.Select) {
			s.Where = equal(s, "name", query.Int(1))
		}, "constant of another kind"},
		"text in a list of ids": {func(s *query.Select) {
			s.Where = query.In{Col: of(s, "accountid"), Values: []query.Value{query.Text("x")}}
		}, "constants of another kind"},
		"null in a list": {func(s *query.Select) {
			s.Where = query.In{Col: of(s, "accountid"), Values: []query.Value{query.Null()}}
		}, "constants of another kind"},
		"columns of different kinds": {func(s *query.Select) {
			other := of(s, "name")
			s.Where = query.Compare{Col: of(s, "employees"), Op: query.Less, Other: &other}
		}, "of different kinds"},
		"no operator": {func(s *query.Select) {
			s.Where = query.Compare{Col: of(s, "name"), Value: query.Text("x")}
		}, "unknown operator"},
		"a pattern for a number": {func(s *query.Select) {
			s.Where = query.Match{Col: of(s, "employees"), Kind: query.Like, Pattern: "1%"}
		}, "no text to match"},
		"a page after too few values": {func(s *query.Select) {
			s.After = []query.Value{}
		}, "0 values in an order of 1"},
		"an expand that leads elsewhere": {func(s *query.Select) {
			expand(s, "primarycontactid", from(m, "team", "name"))
		}, "does not lead to team"},
		"an owner expanded": {func(s *query.Select) {
			expand(s, "ownerid", from(m, "user", "fullname"))
		}, "does not lead to user"},
		"a fault inside a collection": {func(s *query.Select) {
			c := from(m, "contact", "fullname")
			c.Where = equal(s, "name", query.Text("x"))
			expand(s, "contacts", c)
		}, "not in scope"},
		"too many constants": {func(s *query.Select) {
			values := make([]query.Value, 40_000)
			for i := range values {
				values[i] = query.Int(int64(i))
			}
			s.Where = query.In{Col: of(s, "employees"), Values: values}
		}, "40000 constants"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := from(m, "account", "name")
			tt.build(s)
			_, err := Compile(access.System("test", s), SQLite())
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("got %v, want %q", err, tt.words)
			}
		})
	}
}

func TestRefusedChanges(t *testing.T) {
	m := model(t)
	account, contact := m.Table("account"), m.Table("contact")
	row := &query.Select{Table: account}
	where := equal(row, "accountid", query.GUID(me))
	name := op.Assignment{Column: account.Column("name"), Value: query.Text("x")}
	tests := map[string]struct {
		parts access.Parts
		words string
	}{
		"nothing":                  {access.Parts{}, "no change was granted"},
		"no kind":                  {access.Parts{Table: account}, "unknown change"},
		"every row modified":       {access.Parts{Kind: access.Modify, Table: account, From: row, Set: []op.Assignment{name}}, "names no rows"},
		"every row removed":        {access.Parts{Kind: access.Remove, Table: account, From: row}, "names no rows"},
		"rows of another table":    {access.Parts{Kind: access.Remove, Table: contact, From: row, Where: where}, "names no rows"},
		"nothing set":              {access.Parts{Kind: access.Modify, Table: account, From: row, Where: where}, "sets nothing"},
		"an empty row":             {access.Parts{Kind: access.Insert, Table: account}, "sets nothing"},
		"a column twice":           {access.Parts{Kind: access.Insert, Table: account, Set: []op.Assignment{name, name}}, "given twice"},
		"a column of another":      {access.Parts{Kind: access.Insert, Table: contact, Set: []op.Assignment{name}}, "no column of it"},
		"a number as text":         {access.Parts{Kind: access.Insert, Table: account, Set: []op.Assignment{{Column: name.Column, Value: query.Int(1)}}}, "another kind"},
		"an owner of no table":     {access.Parts{Kind: access.Insert, Table: account, Set: []op.Assignment{{Column: account.Column("ownerid"), Value: query.GUID(me)}}}, "row of no table"},
		"the owner's type as well": {access.Parts{Kind: access.Insert, Table: account, Set: []op.Assignment{{Column: account.Column("ownerid"), Value: query.Null()}, {Column: account.Column("owneridtype"), Value: query.Null()}}}, "given twice"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := CompileChange(access.SystemChange("test", tt.parts), SQLite())
			if err == nil || !strings.Contains(err.Error(), tt.words) {
				t.Errorf("got %v, want %q", err, tt.words)
			}
		})
	}
	if _, err := CompileChange(access.Change{}, SQLite()); err == nil {
		t.Error("compiled the zero Change")
	}
}

// TestConstantsAreArguments: nothing that a client can choose stands in the text.
func TestConstantsAreArguments(t *testing.T) {
	m := model(t)
	const evil = `x' OR 1=1 --`
	s := from(m, "account", "name")
	by(s, "name", false)
	s.After = []query.Value{query.Text(evil), query.GUID(me)}
	s.Where = and(equal(s, "name", query.Text(evil)), query.Match{Col: of(s, "name"), Kind: query.Contains, Pattern: evil},
		query.Match{Col: of(s, "name"), Kind: query.Like, Pattern: "[a]" + evil}, query.In{Col: of(s, "name"), Values: []query.Value{query.Text(evil)}})
	c := from(m, "contact", "fullname")
	c.Where = equal(c, "fullname", query.Text(evil))
	expand(s, "contacts", c)
	p, err := Compile(access.System("test", s), SQLite())
	if err != nil {
		t.Fatal(err)
	}
	st, err := p.Children[0].For([]query.Value{query.GUID(me)})
	if err != nil {
		t.Fatal(err)
	}
	if text := p.SQL + st.SQL; strings.Contains(strings.ToLower(text), "or 1=1") {
		t.Errorf("the client's words are in %s", text)
	}
}

func TestChildrenOfNobody(t *testing.T) {
	m := model(t)
	s := from(m, "account", "name")
	expand(s, "contacts", from(m, "contact", "fullname"))
	p, err := Compile(access.System("test", s), SQLite())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, Chunk + 1} {
		if _, err := p.Children[0].For(make([]query.Value, n)); err == nil {
			t.Errorf("a statement for %d parents", n)
		}
	}
}

// TestLongListsMakeFewStatements: lists of 129 to 256 constants share one text.
func TestLongListsMakeFewStatements(t *testing.T) {
	m := model(t)
	texts := map[string]bool{}
	for n := 129; n <= 256; n++ {
		s := from(m, "account", "name")
		values := make([]query.Value, n)
		for i := range values {
			values[i] = query.Int(int64(i))
		}
		s.Where = query.In{Col: of(s, "employees"), Values: values}
		p, err := Compile(access.System("test", s), SQLite())
		if err != nil {
			t.Fatal(err)
		}
		texts[p.SQL] = true
	}
	if len(texts) != 1 {
		t.Errorf("%d texts", len(texts))
	}
}

func TestQuoting(t *testing.T) {
	if got := string(doubleQuoted(nil, `a"b`)); got != `"a""b"` {
		t.Errorf("got %s", got)
	}
}

func BenchmarkCompileList(b *testing.B) {
	m := model(b)
	s := from(m, "account", "name", "employees", "revenue", "primarycontactid", "ownerid", "transactioncurrencyid")
	for i := range s.Columns {
		s.Columns[i].Label, s.Columns[i].Type = true, true
	}
	by(s, "name", false)
	s.Limit = 50
	s.Where = and(equal(s, "employees", query.Int(5)), scope(m, s))
	g := access.System("benchmark", s)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(g, SQLite()); err != nil {
			b.Fatal(err)
		}
	}
}
