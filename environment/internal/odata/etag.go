package odata

import (
	"strconv"
	"strings"
)

// ETag is the entity tag of a row version (Dataverse facts 5.11).
func ETag(version int64) string {
	var room [32]byte
	return string(appendETag(room[:0], version, `"`))
}

func appendETag(b []byte, version int64, quote string) []byte {
	b = append(b, `W/`...)
	b = append(b, quote...)
	b = strconv.AppendInt(b, version, 10)
	return append(b, quote...)
}

// ParseETag reads W/"n", and "n" without the mark of weakness. It gives the row
// version, which is positive.
func ParseETag(s string) (int64, error) {
	text := strings.TrimPrefix(strings.TrimSpace(s), "W/")
	if len(text) < 3 || text[0] != '"' || text[len(text)-1] != '"' {
		return 0, invalid("The value '%s' is not a valid ETag.", s)
	}
	n, err := strconv.ParseInt(text[1:len(text)-1], 10, 64)
	if err != nil || n <= 0 {
		return 0, invalid("The value '%s' is not a valid ETag.", s)
	}
	return n, nil
}
