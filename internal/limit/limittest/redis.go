package limittest

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
)

// SkipServers is the variable that, set to 1, skips the tests that start a server
// which must be installed. Without it they fail and name the package.
const SkipServers = "STEAD_SKIP_SERVERS"

// Need skips or fails a test whose program is missing.
func Need(t testing.TB, program, debian string) {
	t.Helper()
	if os.Getenv(SkipServers) == "1" {
		t.Skipf("%s=1: %s is not started", SkipServers, program)
	}
	t.Fatalf("%s is not installed: install the Debian package %s, or set %s=1 to skip", program, debian, SkipServers)
}

// Redis starts a server that keeps nothing, for the time of a test, and gives its
// address.
func Redis(t testing.TB) string {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if program, err = exec.LookPath("valkey-server"); err != nil {
			Need(t, "redis-server", "redis-server")
		}
	}
	addr := FreeAddr(t)
	_, port, _ := net.SplitHostPort(addr)
	Start(t, addr, exec.Command(program, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", t.TempDir()))
	return addr
}

// FreeAddr is an address of this machine that nobody listens on at the moment.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}

// Start runs a server until the test ends, and returns when it takes connections.
func Start(t testing.TB, addr string, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(50 * time.Millisecond) // another program: no clock of ours drives it
	}
	t.Fatalf("%s does not take connections at %s", cmd.Path, addr)
}
