package store

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/stead-s2s/stead/environment/internal/meta"
	"github.com/stead-s2s/stead/environment/internal/sqlgen"
	"github.com/stead-s2s/stead/internal/sqldb"
)

// tablesAt chooses by the engine.
func tablesAt(e sqldb.Engine) ddl {
	if e == sqldb.PostgreSQL {
		return postgresTables()
	}
	return sqliteTables()
}

// postgresTables keeps an environment in a schema of a PostgreSQL database.
func postgresTables() ddl {
	return ddl{
		dialect: sqlgen.PostgreSQL(),
		migrations: []string{
			`CREATE TABLE stead_environment ("key" TEXT COLLATE "C" PRIMARY KEY, value TEXT);`,
			`CREATE TABLE stead_component (kind TEXT COLLATE "C", name TEXT COLLATE "C", definition TEXT NOT NULL, PRIMARY KEY (kind, name));
			CREATE TABLE stead_leftover (name TEXT COLLATE "C" PRIMARY KEY);`,
			`CREATE TABLE stead_deleted (tablename TEXT COLLATE "C", version BIGINT, id UUID NOT NULL, deletedon BIGINT NOT NULL,
				PRIMARY KEY (tablename, version));
			CREATE INDEX stead_deleted_by_deletedon ON stead_deleted (deletedon);`,
			postgresNames,
		},
		contents: `SELECT count(*), count(*) FILTER (WHERE tablename = 'stead_environment')
			FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'stead_schema'`,
		columns: `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`,
		typeOf:  postgresType,
		key:     postgresKey,
		follow:  postgresFollow,
		longest: meta.LongestIndexed,
		name:    postgresName,
		weigh:   "ANALYZE ",
	}
}

// postgresNames is the function that gives the shares of a changed row its name; its
// arguments are the columns of name and id.
const postgresNames = `CREATE FUNCTION stead_name_shares() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE changed jsonb := to_jsonb(NEW);
	BEGIN
		UPDATE principalobjectaccess SET objectname = left(changed ->> TG_ARGV[0], 850)
			WHERE objectid = CAST(changed ->> TG_ARGV[1] AS UUID) AND objecttypecode = TG_TABLE_NAME;
		RETURN NULL;
	END $$;`

// postgresFollow is a trigger for names that are set to others.
func postgresFollow(t *meta.Table) string {
	name, table := quote(t.PrimaryName.LogicalName), quote(t.LogicalName)
	trigger := quote(postgresName(t.LogicalName + "_names_shares"))
	return "DROP TRIGGER IF EXISTS " + trigger + " ON " + table + ";\nCREATE TRIGGER " + trigger + " AFTER UPDATE OF " + name + " ON " + table +
		" FOR EACH ROW WHEN (NEW." + name + " IS DISTINCT FROM OLD." + name + ") EXECUTE FUNCTION stead_name_shares('" +
		t.PrimaryName.LogicalName + "', '" + t.PrimaryID.LogicalName + "');\n"
}

// postgresType declares text in the order of its bytes, in which lower() minds no
// other letters than A to Z.
func postgresType(c *meta.Column) string {
	switch c.Storage() {
	case meta.Text:
		return `TEXT COLLATE "C"`
	case meta.Int:
		return "BIGINT"
	case meta.Float:
		return "DOUBLE PRECISION"
	case meta.GUID:
		return "UUID"
	default:
		return "BYTEA"
	}
}

// postgresKey is a column as questions compare it, nulls where they order them.
func postgresKey(c *meta.Column) string {
	key := quote(c.LogicalName)
	if c.Storage() == meta.Text {
		key = "lower(" + key + ")"
	}
	return key + " NULLS FIRST"
}

// postgresName keeps identifiers within the 63 bytes that the engine keeps of them,
// and apart from each other.
func postgresName(identifier string) string {
	const most, tail = 63, 12
	if len(identifier) <= most {
		return identifier
	}
	sum := sha256.Sum256([]byte(identifier))
	return identifier[:most-tail-1] + "_" + hex.EncodeToString(sum[:])[:tail]
}
