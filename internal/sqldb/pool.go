package sqldb

import (
	"context"
	"time"
)

// Readers that take long, such as clients that are slow to take their answers, shall not
// keep the others waiting: who has waited for spareAfter opens one of spares connections
// beyond the usual number. That is long enough for the usual ones to come back, which
// have their statements and pages at hand.
//
// A server takes a hundred connections where nothing else is said, from all who use it.
const (
	spareAfter   = 10 * time.Millisecond
	spares       = 128
	serverSpares = 64
)

// pool lends reading connections, opening one only when all open ones are lent.
type pool struct {
	open   func() (session, error)
	size   int           // connections that are kept
	rest   chan session  // open, not lent
	blank  chan struct{} // places for connections not opened yet
	spare  chan struct{} // places for those beyond size
	closed chan struct{}
}

func newPool(size, spare int, open func() (session, error)) *pool {
	return &pool{
		open:   open,
		size:   size,
		rest:   make(chan session, size+spare),
		blank:  places(size),
		spare:  places(spare),
		closed: make(chan struct{}),
	}
}

func places(n int) chan struct{} {
	c := make(chan struct{}, n)
	for range n {
		c <- struct{}{}
	}
	return c
}

// take waits for a connection.
func (p *pool) take(ctx context.Context) (session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case s := <-p.rest:
		return s, nil
	default:
	}
	patience := spareAfter
	for {
		place, s, err := p.wait(ctx, patience)
		if s != nil || err != nil {
			return s, err
		}
		if s, err = p.make(place); err == nil {
			return s, nil
		}
		place <- struct{}{}
		if place != p.spare {
			return nil, err
		}
		patience = forever // a server that takes no more connections: the usual ones come back
	}
}

// forever is longer than anybody waits.
const forever = time.Hour

// make opens a connection; a spare one is tried out at once.
func (p *pool) make(place chan struct{}) (session, error) {
	s, err := p.open()
	if dialed, far := s.(interface{ connect() error }); err == nil && far && place == p.spare {
		if err = dialed.connect(); err != nil {
			s.close()
		}
	}
	return s, err
}

// wait gives a connection that came back, or the place of one to open.
func (p *pool) wait(ctx context.Context, patience time.Duration) (place chan struct{}, s session, err error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	var spare chan struct{}
	for {
		select {
		case s = <-p.rest:
			return nil, s, nil
		case <-p.blank:
			return p.blank, nil, nil
		case <-spare:
			return p.spare, nil, nil
		case <-late.C:
			spare = p.spare
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-p.closed:
			return nil, nil, ErrClosed
		}
	}
}

// give returns a connection; one that is not sound, or that is more than are kept, is
// closed and its place given back.
func (p *pool) give(s session, sound bool) {
	if sound && len(p.rest) < p.size {
		p.rest <- s
		return
	}
	s.close()
	select {
	case p.spare <- struct{}{}: // any place is as good as any
	default:
		p.blank <- struct{}{}
	}
}

// refresh makes the connections at rest give up their snapshots, which the log could not be folded past.
func (p *pool) refresh() {
	for range len(p.rest) {
		select {
		case s := <-p.rest:
			s.leave()
			p.rest <- s
		default:
			return
		}
	}
}

// close refuses new work, waits for lent connections and closes all.
func (p *pool) close() error {
	close(p.closed)
	var first error
	for range cap(p.rest) {
		select {
		case <-p.spare:
		case s := <-p.rest:
			if err := s.close(); err != nil && first == nil {
				first = err
			}
		case <-p.blank:
		}
	}
	return first
}
