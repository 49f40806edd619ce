package stead

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// party is an application that calls with tokens of its own, in one tenant.
type party struct {
	t      *testing.T
	system *System
	app    App
	tenant string
}

// reply is an answer's status, body and OData-EntityId.
type reply struct {
	status int
	body   string
	entity string
}

func (p party) token(scope string) (string, reply) {
	p.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {p.app.ClientID}, "client_secret": {p.app.Secret}, "scope": {scope}}
	r, _ := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.system.World.Authority+"/"+p.tenant+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	got := p.send(r)
	var token struct {
		Access string `json:"access_token"`
	}
	_ = json.Unmarshal([]byte(got.body), &token)
	return token.Access, got
}

// call sends a request to an environment or to Graph.
func (p party) call(method, base, scope, path, body string) reply {
	p.t.Helper()
	token, refused := p.token(scope)
	if token == "" {
		return refused
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, base+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return p.send(r)
}

func (p party) send(r *http.Request) reply {
	p.t.Helper()
	answer, err := p.system.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return reply{answer.StatusCode, string(body), answer.Header.Get("OData-EntityId")}
}

func (p party) environment(method, path, body string) reply {
	p.t.Helper()
	url := p.system.World.Environments[0].URL
	return p.call(method, url, url+"/.default", "/api/data/v9.2/"+path, body)
}

func (p party) graph(method, path, body string) reply {
	p.t.Helper()
	return p.call(method, p.system.World.Authority, "https://graph.microsoft.com/.default", "/v1.0/"+path, body)
}

func (r reply) want(t *testing.T, step string, status int, part string) {
	t.Helper()
	if r.status != status || !strings.Contains(r.body, part) {
		t.Fatalf("%s: %d %s, want %d with %s", step, r.status, r.body, status, part)
	}
}

// The multi-tenant walk-through of an ISV (Dataverse facts 1.2), from a registration
// elsewhere to a call in the subscriber's environment. Before each step the error of
// leaving it out is seen.
func TestMultiTenantWalkThrough(t *testing.T) {
	s := up(t, Config{Ephemeral: true})
	contoso, _ := s.World.Tenant("contoso")
	admin := party{t: t, system: s, tenant: contoso.ID}
	admin.app, _ = s.World.App("contoso-app")
	isv := party{t: t, system: s, tenant: contoso.ID}
	isv.app, _ = s.World.App("fabrikam-app")
	user := `{"applicationid":"` + isv.app.ClientID + `"}`

	isv.environment("GET", "WhoAmI", "").want(t, "without consent", 400, "AADSTS700016")
	admin.environment("POST", "systemusers", user).want(t, "a user without consent", 400, `"0x8004f510"`)

	// What consent's important effect is: the service principal in this tenant.
	admin.graph("POST", "servicePrincipals", `{"appId":"`+isv.app.ClientID+`"}`).want(t, "consent", 201, isv.app.ClientID)
	isv.environment("GET", "WhoAmI", "").want(t, "without a user", 403, `"0x80072560"`)

	made := admin.environment("POST", "systemusers", user)
	made.want(t, "the application user", 204, "")
	admin.environment("POST", "systemusers", user).want(t, "a second one", 400, `"0x8004f511"`)
	isv.environment("GET", "WhoAmI", "").want(t, "without a role", 403, `"0x80042f09"`)

	id := made.entity[strings.LastIndex(made.entity, "/")+1:]
	admin.environment("GET", id+"?$select=fullname,domainname,accessmode,islicensed,isdisabled,_businessunitid_value", "").
		want(t, "what the directory filled in", 200, `"fullname":"fabrikam-app","domainname":"`+isv.app.ClientID+`@contoso.example","accessmode":4,"islicensed":false,"isdisabled":false`)
	unit := lookup(t, admin.environment("GET", id+"?$select=_businessunitid_value", "").body, "_businessunitid_value")
	theirs := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'Basic%20User'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	other := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'Basic%20User'%20and%20_businessunitid_value%20ne%20"+unit, ""), "roleid")
	give := func(role string) reply {
		return admin.environment("POST", id+"/systemuserroles_association/$ref", `{"@odata.id":"`+s.World.Environments[0].URL+`/api/data/v9.2/roles(`+role+`)"}`)
	}
	give(other).want(t, "a role of another unit", 400, `"0x80041409"`)
	give(theirs).want(t, "a role", 204, "")
	give(theirs).want(t, "the same role again", 412, `"0x80040237"`)

	isv.environment("GET", "WhoAmI", "").want(t, "at last", 200, `"OrganizationId":"`+s.World.Environments[0].OrganizationID+`"`)
	isv.environment("POST", "accounts", `{"name":"made by the ISV"}`).want(t, "a row", 204, "")
	isv.environment("GET", "accounts?$select=name", "").want(t, "its rows and nobody else's", 200, `"value":[{"@odata.etag":`)

	// A caller may not give more than it holds, nor without the privilege to assign.
	root := firstID(t, admin.environment("GET", "roles?$select=roleid&$filter=name%20eq%20'System%20Administrator'%20and%20_businessunitid_value%20eq%20"+unit, ""), "roleid")
	isv.environment("POST", id+"/systemuserroles_association/$ref", `{"@odata.id":"roles(`+root+`)"}`).want(t, "rising by one's own hand", 403, `"0x80040220"`)

	admin.environment("DELETE", id+"/systemuserroles_association("+theirs+")/$ref", "").want(t, "the role is taken", 204, "")
	isv.environment("GET", "WhoAmI", "").want(t, "after it", 403, `"0x80042f09"`)
}

// lookup reads one member of a JSON object.
func lookup(t *testing.T, body, member string) string {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(body), &object); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	text, _ := object[member].(string)
	return text
}

func firstID(t *testing.T, r reply, member string) string {
	t.Helper()
	var list struct {
		Value []map[string]any `json:"value"`
	}
	if err := json.Unmarshal([]byte(r.body), &list); err != nil || len(list.Value) == 0 {
		t.Fatalf("no rows: %d %s", r.status, r.body)
	}
	id, _ := list.Value[0][member].(string)
	return id
}
