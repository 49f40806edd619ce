package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errRefused = errors.New("refused")

// hold occupies the writer until the function it returns is called, so that what is written meanwhile queues up.
func hold(t *testing.T, db *DB) (release func()) {
	t.Helper()
	begun, let, done := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		done <- db.Write(context.Background(), func(*Conn) error {
			close(begun)
			<-let
			return nil
		})
	}()
	<-begun
	return func() {
		close(let)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// queue waits until n writes stand in the queue.
func queue(db *DB, n int) {
	for {
		db.writer.mu.Lock()
		have := len(db.writer.queue)
		db.writer.mu.Unlock()
		if have >= n {
			return
		}
		runtime.Gosched()
	}
}

// A hundred people write at once, each two rows; every third changes their mind after the first.
func TestConcurrentWritesAreAllOrNothing(t *testing.T) {
	db := open(t, Options{})
	var all sync.WaitGroup
	for i := range int64(100) {
		all.Go(func() {
			err := db.Write(t.Context(), func(c *Conn) error {
				if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(2*i), Text(fmt.Sprint("a", i))); err != nil {
					return err
				}
				if i%3 == 0 {
					return errRefused
				}
				_, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(2*i+1), Text(fmt.Sprint("b", i)))
				return err
			})
			if refused := errors.Is(err, errRefused); refused != (i%3 == 0) || !refused && err != nil {
				t.Errorf("writer %d: %v", i, err)
			}
		})
	}
	all.Wait()
	var want []string
	for i := range 100 {
		if i%3 != 0 {
			want = append(want, fmt.Sprintf("a%d b%d", i, i))
		}
	}
	if got := names(t, db); got != strings.Join(want, " ") {
		t.Errorf("kept %q", got)
	}
}

func TestQueuedWritesShareACommit(t *testing.T) {
	db := open(t, Options{})
	before := db.Stats()
	release := hold(t, db)
	var all sync.WaitGroup
	for i := range int64(50) {
		all.Go(func() {
			if err := add(t.Context(), db, i, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	queue(db, 50)
	release()
	all.Wait()
	after := db.Stats()
	if writes := after.Writes - before.Writes; writes != 51 {
		t.Errorf("%d writes were counted, want 51", writes)
	}
	// A slow machine may cut the group by its time.
	if commits := after.Commits - before.Commits; commits > 10 {
		t.Errorf("51 writes took %d commits", commits)
	}
}

func TestLongGroupIsCut(t *testing.T) {
	var clock struct {
		sync.Mutex
		at time.Time
	}
	db := open(t, Options{Now: func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		clock.at = clock.at.Add(groupTime) // every look at the clock is a long time after the last
		return clock.at
	}})
	before := db.Stats().Commits
	release := hold(t, db)
	var all sync.WaitGroup
	for i := range int64(6) {
		all.Go(func() {
			if err := add(t.Context(), db, i, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	queue(db, 6)
	release()
	all.Wait()
	if commits := db.Stats().Commits - before; commits != 1+3 {
		t.Errorf("six slow writes took %d commits, want groups of two", commits-1)
	}
}

func TestPanicInWriteHurtsOnlyItsCaller(t *testing.T) {
	db := open(t, Options{})
	release := hold(t, db)
	var all sync.WaitGroup
	all.Go(func() {
		if err := add(t.Context(), db, 1, "ana"); err != nil {
			t.Error(err)
		}
	})
	queue(db, 1)
	all.Go(func() {
		defer func() {
			p, ok := recover().(*Panic)
			if !ok || !errors.Is(p, io.ErrUnexpectedEOF) || !strings.Contains(p.Error(), "writer_test.go") {
				t.Errorf("recovered %v", p)
			}
		}()
		db.Write(t.Context(), func(c *Conn) error {
			if _, err := c.Exec("INSERT INTO notes (id, name) VALUES (2, 'ben')"); err != nil {
				t.Error(err)
			}
			panic(io.ErrUnexpectedEOF)
		})
	})
	queue(db, 2)
	release()
	all.Wait()
	if got := names(t, db); got != "ana" {
		t.Errorf("kept %q", got)
	}
}

// The engine throws the whole transaction away when a writing statement is interrupted: those beside it run again.
func TestInterruptedWriteHurtsOnlyItsCaller(t *testing.T) {
	db := open(t, Options{})
	release := hold(t, db)
	var all sync.WaitGroup
	runs := 0
	neighbour := func(id int64, name string) {
		all.Go(func() {
			err := db.Write(t.Context(), func(c *Conn) error {
				runs++
				_, err := c.Exec("INSERT INTO notes (id, name) VALUES (?, ?)", Int(id), Text(name))
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		queue(db, int(id))
	}
	neighbour(1, "ana")
	all.Go(func() {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		err := db.Write(ctx, func(c *Conn) error {
			time.AfterFunc(20*time.Millisecond, cancel)
			_, err := c.Exec("INSERT INTO notes (score) " + endless)
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("the endless write gave %v", err)
		}
	})
	queue(db, 2)
	neighbour(3, "cleo")
	release()
	all.Wait()
	if got := names(t, db); got != "ana cleo" || runs != 3 {
		t.Errorf("kept %q after %d runs, want ana twice and cleo once", got, runs)
	}
}

func TestQueuedWriterMayGiveUp(t *testing.T) {
	db := open(t, Options{})
	release := hold(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- add(ctx, db, 1, "ana") }()
	queue(db, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) { // while the writer is still held
		t.Errorf("got %v", err)
	}
	release()
	if got := names(t, db); got != "" {
		t.Errorf("kept %q", got)
	}
}

func TestFunctionCannotEndItsTransaction(t *testing.T) {
	db := open(t, Options{})
	for _, sql := range []string{"COMMIT", " rollback;", "Savepoint x", "BEGIN", "END", "RELEASE one", "", ";", "SELECT 1; SELECT 2"} {
		err := db.Write(t.Context(), func(c *Conn) error {
			_, err := c.Exec(sql)
			return err
		})
		if err == nil {
			t.Errorf("%q was accepted", sql)
		}
	}
	err := db.Write(t.Context(), func(c *Conn) error { return c.ExecScript("INSERT INTO notes (id) VALUES (1); ROLLBACK") })
	if !errors.Is(err, ErrEnded) {
		t.Errorf("got %v", err)
	}
	if err := add(t.Context(), db, 2, "ben"); err != nil || names(t, db) != "ben" {
		t.Errorf("afterwards: %v", err)
	}
}

func TestGoexitInWriteLeavesNobodyWaiting(t *testing.T) {
	db := open(t, Options{})
	release := hold(t, db)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			db.Write(t.Context(), func(*Conn) error {
				if i == 1 {
					runtime.Goexit()
				}
				return nil
			})
		})
		queue(db, i+1)
	}
	release()
	all.Wait()
	if err := add(t.Context(), db, 1, "ana"); err != nil {
		t.Error(err)
	}
}

// synctest fails if a goroutine outlives its bubble.
func TestNoGoroutineIsLeft(t *testing.T) {
	path := t.TempDir() + "/a.db"
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		nothing := func(*Conn) error { return nil }
		for _, err := range []error{db.Read(t.Context(), nothing), db.Write(t.Context(), nothing), db.Close()} {
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestCloseWaitsForRunningWork(t *testing.T) {
	db := open(t, Options{})
	release := hold(t, db)
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	for { // until Close has begun to refuse
		if err := db.Read(t.Context(), func(*Conn) error { return nil }); errors.Is(err, ErrClosed) {
			break
		}
		runtime.Gosched()
	}
	select {
	case err := <-closed:
		t.Errorf("closed under a running write: %v", err)
	default:
	}
	release()
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
