package sqldb

import (
	"context"
	"fmt"
)

// Migrate brings the schema up to date: steps[i] is a script that takes version i to i+1. The version is kept in the
// file; all missing steps are one transaction. A file whose version is above len(steps) gives [ErrNewer] and is left
// alone.
func Migrate(ctx context.Context, db *DB, steps []string) error {
	return db.Write(ctx, func(c *Conn) error {
		kept := c.s.versions()
		have, err := c.version(kept)
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
		return c.ExecScript(fmt.Sprintf(kept.set, len(steps)))
	})
}

// versions are the statements that keep the schema version.
type versions struct {
	prepare   string // "" when there is nothing to prepare
	read, set string // set has one %d
}

// version reads the schema version.
func (c *Conn) version(kept versions) (int, error) {
	if kept.prepare != "" {
		if err := c.ExecScript(kept.prepare); err != nil {
			return 0, err
		}
	}
	rows, err := c.Query(kept.read)
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
