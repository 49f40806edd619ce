package dataverse

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// maxBatch is how many requests the service takes in one batch (Dataverse facts 5.15).
const maxBatch = 1000

// ErrSkipped is the kind of error of requests in a batch that were never carried out, because one before
// them failed.
const ErrSkipped Kind = "not carried out: an earlier request of the batch failed"

// errUnsent is what futures hold until [Batch.Do].
var errUnsent = errors.New("dataverse: the batch was not sent yet")

// Batch is requests that travel together. They are carried out one after the other, each for itself;
// those of a [ChangeSet] all or none. Requests are added through [TableOf.In], and what became of each
// is told by its [Future] once [Batch.Do] has returned. A Batch is for one goroutine.
type Batch struct {
	client *Client
	units  []*unit
	last   int // content id given out last
	err    error
}

// ChangeSet is requests of a batch that happen all or not at all. It only holds requests that change
// something, at most 1,000.
type ChangeSet struct {
	batch *Batch
	unit  *unit
}

// Group is where requests are put: a [Batch], or a [ChangeSet] of one.
type Group interface {
	// place gives the batch, and where the request goes.
	place() (*Batch, *unit)
}

// unit is one request, or the requests of a change set.
type unit struct {
	parts     []*part
	changeSet bool
	maybe     bool // it was sent, and nobody knows what became of it
	answered  bool
	refused   bool  // whether or not that is forgiven: the server does not go on behind it by itself
	err       error // of its answer
}

// part is one request of a batch.
type part struct {
	client    *Client
	request   request
	contentID string
	// fresh is a create whose id the client has just made: where it is taken, an earlier attempt made
	// the row.
	fresh bool
	// forgives reports whether an error means that an earlier attempt did what was asked; nil: never.
	forgives func(error) bool
	always   bool // forgives even what was sent once only
	settle   func(*answer, error)
}

// BatchOptions are for [Batch.Do].
type BatchOptions struct {
	// ContinueOnError carries out the requests behind one that failed, too.
	ContinueOnError bool
}

// Batch begins a batch.
func (c *Client) Batch() *Batch { return &Batch{client: c} }

// ChangeSet adds a change set, which is empty and stands behind what the batch has so far.
func (b *Batch) ChangeSet() *ChangeSet {
	u := &unit{changeSet: true}
	b.units = append(b.units, u)
	return &ChangeSet{batch: b, unit: u}
}

// Len is how many requests the batch holds.
func (b *Batch) Len() int {
	n := 0
	for _, u := range b.units {
		n += len(u.parts)
	}
	return n
}

func (b *Batch) place() (*Batch, *unit) {
	u := &unit{}
	b.units = append(b.units, u)
	return b, u
}

func (s *ChangeSet) place() (*Batch, *unit) { return s.batch, s.unit }

// repeats reports whether the unit may be sent again when nobody knows what became of it. A change set
// whose rows exist already fails at the first of them, which tells that it was carried out, unless it
// deletes: then it fails in a way that tells nothing.
func (u *unit) repeats() bool {
	for _, p := range u.parts {
		if !p.request.repeats() {
			return false
		}
		if u.changeSet && (p.request.method == "DELETE" || p.request.method == "POST" && !p.fresh) {
			return false
		}
	}
	return true
}

// Do sends the requests, in as many batches of at most 1,000 as it takes; change sets are not split.
// The error is that of the first request that failed: those behind it are [ErrSkipped], those before it
// stay done. With ContinueOnError it also says how many failed. It is nil only if all went well.
//
// Where an answer is lost, requests without an answer are sent again if that can do nothing twice. A
// batch may be sent once only.
func (b *Batch) Do(ctx context.Context, o *BatchOptions) (err error) {
	ctx, end := b.client.span(ctx, "Batch")
	defer func() { end(err) }()
	failures, err := b.do(ctx, o != nil && o.ContinueOnError)
	if err != nil {
		return err
	}
	return failures.err()
}

// do gives what requests failed, and an error if the batch itself did.
func (b *Batch) do(ctx context.Context, goOn bool) (failures tally, err error) {
	units := b.units
	b.units = nil
	if b.err != nil {
		fail(units, b.err)
		return failures, b.err
	}
	for tries := 0; len(units) > 0; {
		n, err := fit(units)
		if err == nil {
			err = b.round(ctx, units[:n], goOn)
		}
		done := count(units[:n], &failures)
		units = units[done:]
		if done > 0 {
			tries = 0
		}
		if !goOn && failures.first != nil {
			failures.all = 1
			fail(units, ErrSkipped)
			return failures, nil
		}
		var cut *cutError
		if errors.As(err, &cut) && repeatable(units[:n-done]) && tries < maxRetries {
			tries++
			err = pause(ctx, time.Duration(tries)*100*time.Millisecond)
		}
		if err != nil {
			fail(units, err)
			return failures, err
		}
	}
	return failures, nil
}

// tally counts the units that failed.
type tally struct {
	failed, all int
	first       error
}

func (t *tally) err() error {
	if t.first == nil || t.all == 1 {
		return t.first
	}
	return fmt.Errorf("%d of %d requests of the batch failed, the first: %w", t.failed, t.all, t.first)
}

// count takes up the units at the beginning that have an answer, and gives their number.
func count(units []*unit, t *tally) int {
	for i, u := range units {
		if !u.answered {
			return i
		}
		t.all++
		if u.err != nil {
			t.failed++
			if t.first == nil {
				t.first = u.err
			}
		}
	}
	return len(units)
}

// fit gives how many units go into one batch.
func fit(units []*unit) (int, error) {
	size := 0
	for i, u := range units {
		if len(u.parts) > maxBatch {
			return i, fmt.Errorf("dataverse: a change set of %d requests: %d at most", len(u.parts), maxBatch)
		}
		if size += len(u.parts); size > maxBatch {
			return i, nil
		}
	}
	return len(units), nil
}

func repeatable(units []*unit) bool {
	for _, u := range units {
		if !u.repeats() {
			return false
		}
	}
	return true
}

// fail settles what has no answer.
func fail(units []*unit, err error) {
	for _, u := range units {
		for _, p := range u.parts {
			p.settle(nil, err)
		}
	}
}

// pause waits, or ends at once with the context.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
