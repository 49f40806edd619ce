package gen

import (
	"context"
	"errors"
	"fmt"
	"go/token"

	"github.com/stead-s2s/stead/dataverse"
	"github.com/stead-s2s/stead/dataverse/schema"
)

// Options say what to write.
type Options struct {
	Package string   // name of the Go package
	Tables  []string // logical names, in the order in which they are written
}

// Go reads the definitions of tables and writes the Go file. A table that is not there is
// [dataverse.ErrNotFound].
func Go(ctx context.Context, c *dataverse.Client, o Options) ([]byte, error) {
	if !token.IsIdentifier(o.Package) || o.Package == "_" {
		return nil, fmt.Errorf("gen: %q cannot be the name of a package", o.Package)
	}
	if len(o.Tables) == 0 {
		return nil, errors.New("gen: no tables")
	}
	sets, err := schema.EntitySets(ctx, c)
	if err != nil {
		return nil, err
	}
	var tables []schema.Table
	for _, name := range o.Tables {
		t, err := schema.ReadTable(ctx, c, name)
		if err != nil {
			return nil, err
		}
		tables = append(tables, t)
	}
	return Write(o.Package, tables, sets)
}

// Write writes the Go file of tables that were read. Sets maps the logical names of all tables
// that lookups point to, to their entity sets; a lookup of others can be read alone.
func Write(pkg string, tables []schema.Table, sets map[string]string) ([]byte, error) {
	f := &file{pkg: pkg, sets: sets, taken: names{}, choices: map[string]string{}}
	for _, t := range tables {
		f.table(t)
	}
	return f.format()
}
