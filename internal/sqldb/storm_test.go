package sqldb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
)

// Many people write at once, and some change their mind, fail, panic or lose their transaction. What is kept must be
// exactly what was told to be kept.
func TestStorm(t *testing.T) {
	db := open(t, Options{})
	var kept atomic.Int64
	var all sync.WaitGroup
	for person := range int64(16) {
		all.Go(func() {
			dice := rand.New(rand.NewPCG(1, uint64(person)))
			for i := range int64(60) {
				if storm(t, db, dice.IntN(8), person*1000+i) {
					kept.Add(1)
				}
			}
		})
	}
	all.Wait()
	var rows int64
	err := db.Read(t.Context(), func(c *Conn) error {
		r, err := c.Query("SELECT count(*) FROM notes")
		if err != nil {
			return err
		}
		r.Next()
		rows = r.Int(0)
		return nil
	})
	if err != nil || rows != kept.Load() || rows == 0 {
		t.Errorf("%d rows are kept, %d writes were answered as kept: %v", rows, kept.Load(), err)
	}
}

// storm does one write in one of eight moods and tells whether it was kept.
func storm(t *testing.T, db *DB, mood int, id int64) (kept bool) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer func() {
		v := recover()
		if p, ok := v.(*Panic); v != nil && (!ok || p.Value != id) {
			t.Errorf("%d recovered %v", id, v)
		}
	}()
	if mood == 0 {
		go cancel()
	}
	err := db.Write(ctx, func(c *Conn) error {
		if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(id), Text(fmt.Sprint(id))); err != nil {
			return err
		}
		switch mood {
		case 1:
			return errRefused
		case 2:
			panic(id)
		case 3:
			return c.ExecScript("ROLLBACK") // as an interrupt would
		}
		return nil
	})
	allowed := map[int]error{0: context.Canceled, 1: errRefused, 3: ErrEnded}[mood]
	if err != nil && (allowed == nil || !errors.Is(err, allowed)) {
		t.Errorf("%d in mood %d: %v", id, mood, err)
	}
	return err == nil
}
