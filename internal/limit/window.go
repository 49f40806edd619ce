package limit

import (
	"cmp"
	"slices"
	"time"
)

// Window is the counters of one key. The zero value has counted nothing. It is not
// safe for several goroutines.
type Window struct {
	slots   []slot // oldest first, only those that hold something
	now     int64  // the latest instant seen, Unix milliseconds
	width   int64  // of a slot, milliseconds
	used    int64  // sums over slots
	spent   int64
	running int64
	refused int64 // since the key was last let in
}

// slot is what happened during one width of time. last is its latest instant, in
// milliseconds since the slot began: the whole slot counts until last is a window ago.
type slot struct {
	index   uint32 // its beginning / width
	last    uint32
	used    uint32
	spent   uint32 // milliseconds
	running uint32 // entered here and have not left
}

func (w *Window) end(s slot) int64 { return int64(s.index)*w.width + int64(s.last) }

// Enter asks to be let in at an instant, and counts when the answer is yes.
func (w *Window) Enter(at time.Time, l Limits) Decision {
	now := w.advance(at, l)
	d := w.judge(l)
	if d.Refused != None {
		w.refused++
		return d
	}
	w.refused = 0
	s := w.at(now)
	s.used++
	s.running++
	w.used++
	w.running++
	return w.decision()
}

// Add counts n requests that are not asked about. A negative n takes back, from the
// present slot as much as it holds.
func (w *Window) Add(at time.Time, l Limits, n int64) Decision {
	s := w.at(w.advance(at, l))
	n = max(n, -int64(s.used))
	s.used = uint32(int64(s.used) + n)
	w.used += n
	return w.decision()
}

// Leave ends an entry.
func (w *Window) Leave(l Limits, e Exit) {
	now := w.advance(e.At, l)
	w.Start(e.Entered, -1)
	if ms := e.Spent.Milliseconds(); ms > 0 {
		s := w.at(now)
		s.spent += uint32(ms)
		w.spent += ms
	}
}

// Start counts n entries as being in since an instant whose slot is known already;
// a negative n ends them. Slots that are gone are not brought back.
func (w *Window) Start(entered time.Time, n int64) {
	if w.width == 0 {
		return
	}
	s := w.slot(uint32(entered.UnixMilli() / w.width))
	if s == nil {
		return
	}
	n = max(n, -int64(s.running))
	s.running = uint32(int64(s.running) + n)
	w.running += n
}

// slot gives the slot of an index, nil if it is gone; nearly always it is the latest.
func (w *Window) slot(index uint32) *slot {
	if n := len(w.slots); n > 0 && w.slots[n-1].index == index {
		return &w.slots[n-1]
	}
	i, found := slices.BinarySearchFunc(w.slots, index, func(s slot, index uint32) int { return cmp.Compare(s.index, index) })
	if !found {
		return nil
	}
	return &w.slots[i]
}

// Reserve counts n requests that will come before the present slot ends, and
// Unreserve takes back those that did not, as long as the slot of the instant is
// known.
func (w *Window) Reserve(at time.Time, l Limits, n int64) {
	s := w.at(w.advance(at, l))
	s.used += uint32(n)
	s.last = uint32(w.width - 1)
	w.used += n
}

// Unreserve: see Reserve.
func (w *Window) Unreserve(at time.Time, n int64) {
	if w.width == 0 {
		return
	}
	if s := w.slot(uint32(at.UnixMilli() / w.width)); s != nil {
		n = min(n, int64(s.used))
		s.used -= uint32(n)
		w.used -= n
	}
}

// Idle reports whether nothing counts any more at an instant.
func (w *Window) Idle(at time.Time, l Limits) bool {
	w.advance(at, l)
	return len(w.slots) == 0
}

// advance forgets what is a window ago and gives the present.
func (w *Window) advance(at time.Time, l Limits) int64 {
	window, width, _ := l.Milliseconds()
	now := at.UnixMilli()
	if w.width != width || now < w.now-window {
		*w = Window{slots: w.slots[:0], width: width, now: now}
	}
	w.now = max(w.now, now)
	gone := 0
	for ; gone < len(w.slots) && w.end(w.slots[gone]) <= w.now-window; gone++ {
		s := w.slots[gone]
		w.used -= int64(s.used)
		w.spent -= int64(s.spent)
		w.running -= int64(s.running)
	}
	if gone > 0 {
		w.slots = w.slots[:copy(w.slots, w.slots[gone:])]
	}
	return w.now
}

// at gives the slot of the present, made when there is none, and moves its end.
// There are never more than slots+1; growing by append would take twice the room.
func (w *Window) at(now int64) *slot {
	index := uint32(now / w.width)
	if n := len(w.slots); n == 0 || w.slots[n-1].index != index {
		if n == cap(w.slots) && n >= 64 {
			w.slots = append(make([]slot, 0, slots+2), w.slots...)
		}
		w.slots = append(w.slots, slot{index: index})
	}
	s := &w.slots[len(w.slots)-1]
	s.last = max(s.last, uint32(now%w.width))
	return s
}

func (w *Window) decision() Decision {
	return Decision{
		Used: w.used, Running: w.running, Entered: time.UnixMilli(w.now),
		Spent: time.Duration(w.spent) * time.Millisecond,
	}
}

// judge says whether another may come in. Of two limits met, the one that takes
// longer is told, so that the wait told suffices for both.
func (w *Window) judge(l Limits) Decision {
	d := w.decision()
	window, _, limit := l.Milliseconds()
	var wait int64 = -1
	if l.Requests > 0 && w.used >= l.Requests {
		d.Refused = Requests
		wait = w.until(window, w.used-l.Requests+1, func(s slot) uint32 { return s.used })
	}
	if limit > 0 && w.spent >= limit {
		if t := w.until(window, w.spent-limit+1, func(s slot) uint32 { return s.spent }); t > wait {
			d.Refused, wait = Spent, t
		}
	}
	if d.Refused != None {
		wait += min(w.refused*window/600, window)
		d.RetryAfter = time.Duration(wait) * time.Millisecond
		return d
	}
	if l.Concurrent > 0 && w.running >= l.Concurrent {
		d.Refused = Concurrent
	}
	return d
}

// until is in how many milliseconds so much of what the slots hold is forgotten.
func (w *Window) until(window, much int64, of func(slot) uint32) int64 {
	for _, s := range w.slots {
		if much -= int64(of(s)); much <= 0 {
			return w.end(s) + window - w.now
		}
	}
	return window
}
