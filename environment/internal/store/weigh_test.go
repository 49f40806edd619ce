package store_test

import (
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// TestWeigh: a server knows how many rows there are when they have been weighed.
func TestWeigh(t *testing.T) {
	w := newScopeWorldAt(t, sqldbtest.Address(t), 500, 10)
	if err := w.Weigh(t.Context(), w.m.Table("account")); err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(w.Path(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT CAST(reltuples AS BIGINT) FROM pg_class WHERE oid = 'account'::regclass")
		if err != nil {
			return err
		}
		if !rows.Next() || rows.Int(0) != 500 {
			t.Errorf("the server believes in %d accounts", rows.Int(0))
		}
		return rows.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestWeighAFile does nothing: see Weigh.
func TestWeighAFile(t *testing.T) {
	w := newScopeWorld(t, 100, 10)
	if err := w.Weigh(t.Context(), w.m.Table("account")); err != nil {
		t.Fatal(err)
	}
	db, err := sqldb.Open(w.Path(), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_stat1'")
		if err != nil {
			return err
		}
		if !rows.Next() || rows.Int(0) != 0 {
			t.Error("the file was analysed")
		}
		return rows.Close()
	})
	if err != nil {
		t.Fatal(err)
	}
}
