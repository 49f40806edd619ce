package ticket

import (
	"fmt"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// steps are the versions of these tables; a step that has been released never changes.
// They share a file with other rooms, so their version is kept in a table of their own.
// Times are microseconds since 1970. What stands in body is read by this package alone.
var steps = []string{`
CREATE TABLE ticket_code (
	hash BLOB PRIMARY KEY, body TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER, family TEXT) WITHOUT ROWID;
CREATE INDEX ticket_code_expires ON ticket_code (expires);
CREATE TABLE ticket_family (
	id TEXT PRIMARY KEY, app TEXT NOT NULL, person TEXT NOT NULL, tenant TEXT NOT NULL, session TEXT NOT NULL,
	body TEXT NOT NULL, issued INTEGER NOT NULL, revoked INTEGER) WITHOUT ROWID;
CREATE INDEX ticket_family_person ON ticket_family (person);
CREATE INDEX ticket_family_app ON ticket_family (app);
CREATE TABLE ticket_refresh (
	hash BLOB PRIMARY KEY, family TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER) WITHOUT ROWID;
CREATE INDEX ticket_refresh_family ON ticket_refresh (family);
CREATE INDEX ticket_refresh_expires ON ticket_refresh (expires);
CREATE TABLE ticket_device (
	hash BLOB PRIMARY KEY, user_code TEXT NOT NULL UNIQUE, state TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket_session (
	hash BLOB PRIMARY KEY, id TEXT NOT NULL UNIQUE, person TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX ticket_session_person ON ticket_session (person);
`}

// migrate brings the tables up to date.
func migrate(c *sqldb.Conn) error {
	if err := c.ExecScript("CREATE TABLE IF NOT EXISTS ticket_schema (version INTEGER NOT NULL)"); err != nil {
		return err
	}
	have := 0
	err := one(c, func(r *sqldb.Rows) error { have = int(r.Int(0)); return nil }, "SELECT coalesce(max(version), 0) FROM ticket_schema")
	if err != nil {
		return err
	}
	if have > len(steps) {
		return fmt.Errorf("tables of version %d, this program knows %d: %w", have, len(steps), sqldb.ErrNewer)
	}
	for i, step := range steps[have:] {
		if err := c.ExecScript(step); err != nil {
			return fmt.Errorf("step %d: %w", have+i+1, err)
		}
		if err := exec(c, "INSERT INTO ticket_schema VALUES (?)", sqldb.Int(int64(have+i+1))); err != nil {
			return err
		}
	}
	return nil
}
