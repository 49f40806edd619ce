package oidc

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/stead-s2s/stead/internal/jose"
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

// readKeys reads the RSA signing keys of a JWK set by key id. Keys for other
// purposes or of other kinds are passed over: an issuer may publish what this
// reader need not know. An RSA signing key that is broken fails the set.
func readKeys(document []byte) (map[string]key, error) {
	set, err := jose.ParseSet(document)
	if err != nil {
		return nil, err
	}
	keys := map[string]key{}
	for _, k := range set.Keys {
		if k.Type != "RSA" || k.ID == "" || (k.Use != "" && k.Use != "sig") {
			continue
		}
		public, err := k.Public()
		if err != nil {
			return nil, err
		}
		if public, ok := public.(*rsa.PublicKey); ok {
			keys[k.ID] = key{public, k.Issuer}
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("key document holds no RSA signing key")
	}
	return keys, nil
}
