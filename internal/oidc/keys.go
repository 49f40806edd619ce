package oidc

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
)

// key is a signing key. issuer binds it to an issuer, with TenantPlaceholder in it
// (Entra facts 1.5); empty binds it to none.
type key struct {
	public *rsa.PublicKey
	issuer string
}

func (k key) equal(other key) bool { return k.issuer == other.issuer && k.public.Equal(other.public) }

type metadata struct {
	Issuer  string `json:"issuer"`
	JWKSURI string `json:"jwks_uri"`
}

func readMetadata(document []byte) (metadata, error) {
	var m metadata
	if err := json.Unmarshal(document, &m); err != nil {
		return m, fmt.Errorf("metadata document: %w", err)
	}
	if m.Issuer == "" {
		return m, errors.New("metadata document names no issuer")
	}
	if err := requireHTTPS(m.JWKSURI); err != nil {
		return m, fmt.Errorf("jwks_uri of metadata document: %w", err)
	}
	return m, nil
}

type webKey struct {
	Type     string `json:"kty"`
	Use      string `json:"use"`
	ID       string `json:"kid"`
	Modulus  string `json:"n"`
	Exponent string `json:"e"`
	Issuer   string `json:"issuer"`
}

// minModulus is the shortest RSA modulus trusted, in bits.
const minModulus = 2048

// readKeys reads the RSA signing keys of a JWK set by key id. Keys for other
// purposes or of other kinds are passed over: an issuer may publish what this
// reader need not know. An RSA signing key that is broken fails the set.
func readKeys(document []byte) (map[string]key, error) {
	var set struct {
		Keys []webKey `json:"keys"`
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("key document: %w", err)
	}
	keys := map[string]key{}
	for _, w := range set.Keys {
		if w.Type != "RSA" || w.ID == "" || (w.Use != "" && w.Use != "sig") {
			continue
		}
		public, err := w.rsa()
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", w.ID, err)
		}
		keys[w.ID] = key{public, w.Issuer}
	}
	if len(keys) == 0 {
		return nil, errors.New("key document holds no RSA signing key")
	}
	return keys, nil
}

func (w webKey) rsa() (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(w.Modulus)
	if err != nil {
		return nil, fmt.Errorf("modulus: %w", err)
	}
	e, err := base64.RawURLEncoding.DecodeString(w.Exponent)
	if err != nil {
		return nil, fmt.Errorf("exponent: %w", err)
	}
	public := &rsa.PublicKey{N: new(big.Int).SetBytes(n)}
	if public.N.BitLen() < minModulus || public.N.Bit(0) == 0 {
		return nil, errors.New("the modulus is too short or even")
	}
	exponent := new(big.Int).SetBytes(e)
	if exponent.BitLen() > 31 || exponent.Int64() < 3 || exponent.Bit(0) == 0 {
		return nil, errors.New("the exponent is out of range")
	}
	public.E = int(exponent.Int64())
	return public, nil
}
