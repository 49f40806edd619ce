package login

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
)

// sealer writes notes that only it can read, and nobody can change.
type sealer struct {
	key    []byte
	random io.Reader
}

// aead has a key of its own for each purpose, so that a note of one kind is nothing to
// another.
func (s sealer) aead(purpose string) (cipher.AEAD, error) {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte("login " + purpose))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (s sealer) seal(purpose string, note any) (string, error) {
	plain, err := json.Marshal(note)
	if err != nil {
		return "", err
	}
	a, err := s.aead(purpose)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(a.Seal(nil, nil, plain, nil)), nil
}

// open reports whether the text is a note of that purpose, and reads it.
func (s sealer) open(purpose, text string, note any) bool {
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || text == "" {
		return false
	}
	a, err := s.aead(purpose)
	if err != nil {
		return false
	}
	plain, err := a.Open(nil, nil, sealed, nil)
	return err == nil && json.Unmarshal(plain, note) == nil
}

// bearer makes a text that only its holder knows.
func (s sealer) bearer() (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}
