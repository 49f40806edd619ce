package graph

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// freshMembers are the members of a new application, in the order of Entra facts 6.1.
const freshMembers = `id deletedDateTime appId applicationTemplateId identifierUris createdDateTime displayName isDeviceOnlyAuthSupported ` +
	`isFallbackPublicClient groupMembershipClaims optionalClaims addIns publisherDomain signInAudience tags tokenEncryptionKeyId ` +
	`api appRoles publicClient spa info keyCredentials parentalControlSettings passwordCredentials requiredResourceAccess verifiedPublisher web`

func members(t *testing.T, text string) []string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name.(string))
		var skip json.RawMessage
		if err := d.Decode(&skip); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

func TestFreshApplication(t *testing.T) {
	w := newWorld(t)
	got := w.must(201, "POST", "/v1.0/applications", `{"displayName":"New"}`)
	if at := got.header.Get("Location"); at != base+"/v1.0/applications/"+got.str("id") {
		t.Errorf("location %s", at)
	}
	names := members(t, got.text)
	if names[0] != "@odata.context" {
		t.Errorf("begins with %s", names[0])
	}
	known := strings.Fields(freshMembers)
	names = slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(known, n) })
	if !slices.Equal(names, known) {
		t.Errorf("members are %v", names)
	}
	for path, value := range map[string]string{
		"@odata.context": `"https://localhost:8443/v1.0/$metadata#applications/$entity"`,
		"displayName":    `"New"`, "signInAudience": `"AzureADMyOrg"`, "createdDateTime": `"2026-03-02T12:00:00Z"`, "identifierUris": `[]`,
		"isFallbackPublicClient": `null`, "publisherDomain": `"contoso.example"`, "api.requestedAccessTokenVersion": `null`,
		"api.oauth2PermissionScopes": `[]`, "web.implicitGrantSettings.enableIdTokenIssuance": `false`, "web.redirectUris": `[]`,
		"info.logoUrl": `null`, "parentalControlSettings.legalAgeGroupRule": `"Allow"`,
	} {
		got.want(path, value)
	}
	again := w.must(200, "GET", "/v1.0/applications(appId='"+got.str("appId")+"')", "")
	if again.text != got.text {
		t.Errorf("read back:\n%s\nwant\n%s", again.text, got.text)
	}
}

// TestWholeApplication sends what terraform-provider-azuread sends: whole sub-objects and
// explicit nulls.
func TestWholeApplication(t *testing.T) {
	w := newWorld(t)
	body := `{
		"@odata.type": "#microsoft.graph.application", "owners@odata.bind": ["https://localhost:8443/v1.0/directoryObjects/` + string(benUser) + `"],
		"displayName": "Whole", "description": "all of it", "signInAudience": "AzureADMultipleOrgs", "identifierUris": ["api://whole", "https://whole.contoso.example"],
		"isFallbackPublicClient": true, "groupMembershipClaims": "SecurityGroup", "tags": ["HideApp", "two words"], "notes": "n", "serviceManagementReference": null,
		"optionalClaims": {"accessToken": [{"name": "idtyp", "essential": false, "additionalProperties": [], "source": null}], "idToken": [], "saml2Token": []},
		"api": {"acceptMappedClaims": null, "knownClientApplications": ["` + string(toolID) + `"], "requestedAccessTokenVersion": 2,
			"oauth2PermissionScopes": [{"id": "` + string(id(900)) + `", "adminConsentDescription": "ad", "adminConsentDisplayName": "at", "isEnabled": true,
				"type": "Admin", "userConsentDescription": null, "userConsentDisplayName": null, "value": "Whole.Read"}],
			"preAuthorizedApplications": [{"appId": "` + string(toolID) + `", "delegatedPermissionIds": ["` + string(id(900)) + `"]}]},
		"appRoles": [{"id": "` + string(id(901)) + `", "allowedMemberTypes": ["User", "Application"], "description": "d", "displayName": "dn", "isEnabled": true, "value": "Whole.All"}],
		"requiredResourceAccess": [{"resourceAppId": "00000007-0000-0000-c000-000000000000", "resourceAccess": [{"id": "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4", "type": "Scope"}]}],
		"publicClient": {"redirectUris": ["http://localhost"]}, "spa": {"redirectUris": ["https://spa.example/"]},
		"web": {"homePageUrl": "https://whole.example", "logoutUrl": "https://whole.example/out", "redirectUris": ["https://whole.example/b", "https://whole.example/a"],
			"implicitGrantSettings": {"enableAccessTokenIssuance": true, "enableIdTokenIssuance": true}}
	}`
	got := w.must(201, "POST", "/v1.0/applications", body)
	for path, value := range map[string]string{
		"description": `"all of it"`, "signInAudience": `"AzureADMultipleOrgs"`, "identifierUris": `["api://whole","https://whole.contoso.example"]`,
		"isFallbackPublicClient": `true`, "groupMembershipClaims": `"SecurityGroup"`, "tags": `["HideApp","two words"]`, "notes": `"n"`,
		"optionalClaims.accessToken.0.name": `"idtyp"`, "api.knownClientApplications": `["` + string(toolID) + `"]`, "api.requestedAccessTokenVersion": `2`,
		"api.oauth2PermissionScopes.0.type": `"Admin"`, "api.oauth2PermissionScopes.0.userConsentDisplayName": `null`,
		"api.preAuthorizedApplications.0.delegatedPermissionIds": `["` + string(id(900)) + `"]`, "appRoles.0.allowedMemberTypes": `["User","Application"]`,
		"appRoles.0.origin": `"Application"`, "requiredResourceAccess.0.resourceAccess.0.type": `"Scope"`, "publicClient.redirectUris": `["http://localhost"]`,
		"spa.redirectUris": `["https://spa.example/"]`, "web.redirectUris": `["https://whole.example/b","https://whole.example/a"]`,
		"web.implicitGrantSettings.enableAccessTokenIssuance": `true`, "web.logoutUrl": `"https://whole.example/out"`, "web.redirectUriSettings.0.uri": `"https://whole.example/b"`,
	} {
		got.want(path, value)
	}
	at := "/v1.0/applications/" + got.str("id")
	if again := w.must(200, "GET", at, ""); again.text != got.text {
		t.Errorf("read back:\n%s\nwant\n%s", again.text, got.text)
	}
	if owners := w.must(200, "GET", at+"/owners", ""); owners.names("userPrincipalName") != "ben@contoso.example" {
		t.Errorf("owners %s", owners.text)
	}
	// What a PATCH does not name stays, inside of structures too.
	w.must(204, "PATCH", at, `{"web":{"logoutUrl":null},"description":null,"tags":[],"info":{"logoUrl":"x"},"api":{"requestedAccessTokenVersion":null}}`)
	next := w.must(200, "GET", at, "")
	for path, value := range map[string]string{
		"web.logoutUrl": `null`, "web.homePageUrl": `"https://whole.example"`, "description": `null`, "tags": `[]`, "info.logoUrl": `"x"`, "info.supportUrl": `null`,
		"api.requestedAccessTokenVersion": `null`, "api.oauth2PermissionScopes.0.value": `"Whole.Read"`, "displayName": `"Whole"`,
	} {
		next.want(path, value)
	}
}

func TestApplicationsAreRefused(t *testing.T) {
	w := newWorld(t)
	shop := "/v1.0/applications/" + string(shopApp)
	for name, try := range map[string]struct{ method, path, body, code string }{
		"no name":              {"POST", "/v1.0/applications", `{}`, "400 Request_BadRequest"},
		"name taken away":      {"PATCH", shop, `{"displayName":null}`, "400 Request_BadRequest"},
		"user without name":    {"PATCH", "/v1.0/users/" + string(benUser), `{"displayName":""}`, "400 Request_BadRequest"},
		"group without name":   {"PATCH", "/v1.0/groups/" + string(salesGroup), `{"displayName":""}`, "400 Request_BadRequest"},
		"unknown member":       {"POST", "/v1.0/applications", `{"displayName":"x","colour":"red"}`, "400 Request_BadRequest"},
		"unknown inner member": {"PATCH", shop, `{"web":{"colour":"red"}}`, "400 Request_BadRequest"},
		"wrong type":           {"PATCH", shop, `{"tags":"red"}`, "400 Request_BadRequest"},
		"read-only":            {"PATCH", shop, `{"appId":"` + string(id(1)) + `"}`, "400 Request_BadRequest"},
		"not JSON":             {"PATCH", shop, `{`, "400 Request_BadRequest"},
		"no object":            {"PATCH", shop, `[]`, "400 Request_BadRequest"},
		"audience":             {"PATCH", shop, `{"signInAudience":"Everybody"}`, "400 Request_BadRequest"},
		"personal in v1.0":     {"PATCH", shop, `{"signInAudience":"AzureADandPersonalMicrosoftAccount"}`, "400 InvalidAccessTokenVersion"},
		"foreign domain":       {"PATCH", shop, `{"identifierUris":["https://shop.example"]}`, "400 HostNameNotOnVerifiedDomain"},
		"look-alike domain":    {"PATCH", shop, `{"identifierUris":["https://evilcontoso.example"]}`, "400 HostNameNotOnVerifiedDomain"},
		"relative redirect":    {"PATCH", shop, `{"web":{"redirectUris":["/in"]}}`, "400 Request_BadRequest"},
		"fragment":             {"PATCH", shop, `{"spa":{"redirectUris":["https://a/#b"]}}`, "400 Request_BadRequest"},
		"taken URI":            {"POST", "/v1.0/applications", `{"displayName":"x","identifierUris":["api://shop"]}`, "409 Request_MultipleObjectsWithSameKeyValue"},
		"enabled role":         {"PATCH", shop, `{"appRoles":[]}`, "400 CannotDeleteOrUpdateEnabledEntitlement"},
		"enabled scope":        {"PATCH", shop, `{"api":{"oauth2PermissionScopes":[]}}`, "400 CannotDeleteOrUpdateEnabledEntitlement"},
		"unknown":              {"GET", "/v1.0/applications/" + string(id(999)), "", "404 Request_ResourceNotFound"},
		"no id":                {"GET", "/v1.0/applications/x", "", "404 Request_ResourceNotFound"},
		"of another tenant":    {"GET", "/v1.0/applications/" + string(isvApp), "", "404 Request_ResourceNotFound"},
		"its client id":        {"GET", "/v1.0/applications/" + string(shopID), "", "404 Request_ResourceNotFound"},
		"method":               {"PUT", shop, "", "405 Request_BadRequest"},
		"path":                 {"GET", "/v1.0/nothing", "", "400 Request_BadRequest"},
	} {
		if got := w.send(admin, try.method, try.path, try.body); got.code() != try.code {
			t.Errorf("%s: %s, want %s\n%s", name, got.code(), try.code, got.text)
		}
	}
	// A disabled role can go.
	w.must(204, "PATCH", shop, `{"appRoles":[{"id":"`+string(shopRole)+`","allowedMemberTypes":["Application"],"displayName":"x","value":"Orders.All","isEnabled":false}]}`)
	w.must(204, "PATCH", shop, `{"appRoles":[]}`)
}

func TestErrorShape(t *testing.T) {
	w := newWorld(t)
	got := w.send(admin, "GET", "/v1.0/users/nobody", "", "client-request-id: "+string(id(5)))
	if got.status != 404 {
		t.Fatal(got.text)
	}
	got.want("error.message", `"Resource 'nobody' does not exist or one of its queried reference-property objects are not present."`)
	got.want("error.innerError.date", `"2026-03-02T12:00:00"`)
	got.want("error.innerError.client-request-id", `"`+string(id(5))+`"`)
	if got.header.Get("Request-Id") != got.str("error.innerError.request-id") || got.header.Get("Client-Request-Id") != string(id(5)) {
		t.Errorf("headers %v", got.header)
	}
}
