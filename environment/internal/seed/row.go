package seed

import (
	"context"
	"fmt"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/op"
	"github.com/stead-s2s/stead/environment/internal/query"
	"github.com/stead-s2s/stead/environment/internal/store"
)

// reason is what the system's changes of this room are granted for.
const reason = "seed a new environment"

// plan is rows to be written. It is made before the transaction, which may run more
// than once.
type plan struct {
	model    *meta.Model
	stamps   stamps
	defaults map[*meta.Table][]op.Assignment
	rows     []planned
	err      error // the first mistake in the program; nothing is written then
}

// planned is one row; version is where its row version goes, -1 when the table has
// none.
type planned struct {
	table   *meta.Table
	set     []op.Assignment
	version int
}

// stamps is who made the rows, and when (seconds since 1970).
type stamps struct {
	by  meta.ID
	now int64
}

func newPlan(m *meta.Model, s stamps) *plan {
	return &plan{model: m, stamps: s, defaults: map[*meta.Table][]op.Assignment{}}
}

// cell is one value of a row. table names the target of a lookup.
type cell struct {
	column string
	value  query.Value
	table  string
}

func text(column, value string) cell {
	if value == "" { // the service keeps no empty strings (Dataverse facts 6.1)
		return cell{column: column}
	}
	return cell{column: column, value: query.Text(value)}
}

func number(column string, n int64) cell        { return cell{column: column, value: query.Int(n)} }
func flag(column string, b bool) cell           { return cell{column: column, value: query.Bool(b)} }
func decimal(column string, f float64) cell     { return cell{column: column, value: query.Float(f)} }
func ref(column, table string, id meta.ID) cell { return guid(column, id).to(table) }

func (c cell) to(table string) cell { c.table = table; return c }

func guid(column string, id meta.ID) cell {
	if id.IsZero() {
		return cell{column: column}
	}
	return cell{column: column, value: query.GUID(id)}
}

// money gives a column of an amount in whole units, and its value in the base
// currency, which seeded rows are kept in.
func money(column string, units int64) []cell {
	return []cell{number(column, units*10000), number(column+"_base", units*10000)}
}

// add plans a row: the given cells, the stamps, and the defaults of what is not
// given.
func (p *plan) add(table string, id meta.ID, cells ...cell) {
	t := p.model.Table(table)
	if t == nil {
		p.fail(fmt.Errorf("no table %s", table))
		return
	}
	defaults := p.defaultsOf(t)
	r := planned{table: t, set: make([]op.Assignment, 0, len(cells)+len(defaults)+8), version: -1}
	given := make([]bool, len(t.Columns))
	put := func(a op.Assignment) {
		given[a.Column.Ordinal] = true
		r.set = append(r.set, a)
	}
	put(op.Assignment{Column: t.PrimaryID, Value: query.GUID(id)})
	for _, c := range cells {
		if a, ok := p.assignment(t, c); ok {
			put(a)
		}
	}
	for _, a := range defaults {
		if !given[a.Column.Ordinal] {
			put(a)
		}
	}
	if v := t.Column("versionnumber"); v != nil {
		r.version = len(r.set)
		put(op.Assignment{Column: v})
	}
	p.rows = append(p.rows, r)
}

func (p *plan) assignment(t *meta.Table, c cell) (op.Assignment, bool) {
	column := t.Column(c.column)
	if column == nil {
		p.fail(fmt.Errorf("no column %s.%s", t.LogicalName, c.column))
		return op.Assignment{}, false
	}
	if c.value.IsNull() {
		return op.Assignment{}, false
	}
	if c.value.Storage() != column.Storage() {
		p.fail(fmt.Errorf("column %s.%s given a value of another kind", t.LogicalName, c.column))
		return op.Assignment{}, false
	}
	a := op.Assignment{Column: column, Value: c.value}
	if len(column.Targets) > 0 {
		if a.Target = p.model.Table(c.table); a.Target == nil {
			p.fail(fmt.Errorf("column %s.%s points to no table", t.LogicalName, c.column))
		}
	}
	return a, true
}

func (p *plan) fail(err error) {
	if p.err == nil {
		p.err = fmt.Errorf("plan seed: %w", err)
	}
}

// defaultsOf gives what a new row of the table has when nobody says otherwise: the
// stamps and the default options.
func (p *plan) defaultsOf(t *meta.Table) []op.Assignment {
	if have, ok := p.defaults[t]; ok {
		return have
	}
	var all []op.Assignment
	for _, c := range t.Columns {
		if v := p.defaultOf(c); !v.IsNull() {
			a := op.Assignment{Column: c, Value: v}
			if c.IsLookup() {
				a.Target = p.model.Table("systemuser")
			}
			all = append(all, a)
		}
	}
	p.defaults[t] = all
	return all
}

func (p *plan) defaultOf(c *meta.Column) query.Value {
	switch c.LogicalName {
	case "createdon", "modifiedon":
		return query.Int(p.stamps.now)
	case "createdby", "modifiedby":
		if c.IsLookup() {
			return query.GUID(p.stamps.by)
		}
	}
	for _, o := range c.Options {
		if o.Default && o.State == 0 {
			return query.Int(o.Value)
		}
	}
	return query.Null()
}

// write applies the rows in their order, each with the next row version.
func (p *plan) write(ctx context.Context, tx *store.Tx) error {
	if p.err != nil {
		return p.err
	}
	for i := range p.rows {
		r := &p.rows[i]
		if r.version >= 0 {
			n, err := tx.NextVersion()
			if err != nil {
				return err
			}
			r.set[r.version].Value = query.Int(n)
		}
		change := access.SystemChange(reason, access.Parts{Kind: access.Insert, Table: r.table, Set: r.set})
		if err := tx.Send(ctx, change); err != nil {
			return fmt.Errorf("seed %s %s: %w", r.table.LogicalName, r.set[0].Value.GUID(), err)
		}
	}
	return nil
}
