package catalog

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Added is a table that stands beside those of the catalogue, in their language:
// Text are its lines.
type Added struct {
	Name string // the logical name, for errors
	Text string
}

// Names gives the logical names of the catalogue's tables.
func Names() (map[string]bool, error) {
	all, err := fs.Glob(files, "tables/*.txt")
	if err != nil {
		return nil, fmt.Errorf("list tables: %w", err)
	}
	names := map[string]bool{}
	for _, name := range all {
		names[strings.TrimSuffix(path.Base(name), ".txt")] = true
	}
	return names, nil
}

// Compose gives the catalogue with further tables, which have the same parts and get
// their privileges in the same way. Like Definition it makes everything new.
func Compose(tables []Added) (meta.Definition, error) {
	b, err := gather(files)
	if err != nil {
		return meta.Definition{}, err
	}
	for _, one := range tables {
		t := b.reader()
		if err := t.read(one.Name, one.Text); err != nil {
			return meta.Definition{}, err
		}
		if err := b.finish(one.Name, t); err != nil {
			return meta.Definition{}, err
		}
	}
	return b.definition, nil
}

// Include adds the columns of a part, and the relations they have, to a table of a
// definition that Compose gave; columns that are there stay as they are.
func Include(d *meta.Definition, table *meta.Table, part string) error {
	b := &builder{from: files, definition: *d}
	t := b.reader()
	t.table, t.inPart = table, true
	before := len(table.Columns)
	for _, c := range table.Columns {
		t.bound[c.LogicalName] = c.IsLookup()
	}
	own := slices.Clone(table.Columns)
	table.Columns = nil
	err := t.include(part, "")
	added := table.Columns
	table.Columns = own
	if err != nil {
		return fmt.Errorf("add %s to %s: %w", part, table.LogicalName, err)
	}
	for _, c := range added {
		if !slices.ContainsFunc(own, func(o *meta.Column) bool { return o.LogicalName == c.LogicalName }) {
			table.Columns = append(table.Columns, c)
		}
	}
	if len(table.Columns) == before {
		return nil
	}
	if err := t.nameNavigation(); err != nil {
		return err
	}
	b.take(&tableReader{table: &meta.Table{Columns: table.Columns[before:]}, target: t.target, relationships: t.relationships})
	b.definition.Tables = d.Tables
	*d = b.definition
	return nil
}
