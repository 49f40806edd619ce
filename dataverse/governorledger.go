package dataverse

import "time"

// slots is into how many parts a window is counted: a request leaves the count up to a part late.
const slots = 60

// ledger is what is known of one user. It has no lock and no clock.
type ledger struct {
	options  GovernorOptions
	slots    [slots + 1]slot
	running  int
	requests int64         // how many a window may hold, by what the server said last
	time     time.Duration // of execution, likewise
	told     bool          // the server said it once; before, the options hold
	free     bool          // the server says nothing: it has no limits but that of concurrency
	paused   time.Time     // until when nobody goes
	mean     time.Duration // of requests, lately
	last     time.Time     // a request entered

	// most is how many may run at once; below the option after a refusal, and then one more each tenth of
	// a window.
	most   int
	raised time.Time

	changed chan struct{} // closed at each change
}

// slot counts what happened within a part of the window.
type slot struct {
	index    int64
	requests int64
	spent    time.Duration
}

func newLedger(o GovernorOptions) *ledger {
	return &ledger{options: o, requests: o.Requests, time: o.Time, most: o.Concurrent, changed: make(chan struct{})}
}

func (l *ledger) width() time.Duration { return max(l.options.Window/slots, 1) }

// at gives the slot of an instant, empty if it was another's.
func (l *ledger) at(now time.Time) *slot {
	index := now.UnixNano() / int64(l.width())
	s := &l.slots[index%int64(len(l.slots))]
	if s.index != index {
		*s = slot{index: index}
	}
	return s
}

// window gives what the window holds, and when the oldest of it leaves.
func (l *ledger) window(now time.Time) (requests int64, spent time.Duration, leaves time.Time) {
	first := now.Add(-l.options.Window).UnixNano() / int64(l.width())
	oldest := int64(-1)
	for _, s := range l.slots {
		if s.index < first || s.requests == 0 && s.spent == 0 {
			continue
		}
		requests += s.requests
		spent += s.spent
		if oldest < 0 || s.index < oldest {
			oldest = s.index
		}
	}
	return requests, spent, time.Unix(0, (oldest+1)*int64(l.width())).Add(l.options.Window)
}

// enter lets a request in and gives 0, or gives how long to wait before asking again, unless something
// changes before.
func (l *ledger) enter(now time.Time) time.Duration {
	if wait := l.paused.Sub(now); wait > 0 {
		return wait
	}
	if l.most < l.options.Concurrent && now.Sub(l.raised) >= l.options.Window/10 {
		l.most, l.raised = l.most+1, now
	}
	if l.running >= l.most {
		return l.options.Window / 10
	}
	if wait := l.budget(now); wait > 0 {
		return wait
	}
	l.last = now
	l.running++
	return 0
}

// budget gives how long the window has no room.
func (l *ledger) budget(now time.Time) time.Duration {
	requests, spent, leaves := l.window(now)
	requests += int64(l.running)
	spent += time.Duration(l.running) * l.mean
	if l.free || requests < l.requests-l.requests/20 && spent < l.time-l.time/20 {
		return 0
	}
	wait := leaves.Sub(now)
	if l.running == 0 && requests == 0 {
		return 0 // nothing was sent that could leave: a request must go to see what is left
	}
	if l.running == 0 && (l.last.Before(l.paused) || requests < l.requests && spent < l.time) {
		// The server's time is up, or others may have stopped since: now and then one request goes on what is
		// held back, to see.
		wait = min(wait, l.last.Add(l.options.Window/10).Sub(now))
		if wait <= 0 {
			return 0
		}
	}
	return max(wait, l.width())
}

// counted is what the server had certainly counted, and not yet forgotten, when it answered a request that
// was let in at one time and ended at another: what had ended before the first, and may have begun
// within a window of the second.
func (l *ledger) counted(entered, now time.Time) (requests int64, spent time.Duration) {
	width := int64(l.width())
	from := now.Add(2*now.Sub(entered)-l.options.Window).UnixNano()/width + 1
	to := entered.UnixNano() / width
	for _, s := range l.slots {
		if s.index >= from && s.index < to {
			requests, spent = requests+s.requests, spent+s.spent
		}
	}
	return requests, spent
}

// leave takes in what came of a request. What the server says is left, together with what was sent
// before, is the limit as far as this client may use it: less where others act as the same user, more where the
// environment has more, or several web servers that each count for themselves. A request counts from its
// end, for the server may have seen it as late as that; until then it is among the running.
func (l *ledger) leave(entered, now time.Time, s Sent) {
	l.running--
	at := l.at(now)
	at.requests, at.spent = at.requests+1, at.spent+s.Took
	l.mean += (s.Took - l.mean) / 8
	requests, spent := l.counted(entered, now)
	if s.RemainingRequests >= 0 {
		l.requests = requests + 1 + s.RemainingRequests
		l.told, l.free = true, false
	}
	if s.RemainingTime >= 0 {
		l.time = spent + s.RemainingTime
	}
	if s.Answered && s.Throttled == "" && s.RemainingRequests < 0 && !l.told {
		l.free = true
	}
	switch s.Throttled {
	case LimitConcurrent:
		l.most, l.raised = max(1, min(l.most, l.running)), now
	case LimitRequests, LimitTime:
		if until := now.Add(s.RetryAfter); until.After(l.paused) {
			l.paused = until
		}
	}
}
