package usage

import (
	"context"
	"sync"
	"time"
)

const defaultRows = 200_000

// Memory keeps rows in this process, at most so many: when there are more, minutes
// become hours before their time, and then the oldest hours are forgotten.
type Memory struct {
	mu   sync.Mutex
	most int
	rows []Row // sorted
}

// NewMemory makes a keeper of that many rows; 0 is 200,000, which take 50 MB.
func NewMemory(rows int) *Memory {
	if rows <= 0 {
		rows = defaultRows
	}
	return &Memory{most: rows}
}

// Save implements Keeper.
func (m *Memory) Save(_ context.Context, rows []Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = merge(m.rows, rows)
	return nil
}

// Load implements Keeper.
func (m *Memory) Load(_ context.Context, q Query) (found []Row, _ error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.rows {
		if q.holds(&m.rows[i]) {
			found = append(found, m.rows[i])
		}
	}
	return found, nil
}

// Trim implements Keeper.
func (m *Memory) Trim(_ context.Context, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = trim(m.rows, now, KeepMinutes)
	for _, minutes := range []time.Duration{6 * time.Hour, time.Hour, 0} {
		if len(m.rows) > m.most {
			m.rows = trim(m.rows, now, minutes)
		}
	}
	if over := len(m.rows) - m.most; over > 0 {
		m.rows = append([]Row(nil), m.rows[over:]...)
	}
	return nil
}

// trim makes hours of minutes before now - minutes, cut at a full hour, and drops
// hours before now - KeepHours.
func trim(rows []Row, now time.Time, minutes time.Duration) []Row {
	edge, end := now.Add(-minutes).Truncate(time.Hour), now.Add(-KeepHours)
	if minutes == 0 {
		edge = now.Add(time.Minute)
	}
	kept := make([]Row, 0, len(rows))
	for _, r := range rows {
		if r.Span < time.Hour && r.Start.Before(edge) {
			r.Start, r.Span = r.Start.Truncate(time.Hour), time.Hour
		}
		if !r.Start.Before(end) {
			kept = append(kept, r)
		}
	}
	return merge(kept)
}
