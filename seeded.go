package stead

import (
	"cmp"
	"strings"
)

// The seeded world: fixed names, ids and secrets, the same on every machine, as
// docs/world.md lists them. Nothing here is secret; `stead up` is for local use.
const (
	// DevSecret is the client secret of every seeded application.
	DevSecret = "dev-secret-not-for-production"
	// DevPassword is the password of every seeded person.
	DevPassword = "dev-password"

	// devPasswordHash is DevPassword under argon2id (19 MiB, 2 passes, 1 lane),
	// made once so that starting does not pay for it; a test checks it.
	devPasswordHash = "$argon2id$v=19$m=19456,t=2,p=1$c3RlYWQtbG9jYWwtc2FsdA$VIHiQMJi9RIGqLjs4XFgAfSMAUPiAcZM+xS2QFVX5jI"

	singleTenant = "AzureADMyOrg"
	multiTenant  = "AzureADMultipleOrgs"
)

// seededTenant is a tenant and the digit that marks its ids.
type seededTenant struct {
	name, domain, id, title string
}

// seededEnvironment is an environment; code is part of the ids of its users.
type seededEnvironment struct {
	name, title, tenant, id, code string
}

// seededApp is an application; environments map an environment's name to the role
// of the application user there. code ends its ids.
type seededApp struct {
	name, tenant, code string
	audience           string
	certificate        bool
	web                bool
	roles              map[string]string
	managed            bool     // also to be had as a managed identity
	graph              []string // application permissions of Microsoft Graph
}

// seededPerson is a person; units maps an environment to the business unit there,
// "" being the root. Those without a code are added by Config, and have a name.
type seededPerson struct {
	first, last, tenant, code string
	name                      string
	tenantAdmin               bool
	roles                     []string
	units                     map[string]string
}

var seededTenants = []seededTenant{
	{"contoso", "contoso.example", "5a1f0000-0000-4000-8000-000000000001", "Contoso"},
	{"fabrikam", "fabrikam.example", "5a1f0000-0000-4000-8000-000000000002", "Fabrikam"},
}

var seededEnvironments = []seededEnvironment{
	{"contoso", "Contoso", "contoso", "5a1f0000-0000-4000-8000-0000000000e1", "0e1"},
	{"contoso-test", "Contoso Test", "contoso", "5a1f0000-0000-4000-8000-0000000000e2", "0e2"},
	{"fabrikam", "Fabrikam", "fabrikam", "5a1f0000-0000-4000-8000-0000000000e3", "0e3"},
}

var seededApps = []seededApp{
	{name: "contoso-app", tenant: "contoso", code: "a1", audience: singleTenant, certificate: true, managed: true,
		roles: map[string]string{"contoso": "System Administrator", "contoso-test": "System Administrator"},
		graph: []string{"Application.ReadWrite.All", "Directory.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "AuditLog.Read.All"}},
	{name: "contoso-reader", tenant: "contoso", code: "a2", audience: singleTenant,
		roles: map[string]string{"contoso": "Basic User"}},
	{name: "contoso-load", tenant: "contoso", code: "a3", audience: singleTenant,
		roles: map[string]string{"contoso": "Integration"}},
	{name: "contoso-unassigned", tenant: "contoso", code: "a4", audience: singleTenant},
	{name: "contoso-web", tenant: "contoso", code: "a5", audience: singleTenant, web: true},
	{name: "fabrikam-app", tenant: "fabrikam", code: "b1", audience: multiTenant, certificate: true, web: true,
		roles: map[string]string{"fabrikam": "System Administrator"}},
}

var seededPeople = []seededPerson{
	{first: "Ada", last: "Admin", tenant: "contoso", code: "c1", tenantAdmin: true, roles: []string{"System Administrator"},
		units: map[string]string{"contoso": "", "contoso-test": ""}},
	{first: "Ben", last: "Basic", tenant: "contoso", code: "c2", roles: []string{"Basic User"},
		units: map[string]string{"contoso": "Sales", "contoso-test": "Sales"}},
	{first: "Cleo", last: "Clerk", tenant: "contoso", code: "c3", roles: []string{"Basic User"},
		units: map[string]string{"contoso": "Service", "contoso-test": "Service"}},
	{first: "Dora", last: "Doe", tenant: "contoso", code: "c4"},
	{first: "Fay", last: "Founder", tenant: "fabrikam", code: "d1", tenantAdmin: true, roles: []string{"System Administrator"},
		units: map[string]string{"fabrikam": ""}},
}

// The ids of one principal share their last digits: an application a1 has client
// id …0000a1, object id …00a0a1 and service principal …00b0a1; its user in
// environment 0e1 is …0e10000000a1.
func clientID(code string) string        { return fixedID("0000000000" + code) }
func applicationID(code string) string   { return fixedID("00000000a0" + code) }
func homePrincipalID(code string) string { return fixedID("00000000b0" + code) }
func personID(code string) string        { return fixedID("0000000000" + code) }
func systemUserID(environment, code string) string {
	return fixedID(environment + "0000000" + code)
}

func fixedID(tail string) string { return "5a1f0000-0000-4000-8000-" + tail }

// tenantOf finds a tenant that the tables above name.
func tenantOf(name string) seededTenant {
	t, ok := find(seededTenants, func(t seededTenant) bool { return t.name == name })
	if !ok {
		panic("the seeded world names a tenant it does not have: " + name)
	}
	return t
}

// upn is the person's user principal name.
func (p seededPerson) upn() string {
	return cmp.Or(p.name, strings.ToLower(p.first)) + "@" + tenantOf(p.tenant).domain
}
