package jose

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes of the algorithms below
	_ "crypto/sha512"
	"fmt"
	"math/big"
)

// method is how an algorithm signs.
type method struct {
	hash  crypto.Hash
	check func(key crypto.PublicKey, hash crypto.Hash, digest, signature []byte) bool
}

var methods = map[Algorithm]method{
	RS256: {crypto.SHA256, checkPKCS1}, RS384: {crypto.SHA384, checkPKCS1}, RS512: {crypto.SHA512, checkPKCS1},
	PS256: {crypto.SHA256, checkPSS}, PS384: {crypto.SHA384, checkPSS}, PS512: {crypto.SHA512, checkPSS},
	ES256: {crypto.SHA256, checkECDSA(256)}, ES384: {crypto.SHA384, checkECDSA(384)}, ES512: {crypto.SHA512, checkECDSA(521)},
}

// Verify checks the signature with a key. The key must be of the kind that the
// algorithm needs: an RSA key never verifies ES256, nor the other way round. The
// error is ErrSignature, whatever was wrong.
func (m *Message) Verify(key crypto.PublicKey) error {
	how, known := methods[m.Header.Algorithm]
	if !known {
		return fmt.Errorf("%w: unknown algorithm", ErrSignature)
	}
	h := how.hash.New()
	h.Write([]byte(m.signed))
	if !how.check(key, how.hash, h.Sum(nil), m.signature) {
		return ErrSignature
	}
	return nil
}

func checkPKCS1(key crypto.PublicKey, hash crypto.Hash, digest, signature []byte) bool {
	k, isRSA := key.(*rsa.PublicKey)
	return isRSA && rsa.VerifyPKCS1v15(k, hash, digest, signature) == nil
}

func checkPSS(key crypto.PublicKey, hash crypto.Hash, digest, signature []byte) bool {
	k, isRSA := key.(*rsa.PublicKey)
	return isRSA && rsa.VerifyPSS(k, hash, digest, signature, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
}

// checkECDSA accepts the two numbers side by side (RFC 7518, 3.4), and the ASN.1 form
// that go-azure-sdk sends in its place (Entra facts 2.3).
func checkECDSA(bits int) func(crypto.PublicKey, crypto.Hash, []byte, []byte) bool {
	size := (bits + 7) / 8
	return func(key crypto.PublicKey, _ crypto.Hash, digest, signature []byte) bool {
		k, isEC := key.(*ecdsa.PublicKey)
		if !isEC || k.Curve.Params().BitSize != bits {
			return false
		}
		if len(signature) != 2*size {
			return ecdsa.VerifyASN1(k, digest, signature)
		}
		r, s := new(big.Int).SetBytes(signature[:size]), new(big.Int).SetBytes(signature[size:])
		return ecdsa.Verify(k, digest, r, s) || ecdsa.VerifyASN1(k, digest, signature)
	}
}
