package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dir keeps content in a directory, a file for each key. It is safe for concurrent use;
// the directory is made when the first content comes.
type Dir struct{ path string }

// unfinished begins the names of files that are being written; no key has a dot.
const unfinished = ".new-"

// NewDir keeps content below path.
func NewDir(path string) *Dir { return &Dir{path} }

// Put keeps what r holds under key and gives its length. The file gets its name when all
// of it is on the disk: a crash leaves an unfinished file that List does not name.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	path, err := d.file(key)
	if err != nil {
		return 0, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, fmt.Errorf("keep %s: %w", key, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), unfinished+"*")
	if err != nil {
		return 0, fmt.Errorf("keep %s: %w", key, err)
	}
	n, err := io.Copy(f, inContext{ctx, r})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("keep %s: %w", key, err), os.Remove(f.Name()))
	}
	return n, nil
}

// Open gives length bytes of a content from offset on, or what there is of them.
func (d *Dir) Open(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	path, err := d.file(key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", key, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	return section{io.NewSectionReader(f, offset, length), f}, nil
}

type section struct {
	*io.SectionReader
	io.Closer
}

// Remove forgets a content; one that is not there is no error.
func (d *Dir) Remove(_ context.Context, key string) error {
	path, err := d.file(key)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	for dir := filepath.Dir(path); len(dir) > len(d.path); dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil { // it holds something else
			break
		}
	}
	return nil
}

// List gives what is kept under keys that begin with the word prefix, by key.
func (d *Dir) List(_ context.Context, prefix string) ([]Entry, error) {
	root, err := d.file(prefix)
	if err != nil {
		return nil, err
	}
	var all []Entry
	err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil || e.IsDir() || strings.HasPrefix(e.Name(), unfinished) {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		key, err := filepath.Rel(d.path, path)
		all = append(all, Entry{filepath.ToSlash(key), info.Size()})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", prefix, err)
	}
	slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Key, b.Key) })
	return all, nil
}

func (d *Dir) file(key string) (string, error) {
	return filepath.Join(d.path, filepath.FromSlash(key)), check(key)
}

// inContext ends a stream when its request does.
type inContext struct {
	ctx context.Context
	r   io.Reader
}

func (c inContext) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
