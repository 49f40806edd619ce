package clientauth

import (
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/stead-s2s/stead/authority/internal/aadsts"
	"github.com/stead-s2s/stead/authority/internal/directory"
	"github.com/stead-s2s/stead/internal/jose"
)

// Chains accepts certificates that nobody registered: by their subject's name, when a
// trusted authority issued them (Entra facts 2.3). A certificate that is renewed goes on
// working then.
type Chains struct {
	Roots    *x509.CertPool            // the trusted authorities; no others are, not even the system's
	Subjects map[directory.ID][]string // by client id: common or DNS names
}

// Limits of a chain that a client sends.
const (
	longestChain   = 10
	smallestModule = 2048 // bits
)

// checkChain proves a client by the chain in the assertion's header. It is asked when no
// registered key signed the assertion; before is how that was refused.
func (c Checker) checkChain(call Call, text string, m *jose.Message, before error) (Proof, error) {
	if c.Chains == nil || len(c.Chains.Subjects[call.Client.AppID]) == 0 {
		return Proof{}, before
	}
	chain, err := readChain(text)
	if err != nil || len(chain) == 0 {
		return Proof{}, before
	}
	leaf := chain[0]
	sum1, sum256 := sha1.Sum(leaf.Raw), sha256.Sum256(leaf.Raw)
	name, err := named(m.Header)
	if err == nil && !name.matches(directory.Key{SHA1: sum1, SHA256: sum256}) {
		return Proof{}, before
	}
	refused := func(reason string) error {
		return aadsts.AssertionSignature.With(reason, strings.ToUpper(hex.EncodeToString(sum1[:])), call.Client.AppID)
	}
	if err := c.trust(call, chain); err != nil {
		return Proof{}, aadsts.From(refused("The certificate chain is not trusted.")).Because(err)
	}
	names := append([]string{leaf.Subject.CommonName}, leaf.DNSNames...)
	if !slices.ContainsFunc(names, func(n string) bool { return n != "" && containsFold(c.Chains.Subjects[call.Client.AppID], n) }) {
		return Proof{}, aadsts.CertificateSubject.With(strings.Join(names[:min(len(names), 10)], ", "))
	}
	if m.Verify(leaf.PublicKey) != nil {
		return Proof{}, refused("The provided signature value did not match the expected signature value.")
	}
	return Proof{method: byCertificate, KeyID: directory.ID(hex.EncodeToString(sum1[:]))}, nil
}

func containsFold(list []string, one string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, one) })
}

// trust verifies the chain up to a trusted authority, now.
func (c Checker) trust(call Call, chain []*x509.Certificate) error {
	if key, isRSA := chain[0].PublicKey.(*rsa.PublicKey); isRSA && key.N.BitLen() < smallestModule {
		return errors.New("the key is too short")
	}
	if c.Chains.Roots == nil {
		return errors.New("no authority is trusted")
	}
	between := x509.NewCertPool()
	for _, one := range chain[1:] {
		between.AddCert(one)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: c.Chains.Roots, Intermediates: between, CurrentTime: call.Now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	return err
}

// readChain reads x5c of a header, the leaf first. Some clients break its lines (Entra
// facts 2.3).
func readChain(compact string) ([]*x509.Certificate, error) {
	head, _, _ := strings.Cut(compact, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return nil, err
	}
	var members map[string]json.RawMessage
	var entries []string
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	raw, given := members["x5c"]
	if !given {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &entries); err != nil {
		return nil, err
	}
	if len(entries) > longestChain {
		return nil, errors.New("the chain is too long")
	}
	chain := make([]*x509.Certificate, len(entries))
	for i, entry := range entries {
		der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(entry), ""))
		if err != nil {
			return nil, err
		}
		if chain[i], err = x509.ParseCertificate(der); err != nil {
			return nil, err
		}
	}
	return chain, nil
}
