package sqldb

import (
	"fmt"
	"testing"
)

func TestStatementsAreCompiledOnce(t *testing.T) {
	db := open(t, Options{Readers: 1})
	for range 5 {
		names(t, db)
	}
	s := (<-db.readers.rest).(*file)
	defer func() { db.readers.rest <- s }()
	if s.cache.compiled != 1 {
		t.Errorf("one text was compiled %d times", s.cache.compiled)
	}
}

func TestOneTextMayBeOpenMoreThanOnce(t *testing.T) {
	db := open(t, Options{Readers: 1})
	const sql = "SELECT ?1 UNION ALL SELECT ?1 + 1"
	total := int64(0)
	var nest func(c *Conn, depth int64)
	nest = func(c *Conn, depth int64) {
		rows, err := c.Query(sql, Int(depth*10))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			total += rows.Int(0)
			if depth < 2 {
				nest(c, depth+1)
			}
		}
	}
	for range 2 {
		total = 0
		err := db.Read(t.Context(), func(c *Conn) error {
			nest(c, 0)
			if c.s.(*file).cache.compiled != 3 {
				t.Errorf("three levels compiled %d statements", c.s.(*file).cache.compiled)
			}
			return nil
		})
		// level 0: 0+1; level 1, twice: 10+11; level 2, four times: 20+21
		if want := int64(1 + 2*21 + 4*41); err != nil || total != want {
			t.Errorf("total %d, %v; want %d", total, err, want)
		}
	}
}

func TestCacheIsBounded(t *testing.T) {
	db := open(t, Options{Readers: 1})
	err := db.Read(t.Context(), func(c *Conn) error {
		first, err := c.Query("SELECT 0 UNION ALL SELECT 1") // the oldest, but in use
		if err != nil {
			return err
		}
		first.Next()
		for i := range 2 * cacheSize {
			if _, err := c.Exec(fmt.Sprintf("SELECT %d", i)); err != nil {
				return err
			}
		}
		if n := len(c.s.(*file).cache.bySQL); n != cacheSize {
			t.Errorf("the cache holds %d statements", n)
		}
		if !first.Next() || first.Int(0) != 1 {
			t.Error("a statement in use was closed")
		}
		compiled := c.s.(*file).cache.compiled
		if _, err := c.Exec(fmt.Sprintf("SELECT %d", 2*cacheSize-1)); err != nil || c.s.(*file).cache.compiled != compiled {
			t.Errorf("the newest text was not kept: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestStatementsSurviveAChangeOfSchema(t *testing.T) {
	db := open(t, Options{Readers: 1})
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	names(t, db)
	err := db.Write(t.Context(), func(c *Conn) error { return c.ExecScript("ALTER TABLE notes ADD COLUMN extra TEXT DEFAULT 'x'") })
	if err != nil || names(t, db) != "ana" {
		t.Errorf("after ALTER TABLE: %v", err)
	}
}
