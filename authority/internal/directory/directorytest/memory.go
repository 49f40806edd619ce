package directorytest

import (
	"context"
	"sync"

	"github.com/stead-s2s/stead/authority/internal/directory"
)

// Memory keeps records in memory. The zero value is empty and ready.
type Memory struct {
	// Fail, when set, is what Apply answers instead of making the change.
	Fail error

	mu      sync.Mutex
	records directory.Records
}

// Load gives the records.
func (m *Memory) Load(context.Context) (directory.Records, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.records, nil
}

// Apply makes the change. A snapshot of the outcome finds what conflicts.
func (m *Memory) Apply(_ context.Context, c directory.Change) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Fail != nil {
		return m.Fail
	}
	next := m.records.With(c)
	if _, err := directory.NewSnapshot(next); err != nil {
		return err
	}
	m.records = next
	return nil
}
