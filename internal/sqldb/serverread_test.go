package sqldb

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
)

// TestServerReadsEndAnywhere: readers that give up, before their first statement, in an
// answer or between two, leave connections that the next ones can use.
func TestServerReadsEndAnywhere(t *testing.T) {
	db := openAddress(t, Options{Readers: 3})
	if err := add(t.Context(), db, 1, "a"); err != nil {
		t.Fatal(err)
	}
	errStop := errors.New("enough")
	read := func(dice *rand.Rand) error {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		return db.Read(ctx, func(c *Conn) error {
			for range dice.IntN(3) {
				rows, err := c.Query("SELECT g FROM generate_series(1, 2000) g")
				if err != nil {
					return err
				}
				for n := dice.IntN(2500); n > 0 && rows.Next(); n-- {
				}
				if dice.IntN(3) == 0 {
					if err := rows.Close(); err != nil {
						return err
					}
				}
			}
			switch dice.IntN(8) {
			case 0:
				cancel()
				_, err := c.Query("SELECT 1")
				return errors.Join(err, ctx.Err())
			case 1:
				_, err := c.Query("SELECT 1 / 0 FROM")
				if err == nil {
					t.Error("no syntax error")
				}
				return errStop
			case 2:
				return errStop
			}
			return nil
		})
	}
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(uint64(i), 1))
			for range 40 {
				if err := read(dice); err != nil && !errors.Is(err, errStop) && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				if got := names(t, db); got != "a" {
					t.Errorf("read %q", got)
				}
			}
		})
	}
	all.Wait()
}

// TestServerReadsSeeOneMoment: the statements of a read see the same rows, and a read
// that begins after a write sees it.
func TestServerReadsSeeOneMoment(t *testing.T) {
	db := openAddress(t, Options{})
	for i := range int64(20) {
		err := db.Read(t.Context(), func(c *Conn) error {
			for range 2 {
				rows, err := c.Query("SELECT count(*) FROM notes")
				if err != nil {
					return err
				}
				if !rows.Next() || rows.Int(0) != i {
					t.Errorf("%d rows after %d writes", rows.Int(0), i)
				}
				if err := rows.Close(); err != nil {
					return err
				}
				if n, _ := rowsOutside(t, db); n == i {
					if err := add(t.Context(), db, i, string(rune('a'+i))); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestServerPreparesAnew: a statement that a connection has prepared outlives a change of
// its table.
func TestServerPreparesAnew(t *testing.T) {
	db := openAddress(t, Options{Readers: 1})
	if err := add(t.Context(), db, 1, "a"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := names(t, db); got != "a" {
			t.Fatalf("read %q", got)
		}
		err := db.Write(t.Context(), func(c *Conn) error {
			return c.ExecScript("ALTER TABLE notes DROP COLUMN name; ALTER TABLE notes ADD COLUMN name VARCHAR(9); UPDATE notes SET name = 'a'")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func rowsOutside(t *testing.T, db *DB) (n int64, err error) {
	t.Helper()
	err = db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT count(*) FROM notes")
		if err != nil {
			return err
		}
		rows.Next()
		n = rows.Int(0)
		return rows.Close()
	})
	return n, err
}
