package grant

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// asking gives an application optional claims for both tokens, and its resource's version.
func asking(app directory.ID, version int, list string) func(*directory.Records) {
	return func(r *directory.Records) {
		for i := range r.Applications {
			if a := &r.Applications[i]; a.AppID == app {
				a.TokenVersion, a.Details = version, `{"notes":"n","optionalClaims":{"idToken":`+list+`,"accessToken":`+list+`}}`
			}
		}
	}
}

const all = `[{"name":"idtyp","essential":false,"additionalProperties":["include_user_token"],"source":null},{"name":"email"},{"name":"upn"},{"name":"family_name"},{"name":"given_name"},
	{"name":"preferred_username"},{"name":"auth_time"},{"name":"acct"},{"name":"sid"},{"name":"verified_primary_email"},{"name":"made_up"},{"name":"aud"},{"name":"exp"}]`

// What a resource asks for is in people's access tokens, of either version, and in no
// other resource's.
func TestOptionalClaimsOfResources(t *testing.T) {
	for version, want := range map[int]string{
		1: "aud iss iat nbf exp acct acr aio amr appid appidacr auth_time email family_name given_name idtyp name oid preferred_username rh roles scp sid sub tid unique_name upn uti ver verified_primary_email",
		2: "aud iss iat nbf exp acct aio auth_time azp azpacr email family_name given_name idtyp name oid preferred_username rh roles scp sid sub tid upn uti ver verified_primary_email",
	} {
		w := start(t, asking(orders, version, all), func(r *directory.Records) { r.Users[0].Mail = "Ana@Contoso.example" })
		signedIn := float64(w.clock().Unix())
		token := w.redeem(v2, w.code(), "scope", ordersAt+"/Read").str("access_token")
		if got := payload(t, token); got != want {
			t.Errorf("v%d\ngot  %s\nwant %s", version, got, want)
		}
		said := w.said(token)
		for name, want := range map[string]any{
			"acct": 0.0, "auth_time": signedIn, "email": "Ana@Contoso.example", "idtyp": "user", "upn": "ana@contoso.example", "preferred_username": "ana@contoso.example",
		} {
			if said[name] != want {
				t.Errorf("v%d: %s is %v, want %v", version, name, said[name], want)
			}
		}
		if list, _ := said["verified_primary_email"].([]any); len(list) != 1 || list[0] != "Ana@Contoso.example" {
			t.Errorf("verified_primary_email %v", said["verified_primary_email"])
		}
		other := w.said(w.redeem(v2, w.code()).str("access_token"))
		if other["acct"] != nil || other["idtyp"] != nil || other["email"] != nil {
			t.Errorf("another resource hears %v", other)
		}
	}
}

// idtyp of applications needs no property; of people it does.
func TestOptionalType(t *testing.T) {
	for name, c := range map[string]struct {
		asked     string
		app, user any
	}{
		"not asked":       {`[{"name":"email"}]`, nil, nil},
		"asked":           {`[{"name":"idtyp"}]`, "app", nil},
		"of people too":   {`[{"name":"idtyp","additionalProperties":["include_user_token"]}]`, "app", "user"},
		"an attribute":    {`[{"name":"idtyp","source":"user"}]`, nil, nil},
		"not for parsing": {`{"name":7}`, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, asking(orders, 2, c.asked))
			if got := w.said(w.alone("scope", ordersAt+"/.default").str("access_token"))["idtyp"]; got != c.app {
				t.Errorf("of an application: %v", got)
			}
			if got := w.said(w.redeem(v2, w.code(), "scope", ordersAt+"/Read").str("access_token"))["idtyp"]; got != c.user {
				t.Errorf("of a person: %v", got)
			}
		})
	}
}

// What a client asks for is in id_tokens; names only with scope profile. A guest is one,
// and an address of somebody else's domain is not verified.
func TestOptionalClaimsOfClients(t *testing.T) {
	w := start(t, asking(portal, 1, all), func(r *directory.Records) { r.Users[0].Details = `{"userType":"Guest"}` })
	id := w.said(w.redeem(v2, w.code()).str("id_token"))
	for name, want := range map[string]any{
		"acct": 1.0, "auth_time": float64(w.clock().Unix()), "email": "ana@mail.example", "family_name": "Silva", "given_name": "Ana", "upn": "ana@contoso.example",
		"verified_primary_email": nil, "idtyp": nil, "made_up": nil, "aud": string(portal),
	} {
		if id[name] != want {
			t.Errorf("%s is %v, want %v", name, id[name], want)
		}
	}
	bare := w.said(w.redeem(v2, w.code(), "scope", "openid "+org+"/user_impersonation").str("id_token"))
	if bare["upn"] != nil || bare["given_name"] != nil || bare["family_name"] != nil || bare["preferred_username"] != nil || bare["acct"] != 1.0 {
		t.Errorf("without scope profile: %v", bare)
	}
}

// Whatever was kept for an application, reading it gives a list or none.
func FuzzOptional(f *testing.F) {
	f.Add(`{"optionalClaims":{"idToken":` + all + `}}`)
	f.Add(`{"optionalClaims":null}`)
	f.Add(`{"optionalClaims":{"idToken":[null]}}`)
	f.Fuzz(func(t *testing.T, details string) {
		app := &directory.Application{Profile: directory.Profile{Details: details}}
		asked := idClaims(app)
		if len(asked) > 0 && !json.Valid([]byte(details)) {
			t.Errorf("%v of %q", asked, details)
		}
		if asked.typesPeople() && !slices.Contains(asked.names(), "idtyp") {
			t.Errorf("%v", asked)
		}
	})
}

// payload are the names of a token's claims, in order.
func payload(t *testing.T, token string) string {
	t.Helper()
	m, err := jose.Parse(token, jose.RS256)
	if err != nil {
		t.Fatal(err)
	}
	return members(string(m.Payload))
}
