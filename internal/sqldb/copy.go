package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// CopyTo writes the database, as it is at one moment, to a new file at path: what was committed before the call is in
// it, and neither readers nor the writer wait long. A file that is there already is refused with an error that matches
// fs.ErrExist; after any other failure there is no file.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	if db.engine != SQLite {
		return fmt.Errorf("copy database %s: %w", db.path, ErrServer)
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return fmt.Errorf("copy database %s to %s: %w", db.path, path, err)
	}
	lent, err := db.readers.take(ctx)
	if err != nil {
		return err
	}
	sound, s := false, lent.(*file)
	defer func() { db.readers.give(s, sound) }()
	s.leave() // a snapshot kept from an earlier read may be old
	s.attend(ctx)
	err = s.raw.Backup("main", path)
	s.idle()
	sound = err == nil
	if err != nil {
		_ = os.Remove(path)
		return fmt.Errorf("copy database %s to %s: %w", db.path, path, wrap(db.path, ctx, err))
	}
	return nil
}
