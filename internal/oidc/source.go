package oidc

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
)

// source is one trusted issuer with what it publishes.
type source struct {
	trusted Issuer
	client  *http.Client
	now     func() time.Time
	changed func() // keys that were known differ now

	mu      sync.Mutex
	known   *published // nil until the first fetch succeeds
	running *fetch     // what everybody who waits shares
	missed  time.Time  // when an unknown key id last made it ask
	failure error      // of the last fetch, nil when it succeeded
	backoff time.Duration
	retryAt time.Time
}

// published is what an issuer said at one time.
type published struct {
	issuer string
	keys   map[string]key
	at     time.Time
}

// fetch is one conversation with the issuer. got and err are read after done.
type fetch struct {
	done chan struct{}
	got  *published
	err  error
}

// current gives what the issuer publishes: at once when it is known (old knowledge
// is renewed behind the caller's back), else after asking.
func (s *source) current(ctx context.Context) (*published, error) {
	s.mu.Lock()
	known := s.known
	if known != nil && s.now().Sub(known.at).Abs() < keysLife {
		s.mu.Unlock()
		return known, nil
	}
	f, err := s.ask()
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	if err != nil {
		return nil, err
	}
	return f.wait(ctx)
}

// key finds a key by id. An id that p does not hold makes the source ask the issuer
// again: at once the first time, then not before refetchAfter has gone by, however
// many tokens bring unknown ids.
func (s *source) key(ctx context.Context, p *published, id string) (key, bool, error) {
	if k, ok := p.keys[id]; ok {
		return k, true, nil
	}
	f, err := s.askForMissing(id)
	if f == nil || err != nil {
		return key{}, false, err
	}
	p, err = f.wait(ctx)
	if err != nil {
		return key{}, false, err
	}
	k, ok := p.keys[id]
	return k, ok, nil
}

// askForMissing gives the fetch to wait for, nil when it is too early to ask.
func (s *source) askForMissing(id string) (*fetch, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, arrived := s.known.keys[id]; arrived {
		return finished(s.known), nil
	}
	if s.running != nil {
		return s.running, nil
	}
	if !s.missed.IsZero() && s.now().Sub(s.missed).Abs() < refetchAfter {
		return nil, nil
	}
	f, err := s.ask()
	if err == nil {
		s.missed = s.now()
	}
	return f, err
}

// ask joins the running fetch or starts one; after failures it gives the last
// failure until it is time to try again. A clock that was set back ends that time too,
// as it does with the other times here. The caller holds mu.
func (s *source) ask() (*fetch, error) {
	if s.running != nil {
		return s.running, nil
	}
	if wait := s.retryAt.Sub(s.now()); s.failure != nil && wait > 0 && wait <= s.backoff {
		return nil, s.failure
	}
	s.running = &fetch{done: make(chan struct{})}
	go s.run(s.running)
	return s.running, nil
}

// run belongs to no caller, so that one who gives up does not fail the others.
func (s *source) run(f *fetch) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	got, err := s.download(ctx)

	s.mu.Lock()
	before := s.known
	s.running = nil
	if err != nil {
		s.failed(err)
		f.err = s.failure
	} else {
		s.known, s.failure, s.backoff = got, nil, 0
		f.got = got
	}
	s.mu.Unlock()
	if err == nil && before != nil && !maps.EqualFunc(before.keys, got.keys, key.equal) {
		s.changed()
	}
	close(f.done)
}

// failed notes a failure and doubles the pause before the next try. An unknown key
// id may make the source ask again as soon as the pause is over.
func (s *source) failed(err error) {
	s.backoff = min(max(2*s.backoff, firstBackoff), longestBackoff)
	s.retryAt = s.now().Add(s.backoff)
	s.missed = time.Time{}
	s.failure = &Error{Check: Unreachable, Detail: err.Error(), cause: err}
}

func finished(p *published) *fetch {
	f := &fetch{done: make(chan struct{}), got: p}
	close(f.done)
	return f
}

func (f *fetch) wait(ctx context.Context) (*published, error) {
	select {
	case <-f.done:
		return f.got, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *source) download(ctx context.Context) (*published, error) {
	document, err := s.get(ctx, s.trusted.Metadata)
	if err != nil {
		return nil, err
	}
	m, err := readMetadata(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.trusted.Metadata, err)
	}
	if document, err = s.get(ctx, m.JWKSURI); err != nil {
		return nil, err
	}
	keys, err := readKeys(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", m.JWKSURI, err)
	}
	return &published{issuer: m.Issuer, keys: keys, at: s.now()}, nil
}

func (s *source) get(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err // names the address itself
	}
	defer resp.Body.Close()
	document, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", address, err)
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answered %s", address, resp.Status)
	case len(document) > maxDocument:
		return nil, fmt.Errorf("%s answered more than %d bytes", address, maxDocument)
	}
	return document, nil
}
