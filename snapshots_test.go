package stead

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// save and load fail the test when they fail.
func save(t *testing.T, s *System, name string) operator.Snapshot {
	t.Helper()
	kept, err := s.Operator().Save(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func load(t *testing.T, s *System, name string) {
	t.Helper()
	if _, err := s.Operator().Load(t.Context(), name); err != nil {
		t.Fatal(err)
	}
}

// The whole world goes back: rows, secrets, consent, signing keys and the clock. What was
// published before the load keeps working where it should.
func TestSnapshotBringsTheWorldBack(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	before := s.token(t, "contoso-app")
	rows := s.accounts(t, before)
	kept := save(t, s, "monday")
	if kept.Name != "monday" || kept.Bytes < 100_000 || time.Since(kept.Saved) > time.Minute {
		t.Errorf("kept %+v", kept)
	}

	s.call(t, http.MethodPost, "accounts", before)
	inject(t, s, operator.Order{Kind: "expire-secret", Subject: "contoso-app"})
	inject(t, s, operator.Order{Kind: "admin-mode"})
	inject(t, s, operator.Order{Kind: "slow", Delay: 1})
	if _, err := s.Operator().MoveClock(t.Context(), operator.ClockMove{Advance: operator.Duration(48 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	load(t, s, "monday")

	if c, err := s.Operator().Clock(t.Context()); err != nil || c.Offset != 0 {
		t.Errorf("the clock shows %+v %v", c, err)
	}
	if list, err := s.Operator().Faults(t.Context()); err != nil || len(list) != 1 || list[0].Order.Kind != "slow" {
		t.Errorf("in force: %+v %v", list, err)
	}
	if got := s.accounts(t, before); got != rows || rows == 0 {
		t.Errorf("%d accounts, saved with %d", got, rows)
	}
	wantToken(t, s, "contoso-app")
	if exists(filepath.Join(s.Data, asideDir)) {
		t.Error("the world before was not cleared away")
	}
	load(t, s, "monday") // again, as often as wanted
	wantToken(t, s, "contoso-app")
}

// A snapshot is of the world, not of its addresses: it is loaded after a restart on other
// ports, and survives in the directory until it is deleted or the world is reset.
func TestSnapshotAfterARestart(t *testing.T) {
	onFiles(t)
	dir := t.TempDir()
	s := up(t, Config{Data: dir, Operator: true})
	rows := s.accounts(t, s.token(t, "contoso-app"))
	save(t, s, "a")
	save(t, s, "b.2-c_d")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = up(t, Config{Data: dir, Operator: true})
	s.call(t, http.MethodPost, "accounts", s.token(t, "contoso-app"))
	load(t, s, "a")
	if got := s.accounts(t, s.token(t, "contoso-app")); got != rows {
		t.Errorf("%d accounts, saved with %d", got, rows)
	}
	if err := s.Operator().Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	list, err := s.Operator().Snapshots(t.Context())
	if err != nil || len(list) != 1 || list[0].Name != "b.2-c_d" {
		t.Errorf("there are %+v %v", list, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Reset(t.Context(), dir, "", Bucket{}); err != nil || exists(dir) {
		t.Errorf("reset left something: %v", err)
	}
}

// Saving takes no half of what is going on: each post writes one row in two environments
// at different times, and a snapshot between them holds whole requests only. Nobody is
// refused meanwhile.
func TestSnapshotsWhileTheWorldIsUsed(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	token := s.token(t, "contoso-app")
	rows := s.accounts(t, token)
	var done atomic.Bool
	var posted atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for !done.Load() {
				if status, _, body := s.call(t, http.MethodPost, "accounts", token); status != 201 {
					t.Errorf("refused meanwhile: %d %s", status, body)
					return
				}
				posted.Add(1)
			}
		})
	}
	low := posted.Load()
	save(t, s, "busy")
	high := posted.Load() + 3 // those whose answer is on its way
	load(t, s, "busy")        // under the same load
	done.Store(true)
	all.Wait()
	load(t, s, "busy")
	if got := int64(s.accounts(t, token) - rows); got < low || got > high {
		t.Errorf("the snapshot holds %d rows, from %d to %d were posted", got, low, high)
	}
}

func TestSnapshotRefusals(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	o := s.Operator()
	save(t, s, "taken")
	for _, name := range []string{"", ".", "..", "../x", "a/b", `a\b`, "A", "a.", "-a", "ä", strings.Repeat("a", 65), "a b", "a\x00"} {
		if _, err := o.Save(t.Context(), name); err == nil {
			t.Errorf("saved as %q", name)
		}
	}
	for say, do := range map[string]func() error{
		"delete it first": func() error { _, err := o.Save(t.Context(), "taken"); return err },
		`no snapshot "a"`: func() error { _, err := o.Load(t.Context(), "a"); return err },
		`no snapshot "b"`: func() error { return o.Delete(t.Context(), "b") },
	} {
		if err := do(); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%v does not say %q", err, say)
		}
	}
	outside, err := os.ReadDir(filepath.Dir(s.Data))
	if err != nil || len(outside) != 1 {
		t.Errorf("beside the data directory lie %v %v", outside, err)
	}
}

// A snapshot that cannot be opened leaves the world as it was.
func TestBrokenSnapshots(t *testing.T) {
	onFiles(t)
	s := up(t, Config{Data: t.TempDir(), Operator: true})
	save(t, s, "short")
	save(t, s, "broken")
	file := func(name string) string {
		return filepath.Join(s.Data, snapshotsDir, snapshotPrefix+name, "environment-contoso.db")
	}
	if err := os.Truncate(file("short"), 5000); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file("broken"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file("broken"), make([]byte, info.Size()), 0o600); err != nil {
		t.Fatal(err)
	}
	token := s.token(t, "contoso-app")
	s.call(t, http.MethodPost, "accounts", token)
	rows := s.accounts(t, token)
	for _, name := range []string{"short", "broken"} {
		if _, err := s.Operator().Load(t.Context(), name); err == nil {
			t.Errorf("%s was loaded", name)
		}
		if got := s.accounts(t, token); got != rows {
			t.Errorf("after %s: %d accounts of %d", name, got, rows)
		}
		wantToken(t, s, "contoso-app")
	}
}

// A process that ends while a snapshot is loaded leaves the world before to the next
// start, wherever it stopped.
func TestLoadCutShort(t *testing.T) {
	for name, cut := range map[string]func(dir string) error{
		"while moving": func(dir string) error {
			if err := setAside(dir); err != nil {
				return err
			}
			if err := os.Rename(filepath.Join(dir, asideDir), filepath.Join(dir, asideDir+".new")); err != nil {
				return err
			}
			return os.Rename(filepath.Join(dir, asideDir+".new", "authority.db"), filepath.Join(dir, "authority.db"))
		},
		"before copying": setAside,
		"while copying": func(dir string) error {
			return errors.Join(setAside(dir), os.WriteFile(filepath.Join(dir, "authority.db"), []byte("half"), 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := up(t, Config{Data: dir, Operator: true})
			s.call(t, http.MethodPost, "accounts", s.token(t, "contoso-app"))
			rows := s.accounts(t, s.token(t, "contoso-app"))
			if err := errors.Join(s.Close(), cut(dir)); err != nil {
				t.Fatal(err)
			}
			s = up(t, Config{Data: dir, Operator: true})
			if got := s.accounts(t, s.token(t, "contoso-app")); got != rows || exists(filepath.Join(dir, asideDir)) {
				t.Errorf("%d accounts of %d", got, rows)
			}
		})
	}
}

// BenchmarkSnapshot times saving and loading of the seeded world, over the wire.
func BenchmarkSnapshot(b *testing.B) {
	s, err := Start(b.Context(), Config{Ephemeral: true, Operator: true})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	o := s.Operator()
	var saving, loading time.Duration
	for b.Loop() {
		begun := time.Now()
		if _, err := o.Save(b.Context(), "x"); err != nil {
			b.Fatal(err)
		}
		saved := time.Now()
		if _, err := o.Load(b.Context(), "x"); err != nil {
			b.Fatal(err)
		}
		saving, loading = saving+saved.Sub(begun), loading+time.Since(saved)
		if err := o.Delete(b.Context(), "x"); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(saving.Milliseconds())/float64(b.N), "ms/save")
	b.ReportMetric(float64(loading.Milliseconds())/float64(b.N), "ms/load")
}
