package environment_test

import (
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stead-s2s/stead/environment"
	"github.com/stead-s2s/stead/internal/oidc/oidctest"
)

const (
	where      = "authorization_uri=https://login.example/" + tenant + "/oauth2/authorize, resource_id=" + address + "/"
	noToken    = "Bearer " + where
	badToken   = "Bearer error=invalid_token, error_description=Error during token validation!, " + where
	whoAmIHead = `{"@odata.context":"` + root + `$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse","BusinessUnitId":"…","UserId":"`
)

// TestLadder climbs the decision ladder of Dataverse facts 1.6.
func TestLadder(t *testing.T) {
	w := start(t)
	for _, path := range []string{"WhoAmI", "accounts", "foos", "/api/data/v8.0/accounts", "/api/nothing"} {
		w.as(t, "").get(path).is(401, "").has("WWW-Authenticate", noToken, "REQ_ID", "…-…-…-…-…", "Content-Type", "", "OData-Version", "")
	}
	for _, header := range []string{"Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "bearer\t"} {
		w.as(t, "").with("Authorization", header).get("WhoAmI").is(401, "").has("WWW-Authenticate", noToken)
	}
	w.as(t, "mallory").get("WhoAmI").
		fails(403, "0x80072560", "The user is not a member of the organization.").
		has("x-stead-help", "…5a1f0000-0000-4000-8000-0000000000a4…")
	w.as(t, "gone").get("WhoAmI").
		fails(403, "0x80040225", "The user with SystemUserId="+people["gone"].user+" in OrganizationContext="+organization+" is disabled")
	w.as(t, "idle").get("WhoAmI").
		fails(403, "0x80042f09", "The user with id "+people["idle"].user+" has not been assigned any roles. They need a role with the prvReadUser privilege.")
	w.as(t, "contoso-reader").get("fieldsecurityprofiles").
		fails(403, "0x80040220", "Principal user (Id="+people["contoso-reader"].user+", type=8, roleCount=1, privilegeCount=…, is missing prvReadFieldSecurityProfile privilege (Id=…) on OTC=1200 for entity 'fieldsecurityprofile' …")
	for _, name := range []string{"contoso-app", "contoso-reader", "ada", "ben"} {
		w.as(t, name).get("WhoAmI").is(200, whoAmIHead+people[name].user+`","OrganizationId":"`+organization+`"}`)
		w.as(t, name).get("WhoAmI()").is(200, whoAmIHead+people[name].user+`",…`)
	}
}

// TestForgedTokens brings tokens that must not open anything: all get the same 401.
func TestForgedTokens(t *testing.T) {
	w := start(t)
	good := w.claims("contoso-app", nil)
	alg := func(name string) map[string]any { return map[string]any{"typ": "JWT", "alg": name, "kid": "first"} }
	der, err := x509.MarshalPKIXPublicKey(&w.issuer.Key("first").PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	signed := func(change map[string]any) string { return w.issuer.Sign(t, w.claims("contoso-app", change)) }
	at := func(d time.Duration) int64 { return w.clock().Add(d).Unix() }
	for name, token := range map[string]string{
		"alg none": oidctest.SignWith(t, alg("none"), good, func([]byte) []byte { return nil }),
		"HS256 with the public key": oidctest.SignWith(t, alg("HS256"), good, func(input []byte) []byte {
			mac := hmac.New(sha256.New, der)
			mac.Write(input)
			return mac.Sum(nil)
		}),
		"foreign kid":            oidctest.Sign(t, "evil", oidctest.NewKey(t), good),
		"foreign key":            oidctest.Sign(t, "first", oidctest.NewKey(t), good),
		"wrong audience":         signed(map[string]any{"aud": "https://other.crm.example"}),
		"audience of Graph":      signed(map[string]any{"aud": "00000003-0000-0000-c000-000000000000"}),
		"wrong issuer":           signed(map[string]any{"iss": "https://sts.example/" + otherTenant + "/"}),
		"wrong tenant":           signed(map[string]any{"tid": otherTenant}),
		"expired":                signed(map[string]any{"exp": at(-6 * time.Minute)}),
		"not yet valid":          signed(map[string]any{"nbf": at(6 * time.Minute)}),
		"version 2.0":            signed(map[string]any{"ver": "2.0"}),
		"application without id": signed(map[string]any{"appid": nil}),
		"person without scope":   w.issuer.Sign(t, w.claims("ben", map[string]any{"scp": "profile"})),
		"person without oid":     w.issuer.Sign(t, w.claims("ben", map[string]any{"oid": nil})),
		"nonsense":               "nonsense",
		"half a token":           strings.Join(strings.Split(signed(nil), ".")[:2], "."),
	} {
		t.Run(name, func(t *testing.T) {
			w.as(t, "").with("Authorization", "Bearer "+token).post("accounts", `{"name":"forged"}`).
				is(401, "").has("WWW-Authenticate", badToken, "x-stead-help", "…")
		})
	}
	if got := w.as(t, "contoso-app").get("accounts?$select=name").names("name"); len(got) != 0 {
		t.Errorf("forged tokens made %q", got)
	}
	if strings.Contains(w.log.String(), strings.Split(signed(nil), ".")[1]) {
		t.Error("the log holds a token")
	}
}

func TestHelpOfABadTokenNamesTheMistake(t *testing.T) {
	w := start(t)
	token := w.issuer.Sign(t, w.claims("contoso-app", map[string]any{"aud": "https://org.api.crm.example"}))
	w.as(t, "").with("Authorization", "Bearer "+token).get("WhoAmI").is(401, "").
		has("x-stead-help", `the token is for ["https://org.api.crm.example"]: get one with the scope `+address+`/.default and send it as Authorization: Bearer`)
	token = w.issuer.Sign(t, w.claims("contoso-app", map[string]any{"exp": w.clock().Add(-time.Hour).Unix()}))
	w.as(t, "").with("Authorization", "Bearer "+token).get("WhoAmI").is(401, "").
		has("x-stead-help", "the token expired at 2026-11-21T11:00:00Z; it is 2026-11-21T12:00:00Z: get a new one")
}

func TestBothTokenVersions(t *testing.T) {
	v2 := oidctest.Start(t)
	v2.Name = "https://login.example/{tenantid}/v2.0"
	w := start(t, func(c *environment.Config) {
		c.Issuers = append(c.Issuers, environment.Issuer{Metadata: v2.Metadata(), Version: "2.0"})
	})
	claims := w.claims("contoso-app", map[string]any{
		"ver": "2.0", "iss": "https://login.example/" + tenant + "/v2.0", "aud": "00000007-0000-0000-c000-000000000000",
		"appid": nil, "azp": people["contoso-app"].app, "idtyp": nil,
	})
	w.as(t, "").with("Authorization", "Bearer "+v2.Sign(t, claims)).get("WhoAmI").is(200, whoAmIHead+people["contoso-app"].user+`",…`)
	w.as(t, "").with("Authorization", "Bearer "+w.issuer.Sign(t, claims)).get("WhoAmI").is(401, "")
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
}

func TestTheIssuerNeedNotBeUp(t *testing.T) {
	w := start(t)
	w.issuer.Down(true)
	app := w.as(t, "contoso-app")
	app.get("WhoAmI").fails(503, "0x80040216", "The service that issues tokens cannot be reached.").
		has("Retry-After", "1", "x-stead-help", "…503…")
	w.issuer.Down(false)
	w.pass(time.Second)
	app.get("WhoAmI").is(200, "…")
}

func TestARolledKeyIsFollowed(t *testing.T) {
	w := start(t)
	w.as(t, "contoso-app").get("WhoAmI").is(200, "…")
	second := oidctest.NewKey(t)
	w.issuer.Publish(map[string]*rsa.PrivateKey{"first": w.issuer.Key("first"), "second": second})
	token := oidctest.Sign(t, "second", second, w.claims("contoso-app", nil))
	w.as(t, "").with("Authorization", "Bearer "+token).get("WhoAmI").is(200, "…")
}

// TestImpersonation: the integration may act for ben, who may not act for anybody.
func TestImpersonation(t *testing.T) {
	w := start(t)
	ben, cleo := people["ben"], people["cleo"]
	for _, header := range []string{"CallerObjectId", "callerobjectid"} {
		w.as(t, "contoso-app").with(header, ben.object).get("WhoAmI").is(200, whoAmIHead+ben.user+`",…`)
	}
	w.as(t, "contoso-app").with("MSCRMCallerID", "{"+strings.ToUpper(cleo.user)+"}").get("WhoAmI").is(200, whoAmIHead+cleo.user+`",…`)
	w.as(t, "contoso-app").with("MSCRMCallerID", cleo.user, "CallerObjectId", ben.object).get("WhoAmI").is(200, whoAmIHead+ben.user+`",…`)
	w.as(t, "contoso-app").with("CallerObjectId", "ben").get("WhoAmI").fails(400, "0x80041d1f", "The user Id(s) [ben] is invalid.")
	w.as(t, "ben").with("CallerObjectId", cleo.object).get("WhoAmI").
		is(403, `{"error":{"code":"0x80040220","message":"…prvActOnBehalfOfAnotherUser…"}}`)

	app := w.as(t, "contoso-app").with("CallerObjectId", ben.object)
	id := app.made("accounts", `{"name":"made for ben"}`)
	got := w.as(t, "contoso-app").get("accounts(" + id + ")?$select=_createdby_value,_createdonbehalfby_value,_ownerid_value").object()
	for column, want := range map[string]string{"_createdby_value": ben.user, "_createdonbehalfby_value": people["contoso-app"].user, "_ownerid_value": ben.user} {
		if fmt.Sprint(got[column]) != want {
			t.Errorf("%s is %v, want %s", column, got[column], want)
		}
	}
	w.as(t, "ben").get("accounts?$select=name").is(200, `…"value":[{…"name":"made for ben",…}]}`)
}
