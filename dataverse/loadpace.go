package dataverse

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// What a load begins with and strives for.
const (
	firstParallel = 4
	firstSize     = 100
	shortRequest  = 400 * time.Millisecond // shorter ones may carry more rows
	longRequest   = 4 * time.Second        // longer ones carry fewer
)

// pace is how fast a load goes: more requests at once for each that goes well, half as many after a
// refusal, one less where requests take longer because they wait for one another.
type pace struct {
	maxSize, wanted int // wanted is the most requests at once that the caller wants

	mu       sync.Mutex
	size     int
	allowed  int // the most at once: as many as wanted, or fewer if the server recommends so
	parallel float64
	running  int
	most     int           // were running at once
	until    time.Time     // nobody sends before
	best     time.Duration // per row, of the quickest request lately
	settled  time.Time     // the last time that parallel was lowered
	changed  chan struct{}
}

func newPace(maxSize, maxParallel int) *pace {
	if maxSize <= 0 {
		maxSize = maxBatch
	}
	if maxParallel <= 0 {
		maxParallel = 52 // more the service refuses (Dataverse facts 4.1)
	}
	return &pace{
		maxSize: min(maxSize, maxBatch), wanted: maxParallel, allowed: maxParallel, changed: make(chan struct{}),
		size: min(firstSize, maxSize), parallel: float64(min(firstParallel, maxParallel)),
	}
}

// rows is how many to send in a request.
func (p *pace) rows() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.size
}

// begin waits until another group of rows may be on its way.
func (p *pace) begin(ctx context.Context) error {
	for {
		p.mu.Lock()
		if p.running < int(p.parallel) {
			p.running++
			p.most = max(p.most, p.running)
			p.mu.Unlock()
			return ctx.Err()
		}
		changed := p.changed
		p.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.tell()
}

// tell wakes those who wait to begin.
func (p *pace) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// gate waits while nobody may send.
func (p *pace) gate(ctx context.Context) error {
	for {
		p.mu.Lock()
		wait := time.Until(p.until)
		p.mu.Unlock()
		if wait <= 0 {
			return ctx.Err()
		}
		if err := pause(ctx, wait); err != nil {
			return err
		}
	}
}

// went takes in a request that went well.
func (p *pace) went(rows int, took time.Duration, h http.Header) {
	p.mu.Lock()
	defer p.mu.Unlock()
	perRow := max(took/time.Duration(rows), 1)
	p.best += p.best / 64 // forgets, for the server may have become slower
	if p.best == 0 || perRow < p.best {
		p.best = perRow
	}
	switch {
	case took > longRequest:
		p.size = max(1, rows/2)
	case took < shortRequest && rows >= p.size:
		p.size = min(2*p.size, p.maxSize)
	}
	if perRow > 3*p.best && rows >= p.size/2 {
		p.lower(0.85)
	} else {
		p.parallel += 1 / p.parallel
	}
	p.hints(h)
	p.parallel = min(p.parallel, float64(p.allowed))
	p.tell()
}

// hints takes in what the server recommends and what it says is left.
func (p *pace) hints(h http.Header) {
	if n, err := strconv.Atoi(h.Get("X-Ms-Dop-Hint")); err == nil && n > 0 {
		p.allowed = min(p.wanted, n) // it may rise again, with the environment's servers
	}
	left, err := strconv.Atoi(plain(h.Get("X-Ms-Ratelimit-Burst-Remaining-Xrm-Requests")))
	if err == nil && float64(left) < 2*p.parallel {
		p.parallel = max(1, float64(left)/2)
	}
}

// lower takes a part of the parallelism away, once for all requests that were on their way together.
func (p *pace) lower(to float64) {
	now := time.Now()
	if now.Sub(p.settled) < p.best*time.Duration(p.size) {
		return
	}
	p.settled = now
	p.parallel = max(1, p.parallel*to)
}

// refused takes in a refusal for the limits.
func (p *pace) refused(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lower(0.5)
	if until := time.Now().Add(wait); until.After(p.until) {
		p.until = until
	}
}

// failed takes in a failure in passing; slow is one that took too long or was too large.
func (p *pace) failed(slow bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lower(0.8)
	if slow {
		p.size = max(1, p.size/2)
	}
}

// now gives the figures of the moment.
func (p *pace) now() (parallel, size, most int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return int(p.parallel), p.size, p.most
}
