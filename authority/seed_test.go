package authority_test

import (
	"bytes"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
)

// A second start finds what the first one left, and the seed is not put in again.
func TestSecondStart(t *testing.T) {
	w := start(t)
	token, _ := w.token(t, v2, form()).body["access_token"].(string)
	if err := w.Server.Close(); err != nil {
		t.Fatal(err)
	}
	again := w.config
	again.Seed = seed()
	again.Seed.Applications[0].Secrets[0].Value = "another"
	w.Server = open(t, again)
	w.wantOrders(t, token)
	if got := w.token(t, v2, form()); got.status != 200 {
		t.Errorf("the secret of the first start: %s", got.text)
	}
}

// Environments move with the ports they are given; their tenants know them by where they
// are now, and the names of the seed stay.
func TestEnvironmentsMove(t *testing.T) {
	at := func(port int) []authority.Environment {
		return []authority.Environment{{TenantID: contoso, URL: fmt.Sprintf("https://localhost:%d", port)}, {TenantID: contoso, URL: fmt.Sprintf("https://localhost:%d", port+1)}}
	}
	w := start(t, func(c *authority.Config) { c.Environments = at(8445) })
	wantFound := func(status int, urls ...string) {
		t.Helper()
		for _, url := range urls {
			if got := w.token(t, v2, form("scope", url+"/.default")); got.status != status {
				t.Errorf("%s: %d %s", url, got.status, got.text)
			}
		}
	}
	wantFound(200, "https://localhost:8445", "https://localhost:8446", dataverse)
	wantFound(400, "https://localhost:8447")
	for _, move := range []struct {
		to      []authority.Environment
		is, not string
	}{{at(9000), "https://localhost:9001", "https://localhost:8445"}, {nil, "https://localhost:9001", "https://localhost:8445"}} {
		if err := w.Server.Close(); err != nil {
			t.Fatal(err)
		}
		w.config.Environments = move.to
		w.Server = open(t, w.config)
		wantFound(200, move.is, dataverse)
		wantFound(400, move.not)
	}
}

// Service-level and application-level credentials count alike.
func TestCredentialOfTheServicePrincipal(t *testing.T) {
	w := start(t, func(c *authority.Config) {
		c.Seed.ServicePrincipals[0].Secrets = []authority.SeedSecret{{Value: "of the service principal"}}
	})
	if got := w.token(t, v2, form("client_secret", "of the service principal")); got.status != http.StatusOK {
		t.Errorf("%s", got.text)
	}
}

func TestConfigurationRefused(t *testing.T) {
	for name, spoil := range map[string]func(*authority.Config){
		"http":                   func(c *authority.Config) { c.BaseURL = "http://localhost:1" },
		"a path":                 func(c *authority.Config) { c.BaseURL = "https://localhost:1/login" },
		"no host":                func(c *authority.Config) { c.BaseURL = "https://" },
		"token in the host":      func(c *authority.Config) { c.BaseURL = "https://tokens.example" },
		"short sealing key":      func(c *authority.Config) { c.KEK = c.KEK[1:] },
		"no directory":           func(c *authority.Config) { c.Database = filepath.Join(c.Database, "x", "y.db") },
		"id of a tenant":         func(c *authority.Config) { c.Seed.Tenants[0].ID = "contoso" },
		"audience":               func(c *authority.Config) { c.Seed.Applications[0].SignInAudience = "Everybody" },
		"token version":          func(c *authority.Config) { c.Seed.Applications[0].TokenVersion = 3 },
		"empty secret":           func(c *authority.Config) { c.Seed.Applications[0].Secrets[0].Value = "" },
		"no certificate":         func(c *authority.Config) { c.Seed.Applications[0].Certificates[0].PEM = nil },
		"id of a scope":          func(c *authority.Config) { c.Seed.Applications[0].Scopes = []authority.SeedScope{{ID: "x"}} },
		"unknown role":           func(c *authority.Config) { c.Seed.ServicePrincipals[0].Assignments[0].Role = "Chef" },
		"unknown resource":       func(c *authority.Config) { c.Seed.ServicePrincipals[0].Assignments[0].ResourceClientID = nobody },
		"unknown application":    func(c *authority.Config) { c.Seed.ServicePrincipals[0].ClientID = nobody },
		"two of a client id":     func(c *authority.Config) { c.Seed.Applications[1].ClientID = orders },
		"password in the clear":  func(c *authority.Config) { c.Seed.Users[0].PasswordHash = "dev-password" },
		"environment of nobody":  func(c *authority.Config) { c.Environments = []authority.Environment{{TenantID: nobody}} },
		"environment, no tenant": func(c *authority.Config) { c.Environments = []authority.Environment{{TenantID: "x"}} },
	} {
		c := authority.Config{BaseURL: "https://localhost:1", Database: filepath.Join(t.TempDir(), "a.db"), KEK: bytes.Repeat([]byte{1}, 32), Seed: seed()}
		spoil(&c)
		s, err := authority.New(t.Context(), c)
		if err == nil {
			t.Errorf("%s: taken", name)
			_ = s.Close()
			continue
		}
		if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "dev-password") {
			t.Errorf("%s: %q", name, err)
		}
	}
}

// A seed that is wrong leaves nothing behind: the next start seeds.
func TestBadSeedLeavesNothing(t *testing.T) {
	c := authority.Config{BaseURL: "https://localhost:1", Database: filepath.Join(t.TempDir(), "a.db"), KEK: bytes.Repeat([]byte{1}, 32), Seed: seed()}
	c.Seed.Applications[1].ClientID = orders
	if _, err := authority.New(t.Context(), c); err == nil {
		t.Fatal("taken")
	}
	c.Seed = seed()
	w := &world{Server: open(t, c)}
	if w.Server == nil {
		t.Error("the second start failed")
	}
}

// Data that was sealed with another key is not opened, and is whole afterwards.
func TestOtherSealingKey(t *testing.T) {
	w := start(t)
	if err := w.Server.Close(); err != nil {
		t.Fatal(err)
	}
	other := w.config
	other.KEK = bytes.Repeat([]byte{2}, 32)
	if _, err := authority.New(t.Context(), other); err == nil || !strings.Contains(err.Error(), "sealing key") {
		t.Errorf("got %v", err)
	}
	w.Server = open(t, w.config)
	if got := w.token(t, v2, form()); got.status != 200 {
		t.Errorf("%s", got.text)
	}
}

// A first start is ready well within the second that the whole of Stead has.
func TestFirstStartIsQuick(t *testing.T) {
	began := time.Now()
	start(t)
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("took %s", took)
	} else {
		t.Logf("took %s", took)
	}
}
