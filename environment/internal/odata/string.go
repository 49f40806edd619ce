package odata

import (
	"unicode/utf8"
)

// appendString appends a JSON string: UTF-8 as it is, control characters, quotes and
// backslashes escaped, broken UTF-8 replaced by U+FFFD.
func appendString[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

func appendEscaped[T string | []byte](b []byte, s T) []byte {
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			size := runeSize(s[i:])
			if size > 0 {
				i += size
				continue
			}
			b = append(b, s[from:i]...)
			b = append(b, "\uFFFD"...)
		} else {
			b = append(b, s[from:i]...)
			b = appendControl(b, c)
		}
		i++
		from = i
	}
	return append(b, s[from:]...)
}

// runeSize gives the length of the character that s starts with, 0 when it is
// broken.
func runeSize[T string | []byte](s T) int {
	var head [utf8.UTFMax]byte
	n := copy(head[:], s)
	c, size := utf8.DecodeRune(head[:n])
	if c == utf8.RuneError && size <= 1 {
		return 0
	}
	return size
}

func appendControl(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	}
	return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}
