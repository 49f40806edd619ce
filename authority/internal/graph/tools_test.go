package graph

import (
	"net/http"
	"strings"
	"testing"
)

// exchange is one request of a tool and what it wants. ${name} stands for what an earlier
// answer was saved as; save is "name path".
type exchange struct {
	method, path, body string
	status             int
	save               string
	header             string
}

func (w *world) play(t *testing.T, exchanges []exchange) {
	t.Helper()
	saved := map[string]string{"base": base}
	fill := func(s string) string {
		for name, value := range saved {
			s = strings.ReplaceAll(s, "${"+name+"}", value)
		}
		return s
	}
	for _, x := range exchanges {
		var headers []string
		if x.header != "" {
			headers = []string{x.header}
		}
		got := w.must(x.status, x.method, fill(x.path), fill(x.body), headers...)
		for pair := range strings.SplitSeq(x.save, ", ") {
			name, path, found := strings.Cut(pair, " ")
			if !found {
				continue
			}
			if saved[name] = got.str(path); saved[name] == "" {
				t.Fatalf("%s %s: nothing at %s\n%s", x.method, x.path, path, got.text)
			}
		}
	}
}

// TestAzureCLI is what "az ad" sends: sp create-for-rbac, app and credential commands,
// group member and permission grant.
func TestAzureCLI(t *testing.T) {
	newWorld(t).play(t, []exchange{
		{method: "GET", path: "/v1.0/applications?$filter=displayName%20eq%20'azure-cli-1'", status: 200},
		{method: "POST", path: "/v1.0/applications", body: `{"displayName":"azure-cli-1","signInAudience":"AzureADMyOrg"}`, status: 201, save: "app id, client appId"},
		{method: "POST", path: "/v1.0/servicePrincipals", body: `{"appId":"${client}","accountEnabled":true}`, status: 201, save: "sp id"},
		{method: "POST", path: "/v1.0/applications/${app}/addPassword", body: `{"passwordCredential":{"displayName":"rbac","startDateTime":"2026-03-02T12:00:00.000000Z","endDateTime":"2027-03-02T12:00:00.000000Z"}}`, status: 200, save: "key keyId"},
		{method: "GET", path: "/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'${client}')", status: 200, save: "same value.0.id"},
		{method: "GET", path: "/v1.0/applications?$filter=appId%20eq%20'${client}'", status: 200, save: "again value.0.id"},
		{method: "PATCH", path: "/v1.0/applications/${app}", body: `{"web":{"redirectUris":["https://localhost/in"],"implicitGrantSettings":{"enableIdTokenIssuance":true}},"identifierUris":["api://${client}"]}`, status: 204},
		{method: "PATCH", path: "/v1.0/applications/${app}", body: `{"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"}]}]}`, status: 204},
		{method: "GET", path: "/v1.0/servicePrincipals?$filter=servicePrincipalNames/any(c:c%20eq%20'00000003-0000-0000-c000-000000000000')", status: 200, save: "graph value.0.id"},
		{method: "POST", path: "/v1.0/oauth2PermissionGrants", body: `{"clientId":"${sp}","consentType":"AllPrincipals","resourceId":"${graph}","scope":"User.Read"}`, status: 201, save: "grant id"},
		{method: "GET", path: "/v1.0/oauth2PermissionGrants?$filter=clientId%20eq%20'${sp}'%20and%20consentType%20eq%20'AllPrincipals'", status: 200, save: "g value.0.id"},
		{method: "POST", path: "/v1.0/applications/${app}/removePassword", body: `{"keyId":"${key}"}`, status: 204},
		{method: "GET", path: "/v1.0/users?$filter=startswith(displayName,'Ben')", status: 200, save: "ben value.0.id"},
		{method: "POST", path: "/v1.0/groups", body: `{"displayName":"g","mailEnabled":false,"mailNickname":"g","securityEnabled":true}`, status: 201, save: "group id"},
		{method: "POST", path: "/v1.0/groups/${group}/members/$ref", body: `{"@odata.id":"${base}/v1.0/directoryObjects/${ben}"}`, status: 204},
		{method: "POST", path: "/v1.0/directoryObjects/${ben}/checkMemberGroups", body: `{"groupIds":["${group}"]}`, status: 200, save: "is value.0"},
		{method: "POST", path: "/v1.0/applications/${app}/owners/$ref", body: `{"@odata.id":"${base}/v1.0/directoryObjects/${ben}"}`, status: 204},
		{method: "GET", path: "/v1.0/applications/${app}/owners", status: 200, save: "owner value.0.id"},
		{method: "POST", path: "/v1.0/applications/${app}/federatedIdentityCredentials", body: `{"name":"cli","issuer":"https://token.actions.githubusercontent.com","subject":"repo:a/b:ref:refs/heads/c","description":"","audiences":["api://AzureADTokenExchange"]}`, status: 201},
		{method: "DELETE", path: "/v1.0/groups/${group}/members/${ben}/$ref", status: 204},
		{method: "DELETE", path: "/v1.0/servicePrincipals/${sp}", status: 204},
		{method: "DELETE", path: "/v1.0/applications/${app}", status: 204},
	})
}

// TestTerraform is what terraform-provider-azuread sends: every member it knows, nulls
// among them, whole sets, and permanent deletion (Entra facts 6.7).
func TestTerraform(t *testing.T) {
	const member = `{"@odata.id":"${base}/v1.0/directoryObjects/${ben}"}`
	newWorld(t).play(t, []exchange{
		{method: "GET", path: "/v1.0/users/ben@contoso.example?$select=accountEnabled,ageGroup,businessPhones,city,companyName,consentProvidedForMinor,country,creationType,department,displayName," +
			"employeeHireDate,employeeId,employeeOrgData,employeeType,externalUserState,faxNumber,givenName,id,imAddresses,jobTitle,mail,mailNickname,mobilePhone,officeLocation," +
			"onPremisesDistinguishedName,onPremisesDomainName,onPremisesImmutableId,onPremisesSamAccountName,onPremisesSecurityIdentifier,onPremisesSyncEnabled,onPremisesUserPrincipalName," +
			"otherMails,passwordPolicies,passwordProfile,postalCode,preferredLanguage,proxyAddresses,showInAddressList,state,streetAddress,surname,usageLocation,userPrincipalName,userType",
			status: 200, save: "ben id"},
		{method: "POST", path: "/v1.0/applications", status: 201, save: "app id, client appId", body: `{"@odata.type":"#microsoft.graph.application","displayName":"tf","signInAudience":"AzureADMyOrg",
			"owners@odata.bind":["${base}/v1.0/directoryObjects/${ben}"],"api":{"acceptMappedClaims":false,"knownClientApplications":[],"oauth2PermissionScopes":[],"requestedAccessTokenVersion":1},
			"appRoles":[],"info":{"marketingUrl":null,"privacyStatementUrl":null,"supportUrl":null,"termsOfServiceUrl":null},"isDeviceOnlyAuthSupported":false,"isFallbackPublicClient":false,
			"notes":null,"oauth2RequirePostResponse":false,"optionalClaims":{"accessToken":[],"idToken":[],"saml2Token":[]},"publicClient":{"redirectUris":[]},"requiredResourceAccess":[],
			"samlMetadataUrl":null,"serviceManagementReference":null,"spa":{"redirectUris":[]},"tags":["HideApp"],"groupMembershipClaims":null,"description":null,
			"web":{"homePageUrl":null,"implicitGrantSettings":{"enableAccessTokenIssuance":false,"enableIdTokenIssuance":false},"logoutUrl":null,"redirectUris":[]}}`},
		{method: "PATCH", path: "/v1.0/applications/${app}", body: `{"@odata.type":"#microsoft.graph.application","displayName":"tf"}`, status: 204},
		{method: "GET", path: "/v1.0/applications/${app}/owners", status: 200, save: "owner value.0.id"},
		{method: "PATCH", path: "/v1.0/applications/${app}", status: 204, body: `{"appRoles":[{"allowedMemberTypes":["Application"],"description":"d","displayName":"n","id":"1b19509b-32b1-4e9f-b71d-4992aa991967","isEnabled":true,"value":"R"}]}`},
		{method: "PATCH", path: "/v1.0/applications/${app}", status: 204, body: `{"appRoles":[{"allowedMemberTypes":["Application"],"description":"d","displayName":"n","id":"1b19509b-32b1-4e9f-b71d-4992aa991967","isEnabled":false,"origin":"Application","value":"R"}]}`},
		{method: "PATCH", path: "/v1.0/applications/${app}", body: `{"appRoles":[]}`, status: 204},
		{method: "POST", path: "/v1.0/applications/${app}/addPassword", body: `{"passwordCredential":{"displayName":"tf","endDateTime":"2027-03-02T12:00:00Z"}}`, status: 200, save: "key keyId, text secretText"},
		{method: "GET", path: "/v1.0/applications/${app}", status: 200, save: "k passwordCredentials.0.keyId"},
		{method: "POST", path: "/v1.0/servicePrincipals", status: 201, save: "sp id", body: `{"@odata.type":"#microsoft.graph.servicePrincipal","accountEnabled":true,"alternativeNames":[],"appId":"${client}","appRoleAssignmentRequired":false,
			"description":null,"loginUrl":null,"notes":null,"notificationEmailAddresses":[],"owners@odata.bind":["${base}/v1.0/directoryObjects/${ben}"],"preferredSingleSignOnMode":null,
			"samlSingleSignOnSettings":{"relayState":null},"tags":["HideApp"]}`},
		{method: "GET", path: "//v1.0/servicePrincipals/${sp}", status: 200}, // the cloud's address ends in a slash
		{method: "GET", path: "/v1.0/servicePrincipals?$filter=appId%20eq%20'00000003-0000-0000-c000-000000000000'", status: 200, save: "graph value.0.id"},
		{method: "POST", path: "/v1.0/servicePrincipals/${graph}/appRoleAssignedTo", status: 201, save: "assignment id",
			body: `{"@odata.type":"#microsoft.graph.appRoleAssignment","appRoleId":"df021288-bdef-4463-88db-98f22de89214","principalId":"${sp}","resourceId":"${graph}"}`},
		{method: "GET", path: "/v1.0/servicePrincipals/${graph}/appRoleAssignedTo/${assignment}", status: 200},
		{method: "POST", path: "/v1.0/oauth2PermissionGrants", status: 201, save: "grant id", body: `{"clientId":"${sp}","consentType":"AllPrincipals","principalId":null,"resourceId":"${graph}","scope":"openid User.Read"}`},
		{method: "GET", path: "/v1.0/oauth2PermissionGrants/${grant}", status: 200},
		{method: "POST", path: "/v1.0/groups", status: 201, save: "group id", body: `{"@odata.type":"#microsoft.graph.group","displayName":"tf","description":null,"groupTypes":[],"isAssignableToRole":false,"mailEnabled":false,
			"mailNickname":"00000000-0000-0000-0000-000000000000","securityEnabled":true,"membershipRule":null,"owners@odata.bind":["${base}/v1.0/directoryObjects/${ben}"],"visibility":null}`},
		{method: "POST", path: "/v1.0/groups/${group}/members/$ref", body: member, status: 204},
		{method: "GET", path: "/v1.0/groups/${group}/members", status: 200, save: "m value.0.id", header: "ConsistencyLevel: eventual"},
		{method: "POST", path: "/v1.0/users", status: 201, save: "user id", body: `{"@odata.type":"#microsoft.graph.user","accountEnabled":true,"ageGroup":null,"businessPhones":[],"city":null,"companyName":null,
			"consentProvidedForMinor":null,"country":null,"department":null,"displayName":"tf","employeeId":null,"employeeType":null,"faxNumber":null,"givenName":null,"jobTitle":null,"mail":null,"mailNickname":"tf",
			"mobilePhone":null,"officeLocation":null,"otherMails":[],"passwordPolicies":"","passwordProfile":{"forceChangePasswordNextSignIn":false,"password":"Str0ng-and-long"},"postalCode":null,
			"preferredLanguage":null,"state":null,"streetAddress":null,"surname":null,"usageLocation":null,"userPrincipalName":"tf@contoso.example"}`},
		{method: "GET", path: "/v1.0/users/${user}/manager", status: 404},
		{method: "DELETE", path: "/v1.0/users/${user}", status: 204},
		{method: "DELETE", path: "/v1.0/directory/deletedItems/${user}", status: 204},
		{method: "DELETE", path: "/v1.0/groups/${group}", status: 204},
		{method: "DELETE", path: "/v1.0/servicePrincipals/${graph}/appRoleAssignedTo/${assignment}", status: 204},
		{method: "DELETE", path: "/v1.0/oauth2PermissionGrants/${grant}", status: 204},
		{method: "POST", path: "/v1.0/applications/${app}/removePassword", body: `{"keyId":"${key}"}`, status: 204},
		{method: "DELETE", path: "/v1.0/servicePrincipals/${sp}", status: 204},
		{method: "DELETE", path: "/v1.0/applications/${app}", status: 204},
		{method: "GET", path: "/v1.0/directory/deletedItems/${app}", status: 200},
		{method: "DELETE", path: "/v1.0/directory/deletedItems/${app}", status: 204},
		{method: "GET", path: "/v1.0/applications/${app}", status: 404},
	})
}

// TestPreflight: pages of any origin may call.
func TestPreflight(t *testing.T) {
	w := newWorld(t)
	got := w.send("", http.MethodOptions, "/v1.0/me", "", "Origin: https://spa.example", "Access-Control-Request-Headers: authorization")
	if got.status != 200 || got.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(got.header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Errorf("%d %v", got.status, got.header)
	}
	if got := w.send("ben User.Read", "GET", "/v1.0/me", ""); got.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", got.header)
	}
}
