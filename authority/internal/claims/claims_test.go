package claims

import (
	"crypto/rand"
	"encoding/json"
	"regexp"
	"testing"
	"time"
	"unicode/utf8"
)

func app(version int) App {
	a := App{
		Version: version, Audience: "https://org.crm.dynamics.com/", Issuer: "https://sts.example/t/", TenantID: "tid-1", ClientID: "app-1",
		ObjectID: "oid-1", Proof: "1", Typed: true, IssuedAt: time.Unix(1_800_000_000, 999), Lifetime: time.Hour,
	}
	for i := range a.Entropy {
		a.Entropy[i] = byte(i)
	}
	return a
}

const (
	aio = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g"
	rh  = "1.AISIjJCUmJygpKissLS4vMDEyMzQ."
	uti = "NTY3ODk6Ozw9Pj9AQUJDRA"
)

// The members and their order are those of Entra facts 3.1.
func TestV1(t *testing.T) {
	const want = `{"aud":"https://org.crm.dynamics.com/","iss":"https://sts.example/t/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"` + aio +
		`","appid":"app-1","appidacr":"1","idp":"https://sts.example/t/","idtyp":"app","oid":"oid-1","rh":"` + rh + `","sub":"oid-1","tid":"tid-1","uti":"` + uti + `","ver":"1.0"}`
	if got := string(app(1).Append(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestV2(t *testing.T) {
	a := app(2)
	a.Typed, a.Proof, a.Audience, a.Roles = false, "2", "api-1", []string{"Read", `Wr"ite`}
	const want = `{"aud":"api-1","iss":"https://sts.example/t/","iat":1799999700,"nbf":1799999700,"exp":1800003600,"aio":"` + aio +
		`","azp":"app-1","azpacr":"2","oid":"oid-1","rh":"` + rh + `","roles":["Read","Wr\"ite"],"sub":"oid-1","tid":"tid-1","uti":"` + uti + `","ver":"2.0"}`
	if got := string(a.Append([]byte("}")[:0])); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestLifetimeIsBetweenSixtyAndNinetyMinutes(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 1000 {
		var e Entropy
		rand.Read(e[:])
		l := e.Lifetime()
		if l < time.Hour || l > 90*time.Minute {
			t.Fatalf("%s", l)
		}
		seen[l.Truncate(10*time.Minute)] = true
	}
	if len(seen) < 3 {
		t.Errorf("lifetimes do not spread: %v", seen)
	}
}

func TestOpaqueClaimsLookLikeEntras(t *testing.T) {
	var a App
	rand.Read(a.Entropy[:])
	if got := a.Append(nil); !regexp.MustCompile(`"uti":"[A-Za-z0-9_-]{22}"`).Match(got) || !regexp.MustCompile(`"rh":"1\.A[A-Za-z0-9_-]+\."`).Match(got) {
		t.Errorf("%s", got)
	}
}

// Whatever a resource is called, the claims are JSON that says just that.
func FuzzAudience(f *testing.F) {
	for _, s := range []string{"https://org.crm.dynamics.com", `a"b\c`, "\x00\x7f", "é<>&\u2028", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, audience string) {
		a := app(1)
		a.Audience = audience
		var read struct{ Aud, Ver string }
		if err := json.Unmarshal(a.Append(nil), &read); err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(audience) && read.Aud != audience || read.Ver != "1.0" {
			t.Errorf("%q became %q", audience, read.Aud)
		}
	})
}
