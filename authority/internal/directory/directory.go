package directory

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// ErrConflict is a change that would give two records the same id or name.
var ErrConflict = errors.New("already in use")

// Store keeps records.
type Store interface {
	// Load gives all records as of one moment. Their order is not kept.
	Load(context.Context) (Records, error)
	// Apply makes the change, all of it or nothing, as [Records.With] would. A second
	// record with the same client id, domain, user principal name, or application and
	// tenant is ErrConflict.
	Apply(context.Context, Change) error
}

// Directory is the directory in use. It is safe for many goroutines.
type Directory struct {
	store   Store
	current atomic.Pointer[Snapshot]
	mu      sync.Mutex // one change at a time
	records Records    // what current was made from
}

// Open loads a directory.
func Open(ctx context.Context, store Store) (*Directory, error) {
	records, err := store.Load(ctx)
	if err != nil {
		return nil, fmt.Errorf("load directory: %w", err)
	}
	d := &Directory{store: store, records: records}
	s, err := NewSnapshot(records)
	if err != nil {
		return nil, fmt.Errorf("load directory: %w", err)
	}
	d.current.Store(s)
	return d, nil
}

// Current is the directory as it is now: one atomic load. A request takes it once.
func (d *Directory) Current() *Snapshot { return d.current.Load() }

// Empty reports whether there is no tenant yet.
func (d *Directory) Empty() bool { return len(d.Current().tenants) == 0 }

// Change checks the change, has it kept, and publishes it. Whoever asks for the current
// snapshot after Change returned sees it.
func (d *Directory) Change(ctx context.Context, c Change) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.apply(ctx, c)
}

// apply is Change; mu is held.
func (d *Directory) apply(ctx context.Context, c Change) error {
	next := d.records.With(c)
	s, err := NewSnapshot(next)
	if err != nil {
		return fmt.Errorf("change directory: %w", err)
	}
	if err := d.store.Apply(ctx, c); err != nil {
		return fmt.Errorf("change directory: %w", err)
	}
	d.records = next
	d.current.Store(s)
	return nil
}

// Update makes the change that fn gives for the directory as it is then: nobody changes
// it in between. fn must not call Change or Update. An empty change is not kept.
func (d *Directory) Update(ctx context.Context, fn func(*Snapshot) (Change, error)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, err := fn(d.Current())
	if err != nil || c.empty() {
		return err
	}
	return d.apply(ctx, c)
}
