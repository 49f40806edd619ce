package dataverse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// deliver sends rows until each is done or rejected. Maybe says that an earlier attempt may have done
// some. The error ends the load.
func (l *load[T]) deliver(ctx context.Context, rows []loaded[T], maybe bool) error {
	if len(rows) == 0 {
		return nil
	}
	if l.byBatch() {
		return l.singly(ctx, rows, maybe)
	}
	lost := false // an attempt with these very rows may have done them
	for try := newTry(); ; {
		err := l.message(ctx, rows)
		switch {
		case err == nil:
			return l.done(rows...)
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case try.again(err):
			lost = lost || !errors.Is(err, ErrThrottled)
			if err := try.wait(ctx, l.pace); err != nil {
				return err
			}
			continue
		case try.over:
			return fmt.Errorf("dataverse: load: %d attempts: %w", try.n, err)
		}
		return l.sortOut(ctx, rows, maybe || lost, lost, err)
	}
}

// sortOut decides about rows that the server refused together.
func (l *load[T]) sortOut(ctx context.Context, rows []loaded[T], maybe, lost bool, err error) error {
	duplicate := l.options.Mode == LoadCreate && isCode(err, codeDuplicate)
	switch {
	case l.hopeless(err):
		return err
	case noMessage(err):
		l.mu.Lock()
		l.batches = true
		l.mu.Unlock()
		return l.singly(ctx, rows, maybe)
	case duplicate && lost && l.facts.atomic() && allOwn(rows) && !l.check.resumed:
		return l.done(rows...) // all or none were made, and by nobody else: not even by an earlier run, in other company
	case duplicate || len(rows) <= sortOut:
		return l.singly(ctx, rows, maybe)
	}
	half := len(rows) / 2
	if err := l.deliver(ctx, rows[:half], maybe); err != nil {
		return err
	}
	return l.deliver(ctx, rows[half:], maybe)
}

func allOwn[T any](rows []loaded[T]) bool {
	for _, r := range rows {
		if !r.own {
			return false
		}
	}
	return true
}

func (l *load[T]) byBatch() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.batches
}

// noMessage reports whether the table does not know the message for many rows (Dataverse facts 5.16).
func noMessage(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.StatusCode == http.StatusNotImplemented || e.StatusCode == http.StatusMethodNotAllowed ||
		e.Code == "0x80060888" && e.StatusCode == http.StatusNotFound)
}

// hopeless reports whether no row can be done: who sends them is not let in, or has done none and
// lacks a privilege.
func (l *load[T]) hopeless(err error) bool {
	link, broken := BrokenLink(err)
	switch {
	case !broken:
		return false
	case link == LinkPrivilege:
		l.mu.Lock()
		defer l.mu.Unlock()
		return l.progress.Rows+l.progress.Skipped == 0
	}
	return link != LinkRow
}

// message sends rows by the message for many.
func (l *load[T]) message(ctx context.Context, rows []loaded[T]) error {
	name := [...]string{LoadCreate: "CreateMultiple", LoadUpdate: "UpdateMultiple", LoadUpsert: "UpsertMultiple"}[l.options.Mode]
	m := &targets[T]{table: l.table, facts: l.facts, message: name, body: []byte(`{"Targets":[`)}
	for i := range rows {
		m.body = append(comma(m.body), rows[i].body...)
	}
	if err := l.pace.gate(ctx); err != nil {
		return err
	}
	began := time.Now()
	a, err := m.send(ctx, true)
	var h http.Header
	if a != nil {
		h = a.Header
	}
	l.sent(len(rows), time.Since(began), h, err)
	return err
}

// singly sends rows each by itself, in batches, and tells what becomes of each.
func (l *load[T]) singly(ctx context.Context, rows []loaded[T], maybe bool) error {
	for try := newTry(); len(rows) > 0; {
		if err := l.pace.gate(ctx); err != nil {
			return err
		}
		b := l.table.client.Batch()
		outcomes := make([]func() error, len(rows))
		for i := range rows {
			outcomes[i] = l.request(b, &rows[i])
		}
		for _, u := range b.units {
			u.maybe = maybe
		}
		began := time.Now()
		_, whole := b.do(ctx, true)
		l.sent(len(rows), time.Since(began), http.Header{}, whole)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var err error
		if rows, err = l.settle(rows, outcomes, whole); err != nil || len(rows) == 0 {
			return err
		}
		if whole == nil {
			whole = ErrUnavailable
		}
		if !try.again(whole) {
			return fmt.Errorf("dataverse: load: %d attempts: %w", try.n, whole)
		}
		maybe = maybe || !errors.Is(whole, ErrThrottled)
		if err := try.wait(ctx, l.pace); err != nil {
			return err
		}
	}
	return nil
}

// settle takes up what became of rows, and gives those that must be sent again.
func (l *load[T]) settle(rows []loaded[T], outcomes []func() error, whole error) (again []loaded[T], err error) {
	var done []loaded[T]
	for i, r := range rows {
		switch err := outcomes[i](); {
		case err == nil, l.options.Mode == LoadCreate && r.own && isCode(err, codeDuplicate):
			done = append(done, r)
		case l.hopeless(err):
			return nil, err
		case errors.Is(err, ErrThrottled), passing(err) && (whole != nil || errors.Is(err, ErrUnavailable)):
			again = append(again, r)
		default:
			if err := l.reject(r, err); err != nil {
				return nil, err
			}
		}
	}
	return again, l.done(done...)
}

// request puts a row into a batch.
func (l *load[T]) request(b *Batch, r *loaded[T]) (outcome func() error) {
	t := l.table.In(b)
	switch l.options.Mode {
	case LoadUpdate:
		return t.Update(r.key, r.row, &UpdateOptions{Only: l.options.Only, Clear: l.options.Clear}).Err
	case LoadUpsert:
		return t.Upsert(r.key, r.row, &UpsertOptions{Only: l.options.Only, Clear: l.options.Clear}).Err
	case LoadDelete:
		return t.Delete(r.key, nil).Err
	}
	f := t.Create(r.row, &CreateOptions{Only: l.options.Only})
	f.part.request.body, f.part.request.repeatable = r.body, true // it has the id, whatever the row type
	f.part.forgives = func(err error) bool { return isCode(err, codeDuplicate) }
	return f.Err
}

// try counts the attempts with the same rows.
type try struct {
	n, throttled int
	over         bool // too many
	last         error
}

func newTry() *try { return &try{} }

// again reports whether to send the rows once more.
func (t *try) again(err error) bool {
	t.last = err
	switch {
	case errors.Is(err, ErrThrottled):
		t.throttled++
		t.over = t.throttled >= maxThrottled
	case passing(err):
		t.n++
		t.over = t.n >= maxLoadTries
	default:
		return false
	}
	return !t.over
}

// wait waits before the next attempt: after a refusal as long as the server said, which the gate does,
// after a failure longer each time.
func (t *try) wait(ctx context.Context, p *pace) error {
	if errors.Is(t.last, ErrThrottled) {
		return p.gate(ctx)
	}
	d := min(50*time.Millisecond<<min(t.n, 10), 30*time.Second)
	return pause(ctx, d/2+rand.N(d/2))
}
