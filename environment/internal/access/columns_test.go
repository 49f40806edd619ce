package access

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/dverr"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// salaries is contoso with secured revenues: ben's profile reads them, his team Crew's
// creates and updates them, cleo has none. ada is the administrator.
func salaries(t *testing.T) (*world, *meta.Column) {
	w := contoso(t)
	revenue := w.model.Table("account").Column("revenue")
	revenue.Secured = true
	w.team("Crew", "Sales", 0, "ben")
	w.facts.Permissions = []FieldPermission{
		{Profile: id("readers"), Table: "account", Column: "revenue", Read: true},
		{Profile: id("writers"), Table: "account", Column: "revenue", Create: true, Update: true},
		{Profile: id("readers"), Table: "account", Column: "no such column", Read: true},
		{Profile: id("readers"), Table: "no such table", Column: "revenue", Read: true},
	}
	w.facts.UserProfiles = []ProfileAssignment{{id("ben"), id("readers")}, {id("nobody"), id("readers")}}
	w.facts.TeamProfiles = []ProfileAssignment{{id("Crew"), id("writers")}, {id("no team"), id("writers")}}
	w.changed()
	return w, revenue
}

// mentions holds every place in which a question can name a column.
func mentions(w *world, c *meta.Column) map[string]*query.Select {
	all := map[string]*query.Select{}
	ask := func(name string, change func(*query.Select, query.Col)) {
		s := w.all("account")
		change(s, query.Col{Of: s, C: c})
		all[name] = s
	}
	ask("select", func(s *query.Select, c query.Col) { s.Columns = append(s.Columns, query.Output{Col: c}) })
	ask("order", func(s *query.Select, c query.Col) { s.Order = append(s.Order, query.Order{Col: c}) })
	ask("sum", func(s *query.Select, c query.Col) {
		s.Grouped, s.Columns = true, []query.Output{{Col: c, Function: query.Sum}}
	})
	ask("group", func(s *query.Select, c query.Col) { s.Grouped, s.Columns = true, []query.Output{{Col: c}} })
	for name, e := range map[string]func(query.Col) query.Expr{
		"compare": func(c query.Col) query.Expr {
			return query.Compare{Col: c, Op: query.Greater, Value: query.Int(1)}
		},
		"other side": func(c query.Col) query.Expr { return query.Compare{Col: c, Op: query.Equal, Other: &c} },
		"in":         func(c query.Col) query.Expr { return query.In{Col: c, Values: []query.Value{query.Int(1)}} },
		"match":      func(c query.Col) query.Expr { return query.Match{Col: c, Pattern: "x"} },
		"null":       func(c query.Col) query.Expr { return query.IsNull{Col: c} },
		"part":       func(c query.Col) query.Expr { return query.InPart{Col: c} },
		"bits":       func(c query.Col) query.Expr { return query.HasBits{Col: c, Mask: 1} },
	} {
		ask(name, func(s *query.Select, c query.Col) { s.Where = query.Not{Member: query.Or{Members: []query.Expr{e(c)}}} })
		ask(name+" in a sub-select", func(s *query.Select, c query.Col) {
			inner := &query.Select{Table: s.Table}
			inner.Where = e(query.Col{Of: inner, C: c.C})
			s.Where = query.Exists{Select: inner}
		})
	}
	return all
}

// A masked column is masked wherever it is named, and nothing else is.
func TestMaskedColumnsAreMaskedEverywhere(t *testing.T) {
	w, revenue := salaries(t)
	for who, reads := range map[string]bool{"ada": true, "ben": true, "cleo": false} {
		for name, s := range mentions(w, revenue) {
			g, err := Read(w.as(who), s)
			if err != nil {
				t.Fatalf("%s by %s: %v", name, who, err)
			}
			found := 0
			for c := range query.Columns(g.Select()) {
				if c.C == revenue {
					found++
				}
				if c.Masked != (c.C == revenue && !reads) {
					t.Errorf("%s by %s: %s masked %v", name, who, c.C.LogicalName, c.Masked)
				}
			}
			if found == 0 {
				t.Errorf("%s does not name the column", name)
			}
		}
	}
}

// The environment reads the row that it changes unmasked, whoever asks.
func TestProbesAreNotMasked(t *testing.T) {
	w, revenue := salaries(t)
	s := w.all("account")
	s.Columns = append(s.Columns, query.Output{Col: query.Col{Of: s, C: revenue}})
	g, err := Probe(w.as("cleo"), meta.Write, s)
	if err != nil || strings.Contains(query.Print(g.Select()), "masked") {
		t.Errorf("%v %s", err, query.Print(g.Select()))
	}
}

// The amount in base currency would tell the amount.
func TestBaseAmountsFollowTheirAmounts(t *testing.T) {
	w, revenue := salaries(t)
	base := &meta.Column{LogicalName: "revenue_base", Kind: meta.Money, BaseOf: revenue}
	if w.as("cleo").may(base).read || !w.as("ben").may(base).read {
		t.Error("revenue_base does not follow revenue")
	}
}

// Names of rows, and rows joined by a masked lookup.
func TestMaskedLookupsLeadNowhere(t *testing.T) {
	w, _ := salaries(t)
	contact := w.model.Table("contact")
	contact.PrimaryName = contact.Column("fullname")
	contact.PrimaryName.Secured = true
	account := w.model.Table("account")
	primary := account.Column("primarycontactid")
	ask := func() *query.Select {
		s := w.all("account")
		col := query.Col{Of: s, C: primary}
		s.Columns = append(s.Columns, query.Output{Col: col, Label: true})
		s.Order = append([]query.Order{{Col: col, ByLabel: true}}, s.Order...)
		nav, _ := account.Navigation("primarycontactid")
		s.Expands = []*query.Expand{{Nav: nav, Select: w.all("contact")}}
		return s
	}
	g, err := Read(w.as("cleo"), ask())
	if err != nil {
		t.Fatal(err)
	}
	if s := g.Select(); s.Columns[len(s.Columns)-1].Label || !s.Order[0].Col.Masked || s.Columns[len(s.Columns)-1].Col.Masked {
		t.Errorf("a name shows that is masked: %s", query.Print(s))
	}
	contact.PrimaryName.Secured, primary.Secured = false, true
	if g, err = Read(w.as("cleo"), ask()); err != nil {
		t.Fatal(err)
	}
	if got := query.Print(g.Select()); !strings.Contains(got, "(false)") {
		t.Errorf("a masked lookup joins rows: %s", got)
	}
}

// Who may set a secured column: by profiles of one's own and of teams, both users
// under impersonation, the environment's rules always.
func TestSecuredColumnsAreWrittenByProfile(t *testing.T) {
	w, revenue := salaries(t)
	account := w.model.Table("account")
	set := func(byRule bool) []op.Assignment {
		return []op.Assignment{{Column: revenue, Value: query.Int(1), ByRule: byRule}}
	}
	for who, may := range map[string]bool{"ada": true, "ben": true, "cleo": false} {
		c := w.as(who)
		_, err := Update(c, account, id("x"), set(false), 0)
		if may && err != nil || !may && !dverr.ColumnUpdateDenied.Is(err) {
			t.Errorf("update by %s: %v", who, err)
		}
		if _, err := Update(c, account, id("x"), set(true), 0); err != nil {
			t.Errorf("a rule's update by %s: %v", who, err)
		}
		_, err = Create(c, account, append(w.rowOf(who), set(false)...))
		if may && err != nil || !may && !dverr.ColumnCreateDenied.Is(err) {
			t.Errorf("create by %s: %v", who, err)
		}
	}
	c := w.as("cleo")
	both := Caller{Authenticated: w.as("ada").Effective, Effective: c.Effective}
	if _, err := Update(both, account, id("x"), set(false), 0); !dverr.ColumnUpdateDenied.Is(err) {
		t.Errorf("ada for cleo: %v", err)
	}
	both = Caller{Authenticated: c.Effective, Effective: w.as("ben").Effective}
	_, err := Update(both, account, id("x"), set(false), 0)
	var d *dverr.Error
	if !errors.As(err, &d) || !strings.Contains(d.Help, `user "cleo"`) || !strings.Contains(d.Help, "who acts for") {
		t.Errorf("cleo for ben: %v", err)
	}
}

// rowOf is the values of a row that belongs to a user.
func (w *world) rowOf(who string) []op.Assignment {
	t := w.model.Table("account")
	at := slices.IndexFunc(w.facts.Users, func(u UserRow) bool { return u.Name == who })
	return []op.Assignment{
		{Column: t.PrimaryID, Value: query.GUID(id("new row")), ByRule: true},
		{Column: t.Column("ownerid"), Value: query.GUID(id(who)), Target: w.model.Table("systemuser"), ByRule: true},
		{Column: t.Column("owningbusinessunit"), Value: query.GUID(w.facts.Users[at].Unit), Target: w.model.Table("businessunit"), ByRule: true},
	}
}
