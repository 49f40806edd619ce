package environment_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/s3test"
)

// files is the directory of the contents of a world, a server's where they lie in a bucket.
func (w *world) files() string {
	if w.store != nil {
		return filepath.Join(w.store.Dir, "contoso")
	}
	return w.config.Files
}

// eachPlace runs a test with files in a directory and in a bucket of a real S3 server.
func eachPlace(t *testing.T, run func(*testing.T, *world)) {
	t.Run("directory", func(t *testing.T) { run(t, withFiles(t)) })
	t.Run("bucket", func(t *testing.T) {
		s := s3test.Start(t)
		w := withFiles(t, inBucket(s))
		w.store = &s
		run(t, w)
		if log := w.log.String(); strings.Contains(log, s.Secret) {
			t.Error("the log holds the secret")
		}
	})
}

func inBucket(s s3test.Store) func(*environment.Config) {
	return func(c *environment.Config) {
		c.Files, c.FilesKey = s.Address(), environment.FilesKey{ID: s.KeyID, Secret: environment.FilesSecret(s.Secret)}
	}
}

// What somebody else keeps in a bucket is not swept away: an environment does not open there.
func TestFilesOfSomebodyElse(t *testing.T) {
	s := s3test.Start(t)
	w := withFiles(t, inBucket(s))
	w.Close()
	other := w.config
	other.Database, other.LinkKey = filepath.Join(t.TempDir(), "other.db"), []byte("another key")
	if _, err := environment.New(t.Context(), other); err == nil || !strings.Contains(err.Error(), "another prefix") {
		t.Errorf("opened where somebody else's files are: %v", err)
	}
	other.LinkKey = nil
	if _, err := environment.New(t.Context(), other); err == nil || !strings.Contains(err.Error(), "link key") {
		t.Errorf("opened without a link key: %v", err)
	}
	other.LinkKey = []byte("another key")
	if err := environment.RemoveFiles(t.Context(), other); err == nil {
		t.Error("files of somebody else were removed")
	}
	if err := environment.RemoveFiles(t.Context(), w.config); err != nil {
		t.Error(err)
	}
	e, err := environment.New(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	e.Close()
}

// contents counts what is kept.
func (w *world) contents(t testing.TB) int {
	t.Helper()
	n := 0
	err := filepath.WalkDir(w.files(), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() != "owner" {
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
