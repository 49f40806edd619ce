package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A copy is a database of its own with all that was committed, whether it was folded into the file or not.
func TestCopy(t *testing.T) {
	db := open(t, Options{Readers: 1})
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	names(t, db) // leaves a snapshot that must not be what is copied
	if err := add(t.Context(), db, 2, "ben"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := add(t.Context(), db, 3, "cleo"); err != nil {
		t.Fatal(err)
	}
	copied, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if got := names(t, copied); got != "ana ben" {
		t.Errorf("copied %q", got)
	}
	if err := db.CopyTo(t.Context(), path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a file was written over: %v", err)
	}
}

func TestCopyThatFailsLeavesNothing(t *testing.T) {
	db := open(t, Options{})
	if err := db.CopyTo(t.Context(), filepath.Join(t.TempDir(), "nowhere", "copy.db")); err == nil {
		t.Error("copied into no directory")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := db.CopyTo(gone, path); !errors.Is(err, context.Canceled) {
		t.Errorf("copied for nobody: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("left a file: %v", err)
	}
	if got := names(t, db); got != "" {
		t.Errorf("the database is broken: %q", got)
	}
}

// Copies taken while people write hold whole transactions: each writes two rows.
func TestCopyWhileWriting(t *testing.T) {
	db := open(t, Options{})
	var all sync.WaitGroup
	for person := range int64(2) {
		all.Go(func() {
			for i := range int64(100) {
				err := db.Write(t.Context(), func(c *Conn) error {
					for half := range int64(2) {
						id := person*1000 + i*2 + half
						if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(id), Text(fmt.Sprint(id))); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range 5 {
		path := filepath.Join(t.TempDir(), string(rune('a'+i))+".db")
		if err := db.CopyTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		copied, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(strings.Fields(names(t, copied))); n%2 != 0 {
			t.Errorf("half a transaction was copied: %d", n)
		}
		copied.Close()
	}
	all.Wait()
}
