package store

import (
	"fmt"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// migrations are the steps of what is not made from the model.
func migrations() []string {
	return []string{`CREATE TABLE stead_environment ("key" TEXT PRIMARY KEY, value) WITHOUT ROWID;`}
}

// refuseForeign fails on a database with tables that are not an environment's. It
// looks before anything is written.
func refuseForeign(path string) func(*sqldb.Conn) error {
	return func(c *sqldb.Conn) error {
		rows, err := c.Query(`SELECT count(*), count(*) FILTER (WHERE name = 'stead_environment')
			FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
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

// tablesOf gives the columns of every table in the database.
func tablesOf(c *sqldb.Conn) (map[string][]string, error) {
	rows, err := c.Query(`SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`)
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
func createTable(t *meta.Table) string {
	var b strings.Builder
	b.WriteString("CREATE TABLE " + quote(t.LogicalName) + " (")
	for i, c := range t.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(quote(c.LogicalName) + " " + columnType(c))
		if c == t.PrimaryID {
			b.WriteString(" NOT NULL")
		}
	}
	b.WriteString(");\n")
	return b.String()
}

func addColumn(t *meta.Table, c *meta.Column) string {
	return "ALTER TABLE " + quote(t.LogicalName) + " ADD COLUMN " + quote(c.LogicalName) + " " + columnType(c) + ";\n"
}

// columnType declares text without regard to case, in comparisons and in indexes.
func columnType(c *meta.Column) string {
	switch c.Storage() {
	case meta.Text:
		return "TEXT COLLATE NOCASE"
	case meta.Int:
		return "INTEGER"
	case meta.Float:
		return "REAL"
	default:
		return "BLOB"
	}
}

func createIndex(t *meta.Table, x index) string {
	unique, where := "", ""
	if x.unique {
		unique = "UNIQUE "
	}
	if x.notNull != "" {
		where = " WHERE " + quote(x.notNull) + " IS NOT NULL"
	}
	name := quote(t.LogicalName + "_by_" + strings.Join(x.columns, "_"))
	columns := make([]string, len(x.columns))
	for i, c := range x.columns {
		columns[i] = quote(c)
	}
	return "CREATE " + unique + "INDEX IF NOT EXISTS " + name + " ON " + quote(t.LogicalName) +
		" (" + strings.Join(columns, ", ") + ")" + where + ";\n"
}

func quote(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

// dialect is what questions and changes are compiled for.
func dialect() sqlgen.Dialect { return sqlgen.SQLite() }
