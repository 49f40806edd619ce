package directory

import (
	"encoding/hex"
	"strings"
)

// ID is a GUID in its usual form: lower case, with hyphens, without braces.
type ID string

// NoID is the GUID of zeros.
const NoID ID = "00000000-0000-0000-0000-000000000000"

// ParseID reads a GUID in its usual form, in any case.
func ParseID(s string) (ID, bool) {
	if len(s) != len(NoID) {
		return "", false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return "", false
			}
		default:
			if !isHex(s[i]) {
				return "", false
			}
		}
	}
	return ID(strings.ToLower(s)), true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// nameKey is the form in which names of resources are compared: without one slash at
// the end, scheme and host (or a whole GUID) in lower case (Entra facts 2.1).
func nameKey(name string) string {
	name = strings.TrimSuffix(name, "/")
	scheme, rest, isURL := strings.Cut(name, "://")
	if !isURL {
		return strings.ToLower(name)
	}
	host, path, hasPath := strings.Cut(rest, "/")
	key := strings.ToLower(scheme) + "://" + strings.ToLower(host)
	if hasPath {
		key += "/" + path
	}
	return key
}

// RandomID makes a GUID of version 4 (RFC 9562, 5.4) from random bytes.
func RandomID(b [16]byte) ID {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return format(b)
}

func format(b [16]byte) ID {
	h := hex.EncodeToString(b[:])
	return ID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}
