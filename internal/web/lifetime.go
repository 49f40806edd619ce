package web

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// lifetime is the context of a request: its connection's, with the request's event and an end. A context of package
// context with a deadline takes five objects and a timer, and most answers are complete before anybody waits for either.
// So the timer is set for the first who waits (Done). Who only asks (Err) is told by the clock, until somebody asks often,
// as a statement does at each row: then the timer is cheaper.
type lifetime struct {
	context.Context // the connection's
	event           *Event
	end             time.Time // zero: none

	asked   atomic.Int32
	over    atomic.Bool
	mu      sync.Mutex // held while limited is made
	limited atomic.Pointer[limited]
}

// limited is the connection's context with the deadline set.
type limited struct {
	context.Context
	cancel context.CancelFunc
}

// often is how many times the clock is read for who asks.
const often = 16

// Deadline is the request's end, or the connection's if that is earlier.
func (l *lifetime) Deadline() (time.Time, bool) {
	t, has := l.Context.Deadline()
	if l.end.IsZero() || has && t.Before(l.end) {
		return t, has
	}
	return l.end, true
}

// Done is closed when the request has taken too long, is answered, or its client went away.
func (l *lifetime) Done() <-chan struct{} { return l.limit().Done() }

// Err says which of these it was; nil while it is none.
func (l *lifetime) Err() error {
	switch {
	case l.limited.Load() != nil, l.end.IsZero(), l.over.Load(), l.asked.Add(1) > often:
		return l.limit().Err()
	}
	if err := l.Context.Err(); err != nil || time.Until(l.end) > 0 {
		return err
	}
	return l.limit().Err() // which from now on says nothing else
}

// Value knows the event, and otherwise what the connection's context does. A context made of this one finds the timer's
// in it, so that package context needs no goroutine to pass the end on.
func (l *lifetime) Value(key any) any {
	if key == (eventKey{}) {
		return l.event
	}
	if c := l.limited.Load(); c != nil {
		return c.Value(key)
	}
	return l.Context.Value(key)
}

// limit sets the timer, once.
func (l *lifetime) limit() context.Context {
	if l.end.IsZero() {
		return l.Context
	}
	if c := l.limited.Load(); c != nil {
		return c
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.limited.Load(); c != nil {
		return c
	}
	c := &limited{}
	c.Context, c.cancel = context.WithDeadline(l.Context, l.end)
	if l.over.Load() {
		c.cancel()
	}
	l.limited.Store(c)
	return c
}

// finish ends the life with the answer.
func (l *lifetime) finish() {
	if l.end.IsZero() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over.Store(true)
	if c := l.limited.Load(); c != nil {
		c.cancel()
	}
}
