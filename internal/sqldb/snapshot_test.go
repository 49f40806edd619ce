package sqldb

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// Snapshots are used again, so it must be shown that nobody is served yesterday's news.

func TestReadSeesEveryWriteThatReturned(t *testing.T) {
	db := open(t, Options{Readers: 3})
	var all sync.WaitGroup
	for person := range int64(4) {
		all.Go(func() {
			for i := range int64(50) {
				id := person*1000 + i
				if err := add(t.Context(), db, id, fmt.Sprint(id)); err != nil {
					t.Error(err)
				}
				if !strings.Contains(" "+names(t, db)+" ", fmt.Sprint(" ", id, " ")) {
					t.Errorf("%d was written and then not seen", id)
				}
			}
		})
	}
	all.Wait()
}

func TestSnapshotIsUsedAgainUntilItIsOld(t *testing.T) {
	now := time.Unix(0, 0)
	db := open(t, Options{Readers: 1, Now: func() time.Time { return now }})
	other, err := Open(db.Path(), Options{}) // as another process would
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if got := names(t, db); got != "" {
		t.Fatalf("got %q", got)
	}
	if err := add(t.Context(), other, 1, "ana"); err != nil {
		t.Fatal(err)
	}
	now = now.Add(snapshotLife)
	if got := names(t, db); got != "" {
		t.Errorf("the snapshot was not used again: %q", got)
	}
	now = now.Add(1)
	if got := names(t, db); got != "ana" {
		t.Errorf("an old snapshot was used again: %q", got)
	}
}

func TestReadersAtRestLetTheLogBeFolded(t *testing.T) {
	db := open(t, Options{})
	names(t, db) // leaves a snapshot open
	for i := range int64(3000) {
		if err := add(t.Context(), db, i, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	log, err := os.Stat(db.Path() + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if log.Size() > 8<<20 { // the engine folds at 4 MiB; 3000 commits would be three times as much as this
		t.Errorf("the log grew to %d bytes", log.Size())
	}
}

// What one reader saw, the next one sees: a commit becomes visible before its Write
// returns, and in that moment no older snapshot may be used again.
func TestReadsNeverGoBack(t *testing.T) {
	db := open(t, Options{Readers: 3})
	stop := make(chan struct{})
	var writing, reading sync.WaitGroup
	writing.Go(func() {
		for i := range int64(400) {
			if err := add(t.Context(), db, i, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		}
		close(stop)
	})
	var seen sync.Mutex
	newest := 0
	for range 3 {
		reading.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				seen.Lock()
				before := newest
				seen.Unlock()
				n := len(strings.Fields(names(t, db)))
				seen.Lock()
				if n < before {
					t.Errorf("a read saw %d rows after another had seen %d", n, before)
				}
				newest = max(newest, n)
				seen.Unlock()
			}
		})
	}
	writing.Wait()
	reading.Wait()
}
