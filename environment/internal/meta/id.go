package meta

import (
	"encoding/hex"
	"fmt"
)

// ID is a GUID: a row's primary key, in the byte order of its text form.
type ID [16]byte

// ParseID reads 8-4-4-4-12 hexadecimal digits in either case, with or without
// braces (Dataverse facts 2.1).
func ParseID(s string) (ID, error) {
	if len(s) == 38 && s[0] == '{' && s[37] == '}' {
		s = s[1:37]
	}
	var id ID
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, fmt.Errorf("%q is not a GUID", s)
	}
	at := 0
	for _, part := range [...]string{s[0:8], s[9:13], s[14:18], s[19:23], s[24:36]} {
		n, err := hex.Decode(id[at:], []byte(part))
		if err != nil {
			return ID{}, fmt.Errorf("%q is not a GUID", s)
		}
		at += n
	}
	return id, nil
}

// MustID is ParseID for constants in the program text.
func MustID(s string) ID {
	id, err := ParseID(s)
	if err != nil {
		panic(err)
	}
	return id
}

// IsZero reports the empty GUID.
func (id ID) IsZero() bool { return id == ID{} }

// String gives the lower-case form without braces.
func (id ID) String() string {
	var room [36]byte
	return string(id.Append(room[:0]))
}

// Append appends the lower-case form to b.
func (id ID) Append(b []byte) []byte {
	var text [36]byte
	hex.Encode(text[0:8], id[0:4])
	text[8] = '-'
	hex.Encode(text[9:13], id[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], id[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], id[8:10])
	text[23] = '-'
	hex.Encode(text[24:36], id[10:16])
	return append(b, text[:]...)
}
