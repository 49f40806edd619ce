package environment

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"

	"github.com/stead-s2s/stead/environment/internal/blob"
	"github.com/stead-s2s/stead/environment/internal/content"
)

// FilesKey opens the bucket that keeps files. Session is that of a temporary key, else
// empty. The secrets print as [redacted].
type FilesKey = blob.Key

// FilesSecret is a secret of a FilesKey.
type FilesSecret = blob.Secret

// besideDatabase is where the content of files lies when nothing else is said.
func besideDatabase(database string) string {
	return strings.TrimSuffix(database, filepath.Ext(database)) + "-files"
}

// FilesAddress reads what Config.Files may say of a bucket, and writes it as it is
// compared; bucket is false for a directory.
func FilesAddress(files string) (text string, bucket bool, err error) {
	if !blob.IsAddress(files) {
		return files, false, nil
	}
	a, err := blob.ParseAddress(files)
	return a.String(), true, err
}

// RemoveFiles removes what an environment keeps in a bucket, which Name, OrganizationID,
// Files, FilesKey and LinkKey tell; it must not be open. What somebody else keeps there
// stays, which is an error.
func RemoveFiles(ctx context.Context, c Config) error {
	b, err := openBucket(c.Files, c.FilesKey, c.Name)
	if err != nil {
		return err
	}
	return b.Release(ctx, c.owner())
}

// contents opens the place of contents.
func (s settled) contents(ctx context.Context) (content.Shelf, error) {
	if !blob.IsAddress(s.Files) {
		return blob.NewDir(s.Files), nil
	}
	b, err := openBucket(s.Files, s.FilesKey, s.Name)
	if err != nil {
		return nil, err
	}
	return b, b.Claim(ctx, s.owner())
}

func openBucket(files string, key FilesKey, name string) (*blob.Bucket, error) {
	a, err := blob.ParseAddress(files)
	if err != nil {
		return nil, err
	}
	if key.ID == "" || key.Secret == "" {
		return nil, errors.New("a bucket needs the id of a key and its secret")
	}
	return blob.NewBucket(a.Below(name), key)
}

// owner tells this environment from others that might keep contents in the same place.
func (c Config) owner() string {
	mac := hmac.New(sha256.New, c.LinkKey)
	mac.Write([]byte("owner of files\x00" + c.OrganizationID))
	return hex.EncodeToString(mac.Sum(nil))
}
