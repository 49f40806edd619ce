package tenancy

import (
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Place is whom a path addresses.
type Place struct {
	// Tenant is nil for common, organizations and consumers.
	Tenant *directory.Tenant
	// Segment is the path segment that documents use for it: the GUID, never a domain
	// (Entra facts 0.3), or the word.
	Segment string
}

// consumersID is the tenant of personal accounts (Entra facts 1.2).
const consumersID = "9188040d-6c67-4c5b-b112-36a304b66dad"

// Resolve finds whom a segment addresses. The errors are those of Entra facts 1.7.
func Resolve(s *directory.Snapshot, segment string) (Place, error) {
	switch word := strings.ToLower(segment); word {
	case "common", "organizations", "consumers":
		return Place{Segment: word}, nil
	}
	if t, found := s.Tenant(segment); found {
		return Place{Tenant: t, Segment: string(t.ID)}, nil
	}
	if id, isGUID := directory.ParseID(segment); isGUID {
		if id == directory.NoID {
			return Place{}, aadsts.TenantEmptyGUID.With(segment)
		}
	} else if !isDomain(segment) {
		return Place{}, aadsts.TenantMalformed.With(segment)
	}
	return Place{}, aadsts.TenantNotFound.With(segment)
}

// isDomain reports whether a segment can be a DNS name of at least two labels.
func isDomain(segment string) bool {
	if len(segment) > 253 || !strings.Contains(segment, ".") {
		return false
	}
	for label := range strings.SplitSeq(segment, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
				return false
			}
		}
	}
	return true
}

// placeholder stands for the tenant in the issuers of documents for all tenants
// (Entra facts 1.2).
const placeholder = "{tenantid}"

// Issuers makes the issuers of tokens and documents.
type Issuers struct {
	BaseURL string // of the authority, without a slash at its end
	V1      string // template of v1.0 issuers; {base} and {tenantid} are replaced
}

// Of is the issuer of a token version (1 or 2) for a tenant.
func (i Issuers) Of(version int, tenant directory.ID) string { return i.write(version, string(tenant)) }

// At is the issuer that the metadata document of a place states.
func (i Issuers) At(version int, p Place) string {
	switch {
	case p.Tenant != nil:
		return i.write(version, string(p.Tenant.ID))
	case p.Segment == "consumers":
		return i.write(version, consumersID)
	}
	return i.write(version, placeholder)
}

// Template is the issuer of a version with the placeholder in it.
func (i Issuers) Template(version int) string { return i.write(version, placeholder) }

func (i Issuers) write(version int, tenant string) string {
	if version == 2 {
		return i.BaseURL + "/" + tenant + "/v2.0"
	}
	return strings.NewReplacer("{base}", i.BaseURL, placeholder, tenant).Replace(i.V1)
}
