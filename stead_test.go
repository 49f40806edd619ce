package stead

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/internal/sqldb"
	"github.com/stead-s2s/stead/internal/sqldb/sqldbtest"
)

func up(t *testing.T, c Config) *System {
	t.Helper()
	if c.Data != "" && c.Database == "" {
		c.Database = databaseOf(t, c.Data)
	}
	s, err := Start(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// databaseOf is where the tests keep the environments of a data directory: in it, or at
// the server that tests are given.
func databaseOf(t *testing.T, dir string) string {
	t.Helper()
	if !sqldbtest.OnServer() {
		return ""
	}
	return sqldbtest.AddressOf(t, dir)
}

// onFiles skips a test of what can be done with files alone.
func onFiles(t *testing.T) {
	t.Helper()
	if sqldbtest.OnServer() {
		t.Skip("of environments that are kept in files")
	}
}

func TestWorldSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	first := up(t, Config{Data: dir})
	if err := Check(t.Context(), first.World); err != nil {
		t.Fatal(err)
	}
	certificate := read(t, first.World.Apps[0].Certificate)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Check(t.Context(), first.World); err == nil {
		t.Error("a closed world still answers")
	}
	remembered, err := ReadWorld(dir)
	if err != nil || remembered.Apps[0].Secret != DevSecret {
		t.Errorf("the world is not remembered after its end: %v %v", remembered, err)
	}
	second := up(t, Config{Data: dir})
	if err := Check(t.Context(), second.World); err != nil {
		t.Error(err)
	}
	if read(t, second.World.Apps[0].Certificate) != certificate {
		t.Error("the second start made another certificate")
	}
	wantToken(t, second, "contoso-app")
}

// The environments' addresses are resources of the authority; on other ports than
// the day before, tokens must be had for the new ones.
func TestWorldMovesToOtherPorts(t *testing.T) {
	dir := t.TempDir()
	first := up(t, Config{Data: dir})
	wantToken(t, first, "contoso-app")
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	wantToken(t, up(t, Config{Data: dir}), "contoso-app")
}

// wantToken gets a token for the app's first environment and uses it.
func wantToken(t *testing.T, s *System, name string) {
	t.Helper()
	app, _ := s.World.App(name)
	environment := s.World.Environments[0]
	form := strings.NewReader("grant_type=client_credentials&client_id=" + app.ClientID + "&client_secret=" + app.Secret +
		"&scope=" + environment.URL + "/.default")
	answer, err := s.client.Post(s.World.Authority+"/"+app.TenantID+"/oauth2/v2.0/token", "application/x-www-form-urlencoded", form)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("no token: %s %s %v", answer.Status, body, err)
	}
	token := strings.Split(string(body), `"access_token":"`)
	wantWhoAmI(t, s, environment.URL, strings.TrimSuffix(token[1], `"}`))
}

func wantWhoAmI(t *testing.T, s *System, url, token string) {
	t.Helper()
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/api/data/v9.2/WhoAmI", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := s.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusOK || !strings.Contains(string(body), "5a1f0000-0000-4000-8000-0e10000000a1") {
		t.Errorf("WhoAmI answered %s %s", answer.Status, body)
	}
}

func TestSecondStartIsRefused(t *testing.T) {
	dir := t.TempDir()
	up(t, Config{Data: dir})
	_, err := Start(t.Context(), Config{Data: dir})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v", err)
	}
	wantOneLine(t, err, dir, "--data")
	if !InUse(dir) {
		t.Error("the refused start took the lock away")
	}
}

func TestTakenPortIsNamed(t *testing.T) {
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	dir := t.TempDir()
	_, err = Start(t.Context(), Config{Data: dir, Port: port})
	wantOneLine(t, err, "port", "--port")
	up(t, Config{Data: dir}) // and nothing is lost
}

func TestBrokenDatabaseIsNamed(t *testing.T) {
	for _, name := range []string{"authority.db", "environment-contoso.db"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(strings.Repeat("this is no database ", 500)), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Start(t.Context(), Config{Data: dir})
			wantOneLine(t, err, name)
			if InUse(dir) {
				t.Error("the failed start kept the directory")
			}
			if !strings.HasPrefix(read(t, path), "this is no database") {
				t.Error("the failed start changed the file")
			}
		})
	}
}

// A database that a newer Stead made is left alone, and so is a damaged authority.
func TestNewerAndDamagedDataAreNamed(t *testing.T) {
	onFiles(t)
	for name, spoil := range map[string]func(t *testing.T, dir string){
		"authority.db":           func(t *testing.T, dir string) { setVersion(t, filepath.Join(dir, "authority.db")) },
		"environment-contoso.db": func(t *testing.T, dir string) { setVersion(t, filepath.Join(dir, "environment-contoso.db")) },
		"ca-key.pem":             func(t *testing.T, dir string) { write(t, filepath.Join(dir, "ca-key.pem"), "damaged") },
		"sealing.key":            func(t *testing.T, dir string) { write(t, filepath.Join(dir, "sealing.key"), "damaged") },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := up(t, Config{Data: dir}).Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, dir)
			_, err := Start(t.Context(), Config{Data: dir})
			wantOneLine(t, err, name)
		})
	}
}

// setVersion makes a database one of a far newer program.
func setVersion(t *testing.T, path string) {
	t.Helper()
	db, err := sqldb.Open(path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), func(c *sqldb.Conn) error {
		_, err := c.Exec("PRAGMA user_version = 9999")
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEphemeralKeepsNothing(t *testing.T) {
	s := up(t, Config{Ephemeral: true})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Data); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.Data, err)
	}
}

func TestResetRemovesOnlyWhatIsOurs(t *testing.T) {
	dir := t.TempDir()
	if err := Reset(t.Context(), dir, databaseOf(t, dir), Bucket{}); !errors.Is(err, ErrNoWorld) {
		t.Errorf("resetting a directory without a world: %v", err)
	}
	s := up(t, Config{Data: dir})
	if err := Reset(t.Context(), dir, databaseOf(t, dir), Bucket{}); !errors.Is(err, ErrInUse) {
		t.Errorf("resetting a running world: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(mine, []byte("keep me"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Reset(t.Context(), dir, databaseOf(t, dir), Bucket{}); err != nil {
		t.Fatal(err)
	}
	left, _ := os.ReadDir(dir)
	if len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left after reset: %v", left)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	s := up(t, Config{Data: t.TempDir()})
	for _, name := range []string{"world.json", "sealing.key", "ca-key.pem", "contoso-app.pem", "fabrikam-app.pem"} {
		info, err := os.Stat(filepath.Join(s.Data, name))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); os.PathSeparator == '/' && mode != 0o600 {
			t.Errorf("%s has mode %o", name, mode)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func wantOneLine(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("nothing was refused")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("more than one line: %v", err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}
