package sqldb

import "context"

// pool lends reading connections, opening one only when all open ones are lent.
type pool struct {
	open   func() (session, error)
	rest   chan session  // open, not lent
	blank  chan struct{} // places for connections not opened yet
	closed chan struct{}
}

func newPool(size int, open func() (session, error)) *pool {
	p := &pool{
		open:   open,
		rest:   make(chan session, size),
		blank:  make(chan struct{}, size),
		closed: make(chan struct{}),
	}
	for range size {
		p.blank <- struct{}{}
	}
	return p
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
	select {
	case s := <-p.rest:
		return s, nil
	case <-p.blank:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, ErrClosed
	}
	s, err := p.open()
	if err != nil {
		p.blank <- struct{}{}
		return nil, err
	}
	return s, nil
}

// give returns a connection; one that is not sound is closed and its place given back.
func (p *pool) give(s session, sound bool) {
	if sound {
		p.rest <- s
		return
	}
	s.close()
	p.blank <- struct{}{}
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
		case s := <-p.rest:
			if err := s.close(); err != nil && first == nil {
				first = err
			}
		case <-p.blank:
		}
	}
	return first
}
