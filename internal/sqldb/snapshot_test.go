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
