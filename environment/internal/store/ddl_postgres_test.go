package store_test

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/catalog"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// TestQuestionsUseIndexesAtAServer: as in files, each way to rows has an index, which
// also answers in the order asked for. The planner is kept from reading whole tables,
// which it would do with the few rows of a test; where it must, there is no index.
func TestQuestionsUseIndexesAtAServer(t *testing.T) {
	address := sqldbtest.Address(t) + "&enable_seqscan=off&enable_bitmapscan=off&enable_sort=off"
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Config{Path: address, Schema: "plans", Model: m})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sqldb.Open(address, sqldb.Options{Schema: "plans"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &world{Store: s, t: t, m: m}
	for name, tt := range waysToRows(w) {
		t.Run(name, func(t *testing.T) {
			s := w.sel("account", "telephone1")
			s.Limit = 50
			tt.build(s)
			p, err := sqlgen.Compile(access.System("test", s), sqlgen.PostgreSQL())
			if err != nil {
				t.Fatal(err)
			}
			steps := strings.Join(planned(t, db, "EXPLAIN ", sqlgen.Statement{SQL: p.SQL, Args: p.Args}, 0), "\n")
			if strings.Contains(steps, "Seq Scan") || !tt.sorted && strings.Contains(steps, "Sort") {
				t.Errorf("%s\n%s", p.SQL, steps)
			}
		})
	}
}

// TestLongNamesOfIndexes: the engine cuts names after 63 bytes, and two that are the
// same by then would be one index.
func TestLongNamesOfIndexes(t *testing.T) {
	m, err := catalog.Model()
	if err != nil {
		t.Fatal(err)
	}
	address := sqldbtest.Address(t)
	s, err := store.Open(t.Context(), store.Config{Path: address, Schema: "names", Model: m})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sqldb.Open(address, sqldb.Options{Schema: "names"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(c *sqldb.Conn) error {
		rows, err := c.Query(`SELECT count(*), count(*) FILTER (WHERE indexname ~ '_[0-9a-f]{12}$' AND length(indexname) = 63),
			count(*) FILTER (WHERE tablename = 'principalobjectaccess') FROM pg_indexes WHERE schemaname = current_schema()`)
		if err == nil && rows.Next() && (rows.Int(0) < 60 || rows.Int(1) == 0 || rows.Int(2) != 4) {
			t.Errorf("%d indexes, %d with shortened names, %d of shares", rows.Int(0), rows.Int(1), rows.Int(2))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
