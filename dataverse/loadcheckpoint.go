package dataverse

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// checkpoint is what a load must know to go on: which rows are done, and from what the ids of those that
// have none are made. The id of a row follows from its place, so that a row that was sent before the
// load was interrupted is found again.
type checkpoint struct {
	Version int      `json:"version"`
	Set     string   `json:"set"`
	Mode    LoadMode `json:"mode"`
	Seed    ID       `json:"seed"`
	Done    []span   `json:"done"` // in order, apart from each other

	path    string
	saved   time.Time
	dirty   bool
	resumed bool // an earlier run may have sent any row that is not done
}

// span is rows from the first to before the last.
type span [2]int64

// openCheckpoint reads a file, or begins one; path may be empty for none.
func openCheckpoint(path, set string, mode LoadMode, seed ID) (*checkpoint, error) {
	c := &checkpoint{Version: 1, Set: set, Mode: mode, Seed: seed, path: path}
	if path == "" {
		return c, nil
	}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		c.dirty = true
		return c, c.save()
	}
	if err != nil {
		return nil, fmt.Errorf("dataverse: checkpoint: %w", err)
	}
	kept, err := readCheckpoint(text)
	if err != nil {
		return nil, fmt.Errorf("dataverse: checkpoint %s: %w", path, err)
	}
	if kept.Set != set || kept.Mode != mode {
		return nil, fmt.Errorf("dataverse: checkpoint %s is of another load, of %s", path, kept.Set)
	}
	kept.path, kept.resumed = path, true
	return kept, nil
}

func readCheckpoint(text []byte) (*checkpoint, error) {
	c := &checkpoint{}
	if err := json.Unmarshal(text, c); err != nil {
		return nil, err
	}
	if c.Version != 1 || c.Seed.IsZero() {
		return nil, fmt.Errorf("it is of version %d", c.Version)
	}
	end := int64(-1)
	for _, s := range c.Done {
		if s[0] <= end || s[1] <= s[0] {
			return nil, errors.New("its rows are not in order")
		}
		end = s[1]
	}
	return c, nil
}

// has reports whether a row is done.
func (c *checkpoint) has(index int64) bool {
	i, found := slices.BinarySearchFunc(c.Done, index, func(s span, index int64) int { return int(min(max(s[0]-index, -1), 1)) })
	return found || i > 0 && index < c.Done[i-1][1]
}

// add notes that a row is done.
func (c *checkpoint) add(index int64) {
	c.dirty = true
	i, _ := slices.BinarySearchFunc(c.Done, index, func(s span, index int64) int { return int(min(max(s[0]-index, -1), 1)) })
	before := i > 0 && c.Done[i-1][1] == index
	behind := i < len(c.Done) && c.Done[i][0] == index+1
	switch {
	case before && behind:
		c.Done[i-1][1] = c.Done[i][1]
		c.Done = slices.Delete(c.Done, i, i+1)
	case before:
		c.Done[i-1][1]++
	case behind:
		c.Done[i][0]--
	default:
		c.Done = slices.Insert(c.Done, i, span{index, index + 1})
	}
}

// id makes the id of a row: of the time when the load began and the row's place, so that the rows of a
// load stand together and in order in the server's index, and of chance.
func (c *checkpoint) id(index int64) ID {
	id := c.Seed
	place := uint64(index)
	id[6] = 0x70 | byte(place>>32)&0x0f
	id[7] = byte(place >> 24)
	id[8] = 0x80 | byte(place>>18)&0x3f
	binary.BigEndian.PutUint16(id[9:11], uint16(place>>2))
	id[11] = byte(place<<6) | c.Seed[11]&0x3f
	return id
}

// save writes the file beside itself and moves it into place, so that it is whole at any time.
func (c *checkpoint) save() error {
	if c.path == "" || !c.dirty {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(c.path), filepath.Base(c.path)+".*")
	if err != nil {
		return fmt.Errorf("dataverse: checkpoint: %w", err)
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), c.path)
	}
	if err != nil {
		return fmt.Errorf("dataverse: checkpoint: %w", errors.Join(err, os.Remove(f.Name())))
	}
	c.dirty, c.saved = false, time.Now()
	return nil
}
