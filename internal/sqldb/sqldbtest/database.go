package sqldbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
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
	return Address(t)
}

// Address gives an address of the server; schemas that are made through it are the
// test's own and are dropped when it ends.
func Address(t testing.TB) string {
	t.Helper()
	return AddressOf(t, rand.Text())
}

// AddressOf gives the same address for the same name, as a world that is opened again
// needs.
func AddressOf(t testing.TB, name string) string {
	t.Helper()
	if !OnServer() {
		t.Skipf("%s names no server", Variable)
	}
	sum := sha256.Sum256([]byte(name))
	address, schema, sign := os.Getenv(Variable), "test_"+hex.EncodeToString(sum[:8]), "?"
	if strings.Contains(address, "?") {
		sign = "&"
	}
	t.Cleanup(func() { drop(t, address, schema) })
	return address + sign + "search_path=" + schema
}

// drop removes the schemas whose names begin so.
func drop(t testing.TB, address, prefix string) {
	db, err := sqldb.Open(address, sqldb.Options{})
	if err != nil {
		t.Error(err)
		return
	}
	defer func() { _ = db.Close() }()
	var made []string
	err = db.Read(context.Background(), func(c *sqldb.Conn) error {
		rows, err := c.Query("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, ?)", sqldb.Text(prefix))
		for err == nil && rows.Next() {
			made = append(made, string(rows.Text(0)))
		}
		return errors.Join(err, rows.Err())
	})
	for _, schema := range made {
		err = errors.Join(err, sqldb.DropSchema(context.Background(), address, sqldb.Options{Schema: schema}))
	}
	if err != nil {
		t.Error(err)
	}
}
