package limit

import (
	"context"
	"time"
)

// Counter is one key of a store, for who counts on it again and again.
type Counter interface {
	// Enter is Store.Enter of the key.
	Enter(ctx context.Context, at time.Time, l Limits) (Decision, error)
	// Leave is Store.Leave of the key.
	Leave(ctx context.Context, l Limits, e Exit) error
}

// Keep gives the counter of a key. It may be kept for as long as one likes, by any number of
// callers, beside calls of the store that name the key; a store that has a quicker way to a
// key than its name takes that (Keep), and may forget the key and find it anew meanwhile.
func Keep(s Store, key string) Counter {
	if k, ok := s.(interface{ Keep(key string) Counter }); ok {
		return k.Keep(key)
	}
	return named{s, key}
}

// named is the counter of a store that has no quicker way.
type named struct {
	store Store
	key   string
}

func (n named) Enter(ctx context.Context, at time.Time, l Limits) (Decision, error) {
	return n.store.Enter(ctx, n.key, at, l)
}

func (n named) Leave(ctx context.Context, l Limits, e Exit) error {
	return n.store.Leave(ctx, n.key, l, e)
}

// held is a key of a Memory.
type held struct {
	memory *Memory
	shard  *shard
	key    string
	kept   *kept // of the shard's lock; it may have been forgotten
}

// Keep gives the counter of a key, which spares each call to find it.
func (m *Memory) Keep(key string) Counter {
	return &held{memory: m, shard: m.shardOf(key), key: key, kept: &kept{forgotten: true}}
}

// window is to be called with the shard locked.
func (h *held) window(at time.Time, l Limits) *Window {
	s := h.shard
	s.tidy(at, l)
	if h.kept.forgotten {
		h.kept = s.find(h.key, h.memory.most)
	}
	h.kept.limits = l
	return &h.kept.window
}

func (h *held) Enter(_ context.Context, at time.Time, l Limits) (Decision, error) {
	h.shard.mu.Lock()
	defer h.shard.mu.Unlock()
	return h.window(at, l).Enter(at, l), nil
}

func (h *held) Leave(_ context.Context, l Limits, e Exit) error {
	h.shard.mu.Lock()
	defer h.shard.mu.Unlock()
	h.window(e.At, l).Leave(l, e)
	return nil
}
