package sqldb

import (
	"context"
	"testing"
	"time"
)

// TestServerScriptsStepAside: who changes a table waits for its readers, and nobody waits for either.
func TestServerScriptsStepAside(t *testing.T) {
	db := openAddress(t, Options{})
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	reading, stop, altered := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	read := make(chan error, 1)
	go func() {
		read <- db.Read(context.Background(), func(c *Conn) error {
			if _, err := c.Query("SELECT id FROM notes"); err != nil {
				return err
			}
			close(reading)
			<-stop
			return nil
		})
	}()
	<-reading
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	go func() {
		altered <- db.Write(ctx, func(c *Conn) error {
			return c.ExecScript("ALTER TABLE notes ADD COLUMN more TEXT")
		})
	}()
	for id := int64(2); id < 12; id++ {
		if err := add(ctx, db, id, string(rune('a'+id))); err != nil {
			t.Errorf("a write beside a reader and somebody who waits for it: %v", err)
		}
	}
	select {
	case err := <-altered:
		t.Errorf("the table was changed under its reader: %v", err)
	default:
	}
	close(stop)
	if err := <-read; err != nil {
		t.Error(err)
	}
	if err := <-altered; err != nil {
		t.Error(err)
	}
	err := db.Read(t.Context(), func(c *Conn) error {
		rows, err := c.Query("SELECT more FROM notes")
		if err == nil {
			err = rows.Close()
		}
		return err
	})
	if err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

// TestServerScriptsGiveUp when their caller does.
func TestServerScriptsGiveUp(t *testing.T) {
	db := openAddress(t, Options{})
	err := db.Read(t.Context(), func(c *Conn) error {
		if _, err := c.Query("SELECT id FROM notes"); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		if err := db.Write(ctx, func(c *Conn) error { return c.ExecScript("ALTER TABLE notes ADD COLUMN more TEXT") }); err == nil {
			t.Error("the table was changed under its reader")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Error(err)
	}
}
