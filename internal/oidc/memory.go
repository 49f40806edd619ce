package oidc

import (
	"crypto/sha256"
	"strings"
	"sync"
	"time"

	"github.com/stead-s2s/stead/internal/recent"
)

// digest stands for a token whose checks passed, so that few tokens are kept.
type digest [sha256.Size]byte

// digestOf copies a usual token to the stack: every request has one.
func digestOf(bearer string) digest {
	var room [2 << 10]byte
	return sha256.Sum256(append(room[:0], bearer...))
}

// maxLatest is how long a token may be that is remembered by its text, in bytes.
const maxLatest = 4 << 10

// memory remembers tokens that passed until they expire. When it is full the
// oldest entry makes room: a token that is still in use passes its checks again.
//
// The latest are remembered by their text too: a digest costs more than all else that is done
// with a token that is known. Whoever could read them here could read those that are arriving.
type memory struct {
	latest *recent.Map[int, string, Token] // of a generation; nil: none

	mu         sync.RWMutex
	tokens     map[digest]Token
	size       int      // how many tokens at most
	ring       []digest // in order of arrival; at is where the next one goes
	at         int
	generation int
}

// newMemory is for so many tokens, and for the texts of so many.
func newMemory(size, texts int) *memory {
	m := &memory{tokens: map[digest]Token{}, size: size}
	if texts > 0 {
		m.latest = recent.NewMap[int, string, Token](texts)
	}
	return m
}

// known gives a token of which the text or the digest is remembered. What is learned of another
// one is for learn.
func (m *memory) known(bearer string, now time.Time) (t Token, unknown lesson, ok bool) {
	if m.latest != nil {
		if t, ok = m.latest.Get(m.present(), bearer); ok && now.Before(t.Expires) {
			return t, lesson{}, true
		}
	}
	d := digestOf(bearer)
	t, generation, ok := m.find(d, now)
	unknown = lesson{bearer, d, generation}
	if ok {
		m.lately(unknown, t)
	}
	return t, unknown, ok
}

func (m *memory) present() (generation int) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.generation
}

// lesson is a token that was not known, in the generation of keys when it arrived.
type lesson struct {
	bearer     string
	digest     digest
	generation int
}

// learn remembers a token that passed.
func (m *memory) learn(l lesson, t Token) {
	m.keep(l.digest, t, l.generation)
	m.lately(l, t)
}

// lately remembers the text. What is of an older generation is never found.
func (m *memory) lately(l lesson, t Token) {
	if m.latest != nil && len(l.bearer) <= maxLatest {
		m.latest.Put(l.generation, strings.Clone(l.bearer), t)
	}
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
