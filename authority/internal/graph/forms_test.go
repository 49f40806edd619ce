package graph

import (
	"strings"
	"testing"
)

// TestFormsOfTools is one row for each form of request that the source of a tool shows and
// that the sequences above do not send: hamilton, the SDK under terraform-provider-azuread,
// Azure CLI, and the clients that write the types of nested structures.
func TestFormsOfTools(t *testing.T) {
	const terraform = "Accept: application/json; charset=utf-8; IEEE754Compatible=false; odata.metadata=full"
	app, sp := string(shopApp), string(shopSP)
	ada, ben, sales := string(adaUser), string(benUser), string(salesGroup)
	for _, x := range []struct {
		name string
		exchange
		want string // in the text of the answer
	}{
		{"all metadata", exchange{method: "GET", path: "/v1.0/applications/" + app, status: 200, header: terraform}, `"appId"`},
		{"a function's name with a capital", exchange{method: "GET", path: "/beta/groups?$filter=mailEnabled eq false and startsWith(displayName, 'Sal')", status: 200}, sales},
		{"another variable", exchange{method: "GET", path: "/v1.0/applications?$filter=identifierUris/any(uri:uri eq 'api://none')", status: 200}, `"value":[]`},
		{"a template and a name", exchange{method: "GET", path: "/v1.0/applications?$filter=applicationTemplateId eq 'x' and displayName eq 'y'", status: 200}, `"value":[]`},
		{"a member by its id", exchange{method: "GET", path: "/beta/groups/" + sales + "/members?$filter=id eq '" + ben + "'", status: 200}, ben},
		{"no such member", exchange{method: "GET", path: "/beta/groups/" + sales + "/members?$filter=id eq '" + ada + "'", status: 200}, `"value":[]`},
		{"what mail-enabled groups have", exchange{method: "GET", path: "/beta/groups/" + sales + "?$select=allowExternalSenders,autoSubscribeNewMembers,hideFromAddressLists,hideFromOutlookClients", status: 200}, `"hideFromOutlookClients"`},
		{"beta's address of metadata", exchange{method: "GET", path: "/beta/servicePrincipals/" + sp + "?$select=samlMetadataUrl", status: 200}, `"samlMetadataUrl":null`},
		{"beta's setting", exchange{method: "GET", path: "/beta/applications/" + app + "?$select=oauth2RequirePostResponse", status: 200}, "oauth2RequirePostResponse"},
		{"service principals of a list", exchange{method: "GET", path: "/v1.0/servicePrincipals?$select=accountEnabled,appId,appOwnerOrganizationId,appRoleAssignmentRequired,displayName,id,preferredSingleSignOnMode,servicePrincipalNames,servicePrincipalType,signInAudience,tags", status: 200}, sp},
		{"an object of any kind", exchange{method: "GET", path: "/v1.0/directoryObjects/" + ben, status: 200}, `"@odata.type":"#microsoft.graph.user"`},
		{"a reference to a member", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/members/" + ben + "/$ref?$select=id,url", status: 200}, ben},
		{"a reference to no member", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/members/" + ada + "/$ref", status: 404}, "Request_ResourceNotFound"},
		{"units of a group", exchange{method: "GET", path: "/beta/groups/" + sales + "/memberOf", status: 200}, `"value":`},
		{"units of a group by their type", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/memberOf/microsoft.graph.administrativeUnit?$select=id", status: 200}, `"value":[]`},
		{"references of members", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/members/$ref", status: 200}, "/v2/"},
		{"references of no owners", exchange{method: "GET", path: "/v1.0/servicePrincipals/" + sp + "/owners/$ref", status: 200}, `"value":[]`},
		{"members by the short name of their kind", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/members/graph.user", status: 200}, ben},
		{"members of another kind", exchange{method: "GET", path: "/v1.0/groups/" + sales + "/members/graph.servicePrincipal", status: 200}, `"value":[]`},
		{"groups of a person by their kind", exchange{method: "GET", path: "/v1.0/users/" + ben + "/memberOf/microsoft.graph.group", status: 200}, sales},
		{"roles of a person by their kind", exchange{method: "GET", path: "/v1.0/users/" + ada + "/transitiveMemberOf/graph.directoryRole", status: 200}, "directoryRole"},
		{"what is owned, by its kind", exchange{method: "GET", path: "/v1.0/users/" + ada + "/ownedObjects/microsoft.graph.application", status: 200}, `"value":[]`},
		{"deleted objects by the short name", exchange{method: "GET", path: "/v1.0/directory/deletedItems/graph.user", status: 200}, `"value":[]`},
		{"a reference with a tenant", exchange{method: "POST", path: "/v1.0/applications/" + app + "/owners/$ref", body: `{"@odata.id":"` + base + "/v1.0/" + string(contoso) + "/directoryObjects/" + ben + `"}`, status: 204}, ""},
		{"a reference with its type", exchange{method: "POST", path: "/v1.0/servicePrincipals/" + sp + "/owners/$ref", body: `{"@odata.id":"` + base + "/v2/" + string(contoso) + "/directoryObjects/" + ben + `/Microsoft.DirectoryServices.User"}`, status: 204}, ""},
		{"deleted objects of a type", exchange{method: "GET", path: "/v1.0/directory/deleteditems/microsoft.graph.application", status: 200}, `"value":[]`},
		{"stubs of a partner too", exchange{method: "POST", path: "/v1.0/directoryObjects/getByIds", body: `{"ids":["` + ben + `"],"types":["user","group","servicePrincipal","directoryObjectPartnerReference"]}`, status: 200}, `"#microsoft.graph.user"`},
		{"grants in another case", exchange{method: "DELETE", path: "/v1.0/oAuth2PermissionGrants/none", status: 404}, "Request_ResourceNotFound"},
		{"a grant by its principal", exchange{method: "POST", path: "/v1.0/oauth2PermissionGrants", body: `{"clientId":"` + string(toolSP) + `","consentType":"AllPrincipals","principalId":null,"resourceId":"` + sp + `","scope":"Orders.Read"}`, status: 201}, "AllPrincipals"},
		{"the types of structures", exchange{method: "PATCH", path: "/v1.0/applications/" + app, body: `{"@odata.type":"#microsoft.graph.application","web":{"@odata.type":"#microsoft.graph.webApplication",
			"implicitGrantSettings":{"@odata.type":"#microsoft.graph.implicitGrantSettings","enableIdTokenIssuance":true}}}`, status: 204}, ""},
		{"the types of a password", exchange{method: "POST", path: "/v1.0/applications/" + app + "/addPassword", body: `{"passwordCredential":{"@odata.type":"#microsoft.graph.passwordCredential","displayName":"x"}}`, status: 200}, `"secretText":"`},
		{"a federated credential with its id", exchange{method: "POST", path: "/v1.0/applications/" + app + "/federatedIdentityCredentials", body: `{"@odata.type":"#microsoft.graph.federatedIdentityCredential","audiences":["a"],"description":"","issuer":"https://i.example","name":"tfc","subject":"s"}`, status: 201}, `"tfc"`},
		{"the phones and the organisation of a person", exchange{method: "PATCH", path: "/v1.0/users/" + ben, body: `{"@odata.type":"#microsoft.graph.user","employeeOrgData":{"costCenter":null,"division":null},"otherMails":[],"showInAddressList":true,"passwordPolicies":null}`, status: 204}, ""},
		{"a group's description to nothing", exchange{method: "PATCH", path: "/beta/groups/" + sales, body: `{"@odata.type":"#microsoft.graph.group","description":null}`, status: 204}, ""},
		{"an unknown member still", exchange{method: "PATCH", path: "/v1.0/applications/" + app, body: `{"web":{"unknown":1}}`, status: 400}, "Request_BadRequest"},
	} {
		t.Run(x.name, func(t *testing.T) {
			w := newWorld(t)
			var headers []string
			if x.header != "" {
				headers = []string{x.header}
			}
			if got := w.must(x.status, x.method, x.path, x.body, headers...); !strings.Contains(got.text, x.want) {
				t.Errorf("%s %s: %s\nis without %s", x.method, x.path, got.text, x.want)
			}
		})
	}
}

// TestManager: terraform puts and takes a person's manager by reference; changes of the
// person leave it.
func TestManager(t *testing.T) {
	w := newWorld(t)
	ben, ada := "/v1.0/users/"+string(benUser), base+"/v1.0/users/"+string(adaUser)
	w.must(404, "GET", ben+"/manager", "")
	w.must(204, "PUT", ben+"/manager/$ref", `{"@odata.id":"`+ada+`"}`)
	w.must(204, "PATCH", ben, `{"jobTitle":"Chief"}`)
	w.must(200, "GET", ben+"/manager", "").want("id", `"`+string(adaUser)+`"`)
	w.must(200, "GET", ben+"/manager", "").want("@odata.type", `"#microsoft.graph.user"`)
	w.must(400, "PATCH", ben, `{"manager":"`+string(adaUser)+`"}`)
	w.must(400, "PUT", ben+"/manager/$ref", `{"@odata.id":"`+base+`/v1.0/groups/`+string(salesGroup)+`"}`)
	w.must(404, "PUT", ben+"/manager/$ref", `{"@odata.id":"`+base+`/v1.0/users/`+string(fayUser)+`"}`)
	if got := w.send("ben User.ReadWrite", "PUT", ben+"/manager/$ref", `{"@odata.id":"`+ada+`"}`); got.status != 403 {
		t.Errorf("by themselves: %d", got.status)
	}
	w.must(204, "DELETE", ben+"/manager/$ref", "")
	w.must(404, "GET", ben+"/manager", "")
	w.must(404, "DELETE", ben+"/manager/$ref", "")
}
