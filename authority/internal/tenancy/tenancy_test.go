package tenancy

import (
	"strings"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

const contoso directory.ID = "5a1f0000-0000-4000-8000-000000000001"

func snapshot(t *testing.T) *directory.Snapshot {
	t.Helper()
	s, err := directory.NewSnapshot(directory.Records{Tenants: []directory.Tenant{{ID: contoso, Domains: []string{"contoso.example"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestResolve(t *testing.T) {
	s := snapshot(t)
	for segment, want := range map[string]string{
		string(contoso): string(contoso), strings.ToUpper(string(contoso)): string(contoso), "Contoso.EXAMPLE": string(contoso),
		"common": "common", "Organizations": "organizations", "CONSUMERS": "consumers",
	} {
		p, err := Resolve(s, segment)
		if err != nil || p.Segment != want || (p.Tenant == nil) != (len(want) != 36) {
			t.Errorf("%s is %+v, %v", segment, p, err)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	s := snapshot(t)
	for segment, want := range map[string]aadsts.Entry{
		"5a1f0000-0000-4000-8000-000000000009": aadsts.TenantNotFound, "nobody.example": aadsts.TenantNotFound,
		string(directory.NoID): aadsts.TenantEmptyGUID,
		"contoso":              aadsts.TenantMalformed, "": aadsts.TenantMalformed, "a b.example": aadsts.TenantMalformed, "..": aadsts.TenantMalformed,
		"a\r\nX: y.example": aadsts.TenantMalformed, "é.example": aadsts.TenantMalformed, strings.Repeat("a", 64) + ".example": aadsts.TenantMalformed,
		strings.Repeat("a.", 200) + "example": aadsts.TenantMalformed, "adfs": aadsts.TenantMalformed,
	} {
		if _, err := Resolve(s, segment); !aadsts.Is(err, want) {
			t.Errorf("%q gave %v, want %s", segment, err, want.Code())
		}
	}
}

func TestIssuers(t *testing.T) {
	s := snapshot(t)
	own := Issuers{BaseURL: "https://localhost:8443", V1: "{base}/{tenantid}/"}
	exact := Issuers{BaseURL: "https://localhost:8443", V1: "https://sts.windows.net/{tenantid}/"}
	for _, try := range []struct {
		issuers Issuers
		version int
		segment string
		want    string
	}{
		{own, 2, "contoso.example", "https://localhost:8443/5a1f0000-0000-4000-8000-000000000001/v2.0"},
		{own, 1, "contoso.example", "https://localhost:8443/5a1f0000-0000-4000-8000-000000000001/"},
		{own, 2, "common", "https://localhost:8443/{tenantid}/v2.0"},
		{own, 1, "organizations", "https://localhost:8443/{tenantid}/"},
		{own, 2, "consumers", "https://localhost:8443/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"},
		{exact, 1, "contoso.example", "https://sts.windows.net/5a1f0000-0000-4000-8000-000000000001/"},
		{exact, 2, "common", "https://localhost:8443/{tenantid}/v2.0"},
	} {
		p, err := Resolve(s, try.segment)
		if err != nil {
			t.Fatal(err)
		}
		if got := try.issuers.At(try.version, p); got != try.want {
			t.Errorf("version %d of %s: %s, want %s", try.version, try.segment, got, try.want)
		}
		if p.Tenant != nil && try.issuers.Of(try.version, p.Tenant.ID) != try.want {
			t.Errorf("version %d: tokens and metadata name different issuers", try.version)
		}
	}
	if got := exact.Template(1); got != "https://sts.windows.net/{tenantid}/" {
		t.Errorf("template %s", got)
	}
}
