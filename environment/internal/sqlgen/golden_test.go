package sqlgen

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// golden compares what a test wrote with testdata/<name>.sql.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "_")+".sql")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s differs; got\n%s", path, got)
	}
}

// model is three tables that point at each other, with an owner and shares.
func model(t testing.TB) *meta.Model {
	t.Helper()
	targets := map[*meta.Column][]string{}
	column := func(kind meta.Kind, name string, to ...string) *meta.Column {
		c := &meta.Column{LogicalName: name, Kind: kind, ForRead: true}
		if to != nil {
			targets[c] = to
		}
		return c
	}
	table := func(code int64, name string, columns ...*meta.Column) *meta.Table {
		t := &meta.Table{LogicalName: name, SetName: name + "s", TypeCode: code, Columns: columns, PrimaryID: columns[0]}
		if columns[1].Kind == meta.String {
			t.PrimaryName = columns[1]
		}
		return t
	}
	money, base := column(meta.Money, "revenue"), column(meta.Money, "revenue_base")
	base.BaseOf = money
	m, err := meta.Build(meta.Definition{
		Targets: targets,
		Tables: []*meta.Table{
			table(1, "account", column(meta.UniqueID, "accountid"), column(meta.String, "name"), column(meta.Integer, "employees"),
				money, base, column(meta.BigInt, "versionnumber"), column(meta.Lookup, "transactioncurrencyid", "currency"),
				column(meta.Lookup, "primarycontactid", "contact"), column(meta.Owner, "ownerid", "user", "team"),
				column(meta.Lookup, "owningbusinessunit")),
			table(2, "contact", column(meta.UniqueID, "contactid"), column(meta.String, "fullname"), column(meta.BigInt, "versionnumber"),
				column(meta.Customer, "parentcustomerid", "account", "contact")),
			table(8, "user", column(meta.UniqueID, "userid"), column(meta.String, "fullname")),
			table(9, "team", column(meta.UniqueID, "teamid"), column(meta.String, "name")),
			table(10, "currency", column(meta.UniqueID, "currencyid"), column(meta.String, "name"), column(meta.String, "currencysymbol"),
				column(meta.Lookup, "organizationid", "organization")),
			table(11, "organization", column(meta.UniqueID, "organizationid"), column(meta.String, "name"), column(meta.Lookup, "basecurrencyid", "currency")),
			table(12, "poa", column(meta.UniqueID, "poaid"), column(meta.UniqueID, "objectid"), column(meta.UniqueID, "principalid"),
				column(meta.EntityName, "objecttypecode"), column(meta.Integer, "mask"), column(meta.Integer, "inherited")),
			table(13, "member", column(meta.UniqueID, "memberid"), column(meta.UniqueID, "accountid"), column(meta.UniqueID, "contactid")),
		},
		Relationships: []meta.RelationshipDefinition{
			{SchemaName: "primary", Referenced: "contact", Referencing: "account", Lookup: "primarycontactid", ReferencingNavigation: "primarycontactid"},
			{SchemaName: "customer", Referenced: "account", Referencing: "contact", Lookup: "parentcustomerid",
				ReferencingNavigation: "parentcustomerid_account", ReferencedNavigation: "contacts"},
			{SchemaName: "members", Table1: "account", Table2: "contact", Intersect: "member", Column1: "accountid", Column2: "contactid",
				Navigation1: "members", Navigation2: "accounts"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// from begins a select of these columns, ordered by primary id.
func from(m *meta.Model, table string, columns ...string) *query.Select {
	s := &query.Select{Table: m.Table(table)}
	for _, c := range columns {
		s.Columns = append(s.Columns, query.Output{Col: of(s, c)})
	}
	s.Order = []query.Order{{Col: query.Col{Of: s, C: s.Table.PrimaryID}}}
	return s
}

func of(s *query.Select, name string) query.Col {
	c := s.Table.Column(name)
	if c == nil {
		panic("no column " + name)
	}
	return query.Col{Of: s, C: c}
}

func by(s *query.Select, name string, descending bool) {
	s.Order = append([]query.Order{{Col: of(s, name), Descending: descending}}, s.Order...)
}

func expand(s *query.Select, nav string, child *query.Select) {
	n, ok := s.Table.Navigation(nav)
	if !ok {
		panic("no navigation " + nav)
	}
	s.Expands = append(s.Expands, &query.Expand{Nav: n, Select: child})
}

func equal(s *query.Select, name string, v query.Value) query.Expr {
	return query.Compare{Col: of(s, name), Op: query.Equal, Value: v}
}

var me, unit = meta.MustID("00000000-0000-0000-0000-00000000000a"), meta.MustID("00000000-0000-0000-0000-00000000000b")

// scope is what access adds for a caller that reads its own rows, a unit's and those
// shared with it.
func scope(m *meta.Model, s *query.Select) query.Expr {
	share := &query.Select{Table: m.Table("poa")}
	object := of(s, s.Table.PrimaryID.LogicalName)
	share.Where = query.And{Members: []query.Expr{
		query.Compare{Col: of(share, "objectid"), Op: query.Equal, Other: &object},
		query.In{Col: of(share, "principalid"), Values: []query.Value{query.GUID(me), query.GUID(unit), query.GUID(me)}},
		equal(share, "objecttypecode", query.Text(s.Table.LogicalName)),
		query.Or{Members: []query.Expr{query.HasBits{Col: of(share, "mask"), Mask: 1}, query.HasBits{Col: of(share, "inherited"), Mask: 1}}},
	}}
	return query.Or{Members: []query.Expr{
		query.In{Col: of(s, "ownerid"), Values: []query.Value{query.GUID(me)}},
		query.In{Col: of(s, "owningbusinessunit"), Values: []query.Value{query.GUID(unit)}},
		query.Exists{Select: share},
	}}
}

func and(members ...query.Expr) query.Expr { return query.And{Members: members} }

func TestGoldenQuestions(t *testing.T) {
	m := model(t)
	trees := map[string]func(s *query.Select){
		"list": func(s *query.Select) {
			by(s, "name", false)
			s.Limit = 50
		},
		"list under a scope": func(s *query.Select) {
			by(s, "name", false)
			s.Where, s.Limit = and(query.Match{Col: of(s, "name"), Kind: query.StartsWith, Pattern: "Con"}, scope(m, s)), 50
		},
		"one row under a scope": func(s *query.Select) {
			s.Where, s.Order = and(equal(s, "accountid", query.GUID(me)), scope(m, s)), nil
		},
		"a scope under not": func(s *query.Select) { s.Where = query.Not{Member: scope(m, s)} },
		"labels": func(s *query.Select) {
			for _, c := range []string{"ownerid", "primarycontactid", "owningbusinessunit", "revenue", "revenue_base", "employees"} {
				s.Columns = append(s.Columns, query.Output{Col: of(s, c), Label: true, Type: true})
			}
			s.Columns[0].Col.Masked = true
		},
		"second page": func(s *query.Select) {
			by(s, "name", true)
			by(s, "employees", false)
			s.Where, s.Limit = equal(s, "name", query.Text("x")), 10
			s.After = []query.Value{query.Int(5), query.Text("m"), query.GUID(me)}
		},
		"second page after nulls": func(s *query.Select) {
			by(s, "name", true)
			by(s, "employees", false)
			s.After = []query.Value{query.Null(), query.Null(), query.GUID(me)}
		},
		"order by label": func(s *query.Select) {
			by(s, "ownerid", true)
			s.Order[0].ByLabel = true
			s.After = []query.Value{query.Text("m"), query.GUID(me)}
		},
		"capped count": func(s *query.Select) {
			s.Where, s.Count, s.CountLimit, s.Limit = scope(m, s), true, 5000, 10
			s.After = []query.Value{query.GUID(me)}
		},
		"single expand under a filter": func(s *query.Select) {
			c := from(m, "contact", "fullname")
			c.Where = query.Not{Member: query.IsNull{Col: of(c, "fullname")}}
			expand(c, "parentcustomerid_account", from(m, "account", "name"))
			expand(s, "primarycontactid", c)
			s.Count = true
		},
		"collection expand": func(s *query.Select) {
			c := from(m, "contact", "fullname")
			by(c, "fullname", true)
			c.Where, c.Limit = equal(c, "fullname", query.Text("x")), 5
			expand(s, "contacts", c)
		},
		"many to many expand": func(s *query.Select) {
			c := from(m, "contact", "fullname")
			expand(c, "parentcustomerid_account", from(m, "account", "name"))
			expand(s, "members", c)
		},
		"links": func(s *query.Select) {
			c := &query.Select{Table: m.Table("contact")}
			c.Where = scope(m, s)
			up := &query.Select{Table: m.Table("account")}
			key, back := of(s, "primarycontactid"), of(c, "parentcustomerid")
			c.Links = []*query.Link{{Select: up, Outer: true, First: true, On: query.Compare{Col: of(up, "accountid"), Op: query.Equal, Other: &back}}}
			up.Where = equal(up, "name", query.Text("x"))
			s.Links = []*query.Link{{Select: c, On: query.Compare{Col: of(c, "contactid"), Op: query.Equal, Other: &key}}}
			s.Columns = append(s.Columns, query.Output{Col: of(c, "fullname"), Name: "c.fullname"}, query.Output{Col: of(up, "name")})
			by(s, "name", false)
			s.Where, s.Offset, s.Limit, s.Count = query.IsNull{Col: of(up, "name")}, 20, 10, true
		},
		"groups": func(s *query.Select) {
			s.Grouped, s.Count, s.CountLimit, s.Limit = true, true, 50000, 10
			s.Columns = []query.Output{
				{Col: of(s, "ownerid"), Label: true}, {Col: of(s, "employees"), Part: query.Week}, {Col: of(s, "employees"), Part: query.Quarter},
				{Col: of(s, "accountid"), Function: query.Count}, {Col: of(s, "name"), Function: query.CountValues, Once: true},
				{Col: of(s, "revenue"), Function: query.Sum, Label: true}, {Col: of(s, "revenue"), Function: query.Average},
				{Col: of(s, "revenue"), Function: query.Least}, {Col: of(s, "revenue"), Function: query.Greatest},
				{Col: of(s, "employees"), Part: query.FiscalYear(time.July, 1)}, {Col: of(s, "employees"), Part: query.FiscalPeriod(time.April, 6, 1)},
			}
			s.Order = []query.Order{{Col: of(s, "revenue"), Output: 6, Descending: true}, {Col: of(s, "ownerid"), Output: 1, ByLabel: true}, {Col: of(s, "employees"), Output: 2}}
		},
		"clocks": func(s *query.Select) {
			at := of(s, "employees")
			s.Grouped, s.Limit = true, 10
			s.Columns = []query.Output{{Col: at, Part: query.Month, Zone: "America/New_York"}, {Col: at, Part: query.FiscalYear(time.April, 6), Zone: "Etc/GMT+12"}}
			s.Where = query.InPart{Col: at, Part: query.Quarter, Number: 2, Zone: "Asia/Tokyo"}
		},
		"counts": func(s *query.Select) {
			of1 := &query.Select{Table: m.Table("contact")}
			id := of(s, "accountid")
			of1.Where = and(query.Compare{Col: of(of1, "parentcustomerid"), Op: query.Equal, Other: &id}, equal(of1, "fullname", query.Text("x")))
			s.Where = query.Not{Member: query.Exists{Select: of1, Op: query.GreaterOrEqual, Number: 2}}
		},
		"distinct": func(s *query.Select) {
			s.Distinct, s.Count, s.CountLimit = true, true, 5000
			s.Columns, s.Order = s.Columns[:1], []query.Order{{Col: of(s, "name")}}
		},
		"hierarchy": func(s *query.Select) {
			up := &query.Select{Table: m.Table("contact")}
			up.Where = equal(up, "fullname", query.Text("x"))
			down := query.Under{Col: of(s, "primarycontactid"), Select: up, Parent: of(up, "parentcustomerid"), Root: query.GUID(me)}
			above := down
			above.Up, above.Self = true, true
			s.Where = query.Or{Members: []query.Expr{down, query.Not{Member: above}, query.InPart{Col: of(s, "employees"), Part: query.Month, Number: 2}}}
		},
		"conditions": func(s *query.Select) {
			other := of(s, "revenue")
			s.Where = and(
				query.Or{}, and(), query.Const{True: true}, query.In{Col: of(s, "name")},
				query.Compare{Col: of(s, "employees"), Op: query.GreaterOrEqual, Other: &other},
				query.Compare{Col: of(s, "name"), Op: query.NotEqual, Value: query.Null()},
				query.Not{Member: query.Or{Members: []query.Expr{query.IsNull{Col: of(s, "name")}, and(query.Const{}, query.Const{})}}},
				query.Match{Col: of(s, "name"), Kind: query.Contains, Pattern: `50%_\`},
				query.Match{Col: of(s, "name"), Kind: query.Like, Pattern: "[A-C]*[^x]%"},
				query.Match{Col: of(s, "name"), Kind: query.EndsWith, Pattern: "[]"},
			)
		},
	}
	for name, build := range trees {
		t.Run(name, func(t *testing.T) {
			s := from(m, "account", "name")
			build(s)
			golden(t, name, describe(t, s))
		})
	}
}

// dialects are all that there are; a golden file shows each.
func dialects() []Dialect { return []Dialect{SQLite(), PostgreSQL()} }

// describe compiles a tree for every dialect and prints all that came of it.
func describe(t *testing.T, s *query.Select) string {
	t.Helper()
	text := fmt.Sprintf("-- %s\n", query.Print(s))
	for _, d := range dialects() {
		text += "== " + d.Name + "\n" + describeFor(t, s, d)
	}
	return text
}

func describeFor(t *testing.T, s *query.Select, d Dialect) string {
	t.Helper()
	p, err := Compile(access.System("test", s), d)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	statement(&b, Statement{SQL: p.SQL, Args: p.Args})
	fmt.Fprintf(&b, "-- cells: %s\n", cells(p.Shape))
	if p.Count != nil {
		statement(&b, *p.Count)
	}
	for _, c := range p.Children {
		st, err := c.For([]query.Value{query.GUID(me)})
		if err != nil {
			t.Fatal(err)
		}
		statement(&b, st)
		if st, err = c.For([]query.Value{query.GUID(me), query.GUID(unit), query.GUID(me)}); err != nil {
			t.Fatal(err)
		}
		statement(&b, st)
		fmt.Fprintf(&b, "-- cells: %s\n", cells(c.Shape))
	}
	return b.String()
}

// statement prints a text, a clause a line, and its arguments.
func statement(b *strings.Builder, st Statement) {
	text := st.SQL
	for _, word := range []string{" FROM ", " LEFT JOIN ", " JOIN ", " WHERE ", " AND ", " OR ", " ORDER BY ", " SET ", " VALUES "} {
		text = strings.ReplaceAll(text, word, "\n "+word)
	}
	b.WriteString(strings.ReplaceAll(text, "LEFT\n  JOIN", "LEFT JOIN"))
	b.WriteString("\n--")
	for _, v := range st.Args {
		b.WriteString(" " + constant(v))
	}
	b.WriteString("\n")
}

func constant(v query.Value) string {
	switch v.Storage() {
	case meta.Text:
		return fmt.Sprintf("%q", v.Text())
	case meta.Int:
		return fmt.Sprint(v.Int())
	case meta.GUID:
		return v.GUID().String()
	}
	return "null"
}

// cells prints a shape: column=value/type/label.
func cells(s *query.Shape) string {
	var b strings.Builder
	for _, f := range s.Fields {
		fmt.Fprintf(&b, "%s=%d/%d/%d ", f.Column.LogicalName, f.Value, f.Type, f.Label)
	}
	fmt.Fprintf(&b, "id=%d version=%d order=%v", s.ID, s.Version, s.Order)
	for _, c := range s.Children {
		if c.Nav.Single {
			fmt.Fprintf(&b, " %s(present=%d %s)", c.Nav.Name, c.Present, cells(c.Shape))
		}
	}
	return b.String()
}

func TestGoldenChanges(t *testing.T) {
	m := model(t)
	account := m.Table("account")
	owner := op.Assignment{Column: account.Column("ownerid"), Value: query.GUID(me), Target: m.Table("team")}
	name := op.Assignment{Column: account.Column("name"), Value: query.Text("Contoso")}
	nobody := op.Assignment{Column: account.Column("ownerid"), Value: query.Null()}
	row := &query.Select{Table: account}
	where := and(equal(row, "accountid", query.GUID(me)), equal(row, "versionnumber", query.Int(7)), scope(m, row))
	changes := map[string]access.Parts{
		"insert": {Kind: access.Insert, Table: account, Set: []op.Assignment{
			{Column: account.PrimaryID, Value: query.GUID(me)}, name, owner, {Column: account.Column("employees"), Value: query.Int(5)}}},
		"modify": {Kind: access.Modify, Table: account, From: row, Set: []op.Assignment{name, nobody}, Where: where},
		"remove": {Kind: access.Remove, Table: account, From: row, Where: where},
	}
	contacts := &query.Select{Table: m.Table("contact")}
	contacts.Table.ChangeTracking = true
	changes["remove_followed"] = access.Parts{Kind: access.Remove, Table: contacts.Table, From: contacts, Where: equal(contacts, "contactid", query.GUID(me))}
	for kind, p := range changes {
		t.Run(kind, func(t *testing.T) {
			var b strings.Builder
			for _, d := range dialects() {
				st, err := CompileChange(access.SystemChange("test", p), d)
				if err != nil {
					t.Fatal(err)
				}
				if st.Table != p.Table || st.Returns != (kind == "remove_followed") {
					t.Errorf("changes table %v", st.Table)
				}
				b.WriteString("== " + d.Name + "\n")
				statement(&b, st)
			}
			golden(t, kind, b.String())
		})
	}
}
