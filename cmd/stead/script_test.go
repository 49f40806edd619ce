package main

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/stead-s2s/stead/internal/s3test"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"stead": main})
}

// Each script in testdata is a session at a terminal.
func TestScripts(t *testing.T) {
	server := ""
	if sqldbtest.OnServer() { // which lets the tests in whatever the password is
		server = strings.Replace(sqldbtest.Address(t), "@", ":open-sesame@", 1)
	}
	store := s3test.Start(t)
	testscript.Run(t, testscript.Params{
		Setup: func(e *testscript.Env) error {
			e.Setenv("SERVER", server)
			e.Setenv("BUCKET", store.Address())
			e.Setenv("KEY", store.KeyID)
			e.Setenv("SECRET", store.Secret)
			return nil
		},
		Condition: func(c string) (bool, error) {
			if c == "server" {
				return server != "", nil
			}
			return false, errors.New("no such condition")
		},
		Dir:           "testdata",
		UpdateScripts: os.Getenv("UPDATE") != "",
	})
}
