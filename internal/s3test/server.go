package s3test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/internal/limit/limittest"
)

// Store is a server with one bucket. Dir is where the server keeps its objects as files.
type Store struct {
	Endpoint, Bucket   string
	KeyID, Secret, Dir string
}

// Address is the bucket's, as the configuration of files has it.
func (s Store) Address() string { return "s3://" + s.Bucket + "?endpoint=" + s.Endpoint }

// Start starts a server with an empty bucket. Without the program the test fails, or is
// skipped where limittest.SkipServers says so.
func Start(t testing.TB) Store {
	t.Helper()
	program := find(t)
	s := Store{Bucket: "files", KeyID: "the-tests", Secret: "a secret of the tests", Dir: filepath.Join(t.TempDir(), "files")}
	meta := t.TempDir()
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		t.Fatal(err)
	}
	addr := limittest.FreeAddr(t)
	cmd := exec.Command(program, "--port", addr, "--quiet", "posix", "--sidecar", meta, filepath.Dir(s.Dir))
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+s.KeyID, "ROOT_SECRET_KEY="+s.Secret)
	limittest.Start(t, addr, cmd)
	s.Endpoint = "http://" + addr
	return s
}

// find gives the path of the server's program, which the go command builds the first
// time.
func find(t testing.TB) string {
	t.Helper()
	if os.Getenv(limittest.SkipServers) == "1" {
		t.Skipf("%s=1: no S3 server is started", limittest.SkipServers)
	}
	root, err := root()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "-C", root, "-modfile="+filepath.Join(root, "tools", "s3", "go.mod"), "-n", "versitygw").Output()
	if err != nil {
		var said *exec.ExitError
		if errors.As(err, &said) {
			err = errors.New(string(said.Stderr))
		}
		t.Fatalf("build the S3 server of tools/s3 (or set %s=1 to skip): %v", limittest.SkipServers, err)
	}
	return strings.TrimSpace(string(out))
}

// root is the directory of the module.
func root() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	return filepath.Dir(strings.TrimSpace(string(out))), err
}
