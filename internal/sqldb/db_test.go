package sqldb

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// open opens a fresh database with one table: notes(id integer primary key, name text unique, body blob, score real).
func open(t testing.TB, o Options) *DB {
	t.Helper()
	db, err := Open(filepath.Join(t.TempDir(), "notes.db"), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	schema := "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT UNIQUE, body BLOB, score REAL)"
	if err := Migrate(t.Context(), db, []string{schema}); err != nil {
		t.Fatal(err)
	}
	return db
}

func add(ctx context.Context, db *DB, id int64, name string) error {
	return db.Write(ctx, func(c *Conn) error {
		_, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(id), Text(name))
		return err
	})
}

// names gives the names in order of id.
func names(t testing.TB, db *DB) string {
	t.Helper()
	var all []string
	err := db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT name FROM notes ORDER BY id")
		if err != nil {
			return err
		}
		for rows.Next() {
			all = append(all, string(rows.Text(0)))
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, " ")
}

func TestValuesRoundTrip(t *testing.T) {
	db := open(t, Options{})
	args := []Arg{Null(), Int(-1 << 63), Float(0.1), Text("Zoë\x00!"), Text(""), Blob([]byte{0, 255}), Blob(nil), {}}
	err := db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT ?, ?, ?, ?, ?, ?, ?, ? AS last", args...)
		if err != nil {
			return err
		}
		if !rows.Next() {
			t.Fatalf("no row: %v", rows.Err())
		}
		for i, a := range args {
			if got := rows.Kind(i); got != a.Kind() {
				t.Errorf("column %d is %v, want %v", i, got, a.Kind())
			}
		}
		if !rows.Null(0) || rows.Int(1) != -1<<63 || rows.Float(2) != 0.1 || string(rows.Text(3)) != "Zoë\x00!" {
			t.Errorf("got %v %d %v %q", rows.Null(0), rows.Int(1), rows.Float(2), rows.Text(3))
		}
		if len(rows.Text(4)) != 0 || string(rows.Blob(5)) != "\x00\xff" || len(rows.Blob(6)) != 0 || rows.Null(6) {
			t.Errorf("got %q %x %x", rows.Text(4), rows.Blob(5), rows.Blob(6))
		}
		if rows.Columns() != 8 || rows.Name(7) != "last" {
			t.Errorf("got %d columns, the last is %q", rows.Columns(), rows.Name(7))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestExecTellsHowManyRowsChanged(t *testing.T) {
	db := open(t, Options{})
	err := db.Write(t.Context(), func(c *Conn) error {
		for _, step := range []struct {
			sql  string
			want int64
		}{
			{"INSERT INTO notes (id, name) VALUES (1, 'a'), (2, 'b')", 2},
			{"CREATE TABLE more (id INTEGER)", 0},
			{"UPDATE notes SET score = 1", 2},
			{"UPDATE notes SET score = 1 WHERE id = 9", 0},
			{"DELETE FROM notes WHERE id = 1 RETURNING name", 1},
		} {
			got, err := c.Exec(step.sql)
			if err != nil || got != step.want {
				t.Errorf("%s: %d, %v; want %d", step.sql, got, err, step.want)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadIsOneSnapshot(t *testing.T) {
	db := open(t, Options{})
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	count := func(c *Conn) (n int64) {
		rows, err := c.Query("SELECT count(*) FROM notes")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		rows.Next()
		return rows.Int(0)
	}
	err := db.Read(t.Context(), func(c *Conn) error {
		before := count(c)
		if err := add(t.Context(), db, 2, "ben"); err != nil { // the reader does not hold the writer up
			return err
		}
		if after := count(c); before != 1 || after != 1 {
			t.Errorf("one Read saw %d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil || names(t, db) != "ana ben" {
		t.Errorf("got %v, %q", err, names(t, db))
	}
}

func TestReadCannotWrite(t *testing.T) {
	db := open(t, Options{})
	err := db.Read(t.Context(), func(c *Conn) error {
		_, err := c.Exec("INSERT INTO notes (id) VALUES (1)")
		return err
	})
	if err == nil || names(t, db) != "" {
		t.Errorf("a Read wrote: %v", err)
	}
}

func TestConnEndsWithItsFunction(t *testing.T) {
	db := open(t, Options{})
	var stale *Conn
	var rows *Rows
	err := db.Read(t.Context(), func(c *Conn) (err error) {
		stale = c
		rows, err = c.Query("SELECT 1 UNION ALL SELECT 2")
		rows.Next()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows.Next() {
		t.Error("rows outlived their function")
	}
	_, errExec := stale.Exec("SELECT 1")
	_, errQuery := stale.Query("SELECT 1")
	for _, err := range []error{errExec, errQuery, stale.ExecScript("SELECT 1")} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("a Conn outlived its function: %v", err)
		}
	}
}

func TestReadersAreOpenedLazilyAndBounded(t *testing.T) {
	db := open(t, Options{Readers: 2})
	if names(t, db); len(db.readers.blank) != 1 {
		t.Errorf("one Read opened %d connections", 2-len(db.readers.blank))
	}
	err := db.Read(t.Context(), func(*Conn) error {
		return db.Read(t.Context(), func(*Conn) error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			return db.Read(ctx, func(*Conn) error { return nil })
		})
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a third reader of two: %v", err)
	}
}

func TestPanicInReadLeavesAWorkingPool(t *testing.T) {
	db := open(t, Options{Readers: 1})
	for range 3 {
		func() {
			defer func() {
				if v := recover(); v != "boom" {
					t.Errorf("recovered %v", v)
				}
			}()
			db.Read(t.Context(), func(c *Conn) error {
				if _, err := c.Query("SELECT 1"); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
	}
	if got := names(t, db); got != "" {
		t.Errorf("got %q", got)
	}
}

const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

func TestCancelInterruptsARunningStatement(t *testing.T) {
	db := open(t, Options{Readers: 1})
	for name, run := range map[string]func(context.Context, func(*Conn) error) error{"read": db.Read, "write": db.Write} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		err := run(ctx, func(c *Conn) error {
			rows, err := c.Query(endless)
			if err != nil {
				return err
			}
			rows.Next()
			return rows.Err()
		})
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := add(t.Context(), db, 1, "ana"); err != nil || names(t, db) != "ana" {
		t.Errorf("after a cancelled statement: %v", err)
	}
}

func TestClosedRefusesWork(t *testing.T) {
	db := open(t, Options{})
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	nothing := func(*Conn) error { return nil }
	for _, err := range []error{db.Read(t.Context(), nothing), db.Write(t.Context(), nothing)} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}

// Who reads for long, as a client that is slow to take its answer, keeps nobody waiting;
// when it is over the usual connections are left.
func TestSlowReadersKeepNobodyWaiting(t *testing.T) {
	db := open(t, Options{})
	var slow sync.WaitGroup
	held, release := make(chan struct{}), make(chan struct{})
	for range 64 {
		slow.Go(func() {
			if err := db.Read(context.Background(), func(*Conn) error { held <- struct{}{}; <-release; return nil }); err != nil {
				t.Error(err)
			}
		})
		<-held
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := db.Read(ctx, func(*Conn) error { return nil }); err != nil {
		t.Errorf("read beside 64 slow readers: %v", err)
	}
	if err := db.Write(ctx, func(c *Conn) error { return c.ExecScript("INSERT INTO notes (name) VALUES ('meanwhile')") }); err != nil {
		t.Errorf("write beside 64 slow readers: %v", err)
	}
	close(release)
	slow.Wait()
	if n := len(db.readers.rest); n > db.readers.size {
		t.Errorf("%d connections are kept, want %d at most", n, db.readers.size)
	}
}

// far is a connection to a server that takes no more of them.
type far struct {
	session
	tried *int
}

func (f far) connect() error { *f.tried++; return errors.New("too many clients already") }
func (f far) close() error   { return nil }

// Who would have a spare connection that the server refuses waits for a usual one.
func TestRefusedSpares(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tried := 0
		p := newPool(1, 1, func() (session, error) { return far{tried: &tried}, nil })
		usual, err := p.take(t.Context())
		if err != nil || tried != 0 {
			t.Fatalf("%v, %d spares tried", err, tried)
		}
		got := make(chan session)
		go func() {
			s, err := p.take(t.Context())
			if err != nil {
				t.Error(err)
			}
			got <- s
		}()
		time.Sleep(time.Minute) // of the bubble's clock
		p.give(usual, true)
		if s := <-got; s != usual || tried != 1 {
			t.Errorf("another connection than the usual one, or %d spares tried", tried)
		}
		p.give(usual, true)
		if err := p.close(); err != nil {
			t.Error(err)
		}
	})
}

// A volatile database is not flushed by any of its connections; another is by all.
func TestVolatile(t *testing.T) {
	for _, volatile := range []bool{false, true} {
		db := open(t, Options{Volatile: volatile})
		want := map[bool]int64{false: 1, true: 0}[volatile] // NORMAL, OFF
		ask := func(c *Conn) error {
			rows, err := c.Query("PRAGMA synchronous")
			if err != nil {
				return err
			}
			defer rows.Close()
			if !rows.Next() || rows.Int(0) != want {
				t.Errorf("volatile %t: synchronous is %d, want %d", volatile, rows.Int(0), want)
			}
			return rows.Err()
		}
		if err := errors.Join(db.Read(t.Context(), ask), db.Write(t.Context(), ask)); err != nil {
			t.Error(err)
		}
	}
}
