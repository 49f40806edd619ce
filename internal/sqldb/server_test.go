package sqldb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// openAddress opens a schema of its own at the server that the tests are given, with the table notes.
func openAddress(t testing.TB, o Options) *DB {
	t.Helper()
	at := os.Getenv("STEAD_TEST_POSTGRES")
	if at == "" {
		t.Skip("STEAD_TEST_POSTGRES names no server")
	}
	o.Schema = "sqldb_" + strings.ToLower(strings.ReplaceAll(t.Name(), "/", "_"))
	sign := "?"
	if strings.Contains(at, "?") {
		sign = "&"
	}
	at += sign + "application_name=" + o.Schema
	if err := DropSchema(t.Context(), at, o); err != nil {
		t.Fatal(err)
	}
	db, err := Open(at, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(db.Close(), DropSchema(context.Background(), at, o)); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	schema := `CREATE TABLE notes (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" UNIQUE, body BYTEA, score DOUBLE PRECISION, key UUID)`
	if err := Migrate(t.Context(), db, []string{schema}); err != nil {
		t.Fatal(err)
	}
	return db
}

func TestServerKeepsValues(t *testing.T) {
	db := openAddress(t, Options{})
	key := []byte("0123456789abcdef")
	err := db.Write(t.Context(), func(c *Conn) error {
		n, err := c.Exec("INSERT INTO notes VALUES (?, ?, ?, ?, ?), (?, '?', NULL, ?, NULL)", Int(-1<<63), Text("Zoë\x00\xff"), Blob(nil), Float(0.1), Blob(key), Int(1), Int(2))
		if n != 2 {
			t.Errorf("%d rows inserted", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT id, name, body, score, key, id = 1, 7::smallint, 1.5::numeric FROM notes ORDER BY id")
		if err != nil {
			return err
		}
		if !rows.Next() || rows.Int(0) != -1<<63 || string(rows.Text(1)) != "Zoë\uFFFD\uFFFD" || rows.Null(2) || len(rows.Blob(2)) != 0 || rows.Float(3) != 0.1 || !slices.Equal(rows.Blob(4), key) {
			t.Error("the first row has changed")
		}
		kinds := ""
		for i := range rows.Columns() {
			kinds += rows.Name(i) + " " + rows.Kind(i).String() + " "
		}
		if kinds != "id integer name text body blob score real key blob ?column? integer int2 integer numeric text " {
			t.Error(kinds)
		}
		if !rows.Next() || rows.Int(0) != 1 || string(rows.Text(1)) != "?" || !rows.Null(2) || rows.Float(3) != 2 || rows.Kind(4) != KindNull || rows.Int(5) != 1 || rows.Int(6) != 7 || rows.Float(7) != 1.5 {
			t.Error("the second row has changed")
		}
		if rows.Next() {
			t.Error("a third row")
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestServerRowsSurviveOtherStatements: the wire has room for one answer; those still open move into memory.
func TestServerRowsSurviveOtherStatements(t *testing.T) {
	db := openAddress(t, Options{})
	err := db.Read(t.Context(), func(c *Conn) error {
		outer, err := c.Query("SELECT g FROM generate_series(1, 300) g")
		if err != nil {
			return err
		}
		total := int64(0)
		for outer.Next() {
			inner, err := c.Query("SELECT ?::bigint + h FROM generate_series(1, 3) h", Int(outer.Int(0)))
			if err != nil {
				return err
			}
			for inner.Next() {
				total += inner.Int(0) - outer.Int(0)
			}
		}
		if total != 300*6 {
			t.Errorf("%d in all", total)
		}
		return outer.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestServerGoesOnAfterDuplicate: to the server a transaction with a failed statement is over; to its function it is not.
func TestServerGoesOnAfterDuplicate(t *testing.T) {
	db := openAddress(t, Options{})
	runs := 0
	err := db.Write(t.Context(), func(c *Conn) error {
		runs++
		if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (1, 'a'), (2, 'b')"); err != nil {
			return err
		}
		_, err := c.Exec("INSERT INTO notes (id, name) VALUES (3, 'b')")
		if columns, is := IsUnique(err); !is || !slices.Equal(columns, []string{"notes.name"}) {
			t.Errorf("a name twice: %v of %q", err, columns)
		}
		_, err = c.Exec("INSERT INTO notes (id, name) VALUES (4, 'd')")
		return err
	})
	if got := names(t, db); err != nil || got != "a b d" || runs != 2 {
		t.Errorf("kept %q after %d runs, %v", got, runs, err)
	}
	runs = 0
	err = db.Write(t.Context(), func(c *Conn) error {
		runs++
		_, err := c.Exec("INSERT INTO notes (id, name) VALUES (4, 'x')")
		return err
	})
	if !errors.Is(err, ErrUnique) || runs != 1 {
		t.Errorf("who stops at the failure ran %d times: %v", runs, err)
	}
}

func TestServerWritesTogether(t *testing.T) {
	db := openAddress(t, Options{})
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			err := add(t.Context(), db, int64(i%90), fmt.Sprint(i))
			if (err != nil) != (errors.Is(err, ErrUnique)) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := len(strings.Fields(names(t, db))); n != 90 {
		t.Errorf("%d rows of 90", n)
	}
	if s := db.Stats(); s.Writes != 91 || s.Commits > 60 {
		t.Errorf("%+v", s)
	}
}

// TestServerComesBack: connections that the server ends are made again; work whose transaction was lost is done again.
func TestServerComesBack(t *testing.T) {
	db := openAddress(t, Options{})
	kill := func() {
		conn, err := pgconn.Connect(context.Background(), os.Getenv("STEAD_TEST_POSTGRES"))
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close(context.Background()) }()
		_, err = conn.Exec(context.Background(), `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'sqldb_testservercomesback' AND pid <> pg_backend_pid()`).ReadAll()
		if err != nil {
			t.Error(err)
		}
	}
	if names(t, db) != "" {
		t.Error("not empty")
	}
	kill()
	if err := add(t.Context(), db, 1, "a"); err != nil || names(t, db) != "a" {
		t.Errorf("after the server ended the connections: %v", err)
	}
	runs := 0
	err := db.Write(t.Context(), func(c *Conn) error {
		if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (2, 'b')"); err != nil {
			return err
		}
		if runs++; runs == 1 {
			kill()
		}
		_, err := c.Exec("INSERT INTO notes (id, name) VALUES (3, 'c')")
		return err
	})
	if err != nil || names(t, db) != "a b c" || runs != 2 {
		t.Errorf("a transaction that was lost: %d runs, %v, %q", runs, err, names(t, db))
	}
	err = db.Write(t.Context(), func(c *Conn) error {
		_, err := c.Exec("INSERT INTO notes (id, name) VALUES (4, 'd')")
		if runs++; runs == 3 {
			kill() // before the commit
		}
		return err
	})
	if err != nil || names(t, db) != "a b c d" {
		t.Errorf("a commit that was lost: %v, %q", err, names(t, db))
	}
}

func TestServerIsHeldByOne(t *testing.T) {
	db := openAddress(t, Options{Alone: true})
	_, err := Open(os.Getenv("STEAD_TEST_POSTGRES"), Options{Alone: true, Schema: "sqldb_testserverisheldbyone"})
	if !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if err := db.CopyTo(t.Context(), "copy.db"); !errors.Is(err, ErrServer) {
		t.Errorf("copied: %v", err)
	}
}

func TestServerCancels(t *testing.T) {
	db := openAddress(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Write(ctx, func(c *Conn) error {
		cancel()
		_, err := c.Exec("SELECT pg_sleep(30)")
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := add(t.Context(), db, 1, "a"); err != nil {
		t.Error(err)
	}
}

func TestServerRefusesTransactions(t *testing.T) {
	db := openAddress(t, Options{})
	for _, sql := range []string{"COMMIT", " begin", "SELECT 1; SELECT 2"} {
		err := db.Write(t.Context(), func(c *Conn) error { _, err := c.Exec(sql); return err })
		if err == nil {
			t.Errorf("%s was run", sql)
		}
	}
}

func TestAddressHidesPassword(t *testing.T) {
	for _, address := range []string{
		"postgres://ada:hunter2@127.0.0.1:1/x", "postgres://ada:hunter2@127.0.0.1:1,127.0.0.2:2/x?target_session_attrs=read-write",
		"postgres://ada:hunter2@[::1/x", "postgres://127.0.0.1:1/x?password=hunter2&sslmode=nonsense", "postgresql://ada:hun%ter2@h:hunter2/x",
	} {
		_, err := Open(address, Options{Schema: "contoso"})
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "hunter2") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestNumbered(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT 1":                   "SELECT 1",
		"a = ? AND b = ?":            "a = $1 AND b = $2",
		`"a?" = ? AND 'it''s ?' = ?`: `"a?" = $1 AND 'it''s ?' = $2`,
	} {
		if got := numbered(sql); got != want {
			t.Errorf("%s: %s", sql, got)
		}
	}
}
