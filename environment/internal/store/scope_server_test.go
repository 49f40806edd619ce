package store_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// TestPlansOfScopesAtAServer: a server merges the branches of narrow scopes as it reads
// them, in the order of names and of ids, and plans without seeing whose they are, so that
// one plan serves everybody. The planner is kept from what only few rows make cheap.
func TestPlansOfScopesAtAServer(t *testing.T) {
	address := sqldbtest.Address(t) + "&enable_seqscan=off&enable_bitmapscan=off&enable_sort=off"
	w := newScopeWorldAt(t, address, 2000, 100)
	db, err := sqldb.Open(address, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, who := range []struct {
		name     string
		branches int
	}{{"lea", 4}, {"bob", 5}, {"dee", 1}} {
		for _, order := range []string{"name", ""} {
			p, err := sqlgen.Compile(w.granted(w.as(who.name, ""), w.list(order)), sqlgen.PostgreSQL())
			if err != nil {
				t.Fatal(err)
			}
			plan := strings.Join(planned(t, db, "EXPLAIN ", sqlgen.Statement{SQL: p.SQL, Args: p.Args}, 0), "\n")
			merged := strings.Contains(plan, "Merge Append") && strings.Count(plan, "->  Limit") == who.branches
			if strings.Contains(plan, "->  Sort") || strings.Contains(plan, "Seq Scan on account") || merged != (who.branches > 1) {
				t.Errorf("%s by %q:\n%s", who.name, order, plan)
			}
			if id := ownerID(scopePeople[who.name]).GUID().String(); strings.Contains(plan, id) {
				t.Errorf("the planner sees %s:\n%s", id, plan)
			}
		}
	}
}
