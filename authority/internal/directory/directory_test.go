package directory_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/directory/directorytest"
)

func TestMemoryConforms(t *testing.T) {
	directorytest.Run(t, func(*testing.T) Store { return &directorytest.Memory{} })
}

func id(n int) ID { return ID(fmt.Sprintf("00000000-0000-4000-8000-%012d", n)) }

// small is a world of one tenant with an API and a client of it.
func small() Records {
	return Records{
		Tenants: []Tenant{{ID: id(1), DisplayName: "Contoso", Domains: []string{"Contoso.example"}}},
		Applications: []Application{
			{ID: id(10), AppID: id(11), TenantID: id(1), IdentifierURIs: []string{"https://Api.example/v1/"},
				Roles: []Role{{ID: id(12), Value: "Write"}, {ID: id(13), Value: "Read"}}},
			{ID: id(20), AppID: id(21), TenantID: id(1)},
		},
		ServicePrincipals: []ServicePrincipal{
			{ID: id(14), AppID: id(11), TenantID: id(1), Names: []string{"api://x"}, Addresses: []string{"https://localhost:8445"}},
			{ID: id(24), AppID: id(21), TenantID: id(1)},
		},
		Users: []User{{ID: id(30), TenantID: id(1), UPN: "Ada@contoso.example"}},
		RoleAssignments: []RoleAssignment{
			{ID: id(40), PrincipalID: id(24), ResourceID: id(14), RoleID: id(12)},
			{ID: id(41), PrincipalID: id(24), ResourceID: id(14), RoleID: id(13)},
			{ID: id(42), PrincipalID: id(30), ResourceID: id(14), RoleID: NoID},
		},
	}
}

func snapshot(t *testing.T, r Records) *Snapshot {
	t.Helper()
	s, err := NewSnapshot(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestLookUps(t *testing.T) {
	s := snapshot(t, small())
	for name, found := range map[string]bool{
		string(id(1)): true, "contoso.EXAMPLE": true, "other.example": false, "": false,
	} {
		if _, ok := s.Tenant(name); ok != found {
			t.Errorf("tenant %q: %v", name, ok)
		}
	}
	for name, found := range map[string]bool{
		string(id(11)): true, "https://api.example/v1": true, "HTTPS://API.example/v1/": true, "https://api.example/V1": false,
		"api://x": true, "https://localhost:8445": true, "https://localhost:8445/": true, "https://localhost:8445//": false,
		"https://localhost": false, "": false, "/": false,
	} {
		if p, ok := s.Resource(id(1), name); ok != found || ok && p.ID != id(14) {
			t.Errorf("resource %q: %v", name, ok)
		}
	}
	if _, ok := s.Resource(id(2), "api://x"); ok {
		t.Error("a resource was found in another tenant")
	}
	if u, ok := s.User(id(1), "ada@CONTOSO.example"); !ok || u.ID != id(30) {
		t.Error("the user was not found")
	}
	if p, ok := s.Principal(id(1), id(21)); !ok || p.App.ID != id(20) {
		t.Errorf("principal %v", p)
	}
	if _, ok := s.Application(id(10)); ok {
		t.Error("an application was found by its object id")
	}
}

func TestRoles(t *testing.T) {
	s := snapshot(t, small())
	for _, try := range []struct {
		principal ID
		roles     string
		assigned  bool
	}{{id(24), "Read Write", true}, {id(30), "", true}, {id(14), "", false}} {
		roles, assigned := s.Roles(try.principal, id(14))
		if strings.Join(roles, " ") != try.roles || assigned != try.assigned {
			t.Errorf("%s has %v, %v", try.principal, roles, assigned)
		}
	}
}

func TestConflicts(t *testing.T) {
	for name, spoil := range map[string]func(*Records){
		"domain": func(r *Records) {
			r.Tenants = append(r.Tenants, Tenant{ID: id(2), Domains: []string{"contoso.EXAMPLE"}})
		},
		"client id":      func(r *Records) { r.Applications = append(r.Applications, Application{ID: id(9), AppID: id(11)}) },
		"identifier URI": func(r *Records) { r.Applications[1].IdentifierURIs = []string{"https://api.EXAMPLE/v1"} },
		"second presence": func(r *Records) {
			r.ServicePrincipals = append(r.ServicePrincipals, ServicePrincipal{ID: id(9), AppID: id(11), TenantID: id(1)})
		},
		"resource name": func(r *Records) { r.ServicePrincipals[1].Addresses = []string{"https://LOCALHOST:8445/"} },
		"user name": func(r *Records) {
			r.Users = append(r.Users, User{ID: id(9), TenantID: id(1), UPN: "ADA@contoso.example"})
		},
	} {
		r := small()
		spoil(&r)
		if _, err := NewSnapshot(r); !errors.Is(err, ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	orphan := small()
	orphan.Applications = orphan.Applications[1:]
	if _, err := NewSnapshot(orphan); err == nil || errors.Is(err, ErrConflict) {
		t.Errorf("a service principal of no application: %v", err)
	}
	broken := small()
	broken.Applications[0].Certificates = []Certificate{{ID: id(9), DER: []byte("x")}}
	if _, err := NewSnapshot(broken); err == nil {
		t.Error("a broken certificate was taken")
	}
}

func TestChangeIsSeenOrNot(t *testing.T) {
	store := &directorytest.Memory{}
	d, err := Open(t.Context(), store)
	if err != nil || !d.Empty() {
		t.Fatal(err)
	}
	before := d.Current()
	if err := d.Change(t.Context(), Change{Put: small()}); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.Current().Tenant("contoso.example"); !ok || d.Empty() {
		t.Error("the change is not seen")
	}
	if _, ok := before.Tenant("contoso.example"); ok {
		t.Error("an old snapshot changed")
	}
	current := d.Current()
	clash := Change{Put: Records{Applications: []Application{{ID: id(9), AppID: id(11)}}}}
	if err := d.Change(t.Context(), clash); !errors.Is(err, ErrConflict) {
		t.Errorf("a conflict gave %v", err)
	}
	store.Fail = errors.New("disk full")
	if err := d.Change(t.Context(), Change{Remove: []ID{id(24)}}); !errors.Is(err, store.Fail) {
		t.Errorf("a failing store gave %v", err)
	}
	if d.Current() != current {
		t.Error("a change that failed is seen")
	}
	if again, err := Open(t.Context(), store); err != nil || again.Empty() {
		t.Errorf("opened again: %v", err)
	}
}

func TestChangesAtOnce(t *testing.T) {
	d, err := Open(t.Context(), &directorytest.Memory{})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	for i := range 50 {
		running.Go(func() {
			one := Tenant{ID: id(i), Domains: []string{fmt.Sprintf("t%d.example", i)}}
			if err := d.Change(t.Context(), Change{Put: Records{Tenants: []Tenant{one}}}); err != nil {
				t.Error(err)
			}
			if _, ok := d.Current().Tenant(one.Domains[0]); !ok {
				t.Errorf("tenant %d is not seen by who made it", i)
			}
		})
	}
	running.Wait()
	for i := range 50 {
		if _, ok := d.Current().Tenant(string(id(i))); !ok {
			t.Errorf("tenant %d was lost", i)
		}
	}
}

func TestParseID(t *testing.T) {
	for text, want := range map[string]ID{
		"00000007-0000-0000-C000-000000000000": Dataverse, "": "", "{00000007-0000-0000-c000-00000000000}": "",
		"00000007-0000-0000-c000-00000000000g": "", "00000007+0000-0000-c000-000000000000": "", "000000070000-0000-c000-0000000000000": "",
	} {
		if got, ok := ParseID(text); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("00000007-0000-0000-C000-000000000000")
	f.Add("no")
	f.Fuzz(func(t *testing.T, text string) {
		if got, ok := ParseID(text); ok && !strings.EqualFold(string(got), text) || !ok && got != "" {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	})
}

func certificatePEM(t testing.TB, public, private any) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(1e9, 0), NotAfter: time.Unix(2e9, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	if err != nil {
		t.Fatal(err)
	}
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("not looked at")})
	return append(key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
}

func TestCertificates(t *testing.T) {
	good, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	c, err := NewCertificate(id(1), "laptop", certificatePEM(t, good.Public(), good))
	if err != nil || c.Start.Unix() != 1e9 || c.End.Unix() != 2e9 || c.Name != "laptop" {
		t.Errorf("read %+v, %v", c, err)
	}
	short, _ := rsa.GenerateKey(rand.Reader, 1024)
	edPublic, ed, _ := ed25519.GenerateKey(rand.Reader)
	for name, text := range map[string][]byte{
		"short": certificatePEM(t, short.Public(), short), "ed25519": certificatePEM(t, edPublic, ed), "none": nil,
		"only a key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY"}), "broken": pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"}),
	} {
		if _, err := NewCertificate(id(1), "", text); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// Whatever is taken is one whole certificate with a key that may be used, and is read the
// same from its own PEM.
func FuzzNewCertificate(f *testing.F) {
	good, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	edPublic, ed, _ := ed25519.GenerateKey(rand.Reader)
	text := certificatePEM(f, good.Public(), good)
	f.Add(text)
	f.Add(text[:len(text)-40])
	f.Add(append([]byte("subject=CN=x\r\n"), strings.ReplaceAll(string(text), "\n", "\r\n")...))
	f.Add(certificatePEM(f, edPublic, ed))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END CERTIFICATE-----"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := NewCertificate(id(1), "laptop", text)
		if err != nil {
			if c.DER != nil || c.ID != "" {
				t.Errorf("refused, and gives %+v", c)
			}
			return
		}
		parsed, err := x509.ParseCertificate(c.DER)
		if err != nil || !parsed.NotBefore.Equal(c.Start) || !parsed.NotAfter.Equal(c.End) {
			t.Fatalf("kept %+v, %v", c, err)
		}
		if _, isEd := parsed.PublicKey.(ed25519.PublicKey); isEd {
			t.Error("an Ed25519 key was taken")
		}
		again, err := NewCertificate(c.ID, c.Name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.DER}))
		if err != nil || !slices.Equal(again.DER, c.DER) || again.Start != c.Start || again.End != c.End {
			t.Errorf("%+v is read again as %+v, %v", c, again, err)
		}
	})
}

func TestFirstParty(t *testing.T) {
	r := Records{Tenants: []Tenant{{ID: id(1)}, {ID: id(2)}}, Applications: FirstParty()}
	seen := []ID{}
	for _, tenant := range r.Tenants {
		for _, p := range FirstPartyPrincipals(tenant.ID) {
			if parsed, ok := ParseID(string(p.ID)); !ok || parsed != p.ID || slices.Contains(seen, p.ID) {
				t.Errorf("service principal id %q", p.ID)
			}
			seen = append(seen, p.ID)
			r.ServicePrincipals = append(r.ServicePrincipals, p)
		}
	}
	s := snapshot(t, r)
	if p, ok := s.Resource(id(2), "https://graph.microsoft.com/"); !ok || p.AppID != Graph || p.TenantID != id(2) {
		t.Errorf("Graph is %+v", p)
	}
}

func TestHashesDoNotPrint(t *testing.T) {
	u := User{Password: "$argon2id$secret"}
	text, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprint(u), fmt.Sprintf("%+v %#v %q", u, u, u.Password), string(text)} {
		if strings.Contains(printed, "argon2id") {
			t.Error(printed)
		}
	}
	if s := NewSecret(id(1), "n", "abcdef", time.Time{}, time.Time{}); s.Hint != "abc" || strings.Contains(fmt.Sprintf("%+v", s), "abcdef") {
		t.Errorf("kept %+v", s)
	}
}
