package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
	"github.com/stead-s2s/stead/internal/sqldb"
)

var errChanged = errors.New("changed my mind")

// versions takes n row versions in one transaction, which fails with fail.
func (w *world) versions(n int, fail error) (got []int64) {
	w.t.Helper()
	err := w.Write(context.Background(), func(tx *store.Tx) error {
		got = nil
		for range n {
			v, err := tx.NextVersion()
			if err != nil {
				return err
			}
			got = append(got, v)
		}
		return fail
	})
	if !errors.Is(err, fail) {
		w.t.Fatalf("write: %v, want %v", err, fail)
	}
	return got
}

func TestVersionsIncreaseAcrossEverything(t *testing.T) {
	path := filepath.Join(t.TempDir(), "environment.db")
	last := int64(0)
	check := func(got []int64) {
		t.Helper()
		for _, v := range got {
			if v <= last {
				t.Fatalf("version %d after %d", v, last)
			}
			last = v
		}
	}
	for range 3 { // of the same file
		w := openWorld(t, path)
		check(w.versions(2, nil))
		w.versions(5, errChanged) // given to nobody
		check(w.versions(1, nil))
		check(w.versions(3000, nil)) // more than are reserved at a time
		check(w.versions(1, nil))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func versionsOfAFailedTransactionAreFree(t *testing.T, w *world) {
	first := w.versions(1, nil)
	lost := w.versions(1, errChanged)
	if again := w.versions(1, nil); again[0] != lost[0] || again[0] != first[0]+1 {
		t.Errorf("after %d: lost %d, then %d", first[0], lost[0], again[0])
	}
}

func versionsOfConcurrentWritersDiffer(t *testing.T, w *world) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[int64]bool{}
	for range 40 {
		wg.Go(func() {
			for range 10 {
				got := w.versions(30, nil)
				mu.Lock()
				for _, v := range got {
					if seen[v] {
						t.Errorf("version %d given twice", v)
					}
					seen[v] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(seen) != 40*10*30 {
		t.Errorf("%d versions", len(seen))
	}
}

func TestSeedingIsRememberedWhenCommitted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "environment.db")
	w := openWorld(t, path)
	mark := func(fail error) {
		t.Helper()
		err := w.Write(t.Context(), func(tx *store.Tx) error { return errors.Join(w.MarkSeeded(tx), fail) })
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
	}
	if mark(errChanged); !w.Fresh() {
		t.Error("seeded by a transaction that failed")
	}
	if mark(nil); w.Fresh() {
		t.Error("fresh after the seed was committed")
	}
	w.Close()
	if openWorld(t, path).Fresh() {
		t.Error("fresh after reopening")
	}
}

func aFailedWriteLeavesNothing(t *testing.T, w *world) {
	people(w)
	security := w.SecurityVersion()
	err := w.Write(t.Context(), func(tx *store.Tx) error {
		for _, c := range []string{"contact", "account"} {
			if _, err := tx.Apply(t.Context(), w.removal(c, map[string]int{"contact": 101, "account": 1}[c])); err != nil {
				return err
			}
		}
		return errChanged
	})
	if !errors.Is(err, errChanged) {
		t.Fatal(err)
	}
	if got := strings.Join(w.texts(w.sel("account", "name")), " "); got != "Alpha beta Gamma" {
		t.Errorf("accounts are %s", got)
	}
	if w.SecurityVersion() != security {
		t.Error("the security version moved for a change of accounts")
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	foreign := filepath.Join(dir, "foreign.db")
	other, err := sqldb.Open(foreign, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	script := func(sql string) {
		t.Helper()
		if err := other.Write(t.Context(), func(c *sqldb.Conn) error { return c.ExecScript(sql) }); err != nil {
			t.Fatal(err)
		}
	}
	script("CREATE TABLE music (title TEXT)")
	other.Close()

	newer := filepath.Join(dir, "newer.db")
	openWorld(t, newer).Close()
	if other, err = sqldb.Open(newer, sqldb.Options{}); err != nil {
		t.Fatal(err)
	}
	script("PRAGMA user_version = 99")
	other.Close()

	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, []byte(strings.Repeat("no database at all. ", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{foreign: store.ErrForeign, newer: sqldb.ErrNewer, broken: sqldb.ErrBroken} {
		s, err := store.Open(t.Context(), store.Config{Path: path, Model: build(t, definition())})
		if !errors.Is(err, want) || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
		if s != nil {
			s.Close()
		}
	}
}

func TestForeignFileIsLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "foreign.db")
	other, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = other.Write(t.Context(), func(c *sqldb.Conn) error { return c.ExecScript("CREATE TABLE music (title TEXT)") })
	if err != nil {
		t.Fatal(err)
	}
	other.Close()
	before, _ := os.ReadFile(path)
	if _, err := store.Open(t.Context(), store.Config{Path: path, Model: build(t, definition())}); err == nil {
		t.Fatal("opened")
	}
	if after, _ := os.ReadFile(path); string(before) != string(after) {
		t.Error("the file was changed")
	}
}

func TestNewerModelExtendsTheTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "environment.db")
	w := openWorld(t, path)
	w.apply(w.insertion("account", set{"accountid": guid(1), "name": query.Text("Alpha")}))
	w.Close()

	d := definition()
	d.d.Tables[0].Columns = append(d.d.Tables[0].Columns, &meta.Column{LogicalName: "city", Kind: meta.String, ForRead: true})
	d.table(&meta.Table{LogicalName: "lead", Ownership: meta.UserOwned}, col(meta.UniqueID, "leadid"), col(meta.String, "name"))
	m := build(t, d)
	s, err := store.Open(t.Context(), store.Config{Path: path, Model: m})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	w = &world{Store: s, t: t, m: m}
	w.apply(
		w.modification("account", 1, set{"city": query.Text("Graz")}),
		w.insertion("lead", set{"leadid": guid(1), "name": query.Text("Lea")}))
	if got := w.texts(w.sel("account", "city")); len(got) != 1 || got[0] != "Graz" {
		t.Errorf("cities are %q", got)
	}
}

// TestKilled runs this test's own program, which writes until it is killed, and opens
// what it left.
func TestKilled(t *testing.T) {
	const variable = "STEAD_TEST_WRITE_UNTIL_KILLED"
	if path := os.Getenv(variable); path != "" {
		writeUntilKilled(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "environment.db")
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
	cmd.Env = append(os.Environ(), variable+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	buf := make([]byte, 256)
	for acknowledged < 200 {
		n, err := out.Read(buf)
		if err != nil {
			t.Fatalf("after %d rows: %v", acknowledged, err)
		}
		acknowledged += strings.Count(string(buf[:n]), ".")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()

	w := openWorld(t, path)
	last, rows := int64(0), 0
	w.page(w.sel("account"), func(shape *query.Shape, row query.Row) {
		rows++
		last = max(last, row.Int(shape.Version))
	})
	if rows < acknowledged || rows%2 != 0 {
		t.Errorf("%d rows, %d were acknowledged, two at a time", rows, acknowledged)
	}
	if next := w.versions(1, nil); next[0] <= last {
		t.Errorf("version %d after %d", next[0], last)
	}
}

// writeUntilKilled makes two rows a transaction and prints two dots for it.
func writeUntilKilled(t *testing.T, path string) {
	w := openWorld(t, path)
	for n := 0; ; n += 2 {
		err := w.Write(t.Context(), func(tx *store.Tx) error {
			for k := range 2 {
				v, err := tx.NextVersion()
				if err != nil {
					return err
				}
				if _, err := tx.Apply(t.Context(), w.insertion("account", set{"accountid": guid(n + k), "versionnumber": query.Int(v)})); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		os.Stdout.WriteString("..")
	}
}
