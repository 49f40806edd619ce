package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

// notes opens a database behind a wire that counts.
func notes(t *testing.T) (*sqldb.DB, *sqldbtest.Wire) {
	t.Helper()
	wire := sqldbtest.NewWire(t)
	db, err := sqldb.Open(wire.Address, sqldb.Options{Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	schema := `CREATE TABLE notes (id BIGINT PRIMARY KEY, name TEXT COLLATE "C" UNIQUE)`
	if err := sqldb.Migrate(t.Context(), db, []string{schema}); err != nil {
		t.Fatal(err)
	}
	return db, wire
}

// list gives the names, by id.
func list(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	var all []string
	err := db.Read(t.Context(), func(c *sqldb.Conn) error {
		all = nil
		rows, err := c.Query("SELECT name FROM notes ORDER BY id")
		for err == nil && rows.Next() {
			all = append(all, string(rows.Text(0)))
		}
		return errors.Join(err, rows.Err())
	})
	if err != nil {
		t.Error(err)
	}
	return strings.Join(all, " ")
}

const (
	insert = "INSERT INTO notes (id, name) VALUES (?, ?)"
	update = "UPDATE notes SET name = ? WHERE id = ?"
)

func sendInsert(c *sqldb.Conn, id int64, name string) error {
	return c.Send(insert, sqldb.Int(id), sqldb.Text(name))
}

func TestJourneys(t *testing.T) {
	db, wire := notes(t)
	ask := func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT count(*) FROM notes")
		if err == nil {
			err = rows.Close()
		}
		return err
	}
	id := int64(0)
	for _, try := range []struct {
		name     string
		journeys int
		fn       func(*sqldb.Conn) error
	}{
		{"nothing", 0, func(*sqldb.Conn) error { return nil }},
		{"an answer", 2, ask},
		{"a change whose answer is needed", 2, func(c *sqldb.Conn) error {
			_, err := c.Exec(insert, sqldb.Int(id), sqldb.Text(fmt.Sprint(id)))
			return err
		}},
		{"a change", 2, func(c *sqldb.Conn) error { return sendInsert(c, id, fmt.Sprint(id)) }},
		{"an answer, then two changes", 2, func(c *sqldb.Conn) error {
			if err := ask(c); err != nil {
				return err
			}
			if err := sendInsert(c, id, fmt.Sprint(id)); err != nil {
				return err
			}
			_, err := c.SendOne(update, sqldb.Text(fmt.Sprint("n", id)), sqldb.Int(id))
			return err
		}},
		{"a hundred changes", 2, func(c *sqldb.Conn) error {
			for i := range int64(100) {
				if err := sendInsert(c, id+i, fmt.Sprint(id+i)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"a read", 1, nil},
	} {
		for range 2 { // the first time statements are prepared
			id += 1000
			wire.Journeys()
			var err error
			if try.fn == nil {
				err = db.Read(t.Context(), ask)
			} else {
				err = db.Write(t.Context(), try.fn)
			}
			if err != nil {
				t.Fatalf("%s: %v", try.name, err)
			}
		}
		if n := wire.Journeys(); try.fn != nil && n != try.journeys || n > 2 {
			t.Errorf("%s: %d journeys, want %d", try.name, n, try.journeys)
		}
	}
}

// TestSentStatementFails: who sent it runs again and is told at its place.
func TestSentStatementFails(t *testing.T) {
	db, _ := notes(t)
	if err := db.Write(t.Context(), func(c *sqldb.Conn) error { return sendInsert(c, 1, "ana") }); err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	for _, try := range []struct {
		name string
		runs int
		want error
		fn   func(*sqldb.Conn) error
	}{
		{"at the commit", 2, sqldb.ErrUnique, func(c *sqldb.Conn) error { return sendInsert(c, 2, "ana") }},
		{"before another failure", 2, sqldb.ErrUnique, func(c *sqldb.Conn) error {
			if err := sendInsert(c, 2, "ana"); err != nil {
				return err
			}
			return refused
		}},
		{"and another failure is its caller's", 2, refused, func(c *sqldb.Conn) error {
			if err := sendInsert(c, 2, "ben"); err != nil {
				return err
			}
			return refused
		}},
		{"when something is asked", 2, sqldb.ErrUnique, func(c *sqldb.Conn) error {
			if err := sendInsert(c, 2, "ana"); err != nil {
				return err
			}
			_, err := c.Exec("SELECT 1")
			return err
		}},
		{"and its caller goes on", 3, nil, func(c *sqldb.Conn) error {
			if err := sendInsert(c, 2, "ana"); err == nil {
				return nil
			}
			return sendInsert(c, 3, "cleo")
		}},
		{"by changing nothing", 2, refused, func(c *sqldb.Conn) error {
			if err := sendInsert(c, 4, "dora"); err != nil {
				return err
			}
			if n, err := c.SendOne(update, sqldb.Text("x"), sqldb.Int(99)); n == 0 && err == nil {
				return refused
			}
			return nil
		}},
		{"by changing nothing, with nobody minding", 1, nil, func(c *sqldb.Conn) error {
			return c.Send(update, sqldb.Text("x"), sqldb.Int(99))
		}},
	} {
		runs := 0
		err := db.Write(t.Context(), func(c *sqldb.Conn) error { runs++; return try.fn(c) })
		if !errors.Is(err, try.want) || runs != try.runs {
			t.Errorf("%s: %v after %d runs, want %v after %d", try.name, err, runs, try.want, try.runs)
		}
	}
	if got := list(t, db); got != "ana cleo" {
		t.Errorf("kept %q", got)
	}
}

// TestGroupWithFailures: whoever fails in a group fails alone, whatever waited.
func TestGroupWithFailures(t *testing.T) {
	db, wire := notes(t)
	refused := errors.New("refused")
	var ids atomic.Int64
	together := func(names string) (errs []error) {
		all := strings.Fields(names)
		errs = make([]error, len(all))
		begun, let := make(chan struct{}), make(chan struct{})
		var wait sync.WaitGroup
		wait.Go(func() {
			_ = db.Write(context.Background(), func(*sqldb.Conn) error { close(begun); <-let; return nil })
		})
		<-begun
		for i, name := range all {
			wait.Go(func() {
				errs[i] = db.Write(t.Context(), func(c *sqldb.Conn) error {
					if name == "refused" {
						return refused
					}
					err := sendInsert(c, ids.Add(1), name)
					if err == nil && name == "late" {
						err = refused
					}
					return err
				})
			})
		}
		sqldb.AwaitQueue(db, len(all))
		close(let)
		wait.Wait()
		return errs
	}
	together("warm")
	wire.Journeys()
	for i, err := range together("a b c refused d e") {
		if (i == 3) != errors.Is(err, refused) || i != 3 && err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if n := wire.Journeys(); n > 6 {
		t.Errorf("five writes that may go together took %d journeys", n)
	}
	failed := 0
	for i, err := range together("f a g late h a") {
		switch {
		case i == 1 || i == 5:
			if errors.Is(err, sqldb.ErrUnique) {
				failed++
			}
		case (i == 3) != errors.Is(err, refused) || i != 3 && err != nil:
			t.Errorf("%d: %v", i, err)
		}
	}
	if failed != 2 {
		t.Errorf("%d of 2 names that are taken were refused", failed)
	}
	if got := len(strings.Fields(list(t, db))); got != 9 {
		t.Errorf("%d rows, %q", got, list(t, db))
	}
}
