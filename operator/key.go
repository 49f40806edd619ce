package operator

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
)

// Key opens the API: 32 random bytes. It prints as [redacted].
type Key struct{ bytes [keyLength]byte }

const keyLength = 32

// NewKey makes a key.
func NewKey() Key {
	var k Key
	rand.Read(k.bytes[:])
	return k
}

// ParseKey reads what Text gave; white space around it does not count.
func ParseKey(text string) (Key, error) {
	var k Key
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != keyLength {
		return k, errors.New("an operator's key is 32 bytes in base64url")
	}
	copy(k.bytes[:], b)
	return k, nil
}

// Text is the key itself, for the file it is kept in and the header it travels in.
func (k Key) Text() string { return base64.RawURLEncoding.EncodeToString(k.bytes[:]) }

// String hides the key.
func (Key) String() string { return "[redacted]" }

// GoString hides the key.
func (Key) GoString() string { return "[redacted]" }

// MarshalText hides the key.
func (Key) MarshalText() ([]byte, error) { return []byte("[redacted]"), nil }

// Opens compares in a time that does not tell how much of a wrong key is right. The zero
// key opens nothing.
func (k Key) Opens(text string) bool {
	presented, err := ParseKey(text)
	return err == nil && k != Key{} && subtle.ConstantTimeCompare(k.bytes[:], presented.bytes[:]) == 1
}
