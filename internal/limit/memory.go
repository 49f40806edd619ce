package limit

import (
	"context"
	"hash/maphash"
	"sync"
	"time"
)

const (
	shards      = 64
	defaultKeys = 100_000
)

// Memory keeps the counters of one process. Keys that nothing counts for any more
// are forgotten; so is, when there are too many, the one that was idle for longest.
type Memory struct {
	seed   maphash.Seed
	most   int // keys of one shard
	shards [shards]shard
}

type shard struct {
	mu    sync.Mutex
	keys  map[string]*kept
	sweep int64 // Unix milliseconds, after which to look for idle keys
	_     [32]byte
}

type kept struct {
	window    Window
	limits    Limits
	forgotten bool // whoever holds it must find the key anew
}

// NewMemory makes an empty store for that many keys; 0 is 100,000. A key takes 150
// bytes at first and 7 KB when it is busy in every slot.
func NewMemory(keys int) *Memory {
	if keys <= 0 {
		keys = defaultKeys
	}
	m := &Memory{seed: maphash.MakeSeed(), most: max((keys+shards-1)/shards, 1)}
	for i := range m.shards {
		m.shards[i].keys = map[string]*kept{}
	}
	return m
}

// Enter implements Store.
func (m *Memory) Enter(_ context.Context, key string, at time.Time, l Limits) (Decision, error) {
	s := m.shard(key)
	defer s.mu.Unlock()
	return s.key(key, at, l, m.most).Enter(at, l), nil
}

// Leave implements Store.
func (m *Memory) Leave(_ context.Context, key string, l Limits, e Exit) error {
	s := m.shard(key)
	defer s.mu.Unlock()
	s.key(key, e.At, l, m.most).Leave(l, e)
	return nil
}

// Add implements Store.
func (m *Memory) Add(_ context.Context, key string, at time.Time, l Limits, n int64) (Decision, error) {
	s := m.shard(key)
	defer s.mu.Unlock()
	return s.key(key, at, l, m.most).Add(at, l, n), nil
}

// Len is how many keys are kept.
func (m *Memory) Len() int {
	n := 0
	for i := range m.shards {
		m.shards[i].mu.Lock()
		n += len(m.shards[i].keys)
		m.shards[i].mu.Unlock()
	}
	return n
}

// shard gives the shard of a key, locked.
func (m *Memory) shard(key string) *shard {
	s := m.shardOf(key)
	s.mu.Lock()
	return s
}

func (m *Memory) shardOf(key string) *shard {
	return &m.shards[maphash.String(m.seed, key)%shards]
}

func (s *shard) key(key string, at time.Time, l Limits, most int) *Window {
	s.tidy(at, l)
	k := s.find(key, most)
	k.limits = l
	return &k.window
}

// tidy looks for idle keys when it is time to.
func (s *shard) tidy(at time.Time, l Limits) {
	if now := at.UnixMilli(); now >= s.sweep {
		s.forget(at)
		window, _, _ := l.Milliseconds()
		s.sweep = now + window
	}
}

func (s *shard) find(key string, most int) *kept {
	k := s.keys[key]
	if k == nil {
		if len(s.keys) >= most {
			s.evict()
		}
		k = &kept{}
		s.keys[key] = k
	}
	return k
}

// forget drops the keys that are idle; it looks at all once a window. A clock that
// was set back is met by the next look after it caught up.
func (s *shard) forget(at time.Time) {
	for key, k := range s.keys {
		if k.window.Idle(at, k.limits) {
			s.drop(key)
		}
	}
}

func (s *shard) evict() {
	var oldest string
	var since int64
	for key, k := range s.keys {
		if oldest == "" || k.window.now < since {
			oldest, since = key, k.window.now
		}
	}
	s.drop(oldest)
}

func (s *shard) drop(key string) {
	s.keys[key].forgotten = true
	delete(s.keys, key)
}
