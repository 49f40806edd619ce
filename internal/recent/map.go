package recent

import "sync"

// Map remembers values by key, of one epoch: a value that does not compare equal to the
// last one given says that nothing remembered counts any more, and it is let go.
//
// Keys come in two generations. When the young one is full the old one is forgotten and
// the young one takes its place; what is found among the old is young again. So a key in
// use stays, and at most limit keys are held. It is safe for concurrent use.
type Map[E, K comparable, V any] struct {
	half int

	mu         sync.RWMutex
	epoch      E
	young, old map[K]V
}

// NewMap returns a map of at most limit keys, two at least.
func NewMap[E, K comparable, V any](limit int) *Map[E, K, V] {
	return &Map[E, K, V]{half: max(limit/2, 1), young: map[K]V{}}
}

// Get gives what is remembered of a key in an epoch.
func (m *Map[E, K, V]) Get(epoch E, key K) (V, bool) {
	m.mu.RLock()
	current := m.epoch == epoch
	v, ok := m.young[key]
	fading := false
	if !ok {
		v, fading = m.old[key]
	}
	m.mu.RUnlock()
	if !current || !ok && !fading {
		var none V
		return none, false
	}
	if fading {
		m.Put(epoch, key, v)
	}
	return v, true
}

// Put remembers. Values of another epoch than this one are forgotten.
func (m *Map[E, K, V]) Put(epoch E, key K, v V) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.epoch != epoch {
		m.epoch, m.young, m.old = epoch, map[K]V{}, nil
	}
	if _, known := m.young[key]; !known && len(m.young) >= m.half {
		m.young, m.old = make(map[K]V, m.half), m.young
	}
	m.young[key] = v
}

// Len is how many values are held, those counted twice that are in both generations.
func (m *Map[E, K, V]) Len() int {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return len(m.young) + len(m.old)
}
