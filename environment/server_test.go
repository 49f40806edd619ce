package environment_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
)

func TestHealth(t *testing.T) {
	w := start(t)
	nobody := w.as(t, "")
	nobody.get("/_stead/health").is(200, `{"status":"ok","environment":"contoso","url":"`+address+`","organizationId":"`+organization+`","tenantId":"`+tenant+`","version":"9.2.…"}`+"\n").
		has("Content-Type", "application/json", "Cache-Control", "no-store")
	nobody.post("/_stead/health", "").has("Allow", "GET,HEAD").is(405, "…")
	w.Close()
	nobody.get("/_stead/health").is(503, `{"status":"failing",…`)
}

// TestRestart: what was there is there again, and the seed is not sown twice.
func TestRestart(t *testing.T) {
	w := start(t)
	id := w.as(t, "contoso-app").made("accounts", `{"name":"kept"}`)
	w.as(t, "ada").patch("systemusers("+people["ben"].user+")", `{"isdisabled":true}`).is(204, "")
	w.as(t, "ben").get("WhoAmI").is(403, `{"error":{"code":"0x80040225",…`)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
	w.as(t, "contoso-app").get("accounts("+id+")?$select=name").is(200, `{…"name":"kept",…}`)
	w.as(t, "ben").get("WhoAmI").is(403, `{"error":{"code":"0x80040225",…`)
	w.as(t, "cleo").get("WhoAmI").is(200, "…")
}

func TestConfigIsChecked(t *testing.T) {
	w := start(t)
	for name, spoil := range map[string]func(*environment.Config){
		"no name":              func(c *environment.Config) { c.Name = "" },
		"no database":          func(c *environment.Config) { c.Database = "" },
		"no issuer":            func(c *environment.Config) { c.Issuers = nil },
		"issuer over http":     func(c *environment.Config) { c.Issuers[0].Metadata = "http://sts.example/m" },
		"no organization":      func(c *environment.Config) { c.OrganizationID = "" },
		"no tenant":            func(c *environment.Config) { c.TenantID = "contoso" },
		"URL with a path":      func(c *environment.Config) { c.URL = address + "/api" },
		"URL that is none":     func(c *environment.Config) { c.URL = "contoso" },
		"unknown role":         func(c *environment.Config) { c.Seed.Users[0].Roles = []string{"Wizard"} },
		"unknown unit":         func(c *environment.Config) { c.Seed.Users[0].Unit = "Magic" },
		"user id that is none": func(c *environment.Config) { c.Seed.Users[0].ID = "x" },
		"directory missing":    func(c *environment.Config) { c.Database = filepath.Join(t.TempDir(), "no", "x.db") },
	} {
		c := w.config
		c.Database, c.Seed = filepath.Join(t.TempDir(), "x.db"), seed()
		c.Issuers = append([]environment.Issuer(nil), c.Issuers...)
		spoil(&c)
		s, err := environment.New(t.Context(), c)
		if err == nil {
			s.Close()
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: more than a line: %v", name, err)
		}
	}
}

// TestDefaults: the challenge points to where the metadata lives.
func TestDefaults(t *testing.T) {
	w := start(t, func(c *environment.Config) {
		c.AuthorizationURI, c.LinkKey, c.Random, c.Logger, c.FriendlyName, c.URL = "", nil, nil, nil, "", address+"/"
	})
	w.as(t, "").get("WhoAmI").is(401, "").
		has("WWW-Authenticate", "Bearer authorization_uri="+w.issuer.URL()+"/"+tenant+"/oauth2/authorize, resource_id="+address+"/")
	one, two := w.as(t, "contoso-app").made("accounts", `{"name":"1"}`), w.as(t, "contoso-app").made("accounts", `{"name":"2"}`)
	if one >= two {
		t.Errorf("ids do not grow: %s, %s", one, two)
	}
}

// TestOverTheWire serves over TLS and HTTP/2, and streams more than is held back.
func TestOverTheWire(t *testing.T) {
	w := start(t)
	server := httptest.NewUnstartedServer(w)
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	app := w.as(t, "contoso-app")
	for range 60 {
		app.made("accounts", `{"name":"wide"}`)
	}
	r, err := http.NewRequest("GET", server.URL+"/api/data/v9.2/accounts", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = app.header
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || resp.ProtoMajor != 2 || len(body) < 64<<10 {
		t.Fatalf("%s, %d bytes, %v", resp.Status, len(body), err)
	}
	var page struct {
		Context string `json:"@odata.context"`
		Value   []any
	}
	if err := json.Unmarshal(body, &page); err != nil || len(page.Value) != 60 || page.Context != server.URL+"/api/data/v9.2/$metadata#accounts" {
		t.Errorf("%d rows of %s, %v", len(page.Value), page.Context, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	w := start(t)
	var all sync.WaitGroup
	for _, name := range []string{"contoso-app", "ben", "cleo", "contoso-reader"} {
		c := w.as(t, name)
		for range 10 {
			all.Go(func() {
				id := c.made("accounts", `{"name":"of `+name+`"}`)
				c.get("accounts("+id+")?$select=name").is(200, `{…"name":"of `+name+`",…}`)
				c.patch("accounts("+id+")", `{"numberofemployees":3}`).is(204, "")
			})
		}
	}
	all.Wait()
	for name, want := range map[string]int{"ben": 10, "cleo": 10, "contoso-reader": 10, "contoso-app": 40} {
		if got := len(w.as(t, name).get("accounts?$select=name").names("name")); got != want {
			t.Errorf("%s sees %d accounts, want %d", name, got, want)
		}
	}
}

// TestStartIsQuick guards against a start that has become slow by an order, not
// against a busy machine.
func TestStartIsQuick(t *testing.T) {
	begun := time.Now()
	start(t)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("a fresh environment took %v", took)
	}
}
