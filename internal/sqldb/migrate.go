package sqldb

import (
	"context"
	"fmt"
	"strconv"
)

// Migrate brings the schema up to date: steps[i] is a script that takes version i to i+1. The version is kept in the
// file; all missing steps are one transaction. A file whose version is above len(steps) gives [ErrNewer] and is left
// alone.
func Migrate(ctx context.Context, db *DB, steps []string) error {
	return db.Write(ctx, func(c *Conn) error {
		have, err := c.version()
		if err != nil {
			return err
		}
		if have > len(steps) {
			cause := fmt.Errorf("its schema is version %d, this program knows %d", have, len(steps))
			return &fileError{db.path, ErrNewer, cause}
		}
		for i := have; i < len(steps); i++ {
			if err := c.ExecScript(steps[i]); err != nil {
				return fmt.Errorf("schema step %d of %s: %w", i+1, db.path, err)
			}
		}
		if have == len(steps) {
			return nil
		}
		return c.ExecScript("PRAGMA user_version = " + strconv.Itoa(len(steps)))
	})
}

// version reads the schema version kept in the file.
func (c *Conn) version() (int, error) {
	rows, err := c.Query("PRAGMA user_version")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	v := 0
	if rows.Next() {
		v = int(rows.Int(0))
	}
	return v, rows.Err()
}
