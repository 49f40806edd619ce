package store_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// plan gives the engine's own words on how it will answer a statement.
func plan(t *testing.T, db *sqldb.DB, st sqlgen.Statement) (steps []string) {
	t.Helper()
	return planned(t, db, "EXPLAIN QUERY PLAN ", st, 3)
}

// planned is plan by an engine's own verb, whose words stand in a cell of the answer.
func planned(t *testing.T, db *sqldb.DB, verb string, st sqlgen.Statement, cell int) (steps []string) {
	t.Helper()
	var args []sqldb.Arg
	for _, v := range st.Args {
		switch id := v.GUID(); v.Storage() {
		case meta.GUID:
			args = append(args, sqldb.Blob(id[:]))
		case meta.Text:
			args = append(args, sqldb.Text(v.Text()))
		case meta.Bytes:
			args = append(args, sqldb.Blob(v.Bytes()))
		default:
			args = append(args, sqldb.Int(v.Int()))
		}
	}
	err := db.Read(t.Context(), func(c *sqldb.Conn) error {
		rows, err := c.Query(verb+st.SQL, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			steps = append(steps, string(rows.Text(cell)))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", st.SQL, err)
	}
	return steps
}

// TestQuestionsUseIndexes: over the catalog's accounts, no way to reach rows that the
// Web API offers goes through the whole table, and pages in the common orders are
// read in order instead of sorted.
func TestQuestionsUseIndexes(t *testing.T) {
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Path: t.TempDir() + "/environment.db", Model: m})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w := &world{Store: s, t: t, m: m}
	db, err := sqldb.Open(s.Path(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()

	for name, tt := range waysToRows(w) {
		t.Run(name, func(t *testing.T) {
			s := w.sel("account", "telephone1")
			s.Limit = 50
			tt.build(s)
			p, err := sqlgen.Compile(access.System("test", s), sqlgen.SQLite())
			if err != nil {
				t.Fatal(err)
			}
			steps := plan(t, db, sqlgen.Statement{SQL: p.SQL, Args: p.Args})
			for _, c := range p.Children {
				st, err := c.For([]query.Value{guid(1), guid(2)})
				if err != nil {
					t.Fatal(err)
				}
				steps = append(steps, plan(t, db, st)...)
			}
			sorts := false
			for _, step := range steps {
				if strings.HasPrefix(step, "SCAN") && !strings.Contains(step, "USING INDEX") {
					t.Errorf("goes through a whole table: %q", steps)
				}
				sorts = sorts || strings.Contains(step, "TEMP B-TREE")
			}
			if sorts && !tt.sorted {
				t.Errorf("sorts: %q", steps)
			}
		})
	}
}

// way is one way to reach accounts.
type way struct {
	build  func(s *query.Select)
	sorted bool // a sort is expected
}

// waysToRows are those that the Web API offers.
func waysToRows(w *world) map[string]way {
	owner := func(s *query.Select) query.Expr {
		return query.In{Col: w.col(s, "ownerid"), Values: []query.Value{guid(1)}}
	}
	return map[string]way{
		"by id":         {func(s *query.Select) { s.Where = w.equal(s, "accountid", guid(1)) }, false},
		"in creation":   {func(*query.Select) {}, false},
		"by name":       {func(s *query.Select) { w.byName(s) }, false},
		"next page":     {func(s *query.Select) { w.byName(s); s.After = []query.Value{query.Text("m"), guid(1)} }, false},
		"name begins":   {func(s *query.Select) { w.byName(s); s.Where = w.begins(s, "Con") }, false},
		"own, by name":  {func(s *query.Select) { w.byName(s); s.Where = owner(s) }, false},
		"shared":        {func(s *query.Select) { s.Where = benchShare(w, s) }, true},
		"own or shared": {func(s *query.Select) { s.Where = query.Or{Members: []query.Expr{owner(s), benchShare(w, s)}} }, true},
		"one, if shared": {func(s *query.Select) {
			s.Where = query.And{Members: []query.Expr{w.equal(s, "accountid", guid(1)), benchShare(w, s)}}
		}, false},
		"a parent's": {func(s *query.Select) { w.expand(s, "contact_customer_accounts", w.sel("contact", "fullname")) }, true},
		"a contact":  {func(s *query.Select) { w.expand(s, "primarycontactid", w.sel("contact", "fullname")) }, false},
	}
}

func (w *world) byName(s *query.Select) {
	s.Order = append([]query.Order{{Col: w.col(s, "name")}}, s.Order...)
}

func (w *world) begins(s *query.Select, text string) query.Expr {
	return query.Match{Col: w.col(s, "name"), Kind: query.StartsWith, Pattern: text}
}
