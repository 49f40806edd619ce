package store_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestPlansOfScopes: lists in order of names, and as rows came, go through an index in
// that order at every depth. No table is scanned without one and nothing is sorted: not
// even what is shared, whose names stand beside the shares.
func TestPlansOfScopes(t *testing.T) {
	w := newScopeWorld(t, 2000, 100)
	db, err := sqldb.Open(w.Path(), sqldb.Options{Tests: map[string]func(a, b []byte) bool{"among": sqlgen.Among}})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all strings.Builder
	for _, who := range []struct{ name, user, behalf string }{
		{"Global", "gil", ""}, {"Local", "lea", ""}, {"Deep", "dee", ""}, {"Basic", "bob", ""}, {"Global for Local", "app", "lea"},
	} {
		for _, order := range []string{"name", ""} {
			plan := explain(t, db, w.granted(w.as(who.user, who.behalf), w.list(order)))
			fmt.Fprintf(&all, "%s in order of %s\n%s\n", who.name, cmp.Or(order, "ids"), plan)
			for line := range strings.Lines(plan) {
				line = strings.TrimSpace(line)
				if strings.HasPrefix(line, "SCAN t0") && !strings.Contains(line, "USING INDEX") {
					t.Errorf("%s by %s: %s", who.name, order, line)
				}
			}
			if strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "LIST SUBQUERY") {
				t.Errorf("%s by %s reads more than its page:\n%s", who.name, order, plan)
			}
		}
	}
	golden := filepath.Join("testdata", "scope_plans.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(all.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != all.String() {
		t.Errorf("%v; the plans are now\n%s", err, all.String())
	}
}

// explain gives the engine's plan, indented as it nests.
func explain(t *testing.T, db *sqldb.DB, g access.Granted) string {
	t.Helper()
	plan, err := sqlgen.Compile(g, sqlgen.SQLite())
	if err != nil {
		t.Fatal(err)
	}
	args := make([]sqldb.Arg, len(plan.Args))
	for i := range args {
		args[i] = sqldb.Null()
	}
	var b strings.Builder
	err = db.Read(context.Background(), func(c *sqldb.Conn) error {
		rows, err := c.Query("EXPLAIN QUERY PLAN "+plan.SQL, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		depth := map[int64]int{}
		for rows.Next() {
			id, parent := rows.Int(0), rows.Int(1)
			depth[id] = depth[parent] + 1
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", depth[id]), rows.Text(3))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
