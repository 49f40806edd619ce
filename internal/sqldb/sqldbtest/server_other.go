//go:build !unix

package sqldbtest

import (
	"os/exec"
	"path/filepath"
)

// command prepares a program of the server.
func (s *server) command(name string, args ...string) (*exec.Cmd, error) {
	c := exec.Command(filepath.Join(s.programs, name), args...)
	c.Dir = s.dir
	return c, nil
}
