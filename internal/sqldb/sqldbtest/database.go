package sqldbtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
)

// Variable names the environment variable that holds a server's address.
const Variable = "STEAD_TEST_POSTGRES"

// OnServer reports whether databases are schemas of a server.
func OnServer() bool { return os.Getenv(Variable) != "" }

// Database gives the path or the address of an empty database, which is gone when the
// test ends.
func Database(t testing.TB) string {
	t.Helper()
	if !OnServer() {
		return filepath.Join(t.TempDir(), "test.db")
	}
	address := Address(t)
	t.Cleanup(func() {
		if err := sqldb.DropSchema(context.Background(), address, sqldb.Options{}); err != nil {
			t.Error(err)
		}
	})
	return address
}

// Address gives an address whose schemas are the test's own; what it makes there, it
// drops.
func Address(t testing.TB) string {
	t.Helper()
	if !OnServer() {
		t.Skipf("%s names no server", Variable)
	}
	name := make([]byte, 8)
	_, _ = rand.Read(name)
	address, sign := os.Getenv(Variable), "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	return address + sign + "search_path=test_" + hex.EncodeToString(name)
}
