package pgstore

import (
	"sync"
	"time"

	"github.com/stead-s2s/stead/internal/limit"
)

// holding is what this process knows of a key and has not told the database.
type holding struct {
	key  string
	mu   sync.Mutex
	gone bool

	limits limit.Limits
	known  limit.Decision // as the database answered last, leased places included
	told   int64          // slot of that answer
	left   int64          // leased places not used
	size   int64          // of the last lease

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

// most is how many exits are kept for a database that is away; older ones are lost.
const most = 10_000

func (h *holding) leave(e limit.Exit) {
	if len(h.exits) >= most {
		h.exits = h.exits[1:]
	}
	h.exits = append(h.exits, e)
	h.spent += e.Spent.Truncate(time.Millisecond)
}

func (h *holding) dirty() bool { return h.left > 0 || h.started > 0 || len(h.exits) > 0 }

// settle writes into the row what it does not know.
func (h *holding) settle(w *limit.Window) {
	w.Unreserve(h.known.Entered, h.left)
	w.Start(h.known.Entered, h.started)
	for _, e := range h.exits {
		w.Leave(h.limits, e)
	}
}

// next is how many places to lease after an answer.
func (h *holding) next(d limit.Decision, l limit.Limits, chunk int64) int64 {
	if d.Refused != limit.None || h.limits != l || h.told != slotOf(d.Entered, l) {
		return 0
	}
	size := min(max(1, 2*h.size), chunk)
	if l.Requests > 0 {
		size = min(size, (l.Requests-d.Used)/4)
	}
	return max(size, 0)
}

// renew notes that the row knows all. A mere report leases nothing and leaves the
// size as it is, for the slot may go on.
func (h *holding) renew(d limit.Decision, l limit.Limits, lease int64, asked bool) {
	slot := slotOf(d.Entered, l)
	if asked || slot != h.told {
		h.size = lease
	}
	h.limits, h.known, h.told, h.left = l, d, slot, lease
	h.known.Used += lease
	h.started, h.exits, h.spent = 0, h.exits[:0], 0
}
