package blob

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrNotFound says that nothing is kept under a key.
var ErrNotFound = errors.New("no such content")

// ErrTooLarge says that a stream was longer than what was allowed for it.
var ErrTooLarge = errors.New("content is too large")

// Entry is one content: its key and its length in bytes.
type Entry struct {
	Key  string
	Size int64
}

// check refuses keys that could lead out of the place: every word is letters, digits,
// dashes and underscores.
func check(key string) error {
	for word := range strings.SplitSeq(key, "/") {
		if word == "" || strings.ContainsFunc(word, odd) {
			return fmt.Errorf("key %q of content is not well formed", key)
		}
	}
	return nil
}

func odd(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

// Limited ends a stream with ErrTooLarge when it holds more than n bytes.
func Limited(r io.Reader, n int64) io.Reader { return &limited{r, n} }

type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
