package stead

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/operator"
)

// keeper names the database that keeps the environments' rows, without password; "" are
// files. A world stays where it was made: started elsewhere, it would be another one
// that looks the same.
func keeper(dir, database string) (name string, err error) {
	if database != "" {
		if name, err = sqldb.Describe(database); err != nil {
			return "", fmt.Errorf("--database: %w", err)
		}
	}
	before, err := ReadWorld(dir)
	if err != nil { // none, or one that is written anew
		return name, nil
	}
	files, err := filepath.Glob(filepath.Join(escape(dir), "environment-*.db"))
	switch {
	case err != nil:
		return "", err
	case name == "" && before.Database != "":
		return "", fmt.Errorf("the environments of %s are kept at %s: start with --database, or stead reset first", dir, before.Database)
	case name != "" && before.Database == "" && len(files) > 0:
		return "", fmt.Errorf("the environments of %s are kept in files there: start without --database, or choose another with --data", dir)
	}
	return name, nil
}

// removeEnvironments removes the environments of a world from the database that keeps
// them, if it is not files.
func removeEnvironments(ctx context.Context, dir, database string) error {
	before, err := ReadWorld(dir)
	if err != nil && database == "" {
		return nil // of a world that was never served nothing is known to be elsewhere
	}
	if database == "" && before.Database != "" {
		return fmt.Errorf("the environments of %s are kept at %s: give that address with --database, and they are removed too", dir, before.Database)
	}
	if database == "" {
		return nil
	}
	err = nil
	for _, e := range seededEnvironments {
		err = errors.Join(err, environment.Remove(ctx, database, e.name))
	}
	return err
}

// ofFiles refuses what can be done with files alone.
func (k *snapshots) ofFiles() error {
	if at := k.system.World.Database; at != "" {
		return operator.Conflict("snapshots are of worlds that are kept in files: the environments of this one are at %s, whose own tools copy and restore them", at)
	}
	return k.withFiles()
}
