package environment_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stead-s2s/stead/environment"
)

// disco is the discovery service over one world.
type disco struct {
	http.Handler
	w *world
	t *testing.T
}

const discoURL = "https://disco.example"

func discover(t *testing.T) disco {
	t.Helper()
	w := start(t)
	h, err := environment.NewDiscovery(environment.DiscoveryConfig{
		URL: discoURL, AuthorizationURI: "https://login.example/common/oauth2/authorize", HTTPClient: w.issuer.Client(), Now: w.clock,
		Issuers:      []environment.Issuer{{Metadata: w.issuer.Metadata(), Version: "1.0", Tenants: []string{tenant, otherTenant}}},
		Environments: func(f func(*environment.Server) error) error { return f(w.Server) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return disco{h, w, t}
}

// get asks in somebody's name; change alters the claims of the token.
func (d disco) get(name, path string, change map[string]any) answer {
	d.t.Helper()
	r := httptest.NewRequest("GET", discoURL+"/api/discovery/v2.0/"+strings.ReplaceAll(path, " ", "%20"), nil)
	if name != "" {
		claims := d.w.claims(name, change)
		if change["aud"] == nil {
			claims["aud"] = discoURL
		}
		r.Header.Set("Authorization", "Bearer "+d.w.issuer.Sign(d.t, claims))
	}
	recorder := httptest.NewRecorder()
	d.ServeHTTP(recorder, r)
	return answer{t: d.t, what: path, status: recorder.Code, header: recorder.Result().Header, body: recorder.Body.String()}
}

const (
	discoContext = `{"@odata.context":"` + discoURL + `/api/discovery/v2.0/$metadata#Instances`
	contosoAdmin = `"ApiUrl":"` + address + `","DatacenterId":"00000000-0000-0000-0000-000000000000","DatacenterName":"NA","EnvironmentId":"` + organization +
		`","FriendlyName":"Contoso","Id":"` + organization + `","IsUserSysAdmin":true,"LastUpdated":"2026-11-21T12:00:00Z","OrganizationType":0,"Purpose":null,"Region":"NA",` +
		`"SchemaType":"Standard","State":0,"StatusMessage":0,"TenantId":"` + tenant + `","TrialExpirationDate":null,"UniqueName":"contoso","UrlName":"contoso","Version":"9.2.…","Url":"` + address + `"}`
)

func TestDiscovery(t *testing.T) {
	d := discover(t)
	none := discoContext + `","value":[]}`
	d.get("ada", "Instances", nil).is(200, discoContext+`","value":[{`+contosoAdmin+`]}`).has("Content-Type", "application/json; odata.metadata=minimal", "Access-Control-Allow-Origin", "*")
	d.get("ada", "Instances("+organization+")", nil).is(200, discoContext+`/$entity",`+contosoAdmin)
	d.get("ada", "Instances(UniqueName='Contoso')?$select=UrlName", nil).is(200, discoContext+`(UrlName)/$entity","UrlName":"contoso"}`)
	d.get("ben", "Instances?$select=UniqueName,IsUserSysAdmin", nil).is(200, discoContext+`(UniqueName,IsUserSysAdmin)","value":[{"IsUserSysAdmin":false,"UniqueName":"contoso"}]}`)
	d.get("contoso-app", "Instances", nil).is(200, none)
	d.get("ada", "Instances", map[string]any{"oid": people["mallory"].object}).is(200, none)
	d.get("ada", "Instances", map[string]any{"tid": otherTenant}).is(200, none)
	d.get("ada", "Instances", map[string]any{"oid": people["gone"].object}).is(200, none)
	d.get("ada", "", nil).is(200, `{"@odata.context":"`+discoURL+`/api/discovery/v2.0/$metadata","value":[{"name":"Instances","kind":"EntitySet","url":"Instances"}]}`)
	d.get("ada", "$metadata", nil).is(200, `<edmx:Edmx …<Property Name="IsUserSysAdmin" Type="Edm.Boolean"/>…</edmx:Edmx>`)
	for filter, found := range map[string]bool{
		"UniqueName eq 'CONTOSO'": true, "UniqueName ne 'contoso'": false, "State eq 0": true, "Region eq 'EMEA' or IsUserSysAdmin eq true": true,
		"FriendlyName eq 'Con toso'": false, "Purpose eq null and State eq 0": true, "Purpose eq null and State eq 1": false, "Id eq " + organization: true,
	} {
		want := none
		if found {
			want = discoContext + `","value":[{` + contosoAdmin + `]}`
		}
		d.get("ada", "Instances?$filter="+filter, nil).is(200, want)
	}
}

func TestDiscoveryRefuses(t *testing.T) {
	d := discover(t)
	challenge := "Bearer authorization_uri=https://login.example/common/oauth2/authorize, resource_id=" + discoURL + "/"
	d.get("", "Instances", nil).is(401, "").has("WWW-Authenticate", challenge)
	d.get("ada", "Instances", map[string]any{"aud": address}).is(401, "").has("WWW-Authenticate", challenge)
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"Instances?$top=1":                         {400, "0x80060888"},
		"Instances?$filter=UniqueName lt 'x'":      {400, "0x80060888"},
		"Instances?$filter=UniqueName eq 'x":       {400, "0x80060888"},
		"Instances?$filter=State eq 0 and":         {400, "0x80060888"},
		"Instances?$filter=State eq 0 xor Id eq 1": {400, "0x80060888"},
		"Instances?$select=Secret":                 {400, "0x80060888"},
		"Instances(17)":                            {400, "0x80060888"},
		"Instances(" + tenant + ")":                {404, "0x80040217"},
		"Instances(UniqueName='fabrikam')":         {404, "0x80040217"},
		"Organizations":                            {404, "0x8006088a"},
	} {
		d.get("ada", path, nil).is(want.status, `{"error":{"code":"`+want.code+`","message":"…"}}`)
	}
}
