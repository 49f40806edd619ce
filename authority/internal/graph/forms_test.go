package graph

import (
	"encoding/json"
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
		{"a reference to no id", exchange{method: "GET", path: "/v1.0/applications/" + app + "/owners/nobody/$ref", status: 404}, "Resource 'nobody' does not exist"},
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

// TestNewApplicationWithSecret: terraform asks for an application's first secret together
// with the application. The text is in that answer and in no other.
func TestNewApplicationWithSecret(t *testing.T) {
	w := newWorld(t)
	const body = `{"displayName":"tf","passwordCredentials":[{"displayName":"first","endDateTime":"2027-03-02T12:00:00Z"%s}]}`
	made := w.must(201, "POST", "/v1.0/applications", strings.Replace(body, "%s", "", 1))
	made.want("passwordCredentials.0.displayName", `"first"`)
	made.want("passwordCredentials.0.endDateTime", `"2027-03-02T12:00:00Z"`)
	if secret := made.str("passwordCredentials.0.secretText"); len(secret) != 40 || secret[:3] != made.str("passwordCredentials.0.hint") {
		t.Errorf("secret and hint: %s", made.text)
	}
	again := w.must(200, "GET", "/v1.0/applications/"+made.str("id"), "")
	again.want("passwordCredentials.0.secretText", "null")
	again.want("passwordCredentials.0.keyId", `"`+made.str("passwordCredentials.0.keyId")+`"`)
	w.must(400, "POST", "/v1.0/applications", strings.Replace(body, "%s", `,"secretText":"mine"`, 1))
}

// TestCertificatesOfAzureCLI: a certificate comes with the application, and another is
// added to the list as it was read.
func TestCertificatesOfAzureCLI(t *testing.T) {
	w := newWorld(t)
	key := func(i identity, id string) string {
		return `{"@odata.type":"#microsoft.graph.keyCredential","displayName":null,"endDateTime":"2027-01-01T00:00:00Z","key":"` + i.base64() +
			`","keyId":"` + id + `","startDateTime":"2026-03-02T12:00:00Z","type":"AsymmetricX509Cert","usage":"Verify"}`
	}
	made := w.must(201, "POST", "/v1.0/applications", `{"displayName":"az","keyCredentials":[`+key(identities()[0], string(id(501)))+`]}`)
	path := "/v1.0/applications/" + made.str("id")
	read, err := marshal(w.must(200, "GET", path, "").at("keyCredentials.0"))
	if err != nil {
		t.Fatal(err)
	}
	w.must(204, "PATCH", path, `{"keyCredentials":[`+string(read)+`,`+key(identities()[1], string(id(502)))+`]}`)
	got := w.must(200, "GET", path, "")
	got.want("keyCredentials.0.keyId", `"`+string(id(501))+`"`)
	got.want("keyCredentials.1.keyId", `"`+string(id(502))+`"`)
	got.want("keyCredentials.1.customKeyIdentifier", `"`+identities()[1].thumbprint()+`"`)
}

// FuzzWithoutAnnotations: JSON stays JSON, members of other names stay, and those of the
// outermost object that are annotations go.
func FuzzWithoutAnnotations(f *testing.F) {
	for _, seed := range []string{`{"@odata.type":"#x","a":[{"b@odata.bind":1,"c":2}]}`, `"@odata."`, `[null,{"@odata.id":{}}]`, `{`, ``, `{"a":"@odata.x"} 1`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := withoutAnnotations([]byte(text), 0)
		if json.Valid([]byte(text)) != json.Valid(out) {
			t.Fatalf("%q became %q", text, out)
		}
		var before, after map[string]json.RawMessage
		if json.Unmarshal([]byte(text), &before) != nil || json.Unmarshal(out, &after) != nil {
			return
		}
		for name := range before {
			if _, left := after[name]; left == strings.Contains(name, "@odata.") {
				t.Errorf("%q: %q left: %v", text, name, left)
			}
		}
	})
}
