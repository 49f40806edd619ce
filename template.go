package stead

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// Template keeps worlds as they are seeded, in memory, so that others of the same kind begin
// with a copy: making signing keys and filling databases is most of what a start takes. The
// first of a kind is seeded, and lives on like the others. The zero value is ready; it may be
// used by several starts at once. Worlds that began alike have the same sealing key, so a
// template is for tests and nothing that is kept.
type Template struct {
	mu    sync.Mutex
	kinds map[string]*pattern
}

// pattern is what the worlds of a kind begin with. Who holds turn may look at the rest, and
// gives turn back.
type pattern struct {
	turn   chan struct{}
	files  map[string][]byte // name of file to text; nil until the first world is seeded
	folded bool              // the databases have no logs beside them
}

// kind names what the files of a seeded world depend on.
func (c Config) kind() string {
	return fmt.Sprintf("%q %t %d %q", c.Environments, c.WithoutCertificates, c.Rows, c.People)
}

// lay puts the files of a seeded world into a data directory that holds none. Where there are
// none yet, the caller is the one to seed: it gets the pattern to fill, and the others of the
// kind wait until it gives its turn back. The nil template does nothing.
func (t *Template) lay(ctx context.Context, c Config) (*pattern, error) {
	if t == nil || c.Database != "" || exists(filepath.Join(c.Data, worldFile)) {
		return nil, nil
	}
	p := t.pattern(c.kind())
	select {
	case p.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if p.files == nil {
		return p, nil
	}
	defer p.giveBack()
	if err := p.fold(); err != nil {
		return nil, fmt.Errorf("make a template: %w", err)
	}
	return nil, writeFiles(c.Data, p.files)
}

func (t *Template) pattern(kind string) *pattern {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kinds == nil {
		t.kinds = map[string]*pattern{}
	}
	if t.kinds[kind] == nil {
		t.kinds[kind] = &pattern{turn: make(chan struct{}, 1)}
	}
	return t.kinds[kind]
}

// giveBack lets the next one look. The nil pattern is nobody's.
func (p *pattern) giveBack() {
	if p != nil {
		<-p.turn
	}
}

// take reads the files of a world that was seeded and that nobody uses yet: what stands in
// the logs of its databases stays there, since nobody may ever ask for a second world. The nil
// pattern does nothing.
func (p *pattern) take(dir string) error {
	if p == nil {
		return nil
	}
	files, err := readFiles(dir, databases, logs, settings)
	if err == nil {
		p.files = files
	}
	return err
}

// fold moves the logs into the databases, once: else every world would do it.
func (p *pattern) fold() error {
	if p.folded {
		return nil
	}
	dir, err := os.MkdirTemp("", "stead-")
	if err != nil {
		return err
	}
	err = writeFiles(dir, p.files)
	for name := range p.files {
		if log := name + "-wal"; err == nil && p.files[log] != nil {
			err = foldLog(filepath.Join(dir, name))
		}
	}
	var files map[string][]byte
	if err == nil {
		files, err = readFiles(dir, databases, settings)
	}
	if err = errors.Join(err, os.RemoveAll(dir)); err == nil {
		p.files, p.folded = files, true
	}
	return err
}

// foldLog opens a database and closes it.
func foldLog(path string) error {
	db, err := sqldb.Open(path, sqldb.Options{Volatile: true})
	if err != nil {
		return err
	}
	return db.Close()
}

func writeFiles(dir string, files map[string][]byte) (err error) {
	for name, text := range files {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), text, 0o600))
	}
	return err
}

func readFiles(dir string, patterns ...[]string) (map[string][]byte, error) {
	paths, err := matching(dir, patterns...)
	files := map[string][]byte{}
	for _, path := range paths {
		text, failed := os.ReadFile(path)
		if failed != nil {
			return nil, failed
		}
		files[filepath.Base(path)] = text
	}
	return files, err
}
