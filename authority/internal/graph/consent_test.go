package graph

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/journal"
)

func TestPermissionGrants(t *testing.T) {
	w := newWorld(t)
	all := `{"clientId":"` + string(toolSP) + `","consentType":"AllPrincipals","principalId":null,"resourceId":"` + string(shopSP) + `","scope":" Orders.Read Orders.Write"}`
	made := w.must(201, "POST", "/v1.0/oauth2PermissionGrants", all)
	if got := strings.Join(members(t, made.text), " "); got != "@odata.context clientId consentType id principalId resourceId scope" {
		t.Errorf("members %s", got)
	}
	made.want("scope", `"Orders.Read Orders.Write"`)
	made.want("principalId", "null")
	if got := w.send(admin, "POST", "/v1.0/oauth2PermissionGrants", all); got.code() != "409 Request_MultipleObjectsWithSameKeyValue" || got.str("error.message") != "Permission entry already exists." {
		t.Error(got.text)
	}
	consented := func(user directory.ID) string {
		return strings.Join(w.directory.Current().Consented(toolSP, shopSP, user), " ")
	}
	if consented(adaUser) != "Orders.Read Orders.Write" {
		t.Errorf("ada: %s", consented(adaUser))
	}
	got := w.must(200, "GET", "/v1.0/oauth2PermissionGrants?$filter=clientId eq '"+string(toolSP)+"' and resourceId eq '"+string(shopSP)+"' and consentType eq 'AllPrincipals'", "")
	got.want("value.0.id", `"`+made.str("id")+`"`)
	got.want("value.1", "null")
	for path, want := range map[string]string{"servicePrincipals/" + string(toolSP): "AllPrincipals,Principal", "users/" + string(benUser): "Principal"} {
		if got := w.must(200, "GET", "/v1.0/"+path+"/oauth2PermissionGrants", ""); got.names("consentType") != want {
			t.Errorf("%s: %s", path, got.text)
		}
	}
	at := "/v1.0/oauth2PermissionGrants/" + made.str("id")
	w.must(204, "PATCH", at, `{"scope":"Orders.Read Orders.Write Orders.Delete"}`)
	if len(w.revoked) != 0 {
		t.Errorf("more scopes revoked %v", w.revoked)
	}
	w.must(204, "PATCH", at, `{"scope":"Orders.Write"}`)
	w.must(400, "PATCH", at, `{"consentType":"Principal"}`)
	if consented(adaUser) != "Orders.Write" || consented(benUser) != "Orders.Read Orders.Write" {
		t.Errorf("ada %s, ben %s", consented(adaUser), consented(benUser))
	}
	w.must(204, "DELETE", at, "")
	w.must(404, "GET", at, "")
	if consented(adaUser) != "" || !slices.Equal(w.revoked, []string{"grant " + string(toolID) + " ", "grant " + string(toolID) + " "}) {
		t.Errorf("ada %s, revoked %v", consented(adaUser), w.revoked)
	}
	for name, change := range map[string][2]string{
		"kind": {"AllPrincipals", "Everybody"}, "everybody with a person": {"null", `"` + string(benUser) + `"`}, "nobody": {"AllPrincipals", "Principal"},
		"no client": {string(toolSP), string(id(999))}, "client of another tenant": {string(toolSP), string(fayUser)}, "no GUID": {string(shopSP), "x"},
	} {
		if got := w.send(admin, "POST", "/v1.0/oauth2PermissionGrants", strings.Replace(all, change[0], change[1], 1)); got.status != 400 && got.status != 404 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestRoleAssignments(t *testing.T) {
	w := newWorld(t)
	body := `{"principalId":"` + string(benUser) + `","resourceId":"` + string(shopSP) + `","appRoleId":"` + string(shopRole) + `"}`
	made := w.must(201, "POST", "/v1.0/servicePrincipals/"+string(shopSP)+"/appRoleAssignedTo", body)
	if got := strings.Join(members(t, made.text), " "); got != "@odata.context id deletedDateTime appRoleId createdDateTime principalDisplayName principalId "+
		"principalType resourceDisplayName resourceId" {
		t.Errorf("members %s", got)
	}
	for path, value := range map[string]string{
		"principalType": `"User"`, "principalDisplayName": `"Ben Basic"`, "resourceDisplayName": `"Shop"`, "createdDateTime": `"2026-03-02T12:00:00Z"`, "deletedDateTime": "null",
	} {
		made.want(path, value)
	}
	w.must(400, "POST", "/v1.0/users/"+string(benUser)+"/appRoleAssignments", body) // again
	if got := w.must(200, "GET", "/v1.0/servicePrincipals/"+string(shopSP)+"/appRoleAssignedTo", ""); got.names("principalDisplayName") != "Ben Basic,Tool" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", "/v1.0/servicePrincipals/"+string(toolSP)+"/appRoleAssignments?$filter=resourceId eq "+string(shopSP), ""); got.names("principalType") != "ServicePrincipal" {
		t.Error(got.text)
	}
	w.must(201, "POST", "/v1.0/groups/"+string(salesGroup)+"/appRoleAssignments", strings.Replace(body, string(benUser), string(salesGroup), 1))
	w.must(201, "POST", "/v1.0/users/"+string(adaUser)+"/appRoleAssignments",
		`{"principalId":"`+string(adaUser)+`","resourceId":"`+string(graphSP)+`","appRoleId":"00000000-0000-0000-0000-000000000000"}`)
	at := "/v1.0/users/ben@contoso.example/appRoleAssignments/" + made.str("id")
	w.must(200, "GET", at, "")
	w.must(404, "DELETE", "/v1.0/users/"+string(adaUser)+"/appRoleAssignments/"+made.str("id"), "") // not ada's
	w.must(204, "DELETE", at, "")
	w.must(404, "GET", at, "")
	for name, change := range map[string][2]string{
		"no role": {string(shopRole), string(id(999))}, "no principal": {string(benUser), string(id(999))}, "no resource": {string(shopSP), string(id(999))},
		"principal of another tenant": {string(benUser), string(fayUser)},
	} {
		if got := w.send(admin, "POST", "/v1.0/servicePrincipals/"+string(shopSP)+"/appRoleAssignedTo", strings.Replace(body, change[0], change[1], 1)); got.status != 400 && got.status != 404 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
}

func TestServicePrincipals(t *testing.T) {
	w := newWorld(t)
	made := w.must(201, "POST", "/v1.0/servicePrincipals", `{"appId":"`+string(isvID)+`","accountEnabled":true,"appRoleAssignmentRequired":true,"tags":["WindowsAzureActiveDirectoryIntegratedApp"],"notes":"n"}`)
	for path, value := range map[string]string{
		"appDisplayName": `"ISV"`, "displayName": `"ISV"`, "appOwnerOrganizationId": `"` + string(fabrikam) + `"`, "servicePrincipalType": `"Application"`, "signInAudience": `"AzureADMultipleOrgs"`,
		"servicePrincipalNames": `["` + string(isvID) + `"]`, "appRoleAssignmentRequired": "true", "accountEnabled": "true", "notes": `"n"`,
	} {
		made.want(path, value)
	}
	at := "/v1.0/servicePrincipals(appId='" + string(isvID) + "')"
	w.must(204, "PATCH", at, `{"displayName":"Ours","accountEnabled":false,"servicePrincipalNames":["`+string(isvID)+`","api://extra"]}`)
	got := w.must(200, "GET", at, "")
	got.want("displayName", `"Ours"`)
	got.want("servicePrincipalNames", `["`+string(isvID)+`","api://extra"]`)
	if p, found := w.directory.Current().Resource(contoso, "api://extra"); !found || !p.Disabled {
		t.Error("the name is not known")
	}
	for body, code := range map[string]string{
		`{"appId":"` + string(isvID) + `"}`: "409 Request_MultipleObjectsWithSameKeyValue", `{"appId":"` + string(id(999)) + `"}`: "400 NoBackingApplicationObject", `{}`: "400 NoBackingApplicationObject",
	} {
		if got := w.send(admin, "POST", "/v1.0/servicePrincipals", body); got.code() != code {
			t.Errorf("%s: %s, want %s", body, got.code(), code)
		}
	}
	w.must(403, "DELETE", "/v1.0/servicePrincipals/"+string(graphSP), "")
}

// Withdrawing consent: with the service principal go its grants and its assignments, and
// what people signed in to; a new one has another id.
func TestDeletedPrincipal(t *testing.T) {
	w := newWorld(t)
	w.must(204, "DELETE", "/v1.0/servicePrincipals/"+string(shopSP), "")
	if got := w.must(200, "GET", "/v1.0/oauth2PermissionGrants", ""); got.names("id") != "" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", "/v1.0/servicePrincipals/"+string(toolSP)+"/appRoleAssignments", ""); got.names("id") != "" {
		t.Error(got.text)
	}
	if _, found := w.directory.Current().Resource(contoso, "api://shop"); found || !slices.Contains(w.revoked, "grant "+string(shopID)+" ") {
		t.Errorf("still there: %v, revoked %v", found, w.revoked)
	}
	if got := w.must(200, "GET", "/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal", ""); got.names("id") != string(shopSP) {
		t.Error(got.text)
	}
	again := w.must(201, "POST", "/v1.0/servicePrincipals", `{"appId":"`+string(shopID)+`"}`)
	if again.str("id") == string(shopSP) {
		t.Error("the new one has the old one's id")
	}
	w.must(409, "POST", "/v1.0/directory/deletedItems/"+string(shopSP)+"/restore", "")
	w.must(204, "DELETE", "/v1.0/servicePrincipals/"+again.str("id"), "")
	w.must(200, "POST", "/v1.0/directory/deletedItems/"+string(shopSP)+"/restore", "").want("id", `"`+string(shopSP)+`"`)
	w.must(200, "GET", "/v1.0/servicePrincipals/"+string(shopSP), "")
}

func TestDeletedApplication(t *testing.T) {
	w := newWorld(t)
	at, gone := "/v1.0/applications/"+string(shopApp), "/v1.0/directory/deletedItems/"+string(shopApp)
	w.must(204, "DELETE", at, "")
	w.must(404, "GET", at, "")
	w.must(404, "GET", "/v1.0/servicePrincipals/"+string(shopSP), "")
	w.must(200, "GET", gone, "").want("deletedDateTime", `"2026-03-02T12:00:00Z"`)
	if !slices.Contains(w.revoked, "app "+string(shopID)) {
		t.Errorf("revoked %v", w.revoked)
	}
	w.must(400, "POST", "/v1.0/directory/deletedItems/"+string(shopSP)+"/restore", "") // its application first
	if got := w.send("app User.ReadWrite.All", "POST", gone+"/restore", ""); got.status != 403 {
		t.Errorf("with the permission of another kind: %d", got.status)
	}
	w.must(200, "POST", gone+"/restore", "")
	w.must(200, "GET", at, "")
	w.must(200, "GET", "/v1.0/servicePrincipals/"+string(shopSP), "")
	w.must(404, "POST", gone+"/restore", "")
	w.must(204, "DELETE", at, "")
	w.must(204, "DELETE", gone, "")
	w.must(404, "GET", gone, "")
	w.must(404, "GET", "/v1.0/directory/deletedItems/"+string(shopSP), "")
}

func TestDeletedUser(t *testing.T) {
	w := newWorld(t)
	gone := "/v1.0/directory/deletedItems/" + string(benUser)
	w.must(204, "DELETE", "/v1.0/users/ben@contoso.example", "")
	if got := w.must(200, "GET", gone, ""); got.str("userPrincipalName") != strings.ReplaceAll(string(benUser), "-", "")+"ben@contoso.example" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", "/v1.0/groups/"+string(salesGroup)+"/members", ""); got.names("id") != "" {
		t.Error(got.text)
	}
	w.must(200, "POST", gone+"/restore", "").want("userPrincipalName", `"ben@contoso.example"`)
	if got := w.must(200, "GET", "/v1.0/groups/"+string(salesGroup)+"/members", ""); got.names("id") != string(benUser) {
		t.Error(got.text)
	}
	w.must(204, "DELETE", "/v1.0/users/ben@contoso.example", "")
	w.now = w.now.Add(directory.Kept + time.Hour)
	w.must(404, "GET", gone, "")
	w.must(404, "POST", gone+"/restore", "")
	if got := w.must(200, "GET", "/v1.0/directory/deletedItems/microsoft.graph.user", ""); got.names("id") != "" {
		t.Error(got.text)
	}
}

func TestDeletedGroup(t *testing.T) {
	w := newWorld(t)
	w.must(204, "DELETE", "/v1.0/groups/"+string(unifiedGroup), "")
	if got := w.must(200, "GET", "/v1.0/users/"+string(benUser)+"/transitiveMemberOf", ""); got.names("displayName") != "Sales" {
		t.Error(got.text)
	}
	w.must(200, "POST", "/v1.0/directory/deletedItems/"+string(unifiedGroup)+"/restore", "")
	if got := w.must(200, "GET", "/v1.0/users/"+string(benUser)+"/transitiveMemberOf", ""); got.names("displayName") != "Sales,Team" {
		t.Error(got.text)
	}
}

func TestSignIns(t *testing.T) {
	w := newWorld(t).withJournal()
	for i := range 5 {
		w.journal.Record(journal.Entry{ID: string(id(i)), Time: w.now.Add(time.Duration(i) * time.Minute), Tenant: contoso, App: toolID, AppName: "Tool", Principal: toolSP,
			Credential: "secret " + string(id(9)), Resource: shopID, ResourceAs: "Shop", Code: []int{0, 7000215}[i%2], Explanation: "why", Correlation: "c", IP: "::1"})
	}
	w.journal.Record(journal.Entry{ID: "x", Time: w.now, Tenant: fabrikam, App: toolID})
	got := w.must(200, "GET", "/v1.0/auditLogs/signIns?$top=2", "")
	for path, value := range map[string]string{
		"value.0.id": `"` + string(id(4)) + `"`, "value.0.status.errorCode": "0", "value.1.status.errorCode": "7000215", "value.1.status.failureReason": `"why"`, "value.0.appDisplayName": `"Tool"`,
		"value.0.servicePrincipalCredentialKeyId": `"` + string(id(9)) + `"`, "value.0.clientCredentialType": `"clientSecret"`, "value.0.resourceDisplayName": `"Shop"`, "value.0.ipAddress": `"::1"`,
		"value.0.signInEventTypes": `["servicePrincipal"]`, "value.0.correlationId": `"c"`, "value.0.createdDateTime": `"2026-03-02T12:04:00Z"`, "value.2": "null",
	} {
		got.want(path, value)
	}
	w.must(200, "GET", "/v1.0/auditLogs/signIns/"+string(id(3)), "").want("status.errorCode", "7000215")
	w.must(404, "GET", "/v1.0/auditLogs/signIns/x", "") // another tenant's
	var ids []string
	for next := "/v1.0/auditLogs/signIns?$top=2"; next != ""; next = strings.TrimPrefix(got.str("@odata.nextLink"), base) {
		got = w.must(200, "GET", next, "")
		ids = append(ids, got.names("id"))
	}
	if len(ids) != 3 || strings.Contains(strings.Join(ids, ","), "x") {
		t.Errorf("pages %v", ids)
	}
	for filter, n := range map[string]int{"status/errorCode ne 0": 2, "appId eq '" + string(toolID) + "'": 5, "createdDateTime ge 2026-03-02T12:03:00Z": 2, "status/errorCode eq 7000215 and resourceDisplayName eq 'Shop'": 2} {
		got := w.must(200, "GET", "/v1.0/auditLogs/signIns?$filter="+strings.ReplaceAll(filter, " ", "%20"), "")
		if list, _ := got.body["value"].([]any); len(list) != n {
			t.Errorf("%s: %d, want %d", filter, len(list), n)
		}
	}
}

func TestBatch(t *testing.T) {
	w := newWorld(t)
	got := w.must(200, "POST", "/v1.0/$batch", `{"requests":[
		{"id":"1","method":"GET","url":"/users/ben@contoso.example?$select=id"},
		{"id":"2","method":"POST","url":"/applications","body":{"displayName":"In a batch"},"headers":{"Content-Type":"application/json"}},
		{"id":"3","method":"GET","url":"/users/nobody"},
		{"id":"4","method":"DELETE","url":"/users/ben@contoso.example","dependsOn":["3"]},
		{"id":"5","method":"POST","url":"/$batch","body":{"requests":[]}},
		{"id":"6","method":"DELETE","url":"users/`+string(benUser)+`"}]}`)
	for path, value := range map[string]string{
		"responses.0.status": "200", "responses.0.body.id": `"` + string(benUser) + `"`, "responses.1.status": "201", "responses.1.body.displayName": `"In a batch"`,
		"responses.2.status": "404", "responses.2.body.error.code": `"Request_ResourceNotFound"`, "responses.3.status": "424", "responses.4.status": "400", "responses.5.status": "204",
	} {
		got.want(path, value)
	}
	if got := w.send("app User.Read.All", "POST", "/v1.0/$batch", `{"requests":[{"id":"1","method":"DELETE","url":"/users/`+string(adaUser)+`"}]}`); got.status != 200 || got.at("responses.0.status") != 403.0 {
		t.Error(got.text)
	}
	for _, body := range []string{`{}`, `[]`, `{"requests":[{"id":"1","method":"GET","url":"/me"},{"id":"1","method":"GET","url":"/me"}]}`, `{"requests":[` + strings.Repeat(`{"id":"x"},`, 30) + `{}]}`} {
		w.must(400, "POST", "/v1.0/$batch", body)
	}
}

func TestObjectsByID(t *testing.T) {
	w := newWorld(t)
	body := `{"ids":["` + string(benUser) + `","` + string(shopSP) + `","` + string(salesGroup) + `","` + string(fayUser) + `","x"],"types":["user","group"]}`
	if got := w.must(200, "POST", "/v1.0/directoryObjects/getByIds", body); got.names("@odata.type") != "#microsoft.graph.group,#microsoft.graph.user" {
		t.Error(got.text)
	}
	w.must(200, "GET", "/v1.0/directoryObjects/"+string(shopApp), "").want("@odata.type", `"#microsoft.graph.application"`)
	w.must(404, "GET", "/v1.0/directoryObjects/"+string(fayUser), "")
}
