package stead

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stead-s2s/stead/operator"
)

// clockFile keeps how far the world's clock was moved. There is none while it was not.
const clockFile = "clock.json"

// clock is the time of the houses: the machine's, moved. The certificates of TLS and the
// delays of faults do not follow it: clients live by the machine's clock.
type clock struct {
	real func() time.Time
	path string

	mu    sync.Mutex // one move at a time
	moved atomic.Pointer[moved]
}

// moved is what was done to the clock, as its file says it.
type moved struct {
	Offset operator.Duration `json:"offset"`
	Frozen *time.Time        `json:"frozen,omitempty"`
}

// The years that a clock may show. Beyond them certificates and tokens have no form.
const (
	firstYear = 2000
	lastYear  = 2200
)

// openClock reads how the clock was left.
func openClock(dir string, real func() time.Time) (*clock, error) {
	c := &clock{real: real, path: filepath.Join(dir, clockFile)}
	return c, c.load()
}

// load reads the file anew.
func (c *clock) load() error {
	var m moved
	text, err := os.ReadFile(c.path)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("read %s: %w: delete that file to let the clock go as usual", c.path, err)
	}
	c.moved.Store(&m)
	return nil
}

// Now is the world's time.
func (c *clock) Now() time.Time {
	m := c.moved.Load()
	if m.Frozen != nil {
		return *m.Frozen
	}
	return c.real().Add(time.Duration(m.Offset))
}

// State tells what the clock shows.
func (c *clock) State() operator.ClockState {
	now, frozen := c.Now(), c.moved.Load().Frozen != nil
	return operator.ClockState{Now: now.UTC().Round(0), Offset: operator.Duration(now.Sub(c.real()).Round(time.Second)), Frozen: frozen}
}

// Move moves the clock and keeps that for the next start.
func (c *clock) Move(_ context.Context, m operator.ClockMove) (operator.ClockState, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if m.Reset {
		if err := os.Remove(c.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return operator.ClockState{}, err
		}
		c.moved.Store(&moved{})
		return c.State(), nil
	}
	next, err := c.after(m)
	if err != nil {
		return operator.ClockState{}, err
	}
	text, err := json.Marshal(next)
	if err != nil {
		return operator.ClockState{}, err
	}
	if err := writeAtomically(c.path, append(text, '\n')); err != nil {
		return operator.ClockState{}, err
	}
	c.moved.Store(next)
	return c.State(), nil
}

// after gives the state after a move. A clock that is frozen stays so when it advances;
// set, it goes again unless it is to be frozen there.
func (c *clock) after(m operator.ClockMove) (*moved, error) {
	to, frozen := c.Now().Add(time.Duration(m.Advance)), c.moved.Load().Frozen != nil
	if m.Set != nil {
		to, frozen = *m.Set, false
	}
	if year := to.UTC().Year(); year < firstYear || year >= lastYear {
		return nil, operator.Invalid("the clock would show %s: it goes from %d to %d", to.UTC().Format(time.RFC3339), firstYear, lastYear)
	}
	next := &moved{Offset: operator.Duration(to.Sub(c.real()))}
	if frozen || m.Freeze {
		at := to.UTC().Round(0)
		next.Frozen = &at
	}
	return next, nil
}
