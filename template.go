package stead

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Template keeps worlds as they are seeded, in memory, so that others of the same kind begin
// with a copy: making signing keys and filling databases is most of what a start takes. The
// zero value is ready; it may be used by several starts at once. Worlds that began alike have
// the same sealing key, so a template is for tests and nothing that is kept.
type Template struct {
	mu    sync.Mutex
	kinds map[string]map[string][]byte // kind of world to name of file to text
}

// kind names what the files of a seeded world depend on.
func (c Config) kind() string {
	return fmt.Sprintf("%q %t %d %q", c.Environments, c.WithoutCertificates, c.Rows, c.People)
}

// lay puts the files of a seeded world into a data directory that holds none. The nil
// template does nothing.
func (t *Template) lay(ctx context.Context, c Config) error {
	if t == nil || c.Database != "" || exists(filepath.Join(c.Data, worldFile)) {
		return nil
	}
	files, err := t.files(ctx, c)
	if err != nil {
		return err
	}
	for name, text := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(c.Data, name), text, 0o600))
	}
	return err
}

// files gives the files of such a world, seeding one the first time.
func (t *Template) files(ctx context.Context, c Config) (map[string][]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if files := t.kinds[c.kind()]; files != nil {
		return files, nil
	}
	files, err := seedOnce(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("seed a template: %w", err)
	}
	if t.kinds == nil {
		t.kinds = map[string]map[string][]byte{}
	}
	t.kinds[c.kind()] = files
	return files, nil
}

// seedOnce starts a world, ends it, and gives its files. The machine's clock stamps its rows.
func seedOnce(ctx context.Context, c Config) (map[string][]byte, error) {
	c.Template, c.Ephemeral, c.Port, c.Operator, c.Now = nil, false, 0, false, time.Now
	dir, err := os.MkdirTemp("", "stead-")
	if err != nil {
		return nil, err
	}
	c.Data = dir
	s, err := Start(ctx, c)
	if err == nil {
		err = s.Close()
	}
	var files map[string][]byte
	if err == nil {
		files, err = readFiles(dir)
	}
	return files, errors.Join(err, os.RemoveAll(dir))
}

func readFiles(dir string) (map[string][]byte, error) {
	paths, err := matching(dir, databases, settings)
	files := map[string][]byte{}
	for _, path := range paths {
		text, failed := os.ReadFile(path)
		if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
			return nil, failed
		}
		files[filepath.Base(path)] = text
	}
	return files, err
}
