package graph

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// organization is the JSON of the tenant (Entra facts 6.6).
type organization struct {
	ID                string               `json:"id" graph:"read"`
	DeletedDateTime   stamp                `json:"deletedDateTime" graph:"read"`
	BusinessPhones    list[string]         `json:"businessPhones" graph:"read"`
	City              text                 `json:"city" graph:"read"`
	Country           text                 `json:"country" graph:"read"`
	CountryCode       text                 `json:"countryLetterCode" graph:"read"`
	CreatedDateTime   stamp                `json:"createdDateTime" graph:"read"`
	DefaultUsage      text                 `json:"defaultUsageLocation" graph:"read"`
	DisplayName       string               `json:"displayName" graph:"read"`
	NotificationMails list[string]         `json:"technicalNotificationMails" graph:"read"`
	OnPremisesSync    *bool                `json:"onPremisesSyncEnabled" graph:"read"`
	TenantType        string               `json:"tenantType" graph:"read"`
	AssignedPlans     list[string]         `json:"assignedPlans" graph:"read"`
	VerifiedDomains   list[verifiedDomain] `json:"verifiedDomains" graph:"read"`
}

type verifiedDomain struct {
	Capabilities string `json:"capabilities"`
	IsDefault    bool   `json:"isDefault"`
	IsInitial    bool   `json:"isInitial"`
	Name         string `json:"name"`
	Type         string `json:"type"`
}

// domain is the JSON of one of the tenant's domains.
type domain struct {
	AuthenticationType string          `json:"authenticationType" graph:"read"`
	AvailabilityStatus text            `json:"availabilityStatus" graph:"read"`
	ID                 string          `json:"id" graph:"create"`
	IsAdminManaged     bool            `json:"isAdminManaged" graph:"read"`
	IsDefault          bool            `json:"isDefault" graph:"read"`
	IsInitial          bool            `json:"isInitial" graph:"read"`
	IsRoot             bool            `json:"isRoot" graph:"read"`
	IsVerified         bool            `json:"isVerified" graph:"read"`
	SupportedServices  list[string]    `json:"supportedServices" graph:"read"`
	ValidityPeriod     *int            `json:"passwordValidityPeriodInDays" graph:"read"`
	Notification       *int            `json:"passwordNotificationWindowInDays" graph:"read"`
	State              json.RawMessage `json:"state" graph:"keep" initial:"null"`
}

var (
	organizationShape = shapeOf[organization]("microsoft.graph.organization", "organization")
	domainShape       = shapeOf[domain]("microsoft.graph.domain", "domains")
)

func tenantRoutes() []route {
	return []route{
		{method: "GET", pattern: "organization", need: readOrganization, answer: (*call).listOrganization},
		{method: "GET", pattern: "organization/{}", need: readOrganization, answer: (*call).getOrganization},
		{method: "GET", pattern: "domains", need: readDomains, answer: (*call).listDomains},
		{method: "POST", pattern: "domains", need: writeDomains, answer: (*call).createDomain},
		{method: "GET", pattern: "domains/{}", need: readDomains, answer: (*call).getDomain},
		{method: "DELETE", pattern: "domains/{}", need: writeDomains, answer: (*call).deleteDomain},
		{method: "GET", pattern: "domains/{}/verificationDnsRecords", need: readDomains, answer: (*call).verificationRecords},
		{method: "POST", pattern: "domains/{}/verify", need: writeDomains, answer: (*call).verifyDomain},
	}
}

func (c *call) organizationItem() item {
	v := &organization{ID: string(c.tenant.ID), DisplayName: c.tenant.DisplayName, TenantType: "AAD"}
	for i, name := range c.tenant.Domains {
		v.VerifiedDomains = append(v.VerifiedDomains, verifiedDomain{Capabilities: "Email, OfficeCommunicationsOnline",
			IsDefault: i == 0, IsInitial: i == 0, Name: name, Type: "Managed"})
	}
	return item{v.ID, v, organizationShape}
}

func (c *call) listOrganization() (answer, error) {
	return c.list(organizationShape, []item{c.organizationItem()}, false)
}

func (c *call) getOrganization() (answer, error) {
	if id, _ := directory.ParseID(c.ids[0]); id != c.tenant.ID {
		return answer{}, notFound(c.ids[0])
	}
	return c.one(c.organizationItem())
}

func (c *call) domainItem(name string) item {
	never := 2147483647
	notify := 14
	first := len(c.tenant.Domains) > 0 && name == c.tenant.Domains[0]
	v := &domain{AuthenticationType: "Managed", ID: name, IsAdminManaged: true, IsDefault: first, IsInitial: first, IsRoot: true, IsVerified: true,
		SupportedServices: list[string]{"Email", "OfficeCommunicationsOnline"}, ValidityPeriod: &never, Notification: &notify}
	domainShape.keep("", v)
	return item{name, v, domainShape}
}

func (c *call) listDomains() (answer, error) {
	var items []item
	for _, name := range c.tenant.Domains {
		items = append(items, c.domainItem(name))
	}
	return c.list(domainShape, items, false)
}

func (c *call) domain() (int, error) {
	i := slices.IndexFunc(c.tenant.Domains, func(d string) bool { return strings.EqualFold(d, c.ids[0]) })
	if i < 0 {
		return i, notFound(c.ids[0])
	}
	return i, nil
}

func (c *call) getDomain() (answer, error) {
	i, err := c.domain()
	if err != nil {
		return answer{}, err
	}
	return c.one(c.domainItem(c.tenant.Domains[i]))
}

// createDomain adds a domain. It is verified at once: there is no public name service to
// ask.
func (c *call) createDomain() (answer, error) {
	v := &domain{}
	if _, err := domainShape.read(c.body, v, true); err != nil {
		return answer{}, err
	}
	name := strings.ToLower(v.ID)
	if !isDomain(name) {
		return answer{}, badRequest("Invalid value specified for property 'id' of resource 'Domain'.")
	}
	if _, taken := c.directory.Tenant(name); taken {
		return answer{}, refuse(http.StatusBadRequest, "Request_BadRequest", "Domain already exists.")
	}
	next := *c.tenant
	next.Domains = append(slices.Clone(next.Domains), name)
	c.change.Put.Tenants = []directory.Tenant{next}
	c.tenant = &next
	return c.created(c.domainItem(name), "/domains/"+name)
}

// dnsRecord is the JSON of a record that would prove who owns a domain.
type dnsRecord struct {
	ID               string `json:"id"`
	IsOptional       bool   `json:"isOptional"`
	Label            string `json:"label"`
	RecordType       string `json:"recordType"`
	SupportedService string `json:"supportedService"`
	TTL              int    `json:"ttl"`
	Text             string `json:"text"`
}

var dnsRecordShape = shapeOf[dnsRecord]("microsoft.graph.domainDnsTxtRecord", "domains/verificationDnsRecords")

// verificationRecords answers with the record that a public service would look for.
func (c *call) verificationRecords() (answer, error) {
	i, err := c.domain()
	if err != nil {
		return answer{}, err
	}
	name := c.tenant.Domains[i]
	id := string(directory.DerivedID("domain "+name, c.tenant.ID))
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, id) + "00000000"
	v := &dnsRecord{ID: id, Label: name, RecordType: "Txt", SupportedService: "Email", TTL: 3600, Text: "MS=ms" + digits[:8]}
	return c.list(dnsRecordShape, []item{{id, v, dnsRecordShape}}, false)
}

// verifyDomain finds every domain verified.
func (c *call) verifyDomain() (answer, error) { return c.getDomain() }

// isDomain reports whether a name has at least two labels of letters, digits and hyphens.
func isDomain(name string) bool {
	labels := strings.Split(name, ".")
	for _, label := range labels {
		bad := func(r rune) bool { return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') }
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, bad) {
			return false
		}
	}
	return len(labels) > 1 && len(name) < 254
}

// deleteDomain takes away a domain that nobody is named in and that is not the default.
func (c *call) deleteDomain() (answer, error) {
	i, err := c.domain()
	if err != nil {
		return answer{}, err
	}
	name := c.tenant.Domains[i]
	named := slices.ContainsFunc(c.directory.UsersIn(c.tenant.ID), func(u *directory.User) bool {
		return strings.HasSuffix(strings.ToLower(u.UPN), "@"+strings.ToLower(name))
	})
	if i == 0 || named {
		return answer{}, badRequest("The domain is the default domain or is in use.")
	}
	next := *c.tenant
	next.Domains = slices.Delete(slices.Clone(next.Domains), i, i+1)
	c.change.Put.Tenants = []directory.Tenant{next}
	return answer{status: http.StatusNoContent}, nil
}
