package localca

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
)

// systemRoots lists where systems keep their roots in one PEM file: Debian, Fedora, SUSE, older Red Hat, and Alpine,
// macOS and the BSDs. SSL_CERT_FILE is not asked, for it may name the bundle that is about to be written.
func systemRoots() []string {
	return []string{
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/cert.pem",
	}
}

// firstOf reads the first file that is there.
func firstOf(paths []string) []byte {
	for _, p := range paths {
		if text, err := os.ReadFile(p); err == nil {
			return text
		}
	}
	return nil
}

// writeFile replaces path in one step, so that nobody ever reads half of it. A file that is right already is left alone.
func writeFile(path string, text []byte, mode fs.FileMode) error {
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, text) {
		return os.Chmod(path, mode)
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // readable by the owner alone until it is done
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), mode)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	return err
}
