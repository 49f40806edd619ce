package message

import (
	"strings"

	"github.com/stead-s2s/stead/environment/internal/engine"
	"github.com/stead-s2s/stead/environment/internal/op"
)

// whoAmI answers for the effective user: under impersonation, the one acted for
// (Dataverse facts 2.3).
func (e Environment) whoAmI(call engine.Call) op.Answer {
	me := call.Caller.Effective
	return op.Answer{Type: "WhoAmIResponse", Members: []op.Member{
		{Name: "BusinessUnitId", Value: me.Unit},
		{Name: "UserId", Value: me.ID},
		{Name: "OrganizationId", Value: e.OrganizationID},
	}}
}

func (e Environment) version(engine.Call) op.Answer {
	return op.Answer{Type: "RetrieveVersionResponse", Members: []op.Member{{Name: "Version", Value: e.Version}}}
}

// organization answers the same for every AccessType, as an environment with one
// address does. Members and their order are those of the service's own sample
// (Web API Functions and Actions Sample, section 4).
func (e Environment) organization(engine.Call) op.Answer {
	return op.Answer{Type: "RetrieveCurrentOrganizationResponse", Members: []op.Member{
		{Name: "Detail", Value: []op.Member{
			{Name: "OrganizationId", Value: e.OrganizationID},
			{Name: "FriendlyName", Value: e.FriendlyName},
			{Name: "OrganizationVersion", Value: e.Version},
			{Name: "EnvironmentId", Value: either(e.EnvironmentID, e.OrganizationID.String())},
			{Name: "DatacenterId", Value: e.DatacenterID},
			{Name: "Geo", Value: e.Geo},
			{Name: "TenantId", Value: e.TenantID},
			{Name: "UrlName", Value: either(e.UrlName, e.UniqueName)},
			{Name: "UniqueName", Value: e.UniqueName},
			{Name: "State", Value: "Enabled"},
			{Name: "Endpoints", Value: e.endpoints()},
		}},
	}}
}

// endpoints lists the three addresses that clients look for; only the first is
// served.
func (e Environment) endpoints() []op.Member {
	root := strings.TrimSuffix(e.URL, "/")
	return []op.Member{
		{Name: "Count", Value: int64(3)},
		{Name: "IsReadOnly", Value: false},
		{Name: "Keys", Value: op.List{"WebApplication", "OrganizationService", "OrganizationDataService"}},
		{Name: "Values", Value: op.List{
			root + "/",
			root + "/XRMServices/2011/Organization.svc",
			root + "/XRMServices/2011/OrganizationData.svc",
		}},
	}
}

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
