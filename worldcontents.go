package stead

import (
	"io/fs"
	"os"
	"path/filepath"
)

// copyContents copies the directories of what file columns hold.
func copyContents(from, to string) error {
	return eachContent(from, func(path, name string, _ fs.FileInfo) error {
		target := filepath.Join(to, name)
		if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
			return err
		}
		return copyFile(path, target)
	})
}

// contentSizes adds the contents in a directory to the lengths of its files, by their
// paths below it.
func contentSizes(dir string, all map[string]int64) error {
	return eachContent(dir, func(_, name string, info fs.FileInfo) error {
		all[filepath.ToSlash(name)] = info.Size()
		return nil
	})
}

// eachContent goes through the contents in a data directory or a snapshot; name is the
// path below it.
func eachContent(dir string, do func(path, name string, info fs.FileInfo) error) error {
	roots, err := matching(dir, contents)
	if err != nil {
		return err
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			return do(path, name, info)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
