package stead

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stead-s2s/stead/internal/fault"
	"github.com/stead-s2s/stead/operator"
)

// Names in the data directory. A snapshot's directory does not begin with what people
// chose: some systems keep names for themselves.
const (
	snapshotsDir   = "snapshots"
	snapshotPrefix = "world-"
	manifestFile   = "snapshot.json"
)

// snapshotName is what a snapshot may be called: a name that every file system takes, in
// one spelling.
var snapshotName = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9_-])?$`)

// manifest says what a snapshot holds.
type manifest struct {
	Version string           `json:"version"` // of Stead
	Saved   time.Time        `json:"saved"`
	World   time.Time        `json:"world"`
	Files   map[string]int64 `json:"files"` // name to bytes
}

// snapshots keeps states of the world in its data directory.
type snapshots struct {
	system *System
	mu     sync.Mutex // one at a time
}

func (k *snapshots) dir(name string) (string, error) {
	if !snapshotName.MatchString(name) {
		return "", operator.Invalid("a snapshot's name has 1 to 64 small letters, digits, dots, dashes and underscores, and a letter or digit first: %q", name)
	}
	return filepath.Join(k.system.Data, snapshotsDir, snapshotPrefix+name), nil
}

// List gives all snapshots, oldest first. What is not whole is none.
func (k *snapshots) List() ([]operator.Snapshot, error) {
	entries, err := os.ReadDir(filepath.Join(k.system.Data, snapshotsDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	list := []operator.Snapshot{}
	for _, e := range entries {
		name, is := strings.CutPrefix(e.Name(), snapshotPrefix)
		if m, err := k.manifest(name); is && err == nil {
			list = append(list, m.describe(name))
		}
	}
	slices.SortStableFunc(list, func(a, b operator.Snapshot) int {
		return cmp.Or(a.Saved.Compare(b.Saved), cmp.Compare(a.Name, b.Name))
	})
	return list, nil
}

func (m manifest) describe(name string) operator.Snapshot {
	s := operator.Snapshot{Name: name, Saved: m.Saved, World: m.World}
	for _, bytes := range m.Files {
		s.Bytes += bytes
	}
	return s
}

// manifest reads what a snapshot holds.
func (k *snapshots) manifest(name string) (manifest, error) {
	var m manifest
	dir, err := k.dir(name)
	if err != nil {
		return m, err
	}
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return m, operator.NotFound("there is no snapshot %q", name)
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return m, fmt.Errorf("snapshot %s: %w", name, err)
	}
	return m, nil
}

// Save keeps the world as it is while no request runs. A snapshot that is there stays.
func (k *snapshots) Save(ctx context.Context, name string) (operator.Snapshot, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	dir, err := k.dir(name)
	if err == nil {
		err = k.ofFiles()
	}
	if err != nil {
		return operator.Snapshot{}, err
	}
	if _, err := os.Lstat(dir); err == nil {
		return operator.Snapshot{}, operator.Conflict("there is a snapshot %q: delete it first, or choose another name", name)
	}
	making := filepath.Join(k.system.Data, snapshotsDir, "new")
	if err := errors.Join(os.RemoveAll(making), os.MkdirAll(making, 0o700)); err != nil {
		return operator.Snapshot{}, err
	}
	m, err := k.copy(ctx, making)
	if err == nil {
		err = os.Rename(making, dir)
	}
	if err != nil {
		return operator.Snapshot{}, errors.Join(fmt.Errorf("save snapshot %s: %w", name, err), os.RemoveAll(making))
	}
	return m.describe(name), nil
}

// copy makes the files of a snapshot; the manifest is the last.
func (k *snapshots) copy(ctx context.Context, to string) (manifest, error) {
	s := k.system
	m := manifest{Version: Version, Saved: time.Now().UTC(), World: s.config.Now().UTC().Round(0)}
	resume := s.pause()
	err := copyWorld(ctx, s.Data, to)
	resume()
	if err == nil {
		m.Files, err = sizes(to)
	}
	if err != nil {
		return m, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return m, err
	}
	return m, writeAtomically(filepath.Join(to, manifestFile), append(text, '\n'))
}

// Load makes the world what it was. Requests wait meanwhile; ports, addresses and the
// certificate authority stay. When the world of the snapshot cannot be opened, the one
// before it is put back.
func (k *snapshots) Load(ctx context.Context, name string) (operator.Snapshot, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.ofFiles(); err != nil {
		return operator.Snapshot{}, err
	}
	m, err := k.manifest(name)
	if err != nil {
		return operator.Snapshot{}, err
	}
	dir, err := k.dir(name)
	if err != nil {
		return operator.Snapshot{}, err
	}
	if have, err := sizes(dir); err != nil || !m.isIn(have) {
		return operator.Snapshot{}, fmt.Errorf("snapshot %s is damaged: a file is missing or has another size", name)
	}
	// A client that leaves must not leave half a world behind.
	if err := k.system.become(context.WithoutCancel(ctx), dir); err != nil {
		return operator.Snapshot{}, fmt.Errorf("load snapshot %s: %w", name, err)
	}
	return m.describe(name), nil
}

// isIn tells whether all files are there with their sizes.
func (m manifest) isIn(have map[string]int64) bool {
	for name, bytes := range m.Files {
		if have[name] != bytes {
			return false
		}
	}
	return len(m.Files) > 0
}

// Delete forgets a snapshot.
func (k *snapshots) Delete(name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, err := k.manifest(name); err != nil {
		return err
	}
	dir, err := k.dir(name)
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// become exchanges the houses for those of a snapshot's files. States that houses keep
// on an operator's order end with them.
func (s *System) become(ctx context.Context, dir string) error {
	s.faults.Clear(func(r fault.Rule) bool { return r.Action.Effect == fault.Standing })
	resume := s.pause()
	defer resume()
	s.exchange.Lock()
	defer s.exchange.Unlock()
	if err := s.closeHouses(); err != nil {
		return errors.Join(err, s.reopen(ctx))
	}
	err := setAside(s.Data)
	if err == nil {
		err = copyFiles(dir, s.Data)
	}
	if err == nil {
		err = s.reopen(ctx)
	}
	if err == nil {
		return os.RemoveAll(filepath.Join(s.Data, asideDir))
	}
	return errors.Join(err, s.closeHouses(), putBack(s.Data), s.reopen(ctx))
}

// reopen opens the houses from the files as they are now.
func (s *System) reopen(ctx context.Context) (err error) {
	if s.config.Operator {
		err = s.clock.load()
	}
	if err == nil {
		s.seal, err = sealingKey(s.Data)
	}
	if err == nil {
		err = s.open(ctx)
	}
	return err
}
