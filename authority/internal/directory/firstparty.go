package directory

import (
	"crypto/sha256"
	"encoding/hex"
)

// The applications that every tenant has (Entra facts 6.1).
const (
	Dataverse ID = "00000007-0000-0000-c000-000000000000"
	Graph     ID = "00000003-0000-0000-c000-000000000000"

	// firstPartyTenant is the home of both: a tenant that this authority does not serve.
	firstPartyTenant ID = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
)

// FirstParty are the registrations of the first-party applications. Both ask for v1.0
// tokens (Entra facts 1.4).
func FirstParty() []Application {
	return []Application{
		{
			ID: DerivedID("application", Dataverse), AppID: Dataverse, TenantID: firstPartyTenant,
			DisplayName: "Dataverse", Audience: MultiTenant, TokenVersion: 1, FirstParty: true,
			Scopes: []Scope{{ID: "78ce3f0f-a1ce-49c2-8cde-64b5c0896db4", Value: "user_impersonation"}},
		},
		{
			ID: DerivedID("application", Graph), AppID: Graph, TenantID: firstPartyTenant,
			DisplayName: "Microsoft Graph", Audience: MultiTenant, TokenVersion: 1, FirstParty: true,
			IdentifierURIs: []string{"https://graph.microsoft.com"},
			Scopes:         graphScopes(), Roles: graphRoles(),
		},
	}
}

// FirstPartyPrincipals are the service principals of the first-party applications in a
// tenant. Their ids depend on nothing but the tenant, so that a world made anew has
// the same.
func FirstPartyPrincipals(tenant ID) []ServicePrincipal {
	return []ServicePrincipal{
		{ID: DerivedID(string(tenant), Dataverse), AppID: Dataverse, TenantID: tenant},
		{ID: DerivedID(string(tenant), Graph), AppID: Graph, TenantID: tenant},
	}
}

// DerivedID makes a GUID of version 8 (RFC 9562, 5.8) from what it is for.
func DerivedID(purpose string, of ID) ID {
	sum := sha256.Sum256([]byte(purpose + " " + string(of)))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	h := hex.EncodeToString(sum[:16])
	return ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}
