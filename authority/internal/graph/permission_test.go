package graph

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// right is a set of permissions, as three lists apart by "|": those of applications and of
// people alike, those of applications only, those of people only.
type right string

func (r right) of(person bool) []string {
	parts := strings.Split(string(r), "|")
	only := parts[1]
	if person {
		only = parts[2]
	}
	return strings.Fields(parts[0] + " " + only)
}

const (
	asUser = "Directory.AccessAsUser.All"

	appsRead    right = "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All | Application.ReadWrite.OwnedBy | " + asUser
	appsWrite   right = "Application.ReadWrite.All Directory.ReadWrite.All | | " + asUser
	appsCreate  right = "Application.ReadWrite.All Directory.ReadWrite.All | Application.ReadWrite.OwnedBy | " + asUser
	usersRead   right = "User.Read.All User.ReadWrite.All User.ReadBasic.All Directory.Read.All Directory.ReadWrite.All | | " + asUser
	meRead      right = "User.Read.All User.ReadWrite.All User.ReadBasic.All Directory.Read.All Directory.ReadWrite.All | | User.Read User.ReadWrite " + asUser
	usersWrite  right = "User.ReadWrite.All Directory.ReadWrite.All | | " + asUser
	userUpdate  right = "User.ReadWrite.All Directory.ReadWrite.All | | User.ReadWrite " + asUser
	groupsRead  right = "Group.Read.All Group.ReadWrite.All GroupMember.Read.All GroupMember.ReadWrite.All Directory.Read.All Directory.ReadWrite.All | | " + asUser
	groupsWrite right = "Group.ReadWrite.All Directory.ReadWrite.All | | " + asUser
	groupCreate right = "Group.ReadWrite.All Directory.ReadWrite.All | Group.Create | " + asUser
	membersSet  right = "Group.ReadWrite.All GroupMember.ReadWrite.All Directory.ReadWrite.All | | " + asUser
	memberships right = "Group.Read.All Group.ReadWrite.All GroupMember.Read.All GroupMember.ReadWrite.All Directory.Read.All Directory.ReadWrite.All User.Read.All " +
		"User.ReadWrite.All User.ReadBasic.All Application.Read.All Application.ReadWrite.All | | User.Read " + asUser
	dirRead      right = "Directory.Read.All Directory.ReadWrite.All | | " + asUser
	orgRead      right = "Directory.Read.All Directory.ReadWrite.All Organization.Read.All | | User.Read " + asUser
	domainsRead  right = "Directory.Read.All Directory.ReadWrite.All Domain.Read.All Domain.ReadWrite.All | | " + asUser
	domainsWrite right = "Domain.ReadWrite.All Directory.ReadWrite.All | |"
	rolesRead    right = "Directory.Read.All Directory.ReadWrite.All RoleManagement.Read.Directory RoleManagement.ReadWrite.Directory | | " + asUser
	rolesWrite   right = "RoleManagement.ReadWrite.Directory | | " + asUser
	consentRead  right = "Directory.Read.All Directory.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All Application.Read.All Application.ReadWrite.All | | " + asUser
	consentWrite right = "DelegatedPermissionGrant.ReadWrite.All Directory.ReadWrite.All | | " + asUser
	assign       right = "AppRoleAssignment.ReadWrite.All | | " + asUser
	signInsRead  right = "AuditLog.Read.All | |"
	deletedRead  right = "Application.Read.All Application.ReadWrite.All Directory.Read.All Directory.ReadWrite.All User.Read.All User.ReadWrite.All Group.Read.All " +
		"Group.ReadWrite.All | Application.ReadWrite.OwnedBy | " + asUser
	deletedWrite right = "Application.ReadWrite.All Directory.ReadWrite.All User.ReadWrite.All Group.ReadWrite.All | Application.ReadWrite.OwnedBy | " + asUser
)

// rule is what the documentation says of some paths. who is what a person must be beside
// having the scope: "" for anybody, "admin", "owner" or "self" (or an administrator).
type rule struct {
	paths, method string
	right         right
	who           string
}

var rules = []rule{
	{"applications applications/$count applications/{} applications/{}/owners applications/{}/owners/$ref applications/{}/owners/{}/$ref applications/{}/extensionProperties applications/{}/tokenIssuancePolicies", "GET", appsRead, ""},
	{"applications/{}/federatedIdentityCredentials applications/{}/federatedIdentityCredentials/{}", "GET", appsRead, ""},
	{"applications servicePrincipals", "POST", appsCreate, ""},
	{"applications/{} servicePrincipals/{} applications/{}/federatedIdentityCredentials/{}", "PATCH DELETE", appsWrite, "owner"},
	{"applications/{}/addPassword applications/{}/microsoft.graph.addPassword applications/{}/removePassword applications/{}/owners/$ref", "POST", appsWrite, "owner"},
	{"applications/{}/federatedIdentityCredentials servicePrincipals/{}/owners/$ref servicePrincipals/{}/addPassword servicePrincipals/{}/removePassword", "POST", appsWrite, "owner"},
	{"applications/{}/owners/{}/$ref servicePrincipals/{}/owners/{}/$ref", "DELETE", appsWrite, "owner"},
	{"servicePrincipals servicePrincipals/$count servicePrincipals/{} servicePrincipals/{}/owners servicePrincipals/{}/owners/$ref servicePrincipals/{}/owners/{}/$ref", "GET", appsRead, ""},
	{"servicePrincipals/{}/ownedObjects servicePrincipals/{}/ownedObjects/{}", "GET", appsRead, ""},
	{"servicePrincipals/{}/claimsMappingPolicies servicePrincipals/{}/tokenIssuancePolicies", "GET", appsRead, ""},
	{"servicePrincipals/{}/appRoleAssignments servicePrincipals/{}/appRoleAssignedTo servicePrincipals/{}/appRoleAssignments/{} servicePrincipals/{}/appRoleAssignedTo/{}", "GET", appsRead, ""},
	{"servicePrincipals/{}/appRoleAssignments servicePrincipals/{}/appRoleAssignedTo users/{}/appRoleAssignments groups/{}/appRoleAssignments me/appRoleAssignments", "POST", assign, "admin"},
	{"servicePrincipals/{}/appRoleAssignments/{} servicePrincipals/{}/appRoleAssignedTo/{} users/{}/appRoleAssignments/{} groups/{}/appRoleAssignments/{} me/appRoleAssignments/{}", "DELETE", assign, "admin"},
	{"users users/$count users/{}/ownedObjects users/{}/ownedObjects/{} users/{}/manager users/{}/appRoleAssignments users/{}/appRoleAssignments/{}", "GET", usersRead, ""},
	{"users/{}", "GET", usersRead, ""},
	{"me me/ownedObjects me/ownedObjects/{} me/manager me/appRoleAssignments me/appRoleAssignments/{}", "GET", meRead, ""},
	{"users", "POST", usersWrite, "admin"},
	{"users/{}", "DELETE", usersWrite, "admin"},
	{"users/{}/manager/$ref", "PUT DELETE", usersWrite, "admin"},
	{"users/{}", "PATCH", userUpdate, "self"},
	{"users/{}/revokeSignInSessions", "POST", userUpdate, "self"},
	{"me", "PATCH", userUpdate, ""},
	{"me/revokeSignInSessions", "POST", userUpdate, ""},
	{"groups groups/$count groups/{} groups/{}/members groups/{}/members/$count groups/{}/members/{} groups/{}/transitiveMembers groups/{}/transitiveMembers/{} groups/{}/owners", "GET", groupsRead, ""},
	{"groups/{}/members/$ref groups/{}/members/{}/$ref groups/{}/owners/$ref groups/{}/owners/{}/$ref", "GET", groupsRead, ""},
	{"groups/{}/appRoleAssignments groups/{}/appRoleAssignments/{}", "GET", groupsRead, ""},
	{"groups", "POST", groupCreate, ""},
	{"groups/{}", "PATCH DELETE", groupsWrite, "owner"},
	{"groups/{}/owners/$ref", "POST", groupsWrite, "owner"},
	{"groups/{}/owners/{}/$ref", "DELETE", groupsWrite, "owner"},
	{"groups/{}/members/$ref", "POST", membersSet, "owner"},
	{"groups/{}/members/{}/$ref", "DELETE", membersSet, "owner"},
	{"users/{}/memberOf users/{}/transitiveMemberOf me/memberOf me/transitiveMemberOf groups/{}/memberOf groups/{}/transitiveMemberOf servicePrincipals/{}/memberOf servicePrincipals/{}/transitiveMemberOf", "GET", memberships, ""},
	{"users/{}/memberOf/{} users/{}/transitiveMemberOf/{} me/memberOf/{} me/transitiveMemberOf/{}", "GET", memberships, ""},
	{"groups/{}/memberOf/{} groups/{}/transitiveMemberOf/{} servicePrincipals/{}/memberOf/{} servicePrincipals/{}/transitiveMemberOf/{}", "GET", memberships, ""},
	{"users/{}/checkMemberGroups users/{}/getMemberGroups users/{}/getMemberObjects me/checkMemberGroups me/getMemberGroups me/getMemberObjects", "POST", memberships, ""},
	{"servicePrincipals/{}/checkMemberGroups servicePrincipals/{}/getMemberGroups servicePrincipals/{}/getMemberObjects", "POST", memberships, ""},
	{"directoryObjects/{}/checkMemberGroups directoryObjects/{}/getMemberGroups directoryObjects/{}/getMemberObjects", "POST", memberships, ""},
	{"organization organization/{}", "GET", orgRead, ""},
	{"domains domains/{} domains/{}/verificationDnsRecords", "GET", domainsRead, ""},
	{"domains domains/{}/verify", "POST", domainsWrite, "admin"},
	{"domains/{}", "DELETE", domainsWrite, "admin"},
	{"oauth2PermissionGrants oauth2PermissionGrants/{} servicePrincipals/{}/oauth2PermissionGrants users/{}/oauth2PermissionGrants me/oauth2PermissionGrants", "GET", consentRead, ""},
	{"oauth2PermissionGrants", "POST", consentWrite, "admin"},
	{"oauth2PermissionGrants/{}", "PATCH DELETE", consentWrite, "admin"},
	{"directoryRoles directoryRoles/{} directoryRoles/{}/members", "GET", rolesRead, ""},
	{"directoryRoles/{}/members/$ref", "POST", rolesWrite, "admin"},
	{"directoryRoles/{}/members/{}/$ref", "DELETE", rolesWrite, "admin"},
	{"directory/deletedItems/{}", "GET", deletedRead, "admin"},
	{"directory/deletedItems/{}", "DELETE", deletedWrite, "admin"},
	{"directory/deletedItems/{}/restore", "POST", deletedWrite, "admin"},
	{"directoryObjects/{}", "GET", dirRead, ""},
	{"directoryObjects/getByIds", "POST", dirRead, ""},
	{"auditLogs/signIns auditLogs/signIns/{}", "GET", signInsRead, "admin"},
}

func ruleFor(r route) (rule, bool) {
	i := slices.IndexFunc(rules, func(one rule) bool {
		return slices.Contains(strings.Fields(one.method), r.method) && slices.Contains(strings.Fields(one.paths), r.pattern)
	})
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// target is a path of a route about objects that are there, none of them ben's or the
// tool's.
func target(r route) string {
	of := map[string]directory.ID{"applications": shopApp, "servicePrincipals": shopSP, "users": adaUser, "groups": salesGroup, "directoryObjects": adaUser}
	path := "/v1.0"
	first, _, _ := strings.Cut(r.pattern, "/")
	for i, segment := range strings.Split(r.pattern, "/") {
		if segment == "{}" {
			segment = string(id(999))
			if i == 1 && of[first] != "" {
				segment = string(of[first])
			}
		}
		path += "/" + segment
	}
	return path
}

// TestEveryRouteAndPermission tries every route with every single permission, as an
// application, as an administrator and as somebody.
func TestEveryRouteAndPermission(t *testing.T) {
	graph := directory.FirstParty()[1]
	var roles, scopes []string
	for _, r := range graph.Roles {
		roles = append(roles, r.Value)
	}
	for _, s := range graph.Scopes {
		scopes = append(scopes, s.Value)
	}
	for _, r := range routes() {
		rule, known := ruleFor(r)
		if slices.Contains([]string{"addKey", "removeKey"}, r.pattern[strings.LastIndexByte(r.pattern, '/')+1:]) {
			continue // by proof: TestKeysByProof
		}
		if !known {
			t.Errorf("%s %s: nothing says who may", r.method, r.pattern)
			continue
		}
		try := func(who string, permissions []string, allowed func(string) bool) {
			for _, p := range permissions {
				got := newWorld(t).send(who+" "+p, r.method, target(r), "{}")
				if refused := got.status == 403; refused == allowed(p) || got.status == 401 || got.status >= 500 {
					t.Errorf("%s with %s: %s %s: %d", who, p, r.method, r.pattern, got.status)
				}
			}
		}
		try("app", append(roles, ""), func(p string) bool { return slices.Contains(rule.right.of(false), p) })
		herself := r.method == "GET" && r.pattern == "users/{}" // the target is ada
		try("ada", append(scopes, ""), func(p string) bool {
			return slices.Contains(rule.right.of(true), p) || herself && slices.Contains(meRead.of(true), p)
		})
		try("ben", append(scopes, ""), func(p string) bool { return rule.who == "" && slices.Contains(rule.right.of(true), p) })
	}
}

// Owners, and applications that may change what they own.
func TestOwners(t *testing.T) {
	const ownedBy = "app Application.ReadWrite.OwnedBy"
	w := newWorld(t)
	made := w.send(ownedBy, "POST", "/v1.0/applications", `{"displayName":"Mine"}`)
	mine := "/v1.0/applications/" + made.str("id")
	shop := "/v1.0/applications/" + string(shopApp)
	for _, try := range []struct {
		who, method, path, body string
		status                  int
	}{
		{ownedBy, "PATCH", mine, `{"notes":"x"}`, 204},
		{ownedBy, "POST", mine + "/addPassword", "", 200},
		{ownedBy, "POST", "/v1.0/servicePrincipals", `{"appId":"` + made.str("appId") + `"}`, 201},
		{ownedBy, "PATCH", shop, `{"notes":"x"}`, 403},
		{ownedBy, "POST", shop + "/addPassword", "", 403},
		{ownedBy, "POST", "/v1.0/servicePrincipals", `{"appId":"` + string(isvID) + `"}`, 403},
		{"shop Application.ReadWrite.OwnedBy", "PATCH", mine, `{"notes":"x"}`, 403},
		{"ben Application.ReadWrite.All", "PATCH", shop, `{"notes":"x"}`, 403},
		{"ada Application.ReadWrite.All", "POST", shop + "/owners/$ref", ref(benUser), 204},
		{"ada Application.ReadWrite.All", "POST", shop + "/owners/$ref", ref(benUser), 400},
		{"ben Application.ReadWrite.All", "PATCH", shop, `{"notes":"x"}`, 204},
		{"ben Application.Read.All", "PATCH", shop, `{"notes":"x"}`, 403},
		{"ben Application.ReadWrite.All", "DELETE", shop + "/owners/" + string(benUser) + "/$ref", "", 204},
		{"ben Application.ReadWrite.All", "PATCH", shop, `{"notes":"x"}`, 403},
		{"ben Application.ReadWrite.All", "POST", "/v1.0/servicePrincipals", `{"appId":"` + string(isvID) + `"}`, 403},
	} {
		if got := w.send(try.who, try.method, try.path, try.body); got.status != try.status {
			t.Errorf("%s: %s %s: %d, want %d\n%s", try.who, try.method, try.path, got.status, try.status, got.text)
		}
	}
}

// What people may do for themselves.
func TestPeopleAreLimited(t *testing.T) {
	w := newWorld(t)
	for _, try := range []struct {
		who, method, path, body string
		status                  int
	}{
		{"ben User.Read", "GET", "/v1.0/me", "", 200},
		{"ben User.Read", "GET", "/v1.0/users/" + string(benUser), "", 200},
		{"ben User.Read", "GET", "/v1.0/users/" + string(adaUser), "", 403},
		{"ben User.Read", "GET", "/v1.0/users", "", 403},
		{"ben User.ReadWrite", "PATCH", "/v1.0/me", `{"mobilePhone":"1"}`, 204},
		{"ben User.ReadWrite", "PATCH", "/v1.0/me", `{"jobTitle":"Chief"}`, 403},
		{"ben User.ReadWrite", "PATCH", "/v1.0/me", `{"passwordProfile":{"password":"correct horse"}}`, 403},
		{"ben User.ReadWrite.All", "PATCH", "/v1.0/users/" + string(adaUser), `{"mobilePhone":"1"}`, 403},
		{"ben User.ReadWrite", "POST", "/v1.0/me/revokeSignInSessions", "", 200},
		{"ben User.Read", "GET", "/v1.0/me/memberOf", "", 200},
		{"app User.Read.All", "GET", "/v1.0/me", "", 400},
		{"fay User.Read", "GET", "/v1.0/me", "", 401}, // of another tenant than the token
		{"nobody User.Read", "GET", "/v1.0/me", "", 401},
		{"", "GET", "/v1.0/me", "", 401},
	} {
		if got := w.send(try.who, try.method, try.path, try.body); got.status != try.status {
			t.Errorf("%q: %s %s: %d, want %d\n%s", try.who, try.method, try.path, got.status, try.status, got.text)
		}
	}
}

// A token outlives nobody: who is disabled or gone is not let in.
func TestCallersMustBeThere(t *testing.T) {
	for name, change := range map[string]func(*directory.Snapshot) directory.Change{
		"deleted user":   func(s *directory.Snapshot) directory.Change { return s.Deletion(benUser, start) },
		"deleted client": func(s *directory.Snapshot) directory.Change { return s.Deletion(toolSP, start) },
		"deleted app":    func(s *directory.Snapshot) directory.Change { return s.Deletion(toolApp, start) },
		"disabled user": func(s *directory.Snapshot) directory.Change {
			u, _ := s.UserByID(benUser)
			v := *u
			v.Disabled = true
			return directory.Change{Put: directory.Records{Users: []directory.User{v}}}
		},
		"disabled service": func(s *directory.Snapshot) directory.Change {
			p, _ := s.PrincipalByID(toolSP)
			v := p.ServicePrincipal
			v.Disabled = true
			return directory.Change{Put: directory.Records{ServicePrincipals: []directory.ServicePrincipal{v}}}
		},
	} {
		w := newWorld(t)
		if err := w.directory.Change(t.Context(), change(w.directory.Current())); err != nil {
			t.Fatal(err)
		}
		if got := w.send("ben User.Read", "GET", "/v1.0/me", ""); got.code() != "401 InvalidAuthenticationToken" {
			t.Errorf("%s: %s", name, fmt.Sprint(got.status, got.text))
		}
	}
}
