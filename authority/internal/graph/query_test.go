package graph

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

const eventual = "ConsistencyLevel: eventual"

func TestFilters(t *testing.T) {
	w := newWorld(t)
	for _, try := range []struct{ set, filter, found string }{
		{"applications", "appId eq '" + string(shopID) + "'", "Shop"},
		{"applications", "displayName eq 'shop'", "Shop"},
		{"applications", "displayName eq 'O''Brien'", ""},
		{"applications", "startswith(displayName,'T')", "Tool"},
		{"applications", "startsWith(displayName, 't')", "Tool"},
		{"applications", "identifierUris/any(x:x eq 'api://shop')", "Shop"},
		{"applications", "identifierUris/any(s:s eq 'API://SHOP')", "Shop"},
		{"applications", "identifierUris/any(x:startswith(x,'https'))", ""},
		{"applications", "id eq " + string(toolApp), "Tool"},
		{"applications", "displayName in ('Shop','Tool','Other')", "Shop,Tool"},
		{"applications", "displayName eq 'Shop' or displayName eq 'Tool'", "Shop,Tool"},
		{"applications", "displayName eq 'Shop' and appId eq '" + string(toolID) + "'", ""},
		{"applications", "(displayName eq 'Shop' or displayName eq 'Tool') and startswith(displayName,'S')", "Shop"},
		{"applications", "appRoles/any(r:r/value eq 'Orders.All')", "Shop"},
		{"applications", "web/redirectUris/any(p:p eq 'https://shop.example/in')", "Shop"},
		{"applications", "createdDateTime ge 2026-01-01T00:00:00Z", "Tool"},
		{"applications", "createdDateTime lt 2026-01-01T00:00:00Z", ""},
		{"servicePrincipals", "servicePrincipalNames/any(c:c eq 'api://shop')", "Shop"},
		{"servicePrincipals", "servicePrincipalNames/any(c:c eq '" + string(shopID) + "')", "Shop"},
		{"servicePrincipals", "servicePrincipalType eq 'Application' and displayName eq 'Tool'", "Tool"},
		{"servicePrincipals", "displayName eq 'Microsoft Graph'", "Microsoft Graph"},
		{"servicePrincipals", "appOwnerOrganizationId eq " + string(contoso), "Shop,Tool"},
		{"servicePrincipals", "accountEnabled eq true and startswith(displayName,'Too')", "Tool"},
		{"users", "userPrincipalName eq 'ADA@contoso.example'", "Ada Admin"},
		{"users", "startswith(displayName,'Ada') or startswith(userPrincipalName,'ben')", "Ada Admin,Ben Basic"},
		{"users", "jobTitle eq null", "Ada Admin"},
		{"users", "accountEnabled eq true and jobTitle eq 'clerk'", "Ben Basic"},
		{"groups", "groupTypes/any(c:c eq 'Unified')", "Team"},
		{"groups", "securityEnabled eq true", "Sales"},
		{"groups", "mailNickname eq 'team'", "Team"},
	} {
		got := w.must(200, "GET", "/v1.0/"+try.set+"?$filter="+url.QueryEscape(try.filter), "")
		if names := got.names("displayName"); names != try.found {
			t.Errorf("%s where %s: %s, want %s", try.set, try.filter, names, try.found)
		}
	}
}

func TestAdvancedFilters(t *testing.T) {
	w := newWorld(t)
	for filter, found := range map[string]string{
		"endsWith(userPrincipalName,'contoso.example')": "Ada Admin,Ben Basic", "displayName ne 'Ada Admin'": "Ben Basic",
		"not(startswith(displayName,'Ada'))": "Ben Basic", "not startswith(displayName,'Ada')": "Ben Basic", "jobTitle ne null": "Ben Basic",
	} {
		path := "/v1.0/users?$count=true&$filter=" + url.QueryEscape(filter)
		if got := w.send(admin, "GET", path, ""); got.code() != "400 Request_UnsupportedQuery" {
			t.Errorf("%s without the header: %s", filter, got.code())
		}
		got := w.must(200, "GET", path, "", eventual)
		if names := got.names("displayName"); names != found {
			t.Errorf("%s: %s, want %s", filter, names, found)
		}
		got.want("@odata.count", fmt.Sprint(strings.Count(found, ",")+1))
	}
}

func TestSearchAndOrder(t *testing.T) {
	w := newWorld(t)
	for search, found := range map[string]string{
		`"displayName:bas"`: "Ben Basic", `"displayName:ada" AND "displayName:adm"`: "Ada Admin", `"displayName:dmin"`: "",
		`"userPrincipalName:contoso"`: "Ada Admin,Ben Basic", `"displayName:ada" "displayName:ben"`: "",
	} {
		path := "/v1.0/users?$search=" + url.QueryEscape(search)
		if got := w.send(admin, "GET", path, ""); got.status != 400 {
			t.Errorf("%s without the header: %s", search, got.code())
		}
		if names := w.must(200, "GET", path, "", eventual).names("displayName"); names != found {
			t.Errorf("%s: %s, want %s", search, names, found)
		}
	}
	got := w.must(200, "GET", "/v1.0/users?$orderby=displayName desc&$select=displayName", "")
	if got.text != `{"@odata.context":"https://localhost:8443/v1.0/$metadata#users(displayName)","value":[{"displayName":"Ben Basic"},{"displayName":"Ada Admin"}]}` {
		t.Error(got.text)
	}
}

func TestQueriesAreRefused(t *testing.T) {
	w := newWorld(t)
	for query, code := range map[string]string{
		"$filter=colour eq 'red'": "400 Request_BadRequest", "$filter=displayName": "400 Request_BadRequest", "$filter=displayName eq 'x": "400 Request_BadRequest",
		"$filter=displayName like 'x'": "400 Request_BadRequest", "$filter=x/any(c:c eq 1)": "400 Request_BadRequest", "$select=colour": "400 Request_BadRequest",
		"$orderby=colour": "400 Request_BadRequest", "$orderby=displayName up": "400 Request_BadRequest", "$top=0": "400 Request_UnsupportedQuery",
		"$top=1000": "400 Request_UnsupportedQuery", "$top=x": "400 Request_UnsupportedQuery", "$count=maybe": "400 Request_BadRequest", "$skip=1": "400 Request_UnsupportedQuery",
		"$skiptoken=x": "400 Request_BadRequest", "$apply=x": "400 Request_BadRequest", "$expand=colour": "400 Request_BadRequest", "$search=x": "400 Request_BadRequest",
		"$filter=displayName eq 'x'&$orderby=displayName": "400 Request_UnsupportedQuery", "%zz": "400 Request_BadRequest",
	} {
		if got := w.send(admin, "GET", "/v1.0/users?"+query, ""); got.code() != code {
			t.Errorf("%s: %s, want %s", query, got.code(), code)
		}
	}
}

// Every object is on one page and no other, whatever comes and goes meanwhile.
func TestPages(t *testing.T) {
	w := newWorld(t)
	var many directory.Records
	for i := range 250 {
		many.Users = append(many.Users, directory.User{ID: id(1000 + i), TenantID: contoso, UPN: fmt.Sprintf("u%d@contoso.example", i), DisplayName: fmt.Sprintf("User %03d", (i*7)%250)})
	}
	if err := w.directory.Change(t.Context(), directory.Change{Put: many}); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"", "?$top=50", "?$orderby=displayName&$top=99", "?$orderby=displayName desc", "?$filter=startswith(displayName,'User')&$top=120&$select=displayName,id"} {
		seen, pages := map[string]bool{}, 0
		next := "/v1.0/users" + query
		for next != "" {
			got := w.must(200, "GET", strings.TrimPrefix(next, base), "")
			list, _ := got.body["value"].([]any)
			for _, one := range list {
				key := one.(map[string]any)["id"].(string)
				if seen[key] {
					t.Fatalf("%s: %s came twice", query, key)
				}
				seen[key] = true
			}
			next = got.str("@odata.nextLink")
			if next != "" && !strings.HasPrefix(next, base+"/v1.0/users?") {
				t.Fatalf("next link %s", next)
			}
			if pages++; pages == 1 { // the last of the page goes
				last := list[len(list)-1].(map[string]any)["id"].(string)
				if err := w.directory.Change(t.Context(), w.directory.Current().Purge(directory.ID(last))); err != nil {
					t.Fatal(err)
				}
			}
		}
		if want := len(w.directory.Current().UsersIn(contoso)) + 1; !strings.Contains(query, "filter") && len(seen) != want {
			t.Errorf("%s: %d on %d pages, want %d", query, len(seen), pages, want)
		}
		if pages < 2 {
			t.Errorf("%s: %d pages", query, pages)
		}
	}
}

func TestCount(t *testing.T) {
	w := newWorld(t)
	if got := w.must(200, "GET", "/v1.0/users/$count", "", eventual); got.text != "2" || got.header.Get("Content-Type") != "text/plain" {
		t.Errorf("%s %v", got.text, got.header)
	}
	if got := w.must(200, "GET", "/v1.0/groups/"+string(salesGroup)+"/members/$count", "", eventual); got.text != "1" {
		t.Error(got.text)
	}
	if got := w.send(admin, "GET", "/v1.0/applications/$count", ""); got.status != 400 {
		t.Error(got.text)
	}
}

func TestExpand(t *testing.T) {
	w := newWorld(t)
	w.must(204, "POST", "/v1.0/applications/"+string(shopApp)+"/owners/$ref", ref(benUser))
	got := w.must(200, "GET", "/v1.0/applications?$expand=owners&$filter=displayName eq 'Shop'", "")
	got.want("value.0.owners.0.displayName", `"Ben Basic"`)
	got = w.must(200, "GET", "/beta/groups/"+string(salesGroup)+"?$expand=members($select=id)", "")
	got.want("members.0.id", `"`+string(benUser)+`"`)
	got.want("@odata.context", `"https://localhost:8443/beta/$metadata#groups/$entity"`)
}

func ref(id directory.ID) string {
	return `{"@odata.id":"` + base + `/v1.0/directoryObjects/` + string(id) + `"}`
}
