//go:build unix

package sqldbtest

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// command prepares a program of the server. As root the server refuses to run: it gets
// the user that its package made, and the directory.
func (s *server) command(name string, args ...string) (*exec.Cmd, error) {
	c := exec.Command(filepath.Join(s.programs, name), args...)
	c.Dir = s.dir
	if os.Getuid() != 0 {
		return c, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, ErrNotInstalled
	}
	uid, _ := strconv.Atoi(u.Uid)
	gid, _ := strconv.Atoi(u.Gid)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return c, os.Chown(s.dir, uid, gid)
}
