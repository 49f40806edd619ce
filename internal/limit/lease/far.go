package lease

import (
	"context"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// Ask is what a call wants to know.
type Ask int64

// A call asks to be let in, counts requests without asking, or only tells.
const (
	Nothing Ask = iota
	Enter
	Add
)

// Call is what a process tells of a key, in this order, and then asks.
type Call struct {
	Key string
	At  time.Time
	l   limit.Limits

	Leased          time.Time    // when the lease was taken
	Unused, Started int64        // places of it that come back, and that somebody took
	Exits           []limit.Exit // of who left
	Ask             Ask
	N               int64 // of Add

	// Lease is how many places to take at most, if the answer lets in and is of the slot of
	// time that has this number; see Size.
	Lease, Slot int64
}

// Limits are those of the key.
func (c *Call) Limits() limit.Limits { return c.l }

// Size is how many places the answer of a call leases.
func (c *Call) Size(d limit.Decision) int64 {
	if c.Ask == Nothing || d.Refused != limit.None || slotOf(d.Entered, c.l) != c.Slot {
		return 0
	}
	size := c.Lease
	if c.l.Requests > 0 {
		size = min(size, (c.l.Requests/2-d.Used)/4)
	}
	return max(size, 0)
}

// Apply does a call to a window, as a Far must, and gives its answer.
func (c *Call) Apply(w *limit.Window) (d limit.Decision, lease int64) {
	w.Unreserve(c.Leased, c.Unused)
	w.Start(c.Leased, c.Started)
	for _, e := range c.Exits {
		w.Leave(c.l, e)
	}
	switch c.Ask {
	case Enter:
		d = w.Enter(c.At, c.l)
	case Add:
		d = w.Add(c.At, c.l, c.N)
	default:
		d = w.Add(c.At, c.l, 0)
	}
	if lease = c.Size(d); lease > 0 {
		w.Reserve(c.At, c.l, lease)
	}
	return d, lease
}

// Far keeps the counters. Tell does all of a call or, with an error, should have done
// nothing: what was told is told again then.
type Far interface {
	Tell(ctx context.Context, c *Call) (d limit.Decision, lease int64, err error)
}

// Within bounds each call of a Far.
func Within(far Far, patience time.Duration) Far { return patient{far, patience} }

type patient struct {
	far      Far
	patience time.Duration
}

// Tell gives up after a while.
func (p patient) Tell(ctx context.Context, c *Call) (limit.Decision, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	return p.far.Tell(ctx, c)
}
