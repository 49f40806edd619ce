package sqlstore_test

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/directory/directorytest"
	"github.com/stead-s2s/stead/authority/internal/keys"
	"github.com/stead-s2s/stead/authority/internal/sqlstore"
	"github.com/stead-s2s/stead/internal/sqldb"
)

func open(t *testing.T, path string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), path, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestConforms(t *testing.T) {
	directorytest.Run(t, func(t *testing.T) directory.Store { return open(t, filepath.Join(t.TempDir(), "a.db")) })
}

func TestKeys(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "a.db"))
	at := time.Unix(1_800_000_000, 0).UTC()
	one := keys.Record{ID: "a", State: keys.Current, Created: at, Certificate: []byte{1}, Sealed: []byte{2, 0, 3}}
	two := keys.Record{ID: "b", State: keys.Next, Created: at, Certificate: []byte{4}, Sealed: []byte{5}}
	wantKeys(t, s)
	save(t, s, []keys.Record{one, two}, nil)
	wantKeys(t, s, one, two)
	one.State, one.Retired, two.State = keys.Retired, at.Add(time.Hour), keys.Current
	three := keys.Record{ID: "c", State: keys.Next, Created: at, Certificate: []byte{6}, Sealed: []byte{7}}
	save(t, s, []keys.Record{one, two, three}, nil)
	wantKeys(t, s, one, two, three)
	save(t, s, nil, []string{"a", "unknown"})
	wantKeys(t, s, two, three)
}

func save(t *testing.T, s keys.Store, put []keys.Record, remove []string) {
	t.Helper()
	if err := s.SaveKeys(t.Context(), put, remove); err != nil {
		t.Fatal(err)
	}
}

func wantKeys(t *testing.T, s keys.Store, want ...keys.Record) {
	t.Helper()
	got, err := s.LoadKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b keys.Record) int { return cmp.Compare(a.ID, b.ID) })
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
}

func TestIsThereAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := open(t, path)
	if err := s.Apply(t.Context(), directory.Change{Put: directorytest.World()}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if r, err := open(t, path).Load(t.Context()); err != nil || len(r.Applications) != 2 {
		t.Errorf("loaded %d applications, %v", len(r.Applications), err)
	}
}

func TestRefusesFilesOfOthers(t *testing.T) {
	broken := filepath.Join(t.TempDir(), "broken.db")
	if err := os.WriteFile(broken, []byte("this is not a database, but it is long enough to be looked at"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.Open(t.Context(), broken, false); !errors.Is(err, sqldb.ErrBroken) {
		t.Errorf("a broken file gave %v", err)
	}
	newer := filepath.Join(t.TempDir(), "newer.db")
	db, err := sqldb.Open(newer, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := sqldb.Migrate(t.Context(), db, slices.Repeat([]string{"SELECT 1"}, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlstore.Open(t.Context(), newer, false); !errors.Is(err, sqldb.ErrNewer) {
		t.Errorf("a newer file gave %v", err)
	}
}
