package oidc

import (
	"crypto/sha256"
	"sync"
	"time"
)

// digest stands for a token whose checks passed, so that tokens are not kept.
type digest [sha256.Size]byte

// digestOf copies a usual token to the stack: every request has one.
func digestOf(bearer string) digest {
	var room [2 << 10]byte
	return sha256.Sum256(append(room[:0], bearer...))
}

// memory remembers tokens that passed until they expire. When it is full the
// oldest entry makes room: a token that is still in use passes its checks again.
type memory struct {
	mu         sync.RWMutex
	tokens     map[digest]Token
	size       int      // how many tokens at most
	ring       []digest // in order of arrival; at is where the next one goes
	at         int
	generation int
}

func newMemory(size int) *memory {
	return &memory{tokens: map[digest]Token{}, size: size}
}

// find gives the token if it passed and has not expired. The generation goes with
// what is learned from now on: see keep.
func (m *memory) find(d digest, now time.Time) (t Token, generation int, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	t, ok = m.tokens[d]
	return t, m.generation, ok && now.Before(t.Expires)
}

// keep remembers a token that passed, unless keys changed since generation: then
// the key that signed it may be one that is trusted no more.
func (m *memory) keep(d digest, t Token, generation int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.generation != generation {
		return
	}
	if _, known := m.tokens[d]; known {
		return
	}
	if len(m.ring) < m.size {
		m.ring = append(m.ring, d)
	} else {
		delete(m.tokens, m.ring[m.at])
		m.ring[m.at] = d
		m.at = (m.at + 1) % len(m.ring)
	}
	m.tokens[d] = t
}

// forget empties the memory.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.tokens)
	m.ring, m.at = m.ring[:0], 0
	m.generation++
}
