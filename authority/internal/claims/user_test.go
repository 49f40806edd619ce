package claims

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"
)

func ana() Person {
	return Person{ObjectID: "ana-1", UPN: "ana@contoso.example", Name: `Ana "A" Silva`, GivenName: "Ana", Surname: "Silva", Mail: "ana@mail.example"}
}

func user(version int) User {
	u := User{
		Version: version, Audience: "https://org.crm.dynamics.com", Issuer: "https://sts.example/t/", TenantID: "tid-1", ClientID: "app-1", Proof: "1",
		Subject: "sub-1", Person: ana(), Scopes: []string{"user_impersonation", "Read"}, Methods: []string{"pwd", "mfa"}, Session: "sid-1",
		IssuedAt: time.Unix(1_800_000_000, 999), Lifetime: time.Hour, Entropy: app(1).Entropy,
	}
	return u
}

// The members and their order are those of Entra facts 3.2.
func TestUser(t *testing.T) {
	const v1 = `{"aud":"https://org.crm.dynamics.com","iss":"https://sts.example/t/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"acr":"1","aio":"` + aio +
		`","amr":["pwd","mfa"],"appid":"app-1","appidacr":"1","family_name":"Silva","given_name":"Ana","name":"Ana \"A\" Silva","oid":"ana-1","rh":"` + rh +
		`","scp":"user_impersonation Read","sid":"sid-1","sub":"sub-1","tid":"tid-1","unique_name":"ana@contoso.example","upn":"ana@contoso.example","uti":"` + uti + `","ver":"1.0"}`
	if got := string(user(1).Append(nil)); got != v1 {
		t.Errorf("got  %s\nwant %s", got, v1)
	}
	u := user(2)
	u.Roles, u.Groups, u.AdminRoles, u.Session = []string{"Approver"}, []string{"g-1"}, []string{"w-1"}, ""
	const v2 = `{"aud":"https://org.crm.dynamics.com","iss":"https://sts.example/t/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"` + aio +
		`","azp":"app-1","azpacr":"1","groups":["g-1"],"name":"Ana \"A\" Silva","oid":"ana-1","preferred_username":"ana@contoso.example","rh":"` + rh +
		`","roles":["Approver"],"scp":"user_impersonation Read","sub":"sub-1","tid":"tid-1","uti":"` + uti + `","ver":"2.0","wids":["w-1"]}`
	if got := string(u.Append(nil)); got != v2 {
		t.Errorf("got  %s\nwant %s", got, v2)
	}
}

func id(version int) ID {
	return ID{
		Version: version, Issuer: "https://sts.example/t", TenantID: "tid-1", ClientID: "app-1", Subject: "sub-1", Person: ana(), Nonce: "n-1",
		Methods: []string{"pwd"}, Session: "sid-1", IssuedAt: time.Unix(1_800_000_000, 0), Entropy: app(1).Entropy,
	}
}

// Those of Entra facts 4.3: v2.0 says who it is to those who asked for scope profile.
func TestID(t *testing.T) {
	const bare = `{"aud":"app-1","iss":"https://sts.example/t","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"` + aio +
		`","nonce":"n-1","rh":"` + rh + `","sid":"sid-1","sub":"sub-1","tid":"tid-1","uti":"` + uti + `","ver":"2.0"}`
	if got := string(id(2).Append(nil)); got != bare {
		t.Errorf("got  %s\nwant %s", got, bare)
	}
	full := id(2)
	full.Profile, full.Email, full.AuthTime, full.CodeHash, full.TokenHash, full.Roles = true, true, time.Unix(1_700_000_000, 0), "c-1", "t-1", []string{"R"}
	const all = `{"aud":"app-1","iss":"https://sts.example/t","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"` + aio +
		`","at_hash":"t-1","auth_time":1700000000,"c_hash":"c-1","email":"ana@mail.example","name":"Ana \"A\" Silva","nonce":"n-1","oid":"ana-1","preferred_username":"ana@contoso.example","rh":"` + rh +
		`","roles":["R"],"sid":"sid-1","sub":"sub-1","tid":"tid-1","uti":"` + uti + `","ver":"2.0"}`
	if got := string(full.Append(nil)); got != all {
		t.Errorf("got  %s\nwant %s", got, all)
	}
	const old = `{"aud":"app-1","iss":"https://sts.example/t","iat":1799999700,"nbf":1799999700,"exp":1800003600,"amr":["pwd"],"family_name":"Silva","given_name":"Ana","name":"Ana \"A\" Silva","nonce":"n-1","oid":"ana-1","rh":"` + rh +
		`","sid":"sid-1","sub":"sub-1","tid":"tid-1","unique_name":"ana@contoso.example","upn":"ana@contoso.example","uti":"` + uti + `","ver":"1.0"}`
	if got := string(id(1).Append(nil)); got != old {
		t.Errorf("got  %s\nwant %s", got, old)
	}
}

// Those of Entra facts 8.
func TestADFS(t *testing.T) {
	a := ADFS{Audience: "urn:x", Issuer: "http://farm/adfs/services/trust", ClientID: "app-1", Method: ADFSMethod("1"), Scopes: []string{"openid"}, IssuedAt: time.Unix(1_800_000_000, 0), Lifetime: time.Hour}
	const want = `{"aud":"urn:x","iss":"http://farm/adfs/services/trust","iat":1800000000,"exp":1800003600,"apptype":"Confidential","appid":"app-1",` +
		`"authmethod":"urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport","auth_time":"2027-01-15T08:00:00.000Z","ver":"1.0","scp":"openid"}`
	if got := string(a.Append(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if ADFSMethod("2") == ADFSMethod("1") {
		t.Error("a certificate is no secret")
	}
}

// A subject is the same every time, differs for every application, person and key, and has
// the length of Entra's.
func TestSubject(t *testing.T) {
	one := Subject([]byte("k"), "ana", "app")
	if one != Subject([]byte("k"), "ana", "app") || len(one) != 43 {
		t.Errorf("%q", one)
	}
	for _, other := range []string{Subject([]byte("k"), "ben", "app"), Subject([]byte("k"), "ana", "other"), Subject([]byte("l"), "ana", "app")} {
		if other == one {
			t.Error("two have the same subject")
		}
	}
}

// The example of OpenID Connect Core, A.3 and A.4.
func TestHalfHash(t *testing.T) {
	if got := HalfHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"); got != "77QmUPtjPfzWtF2AnpK9RQ" {
		t.Errorf("at_hash %s", got)
	}
	if got := HalfHash("Qcb0Orv1zh30vL1MPRsbm-diHiMwcLyZvn1arpZv-Jxf_11jnpEX3Tgfvk"); got != "LDktKdoQak3Pk0cnXxCltA" {
		t.Errorf("c_hash %s", got)
	}
}

// Whatever people are called, the claims are JSON that says so.
func FuzzUser(f *testing.F) {
	f.Add("Ana", "Read Write")
	f.Add("\"\\\x00 ", "é")
	f.Fuzz(func(t *testing.T, name, scope string) {
		if !utf8.ValidString(name) || !utf8.ValidString(scope) {
			t.Skip()
		}
		u, i := user(1), id(1)
		u.Name, i.Name, u.Scopes = name, name, []string{scope}
		for _, text := range [][]byte{u.Append(nil), i.Append(nil)} {
			var said map[string]any
			if err := json.Unmarshal(text, &said); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if said["name"] != name && name != "" || said["scp"] != nil && said["scp"] != scope {
				t.Errorf("%s", text)
			}
		}
	})
}
