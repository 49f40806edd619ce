package limit

import (
	"context"
	"time"
)

// Limits are what one key is held to within Window. A figure of zero or less does
// not limit. A window of zero is 300 seconds.
type Limits struct {
	Window     time.Duration
	Requests   int64         // let in during any Window
	Spent      time.Duration // told by Leave during any Window; whoever is in may overshoot it
	Concurrent int64         // in at the same time
}

// Reason is which of the limits was met.
type Reason uint8

// The reasons of a refusal; None lets in.
const (
	None Reason = iota
	Requests
	Spent
	Concurrent
)

// String names the reason as metrics do.
func (r Reason) String() string {
	return [...]string{"none", "requests", "time", "concurrency"}[r]
}

// Decision is what a store answers.
type Decision struct {
	Refused Reason
	Used    int64         // let in during the window, this one included
	Spent   time.Duration // during the window
	Running int64         // in at this moment, this one included

	// RetryAfter is how long a refused key shall wait (see the package's words on
	// it). It is zero for Concurrent, which no clock can foretell.
	RetryAfter time.Duration

	// Entered is when the entry was counted, in the store's time; Exit wants it back.
	Entered time.Time
	// Local is set when the shared store was out of reach and this process counted
	// alone; Exit wants it back.
	Local bool
}

// Exit is how an entry ended.
type Exit struct {
	Entered time.Time // of the decision that let in
	At      time.Time
	Spent   time.Duration // counted at At, to the millisecond; part of one is carried by the caller
	Local   bool          // of the decision that let in
}

// Store keeps the counters. The time given should be the same for all who share a
// store. Where it goes backwards by less than a window, it stands still for the key;
// by more, the key starts anew.
type Store interface {
	// Enter asks to be let in and, when the decision says so, counts it.
	Enter(ctx context.Context, key string, at time.Time, l Limits) (Decision, error)
	// Leave ends an entry. It is called once for each that was let in.
	Leave(ctx context.Context, key string, l Limits, e Exit) error
	// Add counts n requests without asking; what it answers is never a refusal.
	Add(ctx context.Context, key string, at time.Time, l Limits, n int64) (Decision, error)
}

const (
	defaultWindow = 300 * time.Second
	slots         = 300 // a window is cut into, at most
)

// Milliseconds gives the figures as the stores use them: the window, the width of a
// slot and the limit of time spent, in milliseconds.
func (l Limits) Milliseconds() (window, width, spent int64) {
	if l.Window <= 0 {
		l.Window = defaultWindow
	}
	window = max(l.Window.Milliseconds(), 1)
	width = max((window+slots-1)/slots, 1000)
	return window, width, l.Spent.Milliseconds()
}
