package jose

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Thumbprint is x5t of a certificate: base64url of the SHA-1 of its DER. SHA-1 names
// the key here, it guards nothing.
func Thumbprint(der []byte) string {
	sum := sha1.Sum(der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

var thumbprintSpelling = strings.NewReplacer("-", "+", "_", "/")

// DecodeThumbprint reads a SHA-1 or SHA-256 thumbprint in any spelling that clients
// send: base64url or standard base64, padded or not (Entra facts 0.6), or hexadecimal,
// as people write them. It gives nil for anything else.
func DecodeThumbprint(s string) []byte {
	switch len(s) {
	case 40, 64:
		if sum, err := hex.DecodeString(s); err == nil {
			return sum
		}
	}
	plain := thumbprintSpelling.Replace(strings.TrimRight(s, "="))
	if strings.ContainsAny(plain, "\r\n") {
		return nil
	}
	sum, err := base64.RawStdEncoding.DecodeString(plain)
	if err != nil || len(sum) != 20 && len(sum) != 32 {
		return nil
	}
	return sum
}
