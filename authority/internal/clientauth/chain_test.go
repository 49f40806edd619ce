package clientauth

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"testing"
	"time"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
)

// issuer is a certificate authority.
type issuer struct {
	signer
	certificate *x509.Certificate
}

func newIssuer(t *testing.T, name string, by *issuer) *issuer {
	t.Helper()
	key := newEC()
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	parent, private := template, crypto.Signer(key)
	if by != nil {
		parent, private = by.certificate, by.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{signer{key, der}, certificate}
}

// issue certifies the RSA key of the tests until so long from now.
func (i *issuer) issue(t *testing.T, name string, life time.Duration, dns ...string) signer {
	t.Helper()
	key := newPairs().stranger.private
	template := &x509.Certificate{SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: name}, DNSNames: dns, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life)}
	der, err := x509.CreateCertificate(rand.Reader, template, i.certificate, key.Public(), i.private)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, der}
}

// chained is a good assertion of a leaf and those above it.
func chained(leaf signer, above ...*issuer) assertion {
	a := good()
	entries := []string{base64.StdEncoding.EncodeToString(leaf.der)[:40] + "\n" + base64.StdEncoding.EncodeToString(leaf.der)[40:]}
	for _, one := range above {
		entries = append(entries, base64.StdEncoding.EncodeToString(one.der))
	}
	a.header = map[string]any{"alg": "PS256", "x5t#S256": base64.RawURLEncoding.EncodeToString(leaf.sha256()), "x5c": entries}
	a.key = leaf
	return a
}

// A certificate that nobody registered proves its subject, when a trusted authority issued
// it (Entra facts 2.3).
func TestChains(t *testing.T) {
	root := newIssuer(t, "root", nil)
	between := newIssuer(t, "between", root)
	evil := newIssuer(t, "root", nil)
	roots := x509.NewCertPool()
	roots.AddCert(root.certificate)
	c := checker()
	c.Chains = &Chains{Roots: roots, Subjects: map[directory.ID][]string{orders: {"orders.contoso.example"}}}
	const name = "Orders.Contoso.Example"
	other := chained(between.issue(t, name, time.Hour), between)
	other.key = newPairs().rsa
	swapped := chained(between.issue(t, name, time.Hour), between)
	swapped.header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(newPairs().expired.sha256())
	tooLong := chained(root.issue(t, name, time.Hour))
	tooLong.header["x5c"] = make([]string, longestChain+1)
	for what, try := range map[string]struct {
		a    assertion
		want aadsts.Entry
	}{
		"by the root":             {chained(root.issue(t, name, time.Hour)), aadsts.Entry{}},
		"by one between":          {chained(between.issue(t, name, time.Hour), between), aadsts.Entry{}},
		"a DNS name":              {chained(root.issue(t, "x", time.Hour, name)), aadsts.Entry{}},
		"registered all the same": {good(), aadsts.Entry{}},
		"another name":            {chained(root.issue(t, "evil", time.Hour, "contoso.example")), aadsts.CertificateSubject},
		"no name":                 {chained(root.issue(t, "", time.Hour)), aadsts.CertificateSubject},
		"one between is missing":  {chained(between.issue(t, name, time.Hour)), aadsts.AssertionSignature},
		"another root":            {chained(evil.issue(t, name, time.Hour), evil), aadsts.AssertionSignature},
		"expired":                 {chained(root.issue(t, name, -time.Second)), aadsts.AssertionSignature},
		"signed by another key":   {other, aadsts.AssertionSignature},
		"another thumbprint":      {swapped, aadsts.AssertionSignature},
		"a long chain":            {tooLong, aadsts.AssertionSignature},
	} {
		proof, err := c.Check(t.Context(), call(t, orders), try.a.sign(t))
		if try.want.Number == 0 {
			if err != nil || proof.Kind() != "certificate" || proof.KeyID == "" {
				t.Errorf("%s: %+v, %v", what, proof, err)
			}
		} else if !aadsts.Is(err, try.want) || proof.Passed() {
			t.Errorf("%s: %v, want %s", what, err, try.want.Code())
		}
	}
	if _, err := checker().Check(t.Context(), call(t, orders), chained(root.issue(t, name, time.Hour)).sign(t)); !aadsts.Is(err, aadsts.AssertionSignature) {
		t.Errorf("without the rule: %v", err)
	}
	c.Chains = &Chains{Subjects: c.Chains.Subjects}
	if _, err := c.Check(t.Context(), call(t, orders), chained(root.issue(t, name, time.Hour)).sign(t)); !aadsts.Is(err, aadsts.AssertionSignature) {
		t.Errorf("without roots: %v", err)
	}
}

// FuzzReadChain: what is read is certificates, at most so many, and nothing panics.
func FuzzReadChain(f *testing.F) {
	e := base64.RawURLEncoding.EncodeToString
	der := base64.StdEncoding.EncodeToString(newPairs().rsa.der)
	for _, header := range []string{`{"x5c":["` + der + `"]}`, `{"x5c":["` + der + `","` + der + `"]}`, `{"x5c":[]}`, `{"x5c":"` + der + `"}`, `{"X5C":["` + der + `"]}`, `{"x5c":["!"]}`, `[]`, ``} {
		f.Add(e([]byte(header)) + ".e30.AA")
	}
	f.Fuzz(func(t *testing.T, text string) {
		chain, err := readChain(text)
		if err != nil {
			return
		}
		if len(chain) > longestChain {
			t.Errorf("%d certificates", len(chain))
		}
		for _, one := range chain {
			if again, err := x509.ParseCertificate(one.Raw); err != nil || !again.Equal(one) {
				t.Errorf("%v", err)
			}
		}
	})
}
