package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
)

// sealer seals private keys: AES-256-GCM, a random nonce before the text, the key id as
// associated data so that one key cannot stand in for another.
type sealer struct {
	aead cipher.AEAD
	rand io.Reader
}

func newSealer(kek []byte, rand io.Reader) (sealer, error) {
	if len(kek) != 32 {
		return sealer{}, fmt.Errorf("the sealing key has %d bytes; 32 are needed", len(kek))
	}
	block, err := aes.NewCipher(kek)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead, rand}, err
}

func (s sealer) seal(id string, key *rsa.PrivateKey) ([]byte, error) {
	text, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, s.aead.NonceSize())
	if _, err := io.ReadFull(s.rand, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, text, []byte(id)), nil
}

func (s sealer) open(id string, sealed []byte) (*rsa.PrivateKey, error) {
	n := s.aead.NonceSize()
	if len(sealed) < n {
		return nil, fmt.Errorf("signing key %s: the sealed text is cut off", id)
	}
	text, err := s.aead.Open(nil, sealed[:n], sealed[n:], []byte(id))
	if err != nil {
		return nil, fmt.Errorf("signing key %s cannot be opened with this sealing key: start with the one that the data was made with", id)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(text)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", id, err)
	}
	key, isRSA := parsed.(*rsa.PrivateKey)
	if !isRSA {
		return nil, errors.New("signing key " + id + " is not an RSA key")
	}
	return key, nil
}
