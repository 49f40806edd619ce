package sqldb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestUniqueNamesItsColumns(t *testing.T) {
	db := open(t, Options{})
	setup := `INSERT INTO notes (id, name, score) VALUES (1, 'ana', 1);
		CREATE UNIQUE INDEX pair ON notes (score, name);
		CREATE UNIQUE INDEX ending ON notes (id % 1000)`
	if err := db.Write(t.Context(), func(c *Conn) error { return c.ExecScript(setup) }); err != nil {
		t.Fatal(err)
	}
	for _, try := range []struct {
		sql     string
		columns []string
		unique  bool
	}{
		{"INSERT INTO notes (id) VALUES (1)", []string{"notes.id"}, true},
		{"INSERT INTO notes (name) VALUES ('ana')", []string{"notes.name"}, true},
		{"INSERT INTO notes (id) VALUES (2001)", nil, true},
		{"INSERT INTO notes (id, name) VALUES ('x', 'ben')", nil, false},
	} {
		err := db.Write(t.Context(), func(c *Conn) error {
			_, err := c.Exec(try.sql)
			return err
		})
		columns, unique := IsUnique(fmt.Errorf("add a note: %w", err))
		if err == nil || unique != try.unique || !reflect.DeepEqual(columns, try.columns) || errors.Is(err, ErrUnique) != unique {
			t.Errorf("%s: %v: %v %v", try.sql, err, columns, unique)
		}
	}
	err := db.Write(t.Context(), func(c *Conn) error {
		_, err := c.Exec("INSERT INTO notes (id) VALUES (2001)")
		return err
	})
	if want := "unique constraint violated: index ending"; err.Error() != want {
		t.Errorf("got %q, want %q", err, want)
	}
}

func TestUniqueOfSeveralColumns(t *testing.T) {
	db := open(t, Options{})
	err := db.Write(t.Context(), func(c *Conn) error {
		return c.ExecScript(`CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO pairs VALUES (1, 2); INSERT INTO pairs VALUES (1, 2)`)
	})
	columns, _ := IsUnique(err)
	if want := []string{"pairs.a", "pairs.b"}; !reflect.DeepEqual(columns, want) {
		t.Errorf("got %v from %v", columns, err)
	}
}

func TestBrokenFileIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("this is a letter, not a database. ", 200)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(path, Options{})
	if !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestDamagedPageIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(c *Conn) error {
		return c.ExecScript("CREATE TABLE t (v); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n")
	})
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(whole); i++ { // all but the first page, which holds the schema
		whole[i] = 0xA5
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if db, err = Open(path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(c *Conn) error {
		_, err := c.Exec("SELECT sum(v) FROM t")
		return err
	})
	if !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

func TestMissingDirectoryIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nowhere", "x.db")
	if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// A file that may not grow fails as a full disk does.
func TestFullDiskLosesNothing(t *testing.T) {
	db := open(t, Options{})
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(c *Conn) error { return c.ExecScript("PRAGMA max_page_count = 1") }); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), func(c *Conn) error {
		_, err := c.Exec("INSERT INTO notes (id, body) VALUES (2, zeroblob(1000000))")
		return err
	})
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), db.Path()) {
		t.Errorf("got %v", err)
	}
	if got := names(t, db); got != "ana" {
		t.Errorf("kept %q", got)
	}
}

func TestBusyFileIsNamed(t *testing.T) {
	db := open(t, Options{})
	other, err := Open(db.Path(), Options{Patience: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	release := hold(t, db)
	err = add(t.Context(), other, 1, "ana")
	release()
	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), db.Path()) {
		t.Errorf("got %v", err)
	}
}

func TestArgumentsAreCounted(t *testing.T) {
	db := open(t, Options{})
	err := db.Read(t.Context(), func(c *Conn) error {
		if _, err := c.Query("SELECT ?, ?", Int(1)); err == nil {
			t.Error("a missing argument was accepted")
		}
		_, err := c.Query("SELECT ?, ?", Int(1), Int(2)) // and the statement is still good
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestMigrate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	db, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	steps := []string{"CREATE TABLE a (v)", "CREATE TABLE b (v); INSERT INTO b VALUES (1)", "CREATE TABLE a (v)"}
	for _, try := range []struct {
		steps  []string
		tables int64
		fails  error
		text   string
	}{
		{steps[:1], 1, nil, ""},
		{steps[:1], 1, nil, ""},
		{steps, 1, nil, "schema step 3"}, // and step 2 is undone
		{steps[:2], 2, nil, ""},
		{steps[:1], 2, ErrNewer, "version 2, this program knows 1"},
	} {
		err := Migrate(t.Context(), db, try.steps)
		if failed := try.text != ""; (err != nil) != failed || failed && !strings.Contains(err.Error(), try.text) {
			t.Errorf("%d steps: %v", len(try.steps), err)
		}
		if try.fails != nil && (!errors.Is(err, try.fails) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%d steps: %v", len(try.steps), err)
		}
		if got := countTables(t, db); got != try.tables {
			t.Errorf("%d steps: %d tables, want %d", len(try.steps), got, try.tables)
		}
	}
}

func countTables(t *testing.T, db *DB) (n int64) {
	t.Helper()
	err := db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT count(*) FROM sqlite_schema")
		if err != nil {
			return err
		}
		rows.Next()
		n = rows.Int(0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
