package authority_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority"
)

// The answers of Entra facts 2.2: numbers on v2.0, strings on v1.0, and never scope.
func TestAnswers(t *testing.T) {
	w := start(t)
	got := w.token(t, v2, form("scope", dataverse+"/.default openid offline_access profile"))
	if got.status != 200 || members(t, got.text) != "token_type expires_in ext_expires_in access_token" {
		t.Fatalf("%d %s", got.status, got.text)
	}
	left, _ := got.body["expires_in"].(float64)
	if got.body["token_type"] != "Bearer" || left < 3599 || left > 5399 || got.body["ext_expires_in"] != left {
		t.Errorf("%s", got.text)
	}
	wantTokenHeaders(t, got)
	old := w.token(t, v1, form("resource", dataverse+"/", "scope", "ignored"))
	if old.status != 200 || members(t, old.text) != "token_type expires_in ext_expires_in expires_on not_before resource access_token" {
		t.Fatalf("%d %s", old.status, old.text)
	}
	token, _ := old.body["access_token"].(string)
	said := w.verify(t, token, dataverse)
	expires, _ := strconv.ParseInt(fmt.Sprint(old.body["expires_on"]), 10, 64)
	starts, _ := strconv.ParseInt(fmt.Sprint(old.body["not_before"]), 10, 64)
	if old.body["resource"] != dataverse+"/" || said.Audience != dataverse+"/" || said.Expires.Unix() != expires || said.NotBefore.Unix() != starts {
		t.Errorf("%s does not agree with %+v", old.text, said)
	}
	if _, isText := old.body["expires_in"].(string); !isText {
		t.Errorf("%s", old.text)
	}
}

// aud is what was asked for, in each way a resource may be named (Entra facts 2.1).
func TestAudiences(t *testing.T) {
	w := start(t)
	for scope, audience := range map[string]string{
		dataverse + "/.default":                       dataverse,
		dataverse + "//.default":                      dataverse + "/",
		"https://ORG.crm.test/.default":               "https://ORG.crm.test",
		authority.DataverseID + "/.default":           authority.DataverseID,
		"https://graph.microsoft.com/.default":        "https://graph.microsoft.com",
		"api://orders/.default":                       api,
		api + "/.default":                             api,
		" email  " + dataverse + "/.default ":         dataverse,
		"api://orders/.default api://orders/.default": api,
	} {
		got := w.token(t, v2, form("scope", scope))
		token, _ := got.body["access_token"].(string)
		if got.status != 200 {
			t.Errorf("%q: %s", scope, got.text)
			continue
		}
		if said := w.verify(t, token, audience); said.Audience != audience {
			t.Errorf("%q gave a token for %s", scope, said.Audience)
		}
	}
}

// Paths match in any case, the tenant by id or domain in any case.
func TestPaths(t *testing.T) {
	w := start(t)
	for path, status := range map[string]int{
		"/" + strings.ToUpper(contoso) + "/OAuth2/V2.0/Token": 200, "/Contoso.Example/oauth2/v2.0/token": 200, "/contoso.example/oauth2/v2.0/token/": 404,
		"/contoso.example/oauth2/v3.0/token": 404, "/oauth2/v2.0/token": 404, "/x/contoso.example/oauth2/v2.0/token": 404, "/": 404,
		"/contoso.example%2foauth2/v2.0/token": 404, "/contoso%2Eexample/oauth2/v2.0/token": 200, "/x%2f../oauth2/v2.0/token": 400,
	} {
		if got := w.token(t, path, form()); got.status != status {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
	r := w.request(t, v2, form())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	if got := w.send(t, r); got.status != 200 {
		t.Errorf("a type with a charset: %s", got.text)
	}
}

func TestTokenLifetime(t *testing.T) {
	w := start(t, func(c *authority.Config) { c.TokenLifetime = 8 * time.Hour })
	got := w.token(t, v2, form())
	if got.body["expires_in"] != 28799.0 || got.body["refresh_in"] != 14399.0 {
		t.Errorf("%s", got.text)
	}
}

// A secret works until it expires by the authority's own clock.
func TestClock(t *testing.T) {
	w := start(t, func(c *authority.Config) {
		c.Seed.Applications[0].Secrets = []authority.SeedSecret{{Value: secret, End: time.Now().Add(time.Hour)}}
	})
	if got := w.token(t, v2, form()); got.status != 200 {
		t.Fatalf("%s", got.text)
	}
	w.clock.ahead.Store(int64(2 * time.Hour))
	if got := w.token(t, v2, form()); got.status != 401 || !strings.Contains(got.text, "AADSTS7000222") {
		t.Errorf("%s", got.text)
	}
}

func TestV1IssuerIsConfigurable(t *testing.T) {
	w := start(t, func(c *authority.Config) { c.V1Issuer = "https://sts.windows.net/{tenantid}/" })
	const issuer = "https://sts.windows.net/" + contoso + "/"
	token, _ := w.token(t, v2, form()).body["access_token"].(string)
	if said := payload(t, token); !strings.Contains(said, `"iss":"`+issuer+`"`) || !strings.Contains(said, `"idp":"`+issuer+`"`) {
		t.Errorf("the token says %s", said)
	}
	if got := w.get(t, "/contoso.example/.well-known/openid-configuration"); got.body["issuer"] != issuer {
		t.Errorf("metadata says %v", got.body["issuer"])
	}
	w.verify(t, token, dataverse)
	token, _ = w.token(t, v2, form("scope", "api://orders/.default")).body["access_token"].(string)
	if said := payload(t, token); !strings.Contains(said, `"iss":"`+w.url+"/"+contoso+`/v2.0"`) {
		t.Errorf("the token says %s", said)
	}
}

// Many clients at once, keys rotating under them: every token is good, none is the same.
func TestManyAtOnce(t *testing.T) {
	w := start(t)
	const clients, each = 8, 10
	var mu sync.Mutex
	seen := map[string]bool{}
	var running sync.WaitGroup
	for range clients {
		running.Go(func() {
			for range each {
				got := w.token(t, v2, form())
				token, _ := got.body["access_token"].(string)
				if got.status != http.StatusOK {
					t.Errorf("%d %s", got.status, got.text)
				}
				mu.Lock()
				seen[token] = true
				mu.Unlock()
			}
		})
	}
	running.Go(func() {
		if err := w.Rotate(t.Context()); err != nil {
			t.Error(err)
		}
	})
	running.Wait()
	if len(seen) != clients*each {
		t.Errorf("%d different tokens of %d", len(seen), clients*each)
	}
	for token := range seen {
		w.verify(t, token, dataverse)
	}
}

func TestRotate(t *testing.T) {
	w := start(t)
	before, _ := w.token(t, v2, form()).body["access_token"].(string)
	if err := w.Rotate(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, _ := w.token(t, v2, form()).body["access_token"].(string)
	if strings.Split(before, ".")[0] == strings.Split(after, ".")[0] {
		t.Error("the same key signs after the rotation")
	}
	w.verify(t, before, dataverse)
	w.verify(t, after, dataverse)
}
