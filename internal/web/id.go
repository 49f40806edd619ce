package web

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
)

// NewID makes a random GUID in its usual form. It names a request and guards nothing.
func NewID() string {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(b[8:], rand.Uint64())
	b[6] = b[6]&0x0f | 0x40 // version 4
	b[8] = b[8]&0x3f | 0x80 // RFC 9562 variant
	var s [36]byte
	at := 0
	for i, group := range [...][]byte{b[:4], b[4:6], b[6:8], b[8:10], b[10:]} {
		if i > 0 {
			s[at] = '-'
			at++
		}
		at += hex.Encode(s[at:], group)
	}
	return string(s[:])
}
