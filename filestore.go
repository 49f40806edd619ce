package stead

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/operator"
)

// Bucket is a bucket of an S3-compatible store that keeps what file columns and notes
// hold, and the key that opens it. The zero value is none: files lie in the data
// directory.
type Bucket struct {
	// Address is s3://bucket/prefix?endpoint=https://host&region=name; prefix and
	// parameters may be left out. The bucket must be there.
	Address string
	KeyID   string
	// Secret, and Session of a temporary key, print as [redacted].
	Secret, Session Secret
}

// Secret is what must not be shown.
type Secret = environment.FilesSecret

func (b Bucket) key() environment.FilesKey {
	return environment.FilesKey{ID: b.KeyID, Secret: b.Secret, Session: b.Session}
}

// stay gives the address of the bucket as the world remembers it, and refuses to start a
// world without the files that it has.
func (b Bucket) stay(dir string) (string, error) {
	address := ""
	if b.Address != "" {
		var in bool
		var err error
		if address, in, err = environment.FilesAddress(b.Address); err == nil && !in {
			err = errors.New("files are kept in the data directory, or at s3://bucket/prefix?endpoint=https://host&region=name")
		}
		if err != nil {
			return "", fmt.Errorf("--files: %w", err)
		}
	}
	before, err := ReadWorld(dir)
	if err != nil { // none, or one that is written anew
		return address, nil
	}
	here, err := filepath.Glob(filepath.Join(escape(dir), contents[0]))
	switch {
	case err != nil:
		return "", err
	case before.Files != "" && before.Files != address:
		return "", fmt.Errorf("the files of %s are kept at %s: start with --files and that address, or stead reset first", dir, before.Files)
	case address != "" && before.Files == "" && len(here) > 0:
		return "", fmt.Errorf("the files of %s are kept there: start without --files, or choose another with --data", dir)
	}
	return address, nil
}

// remove removes the files of a world from the bucket, if they are in one.
func (b Bucket) remove(ctx context.Context, dir string) error {
	before, err := ReadWorld(dir)
	if err != nil && b.Address == "" {
		return nil // of a world that was never served nothing is known to be elsewhere
	}
	if b.Address == "" && before.Files != "" {
		return fmt.Errorf("the files of %s are kept at %s: give that address with --files, and they are removed too", dir, before.Files)
	}
	if b.Address == "" {
		return nil
	}
	seal, err := sealingKey(dir)
	for _, e := range seededEnvironments {
		if err == nil {
			err = environment.RemoveFiles(ctx, environment.Config{
				Name: e.name, OrganizationID: e.id, Files: b.Address, FilesKey: b.key(), LinkKey: linkKey(seal, e),
			})
		}
	}
	return err
}

// linkKey seals the links of an environment and tells its files from others'.
func linkKey(seal []byte, e seededEnvironment) []byte { return derive(seal, "next links of "+e.name) }

// files is where an environment keeps its files.
func (s *System) files(e seededEnvironment) string {
	if s.config.Files.Address != "" {
		return s.config.Files.Address
	}
	return filepath.Join(s.Data, "environment-"+e.name+"-files")
}

// withFiles refuses snapshots of worlds whose files are elsewhere.
func (k *snapshots) withFiles() error {
	if at := k.system.World.Files; at != "" {
		return operator.Conflict("snapshots are of worlds that keep all they have in their directory: the files of this one are at %s, whose own tools copy and restore them", at)
	}
	return nil
}
