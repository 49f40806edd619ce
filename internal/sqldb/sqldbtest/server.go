package sqldbtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/stead-s2s/stead/internal/limit/limittest"
)

// ErrNotInstalled says that the programs of a PostgreSQL server are not there.
var ErrNotInstalled = errors.New("postgres is not installed: the Debian package is postgresql")

// Serve starts an empty server whose data are gone when stop returns, and gives its
// address. It keeps nothing through a crash, so that it is fast.
func Serve() (address string, stop func() error, err error) {
	programs, err := findPrograms()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return "", nil, err
	}
	s := server{programs: programs, dir: dir}
	if err := s.start(); err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s.address(), s.stop, nil
}

// Server is Serve for the time of a test, which fails, or is skipped by
// limittest.SkipServers, where none is installed.
func Server(t testing.TB) (address string) {
	t.Helper()
	address, stop, err := Serve()
	if errors.Is(err, ErrNotInstalled) {
		limittest.Need(t, "postgres", "postgresql")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stop() })
	return address
}

// findPrograms finds the directory of the server's programs: on the path, or where
// Debian puts them.
func findPrograms() (dir string, err error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return "", ErrNotInstalled
	}
	return filepath.Dir(found[len(found)-1]), nil
}

type server struct {
	programs, dir, at string
	running           *exec.Cmd
}

func (s *server) start() error {
	data := filepath.Join(s.dir, "data")
	initdb, err := s.command("initdb", "-D", data, "-U", "stead", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.at = free.Addr().String()
	_ = free.Close()
	args := []string{"-D", data, "-k", s.dir, "-p", strconv.Itoa(free.Addr().(*net.TCPAddr).Port)}
	for _, setting := range []string{
		"listen_addresses=127.0.0.1", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
		"max_connections=300", "max_locks_per_transaction=512", "shared_buffers=256MB", "log_min_messages=panic",
	} {
		args = append(args, "-c", setting)
	}
	if s.running, err = s.command("postgres", args...); err != nil {
		return err
	}
	if err := s.running.Start(); err != nil {
		return err
	}
	return s.wait()
}

// address is the one that clients give.
func (s *server) address() string { return "postgres://stead@" + s.at + "/postgres" }

// wait returns when the server answers: it takes connections a moment before, and refuses
// them while it starts.
func (s *server) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond) // another program: no clock of ours drives it
	defer tick.Stop()
	for {
		if c, err := pgconn.Connect(ctx, s.address()); err == nil {
			return c.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("postgres does not take connections at %s", s.at), s.stop())
		}
	}
}

func (s *server) stop() error {
	if s.running.Process.Signal(os.Interrupt) != nil {
		_ = s.running.Process.Kill()
	}
	_ = s.running.Wait()
	return os.RemoveAll(s.dir)
}
