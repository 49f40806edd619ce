package jose

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
)

// Member is one member of a header.
type Member struct{ Name, Value string }

// Signer signs with RS256. It is safe for many goroutines.
type Signer struct {
	key    *rsa.PrivateKey
	header []byte // encoded, with the dot that follows it
}

// NewSigner makes a signer whose header has these members in this order; one of them
// should be {"alg", "RS256"}.
func NewSigner(key *rsa.PrivateKey, header ...Member) (*Signer, error) {
	var text bytes.Buffer
	for i, m := range header {
		if i == 0 {
			text.WriteByte('{')
		} else {
			text.WriteByte(',')
		}
		for j, s := range []string{m.Name, m.Value} {
			quoted, err := json.Marshal(s)
			if err != nil {
				return nil, err
			}
			if j == 1 {
				text.WriteByte(':')
			}
			text.Write(quoted)
		}
	}
	text.WriteByte('}')
	encoded := base64.RawURLEncoding.AppendEncode(nil, text.Bytes())
	return &Signer{key: key, header: append(encoded, '.')}, nil
}

// Append signs the payload and appends the compact message to dst. Nearly all of its
// time is the RSA private operation.
func (s *Signer) Append(dst, payload []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, s.header...)
	dst = base64.RawURLEncoding.AppendEncode(dst, payload)
	digest := sha256.Sum256(dst[start:])
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, err
	}
	return base64.RawURLEncoding.AppendEncode(append(dst, '.'), signature), nil
}
