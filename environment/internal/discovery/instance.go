package discovery

import "encoding/json"

// Instance is an environment, with the members of Dataverse facts 1.8 in their order.
type Instance struct {
	ApiUrl              string
	DatacenterId        string
	DatacenterName      string
	EnvironmentId       string
	FriendlyName        string
	Id                  string
	IsUserSysAdmin      bool
	LastUpdated         string
	OrganizationType    int
	Purpose             *string
	Region              string
	SchemaType          string
	State               int // 0: enabled
	StatusMessage       int
	TenantId            string
	TrialExpirationDate *string
	UniqueName          string
	UrlName             string
	Version             string
	Url                 string
}

// member is a property of an instance as it is written.
type member struct {
	name  string
	value json.RawMessage
}

// members gives the properties in order.
func (i Instance) members() []member {
	text := func(v any) json.RawMessage {
		b, _ := json.Marshal(v) // strings, numbers and null cannot fail
		return b
	}
	return []member{
		{"ApiUrl", text(i.ApiUrl)}, {"DatacenterId", text(i.DatacenterId)}, {"DatacenterName", text(i.DatacenterName)},
		{"EnvironmentId", text(i.EnvironmentId)}, {"FriendlyName", text(i.FriendlyName)}, {"Id", text(i.Id)},
		{"IsUserSysAdmin", text(i.IsUserSysAdmin)}, {"LastUpdated", text(i.LastUpdated)}, {"OrganizationType", text(i.OrganizationType)},
		{"Purpose", text(i.Purpose)}, {"Region", text(i.Region)}, {"SchemaType", text(i.SchemaType)}, {"State", text(i.State)},
		{"StatusMessage", text(i.StatusMessage)}, {"TenantId", text(i.TenantId)}, {"TrialExpirationDate", text(i.TrialExpirationDate)},
		{"UniqueName", text(i.UniqueName)}, {"UrlName", text(i.UrlName)}, {"Version", text(i.Version)}, {"Url", text(i.Url)},
	}
}

// types are the types of the properties that are no strings, for $metadata.
var types = map[string]string{
	"DatacenterId": "Edm.Guid", "Id": "Edm.Guid", "TenantId": "Edm.Guid", "IsUserSysAdmin": "Edm.Boolean",
	"LastUpdated": "Edm.DateTimeOffset", "TrialExpirationDate": "Edm.DateTimeOffset",
	"OrganizationType": "Edm.Int32", "State": "Edm.Int32", "StatusMessage": "Edm.Int32",
}

// names are the names of the properties in order.
func names() []string {
	var all []string
	for _, m := range (Instance{}).members() {
		all = append(all, m.name)
	}
	return all
}
