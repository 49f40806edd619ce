package stead

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"
)

// Worlds of one template begin alike and go their own ways; what a directory holds stays.
func TestTemplate(t *testing.T) {
	var template Template
	config := Config{Template: &template, Environments: []string{"contoso"}, WithoutCertificates: true}
	start := func(dir string) *System {
		c := config
		c.Data = dir
		return up(t, c)
	}
	kept := t.TempDir()
	one, other, third := start(kept), start(t.TempDir()), start(t.TempDir())
	onFiles(t) // a server's schemas are no files, and are seeded
	if a, b, c := published(t, one), published(t, other), published(t, third); len(a) != 1 || !slices.Equal(a, b) || !slices.Equal(a, c) {
		t.Errorf("the keys differ: %s, %s, %s", a, b, c)
	}
	token := one.token(t, "contoso-app")
	wantWhoAmI(t, one, one.World.Environments[0].URL, token)
	if status, _, _ := other.call(t, "GET", "WhoAmI", token); status != 401 {
		t.Errorf("the other world answers a token of the first with %d", status)
	}
	if one.World.Apps[0].Certificate != "" {
		t.Error("an application has a certificate")
	}
	if status, _, body := one.call(t, "POST", "accounts", token); status >= 300 {
		t.Fatalf("%d %s", status, body)
	}
	before := read(t, filepath.Join(kept, "sealing.key"))
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	template = Template{} // another would bring another key
	again := start(kept)
	if read(t, filepath.Join(kept, "sealing.key")) != before {
		t.Error("a world that was there was replaced")
	}
	if status, _, body := again.call(t, "GET", "accounts?$filter=name%20eq%20'Clockwork'", again.token(t, "contoso-app")); status != 200 || !strings.Contains(body, "Clockwork") {
		t.Errorf("%d %s", status, body)
	}
}

// Of several starts at once one seeds; one that fails leaves the seeding to the next, and one
// whose time is over waits for none.
func TestTemplateInTurn(t *testing.T) {
	onFiles(t)
	var template Template
	c := Config{Template: &template, Environments: []string{"contoso"}, WithoutCertificates: true, Data: t.TempDir()}
	if err := os.WriteFile(filepath.Join(c.Data, sealFile), []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), c); err == nil {
		t.Fatal("a world started with a broken sealing key")
	}
	c.Data = t.TempDir()
	mine, err := template.lay(t.Context(), c)
	if err != nil || mine == nil {
		t.Fatalf("after a start that failed: %v, %v", mine, err)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := template.lay(late, c); !errors.Is(err, context.Canceled) {
		t.Errorf("waited, and got %v", err)
	}
	mine.giveBack()
	var group errgroup.Group
	var worlds [3]*System
	for i := range worlds {
		c := c
		c.Data = t.TempDir()
		group.Go(func() (err error) {
			worlds[i], err = Start(context.Background(), c)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	first := published(t, worlds[0])
	for _, s := range worlds {
		if keys := published(t, s); len(keys) != 1 || !slices.Equal(keys, first) {
			t.Errorf("several were seeded: %s, %s", keys, first)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// published are the ids of the keys that the authority publishes.
func published(t *testing.T, s *System) (ids []string) {
	t.Helper()
	answer, err := s.client.Get(s.World.Authority + "/common/discovery/v2.0/keys")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	var set struct {
		Keys []struct {
			ID string `json:"kid"`
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &set)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, k := range set.Keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func TestEnvironmentsToServe(t *testing.T) {
	s := up(t, Config{Data: t.TempDir(), Environments: []string{"fabrikam"}})
	if len(s.World.Environments) != 1 || s.World.Environments[0].Name != "fabrikam" {
		t.Errorf("served: %+v", s.World.Environments)
	}
	for _, p := range s.World.Users {
		for _, u := range p.SystemUsers {
			if u.Environment != "fabrikam" {
				t.Errorf("%s has a user in %s, which is not served", p.UPN, u.Environment)
			}
		}
	}
	dir := filepath.Join(t.TempDir(), "none")
	_, err := Start(t.Context(), Config{Data: dir, Environments: []string{"nowhere"}})
	wantOneLine(t, err, "nowhere", "contoso-test")
	if _, err := os.Stat(dir); err == nil {
		t.Error("a world that cannot be left a directory")
	}
}
