package store

import (
	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
)

// sqliteTables keeps an environment in a file.
func sqliteTables() ddl {
	return ddl{
		dialect: sqlgen.SQLite(),
		migrations: []string{
			`CREATE TABLE stead_environment ("key" TEXT PRIMARY KEY, value) WITHOUT ROWID;`,
			`CREATE TABLE stead_component (kind TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
			CREATE TABLE stead_leftover (name TEXT PRIMARY KEY) WITHOUT ROWID;`,
			`CREATE TABLE stead_deleted (tablename TEXT NOT NULL, version INTEGER NOT NULL, id BLOB NOT NULL, deletedon INTEGER NOT NULL,
				PRIMARY KEY (tablename, version)) WITHOUT ROWID;
			CREATE INDEX stead_deleted_by_deletedon ON stead_deleted (deletedon);`,
		},
		contents: `SELECT count(*), count(*) FILTER (WHERE name = 'stead_environment')
			FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`,
		columns: `SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'`,
		typeOf:  sqliteType,
		key:     func(c *meta.Column) string { return quote(c.LogicalName) },
		follow:  sqliteFollow,
		name:    func(identifier string) string { return identifier },
	}
}

// sqliteType declares text without regard to case, in comparisons and in indexes.
func sqliteType(c *meta.Column) string {
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

// sqliteFollow is a trigger: a name reaches the shares in the statement that sets it,
// whoever sets it, and is gone with its table.
func sqliteFollow(t *meta.Table) string {
	name, id := quote(t.PrimaryName.LogicalName), quote(t.PrimaryID.LogicalName)
	return "CREATE TRIGGER IF NOT EXISTS " + quote(t.LogicalName+"_names_shares") + " AFTER UPDATE OF " + name + " ON " + quote(t.LogicalName) +
		" BEGIN UPDATE " + quote(meta.SharingTable) + " SET " + quote(meta.SharedName) + " = NEW." + name +
		" WHERE objectid = NEW." + id + " AND objecttypecode = '" + t.LogicalName + "'; END;\n"
}
