package dataverse

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// ID is the id of a row, a GUID. Its text has lower-case hexadecimal digits, as the service prints it.
type ID [16]byte

// NewID makes an id that grows with time (UUID version 7), which keeps the rows of one
// load together in the server's index.
func NewID() ID {
	var id ID
	rand.Read(id[:])
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli()))
	copy(id[:6], ms[2:])
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ParseID reads a GUID, with or without braces, in either case.
func ParseID(text string) (ID, error) {
	id, ok := parseID(text)
	if !ok {
		return ID{}, fmt.Errorf("%q is not a GUID", text)
	}
	return id, nil
}

// MustID is ParseID for ids that are written in the program.
func MustID(text string) ID {
	id, err := ParseID(text)
	if err != nil {
		panic("dataverse: " + err.Error())
	}
	return id
}

func parseID[T string | []byte](text T) (id ID, ok bool) {
	if len(text) == 38 && text[0] == '{' && text[37] == '}' {
		text = text[1:37]
	}
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return ID{}, false
	}
	var digits [32]byte
	copy(digits[:8], text[:8])
	copy(digits[8:12], text[9:13])
	copy(digits[12:16], text[14:18])
	copy(digits[16:20], text[19:23])
	copy(digits[20:], text[24:36])
	if _, err := hex.Decode(id[:], digits[:]); err != nil {
		return ID{}, false
	}
	return id, true
}

// digit is the value of a hexadecimal digit, or negative.
func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// IsZero reports whether the id is none.
func (id ID) IsZero() bool { return id == ID{} }

// String gives the id as the service prints it.
func (id ID) String() string { return string(id.append(nil)) }

func (id ID) append(b []byte) []byte {
	for i, part := range [...][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
		if i > 0 {
			b = append(b, '-')
		}
		b = hex.AppendEncode(b, part)
	}
	return b
}

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return id.append(nil), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (id *ID) UnmarshalText(text []byte) error {
	parsed, ok := parseID(text)
	if !ok {
		return fmt.Errorf("%q is not a GUID", text)
	}
	*id = parsed
	return nil
}

// Key names one row of a table: an [ID], or an [AltKey].
type Key interface {
	// keyPath gives the key as it stands in an address, in parentheses and escaped.
	keyPath() (string, error)
}

func (id ID) keyPath() (string, error) {
	if id.IsZero() {
		return "", errors.New("the id of the row is zero")
	}
	return "(" + id.String() + ")", nil
}

// AltKey names a row by the columns of an alternate key and their values, which are of the
// types that [Column] compares with. Lookup columns are named _x_value.
type AltKey map[string]any

func (k AltKey) keyPath() (string, error) {
	if len(k) == 0 {
		return "", errors.New("the alternate key names no column")
	}
	columns := make([]string, 0, len(k))
	for column := range k {
		columns = append(columns, column)
	}
	slices.Sort(columns)
	parts := make([]string, len(columns))
	for i, column := range columns {
		if !isName(column) {
			return "", fmt.Errorf("%q is no column name", column)
		}
		value, err := literal(k[column])
		if err != nil {
			return "", fmt.Errorf("alternate key column %s: %w", column, err)
		}
		parts[i] = column + "=" + url.PathEscape(value)
	}
	return "(" + strings.Join(parts, ",") + ")", nil
}

// Ref points to a row of a table: the value of a lookup column.
type Ref struct {
	Set string // entity set, such as "contacts"
	ID  ID
	Key AltKey // instead of ID, when writing
	// Table is the logical name of the table, such as "contact", where the server told it.
	Table string

	content string // "$1": what an earlier request of the same change set makes
}

// RefTo points to the row of an entity set with a key.
func RefTo(set string, key Key) Ref {
	switch key := key.(type) {
	case ID:
		return Ref{Set: set, ID: key}
	case AltKey:
		return Ref{Set: set, Key: key}
	}
	return Ref{Set: set}
}

// IsZero reports whether the reference points nowhere.
func (r Ref) IsZero() bool { return r.ID.IsZero() && len(r.Key) == 0 && r.content == "" }

// path gives the address of the row below the root of the Web API.
func (r Ref) path() (string, error) {
	if r.content != "" {
		return r.content, nil
	}
	if !isName(r.Set) {
		return "", fmt.Errorf("the reference has no entity set, but %q", r.Set)
	}
	var key Key = r.ID
	if len(r.Key) > 0 {
		key = r.Key
	}
	text, err := key.keyPath()
	return r.Set + text, err
}

// isName reports whether a text may be the name of a column, a table, a set or a navigation property.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
