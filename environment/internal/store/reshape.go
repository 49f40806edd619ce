package store

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// Component is the definition of one part of the model that is not of the catalogue, as
// custom writes it.
type Component struct{ Kind, Name, Definition string }

// Components gives the kept definitions by kind and name, and the version of the model
// that they make; zero when there never were any.
func (tx *Tx) Components() (version int64, all []Component, err error) {
	if version, _, err = setting(tx.conn, keyModel); err != nil {
		return 0, nil, err
	}
	rows, err := tx.conn.Query(`SELECT kind, name, definition FROM stead_component ORDER BY kind, name`)
	if err != nil {
		return 0, nil, fmt.Errorf("read definitions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		all = append(all, Component{string(rows.Text(0)), string(rows.Text(1)), string(rows.Text(2))})
	}
	return version, all, rows.Err()
}

// KeepComponents writes the definitions that are new or other than they were, removes
// those to drop, and says which version of the model they make.
func (tx *Tx) KeepComponents(version int64, keeps, drops []Component) error {
	if !tx.writing {
		return errReading
	}
	for _, c := range drops {
		if _, err := tx.conn.Exec(`DELETE FROM stead_component WHERE kind = ? AND name = ?`, sqldb.Text(c.Kind), sqldb.Text(c.Name)); err != nil {
			return fmt.Errorf("drop definition of %s %s: %w", c.Kind, c.Name, err)
		}
	}
	for _, c := range keeps {
		_, err := tx.conn.Exec(`INSERT INTO stead_component (kind, name, definition) VALUES (?, ?, ?)
			ON CONFLICT (kind, name) DO UPDATE SET definition = excluded.definition`, sqldb.Text(c.Kind), sqldb.Text(c.Name), sqldb.Text(c.Definition))
		if err != nil {
			return fmt.Errorf("keep definition of %s %s: %w", c.Kind, c.Name, err)
		}
	}
	return keep(tx.conn, keyModel, version)
}

// Reshape takes the database from one model to the next. What requests that still hold
// the old model may read stays: columns and tables that the new one lacks are noted and
// removed when the environment is opened again, or before something of the same name is
// made.
func (tx *Tx) Reshape(from, to *meta.Model) error {
	if !tx.writing {
		return errReading
	}
	left, err := leftovers(tx.conn)
	if err != nil {
		return err
	}
	r := reshaping{ddl: tx.s.ddl, conn: tx.conn, left: left, leave: departed(from, to)}
	for _, t := range to.Tables {
		if old := from.Table(t.LogicalName); old != nil {
			r.alter(from, old, to, t)
			continue
		}
		r.create(to, t)
	}
	if err := tx.conn.ExecScript(r.script.String()); err != nil {
		return fmt.Errorf("reshape tables: %w", err)
	}
	if err := r.note(); err != nil {
		return err
	}
	for _, name := range r.leave {
		if err := tx.dropNumbers(name); err != nil {
			return err
		}
	}
	return keepText(tx.conn, keyCustomTables, tx.s.ddl.fingerprint(to))
}

// reshaping gathers the statements of a Reshape.
type reshaping struct {
	ddl    ddl
	conn   *sqldb.Conn
	script strings.Builder
	left   map[string]bool // "table" and "table.column" in the database and in no model
	gone   []string        // of left: removed by the script
	leave  []string        // new ones
}

func departed(from, to *meta.Model) (names []string) {
	for _, t := range from.Tables {
		next := to.Table(t.LogicalName)
		if next == nil {
			names = append(names, t.LogicalName)
			continue
		}
		for _, c := range t.Columns {
			if next.Column(c.LogicalName) == nil {
				names = append(names, t.LogicalName+"."+c.LogicalName)
			}
		}
	}
	return names
}

func (r *reshaping) create(m *meta.Model, t *meta.Table) {
	if r.left[t.LogicalName] {
		r.script.WriteString(dropTable(t.LogicalName))
		r.gone = append(r.gone, t.LogicalName)
		for name := range r.left {
			if strings.HasPrefix(name, t.LogicalName+".") {
				r.gone = append(r.gone, name)
			}
		}
	}
	r.script.WriteString(r.ddl.createTable(t))
	for _, x := range r.ddl.indexScripts(m, t) {
		r.script.WriteString(x.script)
	}
	if t.Named() && m.Table(meta.SharingTable) != nil {
		r.script.WriteString(r.ddl.follow(t))
	}
}

func (r *reshaping) alter(from *meta.Model, old *meta.Table, to *meta.Model, t *meta.Table) {
	before, after := r.ddl.indexScripts(from, old), r.ddl.indexScripts(to, t)
	for _, x := range before {
		if !slices.Contains(after, x) {
			r.script.WriteString(dropIndex(x.name))
		}
	}
	for _, c := range t.Columns {
		if old.Column(c.LogicalName) != nil {
			continue
		}
		if name := t.LogicalName + "." + c.LogicalName; r.left[name] {
			r.script.WriteString(dropColumn(t.LogicalName, c.LogicalName))
			r.gone = append(r.gone, name)
		}
		r.script.WriteString(r.ddl.addColumn(t, c))
	}
	for _, x := range after {
		if !slices.Contains(before, x) {
			r.script.WriteString(x.script)
		}
	}
}

// indexScript is an index by name with the statement that makes it.
type indexScript struct{ name, script string }

func (d ddl) indexScripts(m *meta.Model, t *meta.Table) (all []indexScript) {
	for _, x := range indexesOf(m, t) {
		if d.indexable(t, x) {
			all = append(all, indexScript{d.indexName(t, x), d.createIndex(t, x)})
		}
	}
	return all
}

// note keeps what the database has and the model does not.
func (r *reshaping) note() error {
	for _, name := range r.gone {
		if _, err := r.conn.Exec(`DELETE FROM stead_leftover WHERE name = ?`, sqldb.Text(name)); err != nil {
			return fmt.Errorf("forget %s: %w", name, err)
		}
	}
	for _, name := range r.leave {
		if _, err := r.conn.Exec(`INSERT INTO stead_leftover (name) VALUES (?) ON CONFLICT (name) DO NOTHING`, sqldb.Text(name)); err != nil {
			return fmt.Errorf("note %s: %w", name, err)
		}
	}
	return nil
}

func leftovers(c *sqldb.Conn) (map[string]bool, error) {
	rows, err := c.Query(`SELECT name FROM stead_leftover`)
	if err != nil {
		return nil, fmt.Errorf("read leftovers: %w", err)
	}
	defer rows.Close()
	left := map[string]bool{}
	for rows.Next() {
		left[string(rows.Text(0))] = true
	}
	return left, rows.Err()
}

// Extend brings the tables up to the model that the kept definitions make, before anybody
// asks: it removes what a Reshape left and makes what the catalogue has gained since.
func (s *Store) Extend(ctx context.Context, m *meta.Model, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := s.db.Write(ctx, removeLeftovers); err != nil {
		return err
	}
	if m == s.model { // nothing is kept beside the catalogue: Open made its tables
		return nil
	}
	return s.matchModel(ctx, keyCustomTables, m, log)
}

func removeLeftovers(c *sqldb.Conn) error {
	left, err := leftovers(c)
	if err != nil || len(left) == 0 {
		return err
	}
	var script strings.Builder
	for name := range left {
		table, column, is := strings.Cut(name, ".")
		switch {
		case !is:
			script.WriteString(dropTable(table))
		case !left[table]:
			script.WriteString(dropColumn(table, column))
		}
	}
	script.WriteString("DELETE FROM stead_leftover;\n")
	return c.ExecScript(script.String())
}

// Repeats reports whether rows have the same values in all of the columns; rows without
// a value in one of them are not compared.
func (tx *Tx) Repeats(t *meta.Table, columns []*meta.Column) (bool, error) {
	names, given := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i] = quote(c.LogicalName)
		given[i] = names[i] + " IS NOT NULL"
		if c.Storage() == meta.Text { // as unique indexes compare it, in either engine
			names[i] = "lower(" + names[i] + ")"
		}
	}
	rows, err := tx.conn.Query("SELECT count(*) FROM " + quote(t.LogicalName) + " WHERE " + strings.Join(given, " AND ") +
		" GROUP BY " + strings.Join(names, ", ") + " HAVING count(*) > 1 LIMIT 1")
	if err != nil {
		return false, fmt.Errorf("look for repeated rows of %s: %w", t.LogicalName, err)
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}
