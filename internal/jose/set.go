package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
)

// Set is a published set of keys (RFC 7517, 5).
type Set struct {
	Keys []Key `json:"keys"`
}

// Key is one published key, its members in the order in which Entra ID writes them
// (Entra facts 1.5).
type Key struct {
	Type       string   `json:"kty"`
	Use        string   `json:"use,omitempty"`
	ID         string   `json:"kid,omitempty"`
	Thumbprint string   `json:"x5t,omitempty"`
	Modulus    string   `json:"n,omitempty"`
	Exponent   string   `json:"e,omitempty"`
	Curve      string   `json:"crv,omitempty"`
	X          string   `json:"x,omitempty"`
	Y          string   `json:"y,omitempty"`
	Chain      []string `json:"x5c,omitempty"` // standard base64 of DER
	Issuer     string   `json:"issuer,omitempty"`
}

// smallestRSA is the size in bits below which an RSA key is not used.
const smallestRSA = 2048

// RSAKey is the entry for a signing key and its certificate: its id is the
// certificate's thumbprint.
func RSAKey(public *rsa.PublicKey, der []byte) Key {
	id := Thumbprint(der)
	return Key{
		Type: "RSA", Use: "sig", ID: id, Thumbprint: id,
		Modulus:  base64.RawURLEncoding.EncodeToString(public.N.Bytes()),
		Exponent: base64.RawURLEncoding.EncodeToString(big.NewInt(int64(public.E)).Bytes()),
		Chain:    []string{base64.StdEncoding.EncodeToString(der)},
	}
}

// ParseSet reads a set. Keys of kinds nobody here knows stay in it; [Key.Public]
// refuses them.
func ParseSet(text []byte) (Set, error) {
	var s Set
	if err := json.Unmarshal(text, &s); err != nil {
		return Set{}, fmt.Errorf("key set: %w", err)
	}
	return s, nil
}

// Public gives the key itself, an *rsa.PublicKey or an *ecdsa.PublicKey.
func (k Key) Public() (crypto.PublicKey, error) {
	switch k.Type {
	case "RSA":
		return k.rsa()
	case "EC":
		return k.ec()
	}
	return nil, fmt.Errorf("key %.40q: type %.20q is not known", k.ID, k.Type)
}

func (k Key) rsa() (crypto.PublicKey, error) {
	n, errN := base64.RawURLEncoding.DecodeString(k.Modulus)
	e, errE := base64.RawURLEncoding.DecodeString(k.Exponent)
	if errN != nil || errE != nil {
		return nil, fmt.Errorf("key %.40q: modulus or exponent is not base64url", k.ID)
	}
	modulus, exponent := new(big.Int).SetBytes(n), new(big.Int).SetBytes(e)
	if modulus.BitLen() < smallestRSA || !exponent.IsInt64() || exponent.Int64() < 3 || exponent.Int64() > math.MaxInt32 {
		return nil, fmt.Errorf("key %.40q: not an RSA key of at least %d bits", k.ID, smallestRSA)
	}
	return &rsa.PublicKey{N: modulus, E: int(exponent.Int64())}, nil
}

func (k Key) ec() (crypto.PublicKey, error) {
	curve, known := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.Curve]
	if !known {
		return nil, fmt.Errorf("key %.40q: curve %.20q is not known", k.ID, k.Curve)
	}
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	size := (curve.Params().BitSize + 7) / 8
	if errX != nil || errY != nil || len(x) != size || len(y) != size {
		return nil, fmt.Errorf("key %.40q: coordinates are not base64url of %d bytes", k.ID, size)
	}
	public, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
	if err != nil {
		return nil, fmt.Errorf("key %.40q: %w", k.ID, err)
	}
	return public, nil
}
