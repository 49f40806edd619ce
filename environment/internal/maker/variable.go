package maker

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/rows"
)

// The tables of environment variables.
const (
	variableTable = "environmentvariabledefinition"
	valueTable    = "environmentvariablevalue"
)

// oneValue lets a definition have one value (Microsoft Learn, "Use environment variables
// in solutions": the current value), new or moved there.
func (w work) oneValue(d *rows.Draft) error {
	c := d.Table.Column("environmentvariabledefinitionid")
	if !d.Gives(c) {
		return nil
	}
	return w.alone(d, "the definition has a value", func(s *query.Select) query.Expr {
		return rows.All(rows.Is(s, c, d.Value(c)), query.Not{Member: rows.Is(s, d.Table.PrimaryID, query.GUID(d.ID))})
	})
}

// endVariable takes a definition and its value out of all solutions.
func (w work) endVariable(key op.Key) error {
	t := w.Call.Model.Table(valueTable)
	values, err := w.IDs("environment variable: its value", t, func(s *query.Select) query.Expr {
		return rows.Is(s, t.Column("environmentvariabledefinitionid"), query.GUID(key.ID))
	})
	if err != nil {
		return err
	}
	return w.delistRows(append(values, key.ID)...)
}

// delist takes a row that goes out of all solutions.
func (w work) delist(key op.Key) error { return w.delistRows(key.ID) }

// delistRows takes rows that are components out of all solutions.
func (w work) delistRows(ids ...meta.ID) error {
	t := w.Call.Model.Table("solutioncomponent")
	return w.Erase("components that leave solutions", t, t.Column("objectid"), ids)
}
