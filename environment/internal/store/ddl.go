package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// ErrForeign says that the file is a database, but not one of an environment.
var ErrForeign = errors.New("not the database of a Stead environment")

// The settings kept beside the rows, in table stead_environment.
const (
	keyVersion = "rowversion" // how far the counter of row versions has been moved
	keySeeded  = "seeded"     // there when the first rows have been committed
	keyTables  = "tables"     // fingerprint of the tables last made
	keyModel   = "model"      // version of the model that the kept definitions make
	keyForgot  = "forgot"     // row version up to which deletions may be forgotten

	keyCustomTables = "customtables" // fingerprint of those of the catalogue and the kept definitions
)

// index is one index of a table. Columns are logical names; where keeps rows in
// which that column is null out of it.
type index struct {
	columns []string
	unique  bool
	notNull string
}

// extraIndexes are the indexes of particular tables: shares are looked up by
// principal (to find rows, in the order of their ids or names) and by object (to find
// who); the first two hold all that a scope asks of a share. A principal has one share of an object, an application one
// user.
var extraIndexes = map[string][]index{
	"principalobjectaccess": {
		{columns: []string{"principalid", "objecttypecode", "objectid", "accessrightsmask", "inheritedaccessrightsmask"}},
		{columns: []string{"principalid", "objecttypecode", meta.SharedName, "objectid", "accessrightsmask", "inheritedaccessrightsmask"}},
		{columns: []string{"objectid", "principalid", "objecttypecode"}, unique: true},
	},
	meta.AuditTable: { // the history of a row, and the latest of all
		{columns: []string{"objectid", "createdon", "auditid"}},
		{columns: []string{"createdon", "auditid"}},
	},
	"systemuser": {
		{columns: []string{"applicationid"}, unique: true, notNull: "applicationid"},
	},
}

// indexesOf chooses the indexes of a table. Each costs time on every insert, so
// there is one for each way that questions reach rows and no more: by id, by name
// (the common orders), by owner and by business unit in those orders (the scopes), by
// lookups along which collections are expanded and deletions cascade, and both ways
// through an intersect; by row version where changes are followed. Lookups to tables whose rows stay for good (who created it,
// in which currency) are not followed back, and an empty lookup is in no index.
func indexesOf(m *meta.Model, t *meta.Table) []index {
	all := []index{{columns: []string{t.PrimaryID.LogicalName}, unique: true}}
	name := byName(t)
	if name != nil {
		all = append(all, index{columns: name})
	}
	for _, scope := range [...]string{"ownerid", "owningbusinessunit"} {
		if t.Ownership == meta.UserOwned && t.Column(scope) != nil {
			all = append(all, index{columns: append([]string{scope}, name...)}, index{columns: []string{scope, t.PrimaryID.LogicalName}})
		}
	}
	for _, r := range t.ManyToOne {
		if r.Referenced.CanDelete {
			lookup := r.ReferencingColumn.LogicalName
			all = append(all, index{columns: []string{lookup}, notNull: lookup})
		}
	}
	all = append(all, intersectIndexes(m, t)...)
	if t.ChangeTracking {
		all = append(all, index{columns: []string{"versionnumber"}})
	}
	for _, k := range t.Keys {
		if k.Status == meta.KeyActive {
			all = append(all, keyIndex(k))
		}
	}
	for _, x := range extraIndexes[t.LogicalName] {
		if !slices.ContainsFunc(x.columns, func(c string) bool { return t.Column(c) == nil }) {
			all = append(all, x)
		}
	}
	return withoutRepeats(all)
}

// keyIndex keeps rows from having the same alternate key. Rows without a value in its
// first column are in no index; a missing value in another one makes a row unlike all
// others, as the engines have it.
func keyIndex(k *meta.Key) index {
	x := index{unique: true, notNull: k.Columns[0].LogicalName}
	for _, c := range k.Columns {
		x.columns = append(x.columns, c.LogicalName)
	}
	return x
}

// byName is how an index goes on in the order of names. It ends with the primary id,
// as every order does: an index that stops at the name leaves a sort to each page,
// which doubles its cost.
func byName(t *meta.Table) []string {
	if t.PrimaryName == nil || t.PrimaryName == t.PrimaryID {
		return nil
	}
	return []string{t.PrimaryName.LogicalName, t.PrimaryID.LogicalName}
}

// intersectIndexes keeps two rows from being joined twice by the same intersect.
func intersectIndexes(m *meta.Model, t *meta.Table) (all []index) {
	for _, other := range m.Tables {
		for _, r := range other.ManyToMany {
			if r.Intersect == t && r.Referenced == other {
				one, two := r.IntersectColumn1.LogicalName, r.IntersectColumn2.LogicalName
				all = append(all, index{columns: []string{one, two}, unique: true}, index{columns: []string{two, one}})
			}
		}
	}
	return all
}

// withoutRepeats drops an index whose columns begin another one, unless it is unique.
func withoutRepeats(all []index) []index {
	return slices.DeleteFunc(slices.Clone(all), func(x index) bool {
		return slices.ContainsFunc(all, func(y index) bool {
			longer := len(y.columns) > len(x.columns) || y.unique && !x.unique
			return !x.unique && longer && (y.notNull == "" || y.unique && y.notNull == x.notNull && len(y.columns) == len(x.columns)) && len(y.columns) >= len(x.columns) &&
				slices.Equal(x.columns, y.columns[:len(x.columns)])
		})
	})
}

// ddl is how one engine defines what the model says. Every form is written once, from
// these answers.
type ddl struct {
	dialect    sqlgen.Dialect
	migrations []string // the steps of what is not made from the model

	contents string // asks for the number of tables, and of those that mark an environment
	columns  string // asks for every table's name with each of its columns'

	typeOf func(*meta.Column) string
	// longest is how long a text may be to stand in an index, in UTF-16 units; 0: any.
	longest int
	key     func(*meta.Column) string // a column as an index keeps it
	follow  func(*meta.Table) string  // keeps the names that shares have of a table's rows
	name    func(string) string       // the name that the engine keeps of an index
	weigh   string                    // makes the engine look at a table's rows; "" where its planner is better off without
}

// refuseForeign fails on a database with tables that are not an environment's. It
// looks before anything is written.
func (d ddl) refuseForeign(path string) func(*sqldb.Conn) error {
	return func(c *sqldb.Conn) error {
		rows, err := c.Query(d.contents)
		if err != nil {
			return err
		}
		defer rows.Close()
		if rows.Next() && rows.Int(0) > 0 && rows.Int(1) == 0 {
			return fmt.Errorf("%s: %w", path, ErrForeign)
		}
		return rows.Err()
	}
}

// tables gives the columns of every table in the database.
func (d ddl) tables(c *sqldb.Conn) (map[string][]string, error) {
	rows, err := c.Query(d.columns)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string][]string{}
	for rows.Next() {
		table := string(rows.Text(0))
		have[table] = append(have[table], string(rows.Text(1)))
	}
	return have, rows.Err()
}

// createTable gives the definition of a table. The engine's own row number is its
// key, which keeps wide rows cheap; the primary id has a unique index.
func (d ddl) createTable(t *meta.Table) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE " + quote(t.LogicalName) + " (")
	for i, c := range inRows(t) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.LogicalName) + " " + d.typeOf(c))
		if c == t.PrimaryID {
			b.WriteString(" NOT NULL")
		}
	}
	b.WriteString(");\n")
	return b.String()
}

func (d ddl) addColumn(t *meta.Table, c *meta.Column) string {
	return "ALTER TABLE " + quote(t.LogicalName) + " ADD COLUMN " + quote(c.LogicalName) + " " + d.typeOf(c) + ";\n"
}

// indexable says whether an engine can keep an index whatever its texts are. What must
// be unique has an index all the same, and texts too long for it are refused.
func (d ddl) indexable(t *meta.Table, x index) bool {
	return x.unique || d.longest == 0 || !slices.ContainsFunc(x.columns, func(name string) bool {
		c := t.Column(name)
		return c.Storage() == meta.Text && (c.MaxLength == 0 || c.MaxLength > d.longest) && c.Kind != meta.EntityName
	})
}

func (d ddl) createIndex(t *meta.Table, x index) string {
	unique, where := "", ""
	if x.unique {
		unique = "UNIQUE "
	}
	if x.notNull != "" {
		where = " WHERE " + quote(x.notNull) + " IS NOT NULL"
	}
	columns := make([]string, len(x.columns))
	for i, c := range x.columns {
		columns[i] = d.key(t.Column(c))
	}
	return "CREATE " + unique + "INDEX IF NOT EXISTS " + quote(d.indexName(t, x)) + " ON " + quote(t.LogicalName) +
		" (" + strings.Join(columns, ", ") + ")" + where + ";\n"
}

func (d ddl) indexName(t *meta.Table, x index) string {
	return d.name(t.LogicalName + "_by_" + strings.Join(x.columns, "_"))
}

func dropIndex(name string) string { return "DROP INDEX IF EXISTS " + quote(name) + ";\n" }

func dropTable(name string) string { return "DROP TABLE IF EXISTS " + quote(name) + ";\n" }

func dropColumn(table, column string) string {
	return "ALTER TABLE " + quote(table) + " DROP COLUMN " + quote(column) + ";\n"
}

func quote(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

// matchModel makes the tables, columns and indexes of the model that the database
// lacks. What the model no longer has stays: rows are not thrown away.
func (s *Store) matchModel(ctx context.Context, key string, m *meta.Model, log *slog.Logger) error {
	whole := s.ddl.missing(m, nil)
	mark := digest(whole)
	same := false
	err := s.db.Read(ctx, func(c *sqldb.Conn) error {
		kept, err := settingText(c, key)
		same = kept == mark
		return err
	})
	if err != nil || same {
		return err
	}
	script := ""
	err = s.db.Write(ctx, func(c *sqldb.Conn) error {
		have, err := s.ddl.tables(c)
		if err != nil {
			return err
		}
		script = whole
		if slices.ContainsFunc(m.Tables, func(t *meta.Table) bool { return have[t.LogicalName] != nil }) {
			script = s.ddl.missing(m, have)
		}
		if err := c.ExecScript(script); err != nil {
			return err
		}
		return keepText(c, key, mark)
	})
	if err == nil {
		log.Info("tables made to fit the model", "database", s.db.Path(), "model", m.Version,
			"statements", strings.Count(script, ";\n"))
	}
	return err
}

// missing gives the script that takes a database with these tables and columns to
// the model.
func (d ddl) missing(m *meta.Model, have map[string][]string) string {
	var b strings.Builder
	for _, t := range m.Tables {
		columns, there := have[t.LogicalName]
		if !there {
			b.WriteString(d.createTable(t))
		}
		for _, c := range t.Columns {
			if there && !slices.Contains(columns, c.LogicalName) {
				b.WriteString(d.addColumn(t, c))
			}
		}
		for _, x := range indexesOf(m, t) {
			if d.indexable(t, x) {
				b.WriteString(d.createIndex(t, x))
			}
		}
	}
	b.WriteString(d.sharedNames(m, have))
	return b.String()
}

// fingerprint names the tables of a model: another one has other tables, columns or
// indexes.
func (d ddl) fingerprint(m *meta.Model) string { return digest(d.missing(m, nil)) }

func digest(script string) string {
	sum := sha256.Sum256([]byte(script))
	return hex.EncodeToString(sum[:])
}

// setting reads a number kept beside the rows.
func setting(c *sqldb.Conn, key string) (n int64, there bool, err error) {
	rows, err := c.Query(`SELECT value FROM stead_environment WHERE "key" = ?`, sqldb.Text(key))
	if err != nil {
		return 0, false, fmt.Errorf("read setting %s: %w", key, err)
	}
	defer rows.Close()
	if there = rows.Next(); there {
		n = rows.Int(0)
	}
	return n, there, rows.Err()
}

func settingText(c *sqldb.Conn, key string) (text string, err error) {
	rows, err := c.Query(`SELECT value FROM stead_environment WHERE "key" = ?`, sqldb.Text(key))
	if err != nil {
		return "", fmt.Errorf("read setting %s: %w", key, err)
	}
	defer rows.Close()
	if rows.Next() {
		text = string(rows.Text(0))
	}
	return text, rows.Err()
}

// keep writes a number beside the rows.
func keep(c *sqldb.Conn, key string, n int64) error { return keepArg(c, key, sqldb.Int(n)) }

func keepText(c *sqldb.Conn, key, text string) error { return keepArg(c, key, sqldb.Text(text)) }

func keepArg(c *sqldb.Conn, key string, v sqldb.Arg) error {
	err := c.Send(`INSERT INTO stead_environment ("key", value) VALUES (?, ?)
		ON CONFLICT ("key") DO UPDATE SET value = excluded.value`, sqldb.Text(key), v)
	if err != nil {
		return fmt.Errorf("keep setting %s: %w", key, err)
	}
	return nil
}
