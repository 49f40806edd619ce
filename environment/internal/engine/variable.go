package engine

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
)

// The tables of environment variables.
const (
	variableTable = "environmentvariabledefinition"
	valueTable    = "environmentvariablevalue"
)

// beginVariable lets one definition alone have a schema name.
func (w *work) beginVariable(d *draft) error {
	c := d.table.Column("schemaname")
	name := d.value(c)
	if name.IsNull() {
		return nil // refused as any required column
	}
	return w.alone(d, "the schema name "+name.Text()+" is taken", func(s *query.Select) query.Expr { return is(s, c, name) })
}

// oneValue lets a definition have one value (Microsoft Learn, "Use environment variables
// in solutions": the current value), new or moved there.
func (w *work) oneValue(d *draft) error {
	c := d.table.Column("environmentvariabledefinitionid")
	if !d.gives(c) {
		return nil
	}
	return w.alone(d, "the definition has a value", func(s *query.Select) query.Expr {
		return all(is(s, c, d.value(c)), query.Not{Member: is(s, d.table.PrimaryID, query.GUID(d.id))})
	})
}

// endVariable takes a definition and its value out of all solutions.
func (w *work) endVariable(key op.Key) error {
	t := w.call.Model.Table(valueTable)
	values, err := w.ids("environment variable: its value", t, func(s *query.Select) query.Expr {
		return is(s, t.Column("environmentvariabledefinitionid"), query.GUID(key.ID))
	})
	if err != nil {
		return err
	}
	return w.delistRows(append(values, key.ID)...)
}

// delistRows takes rows that are components out of all solutions.
func (w *work) delistRows(ids ...meta.ID) error {
	t := w.call.Model.Table("solutioncomponent")
	return w.erase("components that leave solutions", t, t.Column("objectid"), ids)
}
