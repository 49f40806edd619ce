package environment_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// files is the directory of the contents of a world.
func (w *world) files() string { return w.config.Files }

// contents counts what is kept.
func (w *world) contents(t testing.TB) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(w.files(), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// orphan leaves a content that no row holds, as a crash would.
func (w *world) orphan(t testing.TB) {
	t.Helper()
	dir := filepath.Join(w.files(), "content", "99")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "5a1f0000-0000-4000-8000-000000000099"), []byte("lost"), 0o600); err != nil {
		t.Fatal(err)
	}
}
