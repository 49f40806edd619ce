package lease

import (
	"sync"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// holding is what this process knows of a key and has not told the far store.
type holding struct {
	key  string
	mu   sync.Mutex
	gone bool

	limits limit.Limits
	known  limit.Decision // as the far store answered last, leased places included
	told   int64          // slot of that answer
	left   int64          // leased places not used
	size   int64          // of the last lease; half of it when another slot has begun

	started int64        // let in by the lease and not told
	exits   []limit.Exit // not told
	spent   time.Duration
}

func slotOf(at time.Time, l limit.Limits) int64 {
	_, width, _ := l.Milliseconds()
	return at.UnixMilli() / width
}

// covers reports whether the lease lets another in without asking: it is of this
// slot, and none of the other limits could have been met.
func (h *holding) covers(at time.Time, l limit.Limits) bool {
	return h.left > 0 && h.limits == l && h.told == slotOf(at, l) &&
		(l.Spent <= 0 || h.known.Spent+h.spent < l.Spent) &&
		(l.Concurrent <= 0 || h.running() < l.Concurrent)
}

func (h *holding) running() int64 { return h.known.Running + h.started - int64(len(h.exits)) }

func (h *holding) take(at time.Time) limit.Decision {
	h.left--
	h.started++
	return limit.Decision{Used: h.known.Used - h.left, Spent: h.known.Spent + h.spent, Running: h.running(), Entered: at}
}

// most is how many exits are kept for a far store that is away; older ones are lost.
const most = 10_000

func (h *holding) leave(e limit.Exit) {
	if len(h.exits) >= most {
		h.exits = h.exits[1:]
	}
	h.exits = append(h.exits, e)
	h.spent += e.Spent.Truncate(time.Millisecond)
}

func (h *holding) dirty() bool { return h.left > 0 || h.started > 0 || len(h.exits) > 0 }

// call makes the next call of a key.
func (h *holding) call(at time.Time, l limit.Limits, ask Ask, n, chunk int64) *Call {
	c := &Call{Key: h.key, At: at, l: l, Leased: h.known.Entered, Unused: h.left, Started: h.started, Exits: h.exits, Ask: ask, N: n, Slot: h.told}
	if h.limits == l {
		c.Lease = min(max(1, 2*h.size), chunk)
	}
	return c
}

// renew notes that the far store knows all. A mere report leases nothing and leaves the
// size as it is, for the slot may go on.
func (h *holding) renew(d limit.Decision, l limit.Limits, lease int64, asked bool) {
	slot := slotOf(d.Entered, l)
	switch {
	case slot != h.told: // who was busy will be, and who is not leases half as much each time
		h.size = max(lease, h.size/2)
	case asked:
		h.size = lease
	}
	h.limits, h.known, h.told, h.left = l, d, slot, lease
	h.known.Used += lease
	h.started, h.exits, h.spent = 0, h.exits[:0], 0
}
