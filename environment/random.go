package environment

import (
	"io"
	"sync"
)

// shared lets several rooms draw from one source of randomness.
type shared struct {
	mu     sync.Mutex
	source io.Reader
}

// Read draws from the source, for one caller after the other.
func (s *shared) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source.Read(p)
}
