package evaluate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

func id(n int) directory.ID {
	return directory.ID(fmt.Sprintf("5a1f0000-0000-4000-8000-%012d", n))
}

var now = time.Unix(1_800_000_000, 0).UTC()

func records() directory.Records {
	key := directory.Credentials{Secrets: []directory.Secret{{ID: id(90), End: now.Add(time.Hour)}}}
	return directory.Records{
		Tenants: []directory.Tenant{{ID: id(1), DisplayName: "Contoso", Domains: []string{"contoso.example"}}, {ID: id(2), DisplayName: "Fabrikam"}},
		Applications: []directory.Application{
			{ID: id(10), AppID: id(11), TenantID: id(1), DisplayName: "Client", Audience: directory.SingleTenant, Credentials: key},
			{ID: id(20), AppID: id(21), TenantID: id(1), DisplayName: "API", IdentifierURIs: []string{"api://shop"}, TokenVersion: 2,
				Roles: []directory.Role{{ID: id(22), Value: "Orders.All"}}, Scopes: []directory.Scope{{ID: id(23), Value: "Orders.Read"}}},
		},
		ServicePrincipals: []directory.ServicePrincipal{
			{ID: id(12), AppID: id(11), TenantID: id(1)}, {ID: id(24), AppID: id(21), TenantID: id(1), AssignmentRequired: true},
			{ID: id(25), AppID: id(21), TenantID: id(2)},
		},
		Users:           []directory.User{{ID: id(30), TenantID: id(1), UPN: "ada@contoso.example"}, {ID: id(31), TenantID: id(2), UPN: "fay@fabrikam.example"}},
		Groups:          []directory.Group{{ID: id(50), TenantID: id(1)}},
		Members:         []directory.Member{directory.NewMember(id(50), id(30))},
		RoleAssignments: []directory.RoleAssignment{{ID: id(60), PrincipalID: id(12), ResourceID: id(24), RoleID: id(22)}, {ID: id(61), PrincipalID: id(50), ResourceID: id(24), RoleID: id(22)}},
		Grants:          []directory.PermissionGrant{directory.NewGrant(id(1), id(12), id(24), "", []string{"Orders.Read"}, now)},
	}
}

func evaluate(t *testing.T, r directory.Records, q Question) Answer {
	t.Helper()
	s, err := directory.NewSnapshot(r)
	if err != nil {
		t.Fatal(err)
	}
	return Evaluator{Directory: s, Issuers: tenancy.Issuers{BaseURL: "https://a", V1: "{base}/{tenantid}/"}, Now: now}.Evaluate(q)
}

func question() Question {
	return Question{Tenant: "contoso.example", Application: string(id(11)), Resource: "api://shop/.default"}
}

func TestToken(t *testing.T) {
	a := evaluate(t, records(), question())
	want := Token{Version: 2, Audience: string(id(21)), Issuer: "https://a/" + string(id(1)) + "/v2.0", TenantID: string(id(1)), ClientID: string(id(11)), ObjectID: string(id(12))}
	if !a.Granted || a.Token == nil || strings.Join(a.Token.Roles, " ") != "Orders.All" {
		t.Fatalf("%+v", a)
	}
	a.Token.Roles = nil
	if fmt.Sprint(*a.Token) != fmt.Sprint(want) {
		t.Errorf("%+v, want %+v", *a.Token, want)
	}
	q := question()
	q.User = "ADA@contoso.example"
	a = evaluate(t, records(), q)
	if !a.Granted || a.Token.ObjectID != string(id(30)) || strings.Join(a.Token.Scopes, " ") != "Orders.Read" || strings.Join(a.Token.Roles, " ") != "Orders.All" {
		t.Errorf("%+v %+v", a, a.Token)
	}
}

// Each link broken alone is told, with its code and what mends it.
func TestBrokenLinks(t *testing.T) {
	for name, try := range map[string]struct {
		spoil          func(*directory.Records, *Question)
		link, code, in string // in is a part of the fix
	}{
		"no such tenant":     {func(_ *directory.Records, q *Question) { q.Tenant = "nobody.example" }, "tenant", "AADSTS90002", "verified domains"},
		"common":             {func(_ *directory.Records, q *Question) { q.Tenant = "common" }, "tenant", "AADSTS50059", "one tenant"},
		"a name":             {func(_ *directory.Records, q *Question) { q.Application = "Client" }, "registration", "AADSTS700038", "client id"},
		"unknown client":     {func(_ *directory.Records, q *Question) { q.Application = string(id(99)) }, "registration", "AADSTS700016", "register"},
		"its object id":      {func(_ *directory.Records, q *Question) { q.Application = string(id(10)) }, "registration", "AADSTS700016", string(id(11))},
		"its principal's id": {func(_ *directory.Records, q *Question) { q.Application = string(id(12)) }, "registration", "AADSTS700016", string(id(11))},
		"foreign single":     {func(_ *directory.Records, q *Question) { q.Tenant = string(id(2)) }, "audience", "AADSTS700016", "signInAudience"},
		"without consent": {func(r *directory.Records, q *Question) {
			q.Tenant = string(id(2))
			r.Applications[0].Audience = directory.MultiTenant
		}, "service principal", "AADSTS700016", "/adminconsent?client_id="},
		"no principal": {func(r *directory.Records, _ *Question) {
			r.ServicePrincipals = r.ServicePrincipals[1:]
			r.Grants, r.RoleAssignments = nil, nil
		}, "service principal", "AADSTS7000229", "az ad sp create"},
		"disabled":          {func(r *directory.Records, _ *Question) { r.ServicePrincipals[0].Disabled = true }, "enabled", "AADSTS7000112", "accountEnabled"},
		"disabled at home":  {func(r *directory.Records, _ *Question) { r.Applications[0].Disabled = true }, "enabled", "AADSTS7000112", "home tenant"},
		"no credential":     {func(r *directory.Records, _ *Question) { r.Applications[0].Secrets = nil }, "credential", "AADSTS7000216", "add a secret"},
		"expired":           {func(r *directory.Records, _ *Question) { r.Applications[0].Secrets[0].End = now }, "credential", "AADSTS7000222", "add a secret"},
		"not yet valid":     {func(r *directory.Records, _ *Question) { r.Applications[0].Secrets[0].Start = now.Add(time.Minute) }, "credential", "AADSTS7000222", "add a secret"},
		"unknown resource":  {func(_ *directory.Records, q *Question) { q.Resource = "api://nothing" }, "resource", "AADSTS500011", "name of the resource"},
		"disabled resource": {func(r *directory.Records, _ *Question) { r.ServicePrincipals[1].Disabled = true }, "resource", "AADSTS500014", "enable"},
		"not assigned":      {func(r *directory.Records, _ *Question) { r.RoleAssignments = nil }, "assignment", "AADSTS501051", string(id(12))},
		"unknown user":      {func(_ *directory.Records, q *Question) { q.User = "nobody@contoso.example" }, "user", "AADSTS50034", "user principal name"},
		"user of elsewhere": {func(_ *directory.Records, q *Question) { q.User = string(id(31)) }, "user", "AADSTS50034", "user principal name"},
		"disabled user":     {func(r *directory.Records, q *Question) { q.User = string(id(30)); r.Users[0].Disabled = true }, "user", "AADSTS50057", "accountEnabled"},
		"nobody consented":  {func(r *directory.Records, q *Question) { q.User = string(id(30)); r.Grants = nil }, "consent", "AADSTS65001", "consent"},
		"user not assigned": {func(r *directory.Records, q *Question) {
			q.User = string(id(30))
			r.ServicePrincipals[0].AssignmentRequired = true
		}, "assignment", "AADSTS50105", string(id(30))},
	} {
		r, q := records(), question()
		try.spoil(&r, &q)
		a := evaluate(t, r, q)
		var broken []Link
		for _, l := range a.Links {
			if !l.OK {
				broken = append(broken, l)
			}
		}
		if a.Granted || a.Token != nil || len(broken) != 1 {
			t.Errorf("%s: %+v", name, a.Links)
			continue
		}
		l := broken[0]
		if l.Name != try.link || l.Code != try.code || !strings.Contains(l.Fix, try.in) || !strings.HasPrefix(l.Message, try.code+": ") {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// A resource that trusts a client needs no consent for it.
func TestPreAuthorized(t *testing.T) {
	r, q := records(), question()
	q.User, r.Grants = string(id(30)), nil
	r.Applications[1].PreAuthorized = []directory.PreAuthorized{{AppID: id(11), ScopeIDs: []directory.ID{id(23)}}}
	if a := evaluate(t, r, q); !a.Granted || strings.Join(a.Token.Scopes, " ") != "Orders.Read" {
		t.Errorf("%+v", a)
	}
}
