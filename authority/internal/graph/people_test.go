package graph

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

const newUser = `{"accountEnabled":true,"displayName":"Dora Doe","mailNickname":"dora","userPrincipalName":"dora@contoso.example",
	"passwordProfile":{"forceChangePasswordNextSignIn":false,"password":"correct horse battery"},"department":"Sales","usageLocation":"DE"}`

func TestUsers(t *testing.T) {
	w := newWorld(t)
	made := w.must(201, "POST", "/v1.0/users", newUser)
	if got := strings.Join(members(t, made.text), " "); got != "@odata.context businessPhones displayName givenName jobTitle mail mobilePhone officeLocation "+
		"preferredLanguage surname userPrincipalName id" {
		t.Errorf("members %s", got)
	}
	at := "/v1.0/users/" + made.str("id")
	u, _ := w.directory.Current().UserByID(directory.ID(made.str("id")))
	if !matches(t, u.Password, "correct horse battery") || u.MustChangePassword {
		t.Error("the password is not what was set")
	}
	got := w.must(200, "GET", "/v1.0/users/DORA@contoso.example?$select=department,usageLocation,accountEnabled,userType,passwordProfile,mailNickname,createdDateTime", "")
	for path, value := range map[string]string{
		"department": `"Sales"`, "usageLocation": `"DE"`, "accountEnabled": "true", "userType": `"Member"`, "passwordProfile": "null", "mailNickname": `"dora"`,
		"createdDateTime": `"2026-03-02T12:00:00Z"`,
	} {
		got.want(path, value)
	}
	w.must(204, "PATCH", at, `{"department":null,"businessPhones":["1"],"passwordProfile":{"password":"another password"}}`)
	u, _ = w.directory.Current().UserByID(u.ID)
	if !matches(t, u.Password, "another password") || !u.MustChangePassword || !u.SessionsValidFrom.Equal(w.now) {
		t.Errorf("after the reset: %+v", u)
	}
	w.must(204, "PATCH", at, `{"accountEnabled":false}`)
	w.must(200, "POST", at+"/revokeSignInSessions", "").want("value", "true")
	w.must(404, "GET", at+"/manager", "")
	w.must(204, "DELETE", at, "")
	w.must(404, "GET", at, "")
	if got := strings.Count(strings.Join(w.revoked, "\n"), "user "+string(u.ID)); got != 4 { // reset, disabled, revoked, deleted
		t.Errorf("revoked %v", w.revoked)
	}
}

// matches checks a hash in PHC form.
func matches(t *testing.T, hash directory.PasswordHash, password string) bool {
	t.Helper()
	parts := strings.Split(string(hash), "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[3] != "m=19456,t=2,p=1" {
		t.Fatalf("a hash of %d parts", len(parts))
	}
	salt, err := b64(parts[4])
	if err != nil {
		t.Fatal(err)
	}
	want, err := b64(parts[5])
	return err == nil && string(argon2.IDKey([]byte(password), salt, 2, 19456, 1, 32)) == string(want)
}

func TestUsersAreRefused(t *testing.T) {
	w := newWorld(t)
	for name, change := range map[string][2]string{
		"no password profile": {`"passwordProfile"`, `"mailNickname"`}, "short password": {"correct horse battery", "short"}, "no name": {"Dora Doe", ""},
		"foreign domain": {"dora@contoso.example", "dora@elsewhere.example"}, "domain of another tenant": {"dora@contoso.example", "dora@fabrikam.example"},
		"no domain": {"dora@contoso.example", "dora"}, "spaces": {"dora@contoso.example", "do ra@contoso.example"}, "taken": {"dora@contoso.example", "BEN@contoso.example"},
		"unknown member": {`"department"`, `"colour"`},
	} {
		if got := w.send(admin, "POST", "/v1.0/users", strings.Replace(newUser, change[0], change[1], 1)); got.code() != "400 Request_BadRequest" {
			t.Errorf("%s: %s", name, got.code())
		}
	}
	w.must(404, "GET", "/v1.0/users/fay@fabrikam.example", "")
	w.must(404, "GET", "/v1.0/users/"+string(fayUser), "")
}

func TestGroups(t *testing.T) {
	w := newWorld(t)
	made := w.must(201, "POST", "/v1.0/groups", `{"displayName":"New","mailEnabled":false,"mailNickname":"new","securityEnabled":true,"description":"d","visibility":"Private",
		"owners@odata.bind":["https://localhost:8443/v1.0/users/`+string(adaUser)+`"],"members@odata.bind":["https://localhost:8443/v1.0/directoryObjects/`+string(benUser)+`"]}`)
	at := "/v1.0/groups/" + made.str("id")
	if got := w.must(200, "GET", at+"/owners", ""); got.names("displayName") != "Ada Admin" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", at+"/members", ""); got.names("@odata.type") != "#microsoft.graph.user" || got.names("displayName") != "Ben Basic" {
		t.Error(got.text)
	}
	w.must(204, "POST", at+"/members/$ref", ref(salesGroup))
	w.must(204, "POST", at+"/members/$ref", ref(shopSP))
	w.must(400, "POST", at+"/members/$ref", ref(shopSP))
	w.must(400, "POST", at+"/members/$ref", ref(directory.ID(made.str("id"))))
	w.must(404, "POST", at+"/members/$ref", ref(id(999)))
	w.must(404, "POST", at+"/members/$ref", ref(fayUser))
	w.must(400, "POST", at+"/members/$ref", `{"id":"x"}`)
	if got := w.must(200, "GET", at+"/members/microsoft.graph.group?$select=id,displayName", ""); got.names("displayName") != "Sales" {
		t.Error(got.text)
	}
	w.must(204, "DELETE", at+"/members/"+string(benUser)+"/$ref", "")
	w.must(404, "DELETE", at+"/members/"+string(benUser)+"/$ref", "")
	if got := w.must(200, "GET", at+"/transitiveMembers/microsoft.graph.user", ""); got.names("displayName") != "Ben Basic" {
		t.Error(got.text)
	}
	w.must(204, "PATCH", at, `{"description":null,"displayName":"Newer","members@odata.bind":["https://x/v1.0/directoryObjects/`+string(adaUser)+`"]}`)
	got := w.must(200, "GET", at, "")
	got.want("description", "null")
	got.want("visibility", `"Private"`)
	for _, body := range []string{
		`{"displayName":"x","mailEnabled":false,"mailNickname":"x"}`, `{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":false}`,
		`{"displayName":"x","mailEnabled":true,"mailNickname":"x","securityEnabled":true}`, `{"mailEnabled":false,"mailNickname":"x","securityEnabled":true}`,
	} {
		w.must(400, "POST", "/v1.0/groups", body)
	}
	w.must(204, "DELETE", at, "")
	w.must(404, "GET", "/v1.0/directory/deletedItems/"+made.str("id"), "") // security groups are gone for good
}

func TestMemberships(t *testing.T) {
	w := newWorld(t)
	ben := "/v1.0/users/ben@contoso.example"
	if got := w.must(200, "GET", ben+"/memberOf", ""); got.names("displayName") != "Sales" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", ben+"/transitiveMemberOf", ""); got.names("displayName") != "Sales,Team" {
		t.Error(got.text)
	}
	if got := w.must(200, "GET", "/v1.0/users/"+string(adaUser)+"/memberOf", ""); got.names("roleTemplateId") != string(directory.GlobalAdministrator) {
		t.Error(got.text)
	}
	asked := `{"groupIds":["` + string(unifiedGroup) + `","` + strings.ToUpper(string(salesGroup)) + `","` + string(id(999)) + `"]}`
	for _, path := range []string{ben, "/v1.0/directoryObjects/" + string(benUser)} {
		got := w.must(200, "POST", path+"/checkMemberGroups", asked)
		got.want("value", `["`+string(unifiedGroup)+`","`+strings.ToUpper(string(salesGroup))+`"]`)
		w.must(200, "POST", path+"/getMemberGroups", `{"securityEnabledOnly":true}`).want("value", `["`+string(salesGroup)+`"]`)
	}
	got := w.must(200, "POST", "/v1.0/users/"+string(adaUser)+"/getMemberObjects", `{"securityEnabledOnly":false}`)
	role := w.must(200, "GET", "/v1.0/directoryRoles(roleTemplateId='"+string(directory.GlobalAdministrator)+"')", "")
	got.want("value", `["`+role.str("id")+`"]`)
	w.must(404, "GET", "/v1.0/users/nobody/memberOf", "")
}

func TestDirectoryRoles(t *testing.T) {
	w := newWorld(t)
	role := w.must(200, "GET", "/v1.0/directoryRoles", "")
	role.want("value.0.displayName", `"Global Administrator"`)
	at := "/v1.0/directoryRoles/" + role.str("value.0.id")
	w.must(400, "DELETE", at+"/members/"+string(adaUser)+"/$ref", "") // the last one
	w.must(204, "POST", at+"/members/$ref", ref(benUser))
	w.must(400, "POST", at+"/members/$ref", ref(benUser))
	if got := w.must(200, "GET", at+"/members", ""); got.names("displayName") != "Ada Admin,Ben Basic" {
		t.Error(got.text)
	}
	if got := w.send("ben User.ReadWrite.All", "DELETE", "/v1.0/users/"+string(adaUser), ""); got.status != 204 {
		t.Errorf("a new administrator: %d", got.status)
	}
}

func TestOrganizationAndDomains(t *testing.T) {
	w := newWorld(t)
	got := w.must(200, "GET", "/v1.0/organization", "")
	got.want("value.0.id", `"`+string(contoso)+`"`)
	got.want("value.0.verifiedDomains.0.name", `"contoso.example"`)
	w.must(404, "GET", "/v1.0/organization/"+string(fabrikam), "")
	w.must(201, "POST", "/v1.0/domains", `{"id":"Shop.example"}`)
	if text := w.must(200, "GET", "/v1.0/domains/shop.example/verificationDnsRecords", "").str("value.0.text"); len(text) != 13 || text[:5] != "MS=ms" {
		t.Errorf("record %q", text)
	}
	w.must(200, "POST", "/v1.0/domains/shop.example/verify", "").want("isVerified", "true")
	w.must(201, "POST", "/v1.0/users", strings.Replace(newUser, "dora@contoso.example", "dora@shop.example", 1))
	if got := w.must(200, "GET", "/v1.0/domains", ""); got.names("id") != "contoso.example,shop.example" {
		t.Error(got.text)
	}
	for _, body := range []string{`{"id":"fabrikam.example"}`, `{"id":"contoso.example"}`, `{"id":"x"}`, `{"id":"a b.example"}`, `{}`} {
		w.must(400, "POST", "/v1.0/domains", body)
	}
	w.must(400, "DELETE", "/v1.0/domains/contoso.example", "")
	w.must(400, "DELETE", "/v1.0/domains/shop.example", "")
	w.must(204, "DELETE", "/v1.0/users/dora@shop.example", "")
	w.must(204, "DELETE", "/v1.0/domains/shop.example", "")
	w.must(404, "GET", "/v1.0/domains/shop.example", "")
}

func TestRolesOutliveTheirTokens(t *testing.T) {
	// An administrator who is one no longer is refused with the token they have.
	w := newWorld(t)
	change := directory.Change{Remove: []directory.ID{id(71)}}
	if got := w.send("ada User.ReadWrite.All", "POST", "/v1.0/users", newUser); got.status != 201 {
		t.Fatal(got.text)
	}
	if err := w.directory.Change(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if got := w.send("ada User.ReadWrite.All", "DELETE", "/v1.0/users/"+string(benUser), ""); got.status != 403 {
		t.Error(got.text)
	}
}
