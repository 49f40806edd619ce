package principals

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment/internal/access"
	"github.com/stead-s2s/stead/environment/internal/meta"
)

var (
	known   = meta.MustID("5a1f0000-0000-4000-8000-0000000000a1")
	unknown = meta.MustID("5a1f0000-0000-4000-8000-0000000000ff")
)

// directory answers as Graph and its authority do, and counts the tokens it gave.
func directory(t *testing.T, now func() time.Time) (*Graph, *int) {
	t.Helper()
	tokens := 0
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tenant/oauth2/v2.0/token", func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("client_secret") != "right" {
			http.Error(w, `{"error":"invalid_client","error_description":"AADSTS7000215"}`, http.StatusUnauthorized)
			return
		}
		tokens++
		fmt.Fprintf(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"token-%d"}`, tokens)
	})
	mux.HandleFunc("GET /v1.0/servicePrincipals", func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token-") {
			http.Error(w, `{"error":{"code":"InvalidAuthenticationToken"}}`, http.StatusUnauthorized)
			return
		}
		if r.URL.Query().Get("$filter") != "appId eq '"+known.String()+"'" {
			fmt.Fprint(w, `{"value":[]}`)
			return
		}
		fmt.Fprint(w, `{"value":[{"id":"5a1f0000-0000-4000-8000-00000000b0a1","displayName":"contoso-app","servicePrincipalNames":["5a1f0000-0000-4000-8000-0000000000a1","api://contoso-app"]}]}`)
	})
	mux.HandleFunc("GET /v1.0/organization", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"value":[{"verifiedDomains":[{"name":"old.example","isDefault":false},{"name":"contoso.example","isDefault":true}]}]}`)
	})
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return &Graph{
		URL: s.URL, TokenURL: s.URL + "/tenant/oauth2/v2.0/token", Scope: "https://graph.microsoft.com/.default",
		ClientID: "me", ClientSecret: "right", Client: s.Client(), Now: now,
	}, &tokens
}

func TestServicePrincipal(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	g, tokens := directory(t, func() time.Time { return now })
	p, found, err := g.ServicePrincipal(t.Context(), known)
	if err != nil || !found || p.ObjectID.String() != "5a1f0000-0000-4000-8000-00000000b0a1" || p.Name != "contoso-app" ||
		p.URI != "api://contoso-app" || p.Domain != "contoso.example" {
		t.Errorf("found %+v, %v, %v", p, found, err)
	}
	if _, found, err := g.ServicePrincipal(t.Context(), unknown); found || err != nil {
		t.Errorf("an unknown application: %v, %v", found, err)
	}
	if *tokens != 1 {
		t.Errorf("%d tokens were asked for", *tokens)
	}
	now = now.Add(time.Hour)
	if _, found, err := g.ServicePrincipal(t.Context(), known); !found || err != nil || *tokens != 2 {
		t.Errorf("after the token's life: %v, %v, %d tokens", found, err, *tokens)
	}
}

func TestDirectoryThatRefuses(t *testing.T) {
	g, _ := directory(t, time.Now)
	g.ClientSecret = "wrong"
	_, found, err := g.ServicePrincipal(t.Context(), known)
	if found || err == nil || !strings.Contains(err.Error(), "AADSTS7000215") || strings.Contains(err.Error(), "wrong") {
		t.Errorf("got %v, %v", found, err)
	}
	g.TokenURL = "https://127.0.0.1:1/"
	if _, found, err := g.ServicePrincipal(t.Context(), known); found || err == nil {
		t.Errorf("a directory that is away: %v, %v", found, err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := Secret("hidden")
	text, _ := json.Marshal(s)
	if printed := fmt.Sprintf("%s %v %+v %#v %q %s", s, s, s, s, s, text); strings.Contains(printed, "hidden") {
		t.Error(printed)
	}
}

// directoryOfGroups answers about one person and one application.
func directoryOfGroups(t *testing.T, answers map[string]string) *Graph {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"token_type":"Bearer","expires_in":3599,"access_token":"token"}`)
	})
	for pattern, body := range answers {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("$skiptoken") != "" {
				body = `{"value":[{"id":"` + unknown.String() + `"}]}`
			}
			fmt.Fprint(w, strings.ReplaceAll(body, "HOST", "https://"+r.Host))
		})
	}
	s := httptest.NewTLSServer(mux)
	t.Cleanup(s.Close)
	return &Graph{URL: s.URL, TokenURL: s.URL + "/token", Client: s.Client(), Now: time.Now}
}

func TestGroups(t *testing.T) {
	const in = "POST /v1.0/directoryObjects/{id}/getMemberGroups"
	person, app := access.User{UserRow: access.UserRow{ObjectID: known}}, access.User{UserRow: access.UserRow{ObjectID: known, ApplicationID: known}}
	g := directoryOfGroups(t, map[string]string{
		in: `{"value":["` + known.String() + `"]}`,
		"GET /v1.0/users/{id}/ownedObjects/microsoft.graph.group":             `{"value":[{"id":"` + known.String() + `"}],"@odata.nextLink":"HOST/v1.0/users/x/ownedObjects/microsoft.graph.group?$skiptoken=2"}`,
		"GET /v1.0/servicePrincipals/{id}/ownedObjects/microsoft.graph.group": `{"value":[]}`,
		"GET /v1.0/users/{id}": `{"userType":"Guest"}`,
	})
	for _, tt := range []struct {
		user         access.User
		owned, guest bool
		want         string
	}{
		{person, false, false, fmt.Sprint([]meta.ID{known}, []meta.ID(nil), false)},
		{person, true, true, fmt.Sprint([]meta.ID{known}, []meta.ID{known, unknown}, true)},
		{app, true, true, fmt.Sprint([]meta.ID{known}, []meta.ID{}, false)},
	} {
		is, err := g.Groups(t.Context(), tt.user, tt.owned, tt.guest)
		if got := fmt.Sprint(is.In, is.Owned, is.Guest); err != nil || got != tt.want {
			t.Errorf("got %s %v, want %s", got, err, tt.want)
		}
	}
	for _, broken := range []map[string]string{{}, {in: `{"value":["x"]}`}, {in: `{"value":[]}`, "GET /v1.0/users/{id}/ownedObjects/microsoft.graph.group": `{"value":[{"id":"x"}]}`}} {
		if _, err := directoryOfGroups(t, broken).Groups(t.Context(), person, true, false); err == nil {
			t.Errorf("%v is taken", broken)
		}
	}
}
