package stead

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// The files of a data directory. Databases and the certificate authority's files
// are named by those who own them.
const (
	lockFile  = "stead.lock"
	worldFile = "world.json"
	sealFile  = "sealing.key"
)

// SealKeyVariable names the environment variable that holds the sealing key
// (base64, 32 bytes) instead of the file in the data directory.
const SealKeyVariable = "STEAD_SEAL_KEY"

// ErrInUse is the refusal of a data directory that another Stead runs on.
var ErrInUse = errors.New("already in use")

// ErrNoWorld says that a directory holds no world.
var ErrNoWorld = errors.New("no world here")

// lock takes the data directory for this process. The operating system releases
// the lock when the process ends, however it ends, so a crash leaves nothing
// behind that stops the next start.
func lock(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	l := flock.New(filepath.Join(dir, lockFile))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("data directory %s: %w", dir, err)
	}
	if !got {
		return nil, fmt.Errorf("data directory %s is %w by another stead: stop that one, or choose another with --data", dir, ErrInUse)
	}
	return l, nil
}

// InUse reports whether a Stead runs on the data directory.
func InUse(dir string) bool {
	if _, err := os.Stat(filepath.Join(dir, lockFile)); err != nil {
		return false
	}
	l := flock.New(filepath.Join(dir, lockFile))
	got, err := l.TryLock()
	if got {
		_ = l.Unlock()
	}
	return err == nil && !got
}

// ReadWorld reads what the last start on this data directory wrote: ErrNoWorld
// when there was none.
func ReadWorld(dir string) (World, error) {
	var w World
	text, err := os.ReadFile(filepath.Join(dir, worldFile))
	if errors.Is(err, fs.ErrNotExist) {
		return w, fmt.Errorf("%w: %s (start one with: stead up --data %s)", ErrNoWorld, dir, dir)
	}
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(text, &w); err != nil {
		return w, fmt.Errorf("%s is damaged (%w): the next stead up writes it anew", filepath.Join(dir, worldFile), err)
	}
	return w, nil
}

func writeWorld(dir string, w World) error {
	text, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return writeAtomically(filepath.Join(dir, worldFile), append(text, '\n'))
}

// writeAtomically writes a file that only its owner may read, whole or not at all.
func writeAtomically(path string, text []byte) error {
	temp := path + ".new"
	if err := os.WriteFile(temp, text, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

// sealingKey reads the key that seals signing keys at rest: from the environment
// variable, else from the data directory, where the first start makes it.
func sealingKey(dir string) ([]byte, error) {
	if text := os.Getenv(SealKeyVariable); text != "" {
		return decodeKey(SealKeyVariable, text)
	}
	path := filepath.Join(dir, sealFile)
	text, err := os.ReadFile(path)
	if err == nil {
		return decodeKey(path, string(text))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	key := make([]byte, 32)
	rand.Read(key)
	return key, writeAtomically(path, []byte(base64.StdEncoding.EncodeToString(key)+"\n"))
}

// derive makes a key for one purpose from the sealing key.
func derive(key []byte, purpose string) []byte {
	out, err := hkdf.Key(sha256.New, key, nil, purpose, 32)
	if err != nil {
		panic(err) // only for lengths that are impossible
	}
	return out
}

func decodeKey(source, text string) ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%s must hold 32 bytes in base64", source)
	}
	return key, nil
}

// Reset removes a world from a data directory; the next start seeds a new one. It
// refuses a directory that holds no world, or one that is in use, and removes only
// what Stead itself puts there. database is the address given to Start, and files the bucket;
// what is kept there goes first.
func Reset(ctx context.Context, dir, database string, files Bucket) error {
	if InUse(dir) {
		return fmt.Errorf("data directory %s is %w: stop that stead first", dir, ErrInUse)
	}
	if !isDataDirectory(dir) {
		return fmt.Errorf("%w: %s", ErrNoWorld, dir)
	}
	if err := removeEnvironments(ctx, dir, database); err != nil {
		return err
	}
	if err := files.remove(ctx, dir); err != nil {
		return err
	}
	for _, pattern := range owned {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := os.RemoveAll(path); err != nil {
				return err
			}
		}
	}
	_ = os.Remove(dir) // stays when something else lies in it
	return nil
}

// owned are the names of everything Stead puts into a data directory.
var owned = []string{worldFile, worldFile + ".new", sealFile, sealFile + ".new", peopleFile, peopleFile + ".new", "*.db", "*.db-wal", "*.db-shm", "*-app.pem", contents[0], "ca*.pem", lockFile,
	operatorKeyFile, operatorKeyFile + ".new", clockFile, clockFile + ".new", snapshotsDir, asideDir, asideDir + ".new"}

func isDataDirectory(dir string) bool {
	for _, name := range []string{worldFile, lockFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
