package directory

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// Key is a certificate, read.
type Key struct {
	ID     ID
	Public crypto.PublicKey // *rsa.PublicKey or *ecdsa.PublicKey
	SHA1   [20]byte         // of the certificate
	SHA256 [32]byte
	Start  time.Time
	End    time.Time
}

// ReadKeys reads certificates.
func ReadKeys(certificates []Certificate) ([]Key, error) {
	keys := make([]Key, len(certificates))
	for i, c := range certificates {
		parsed, err := x509.ParseCertificate(c.DER)
		if err != nil {
			return nil, fmt.Errorf("certificate %s: %w", c.ID, err)
		}
		keys[i] = Key{
			ID: c.ID, Public: parsed.PublicKey, Start: c.Start, End: c.End,
			SHA1: sha1.Sum(c.DER), SHA256: sha256.Sum256(c.DER),
		}
	}
	return keys, nil
}

// smallestRSA is the size in bits below which a certificate's key is refused.
const smallestRSA = 2048

// NewCertificate reads the first certificate of PEM text; other blocks, a private key
// for instance, are passed over. Its life is the certificate's own (Entra facts 6.2).
func NewCertificate(id ID, name string, text []byte) (Certificate, error) {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return Certificate{}, errors.New("there is no certificate in the PEM text")
		}
		if block.Type == "CERTIFICATE" {
			return fromDER(id, name, block.Bytes)
		}
		text = rest
	}
}

func fromDER(id ID, name string, der []byte) (Certificate, error) {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return Certificate{}, err
	}
	switch k := parsed.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < smallestRSA {
			return Certificate{}, fmt.Errorf("its key has %d bits; at least %d are needed", k.N.BitLen(), smallestRSA)
		}
	case *ecdsa.PublicKey:
	default:
		return Certificate{}, fmt.Errorf("its key is a %T; RSA or ECDSA is needed", k)
	}
	return Certificate{ID: id, Name: name, DER: der, Start: parsed.NotBefore, End: parsed.NotAfter}, nil
}

// NewSecret keeps the hash of a secret's value.
func NewSecret(id ID, name, value string, start, end time.Time) Secret {
	hint := value
	if len(hint) > 3 {
		hint = hint[:3]
	}
	return Secret{ID: id, Name: name, Hint: hint, Hash: sha256.Sum256([]byte(value)), Start: start, End: end}
}
