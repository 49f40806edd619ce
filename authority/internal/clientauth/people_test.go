package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/authority/internal/tenancy"
)

const (
	contoso    directory.ID = "5a1f0000-0000-4000-8000-000000000001"
	fabrikam   directory.ID = "5a1f0000-0000-4000-8000-000000000002"
	orders     directory.ID = "5a1f0000-0000-4000-8000-0000000000a1" // the client of most tests
	public     directory.ID = "5a1f0000-0000-4000-8000-0000000000a2"
	secretID   directory.ID = "5a1f0000-0000-4000-8000-00000000c0a1"
	rsaKeyID   directory.ID = "5a1f0000-0000-4000-8000-00000000c0a2"
	secretText              = "value~of_the.secret-40-characters-long!"
	base                    = "https://localhost:8443"
)

var now = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// signer is a key pair with its certificate.
type signer struct {
	private crypto.Signer
	der     []byte
}

func (s signer) sha1() []byte   { h := sha1.Sum(s.der); return h[:] }
func (s signer) sha256() []byte { h := sha256.Sum256(s.der); return h[:] }

// pairs are the keys of all tests: RSA keys are slow to make.
type pairs struct{ rsa, ec, expired, future, stranger signer }

var newPairs = sync.OnceValue(func() pairs {
	return pairs{
		rsa: pair(newRSA(), 1e6), ec: pair(newEC(), 1e6),
		expired: pair(newRSA(), -1), future: pair(newEC(), 1e6), stranger: pair(newRSA(), 1e6),
	}
})

func newRSA() crypto.Signer {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
}

func newEC() crypto.Signer {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return k
}

// pair certifies a key until so many seconds from now.
func pair(private crypto.Signer, seconds int) signer {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Duration(seconds) * time.Second)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		panic(err)
	}
	return signer{private, der}
}

// world has two tenants and the clients of the tests.
func world(t testing.TB) *directory.Snapshot {
	t.Helper()
	p := newPairs()
	certificate := func(id directory.ID, s signer, start, end time.Time) directory.Certificate {
		return directory.Certificate{ID: id, DER: s.der, Start: start, End: end}
	}
	hour := now.Add(time.Hour)
	r := directory.Records{
		Tenants: []directory.Tenant{{ID: contoso, Domains: []string{"contoso.example", "contoso.test"}}, {ID: fabrikam, Domains: []string{"fabrikam.example"}}},
		Applications: []directory.Application{
			{ID: "o", AppID: orders, TenantID: contoso, Credentials: directory.Credentials{
				Secrets: []directory.Secret{
					directory.NewSecret(secretID, "", secretText, now.Add(-time.Hour), hour),
					directory.NewSecret("s-expired", "", "expired", now.Add(-time.Hour), now),
					directory.NewSecret("s-future", "", "future", hour, hour),
					directory.NewSecret("s-twice-old", "", "twice", time.Time{}, now.Add(-time.Minute)),
					directory.NewSecret("s-twice", "", "twice", time.Time{}, time.Time{}),
				},
				Certificates: []directory.Certificate{
					certificate(rsaKeyID, p.rsa, now.Add(-time.Hour), hour), certificate("k-ec", p.ec, time.Time{}, time.Time{}),
					certificate("k-expired", p.expired, time.Time{}, now), certificate("k-future", p.future, hour, time.Time{}),
				},
			}},
			{ID: "p", AppID: public, TenantID: contoso, PublicClient: true},
		},
		ServicePrincipals: []directory.ServicePrincipal{
			{ID: "sp-o", AppID: orders, TenantID: contoso, Credentials: directory.Credentials{
				Secrets: []directory.Secret{directory.NewSecret("s-principal", "", "of the principal", time.Time{}, time.Time{})}}},
			{ID: "sp-p", AppID: public, TenantID: contoso},
		},
	}
	s, err := directory.NewSnapshot(r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// call is a check of a client in contoso, now.
func call(t testing.TB, client directory.ID) Call {
	t.Helper()
	s := world(t)
	tenant, _ := s.Tenant(string(contoso))
	principal, found := s.Principal(contoso, client)
	if !found {
		t.Fatalf("no client %s", client)
	}
	return Call{Directory: s, Tenant: tenant, Client: principal, Now: now, GrantType: "client_credentials"}
}

func checker() Checker {
	return Checker{Issuers: tenancy.Issuers{BaseURL: base, V1: "{base}/{tenantid}/"}}
}

// assertion is a client assertion in the making.
type assertion struct {
	header, claims map[string]any
	key            signer
	asn1           bool
	after          string
}

// good is an assertion as MSAL for Go makes it (Entra facts 2.3).
func good() assertion {
	p := newPairs()
	return assertion{
		header: map[string]any{"alg": "PS256", "typ": "JWT", "x5t#S256": base64.StdEncoding.EncodeToString(p.rsa.sha256())},
		claims: map[string]any{
			"aud": base + "/" + string(contoso) + "/oauth2/v2.0/token", "iss": orders, "sub": orders, "jti": "1",
			"nbf": now.Unix(), "exp": now.Unix() + 600,
		},
		key: p.rsa,
	}
}

func (a assertion) sign(t testing.TB) Presented {
	t.Helper()
	e := base64.RawURLEncoding.EncodeToString
	head, err := json.Marshal(a.header)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(a.claims)
	if err != nil {
		t.Fatal(err)
	}
	text := e(head) + "." + e(body)
	digest := sha256.Sum256([]byte(text))
	var signature []byte
	switch k := a.key.private.(type) {
	case *ecdsa.PrivateKey:
		signature, err = a.signEC(k, digest[:])
	case *rsa.PrivateKey:
		if a.header["alg"] == "PS256" {
			signature, err = rsa.SignPSS(rand.Reader, k, crypto.SHA256, digest[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		} else {
			signature, err = rsa.SignPKCS1v15(nil, k, crypto.SHA256, digest[:])
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return Presented{Assertion: Secret(text + "." + e(signature) + a.after), AssertionType: AssertionType}
}

func (a assertion) signEC(k *ecdsa.PrivateKey, digest []byte) ([]byte, error) {
	if a.asn1 {
		return ecdsa.SignASN1(rand.Reader, k, digest)
	}
	r, s, err := ecdsa.Sign(rand.Reader, k, digest)
	if err != nil {
		return nil, err
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}
