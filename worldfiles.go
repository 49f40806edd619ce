package stead

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// asideDir holds the files of the world that a snapshot takes the place of, until the
// snapshot's world is open.
const asideDir = "replaced"

// databases and settings are the files that make a world what it is. The certificate
// authority, the operator's key and the lock belong to the directory instead, and the
// description is written at every start.
var (
	databases = []string{"*.db"}
	settings  = []string{sealFile, clockFile, peopleFile, "*-app.pem", "*-customapis.json"}
	logs      = []string{"*.db-wal"}             // of databases that were not closed
	besides   = []string{"*.db-wal", "*.db-shm"} // these, and how to find their way in them
	contents  = []string{"environment-*-files"}  // directories: what file columns hold
)

// matching gives the files of a directory that one of the patterns names.
func matching(dir string, patterns ...[]string) ([]string, error) {
	var all []string
	for _, list := range patterns {
		for _, pattern := range list {
			paths, err := filepath.Glob(filepath.Join(escape(dir), pattern))
			if err != nil {
				return nil, err
			}
			all = append(all, paths...)
		}
	}
	return all, nil
}

// escape makes a directory's name match itself alone.
func escape(dir string) string {
	if os.PathSeparator == '\\' {
		return dir // there nothing can be escaped
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// copyWorld copies the databases in use and the settings.
func copyWorld(ctx context.Context, from, to string) error {
	paths, err := matching(from, databases)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, path := range paths {
		group.Go(func() error { return copyDatabase(ctx, path, filepath.Join(to, filepath.Base(path))) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	paths, err = matching(from, settings)
	for _, path := range paths {
		err = errors.Join(err, copyFile(path, filepath.Join(to, filepath.Base(path))))
	}
	return errors.Join(err, copyContents(from, to))
}

// copyDatabase reads a database beside the house that has it open, as a process of its
// own would.
func copyDatabase(ctx context.Context, from, to string) error {
	db, err := sqldb.Open(from, sqldb.Options{Readers: 1})
	if err != nil {
		return err
	}
	return errors.Join(db.CopyTo(ctx, to), db.Close())
}

// copyFiles copies the files of a snapshot into the data directory.
func copyFiles(from, to string) error {
	paths, err := matching(from, databases, settings)
	if err != nil {
		return err
	}
	var group errgroup.Group
	for _, path := range paths {
		group.Go(func() error { return copyFile(path, filepath.Join(to, filepath.Base(path))) })
	}
	return errors.Join(group.Wait(), copyContents(from, to))
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}

// sizes gives the files of a snapshot and their lengths.
func sizes(dir string) (map[string]int64, error) {
	paths, err := matching(dir, databases, settings)
	all := map[string]int64{}
	for _, path := range paths {
		info, failed := os.Stat(path)
		if failed != nil {
			return nil, failed
		}
		all[filepath.Base(path)] = info.Size()
	}
	return all, errors.Join(err, contentSizes(dir, all))
}

// setAside moves the world's files out of the way, whole: the directory they go to gets
// its name when all are in it.
func setAside(dir string) error {
	moving := filepath.Join(dir, asideDir+".new")
	if err := os.MkdirAll(moving, 0o700); err != nil {
		return err
	}
	if err := moveAll(dir, moving); err != nil {
		return errors.Join(err, moveAll(moving, dir))
	}
	return os.Rename(moving, filepath.Join(dir, asideDir))
}

// putBack makes the world what it was before a snapshot that could not be opened, or
// whose loading was cut short. It does nothing where nothing is aside.
func putBack(dir string) error {
	if moving := filepath.Join(dir, asideDir+".new"); exists(moving) { // cut short while files were moved
		return errors.Join(moveAll(moving, dir), os.Remove(moving))
	}
	aside := filepath.Join(dir, asideDir)
	if !exists(aside) {
		return nil
	}
	paths, err := matching(dir, databases, settings, besides, contents)
	for _, path := range paths {
		err = errors.Join(err, os.RemoveAll(path))
	}
	if err != nil {
		return err
	}
	return errors.Join(moveAll(aside, dir), os.Remove(aside))
}

func moveAll(from, to string) error {
	paths, err := matching(from, databases, settings, besides, contents)
	for _, path := range paths {
		err = errors.Join(err, os.Rename(path, filepath.Join(to, filepath.Base(path))))
	}
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
