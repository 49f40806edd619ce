package catalog

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

//go:embed tables/*.txt tables/parts/*.txt privileges.txt
var files embed.FS

// Model builds the model of a new environment, anew at every call.
func Model() (*meta.Model, error) {
	d, err := Definition()
	if err != nil {
		return nil, err
	}
	m, err := meta.Build(d)
	if err != nil {
		return nil, fmt.Errorf("build the catalogue: %w", err)
	}
	return m, nil
}

// standard is built once: a model is never changed, so all environments may have the same.
var standard = sync.OnceValues(Model)

// Standard gives the model of an environment to which nobody has added anything. Every call
// gives the same.
func Standard() (*meta.Model, error) { return standard() }

// Definition reads the catalogue. Every call makes new tables and columns, which
// meta.Build may take over. An error names the file and the line.
func Definition() (meta.Definition, error) {
	return define(files)
}

// define reads a catalogue from any file system, so that tests can break one.
func define(from fs.FS) (meta.Definition, error) {
	b, err := gather(from)
	if err != nil {
		return meta.Definition{}, err
	}
	return b.definition, nil
}

// gather reads all files.
func gather(from fs.FS) (*builder, error) {
	b := &builder{
		from:       from,
		definition: meta.Definition{Version: 1, Targets: map[*meta.Column][]string{}},
		privileges: map[string]*meta.Privilege{},
	}
	if err := b.readPrivileges("privileges.txt"); err != nil {
		return nil, err
	}
	names, err := fs.Glob(from, "tables/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := b.readTable(name); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// builder gathers a definition, file by file.
type builder struct {
	from       fs.FS
	definition meta.Definition
	privileges map[string]*meta.Privilege
	known      map[string]meta.ID // ids that the service has for some privileges
}

// readTable reads one table's file and the parts it names.
func (b *builder) readTable(name string) error {
	t := b.reader()
	text, err := fs.ReadFile(b.from, name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	if err := t.read(name, string(text)); err != nil {
		return err
	}
	if err := b.finish(name, t); err != nil {
		return err
	}
	if want := strings.TrimSuffix(path.Base(name), ".txt"); t.table.LogicalName != want {
		return fmt.Errorf("%s: holds table %s", name, t.table.LogicalName)
	}
	return nil
}

func (b *builder) reader() *tableReader {
	return &tableReader{table: &meta.Table{}, bound: map[string]bool{}, parts: b.part, target: map[string][]string{}}
}

// finish takes a table whose lines were read.
func (b *builder) finish(name string, t *tableReader) error {
	if err := t.finish(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, rule := range t.rules {
		if err := b.addPrivileges(t.table, rule); err != nil {
			return fmt.Errorf("%s:%d: %w", name, rule.line, err)
		}
	}
	b.take(t)
	return nil
}

// part gives the text of a part.
func (b *builder) part(name string) (string, string, error) {
	file := "tables/parts/" + name + ".txt"
	text, err := fs.ReadFile(b.from, file)
	if err != nil {
		return file, "", fmt.Errorf("unknown part %q", name)
	}
	return file, string(text), nil
}

func (b *builder) take(t *tableReader) {
	b.definition.Tables = append(b.definition.Tables, t.table)
	for _, c := range t.table.Columns {
		if names := t.target[c.LogicalName]; len(names) > 0 {
			b.definition.Targets[c] = names
		}
	}
	b.definition.Relationships = append(b.definition.Relationships, t.relationships...)
	b.definition.Keys = append(b.definition.Keys, t.keys...)
}
