package keys

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"time"

	"github.com/stead-s2s/stead/internal/jose"
)

// Key is a signing key with its certificate. Its id is the certificate's thumbprint, as
// validators of Entra ID's tokens expect (Entra facts 1.5).
type Key struct {
	id      string
	created time.Time
	retired time.Time
	der     []byte
	private *rsa.PrivateKey
	v1, v2  *jose.Signer
}

const (
	keyBits         = 2048
	certificateLife = 5 * 365 * 24 * time.Hour
)

// outcome is a key that was generated, or why not.
type outcome struct {
	key *rsa.PrivateKey
	err error
}

// Primes are the prime numbers of a key, which somebody is looking for. One key can be made
// of them.
type Primes <-chan outcome

// Search begins to look for the primes of a key, beside whatever else is done.
func Search() Primes {
	made := make(chan outcome, 1)
	go func() {
		key, err := rsa.GenerateKey(rand.Reader, keyBits)
		made <- outcome{key, err}
	}()
	return made
}

// certify gives a key a self-signed certificate.
func certify(private *rsa.PrivateKey, now time.Time, random io.Reader) (*Key, error) {
	serial := make([]byte, 16)
	if _, err := io.ReadFull(random, serial); err != nil {
		return nil, err
	}
	serial[0] &= 0x7f
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: "Stead token signing"},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(certificateLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(random, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, fmt.Errorf("certificate of signing key: %w", err)
	}
	return newKey(private, der, now)
}

// newKey prepares both headers (Entra facts 1.5): v1.0 names the key twice.
func newKey(private *rsa.PrivateKey, der []byte, created time.Time) (*Key, error) {
	id := jose.Thumbprint(der)
	head := []jose.Member{{Name: "typ", Value: "JWT"}, {Name: "alg", Value: string(jose.RS256)}}
	named := jose.Member{Name: "kid", Value: id}
	v1, err := jose.NewSigner(private, append(head[:2:2], jose.Member{Name: "x5t", Value: id}, named)...)
	if err != nil {
		return nil, err
	}
	v2, err := jose.NewSigner(private, append(head[:2:2], named)...)
	return &Key{id: id, created: created, der: der, private: private, v1: v1, v2: v2}, err
}

func (k *Key) signer(version int) *jose.Signer {
	if version == 2 {
		return k.v2
	}
	return k.v1
}
