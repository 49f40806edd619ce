package dataverse

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

const (
	// maxLoadTries is how often rows are sent that fail in passing, before the load gives up: with every
	// third request failing, one group of rows in a billion.
	maxLoadTries = 20
	// maxThrottled is how often in a row the same rows are refused for the limits.
	maxThrottled = 100
	// sortOut is how many rows of a message that failed are sent each by itself, to see which was at fault.
	sortOut = 32
)

// load is a load that runs.
type load[T any] struct {
	table   *TableOf[T]
	options LoadOptions
	facts   *facts
	pace    *pace
	began   time.Time

	cancel context.CancelCauseFunc
	busy   sync.WaitGroup

	mu       sync.Mutex
	check    *checkpoint
	progress LoadReport
	meter    meter
	shown    time.Time
	batches  bool // each row by itself
}

// loaded is a row on its way.
type loaded[T any] struct {
	index int64
	row   T
	key   Key  // by which the row is found; for those made, its id
	own   bool // the load made the id: nobody else's row has it
	body  []byte
}

func newLoad[T any](ctx context.Context, t *TableOf[T], o LoadOptions) (*load[T], error) {
	if t.err != nil {
		return nil, t.err
	}
	if o.Mode < LoadCreate || o.Mode > LoadDelete || len(o.Key) > 0 && o.Mode == LoadCreate {
		return nil, fmt.Errorf("dataverse: load: mode %d with %d key columns", o.Mode, len(o.Key))
	}
	f, err := t.client.factsOf(ctx, t.set)
	if err != nil {
		return nil, err
	}
	check, err := openCheckpoint(o.Checkpoint, t.set, o.Mode, t.client.newID())
	if err != nil {
		return nil, err
	}
	return &load[T]{
		table: t, options: o, facts: f, check: check, batches: o.RowByRow || o.Mode == LoadDelete,
		pace: newPace(o.MaxRows, o.MaxParallel), began: time.Now(),
	}, nil
}

// run reads the rows and hands them on in groups.
func (l *load[T]) run(ctx context.Context, rows iter.Seq2[T, error]) error {
	// The load repeats by itself, so that it learns of every refusal.
	ctx = policy.WithRetryOptions(ctx, policy.RetryOptions{MaxRetries: -1})
	ctx, l.cancel = context.WithCancelCause(ctx)
	defer l.cancel(nil)
	err := l.feed(ctx, rows)
	if err != nil {
		l.cancel(err)
	}
	l.busy.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	err = errors.Join(err, l.check.save())
	l.show(true)
	return err
}

func (l *load[T]) feed(ctx context.Context, rows iter.Seq2[T, error]) error {
	var group []loaded[T]
	index := int64(-1)
	for row, err := range rows {
		if err != nil {
			return err
		}
		index++
		if l.skips(index) {
			continue
		}
		one, err := l.take(index, row)
		if err != nil {
			if err := l.reject(one, err); err != nil {
				return err
			}
			continue
		}
		if group = append(group, one); len(group) < l.pace.rows() {
			continue
		}
		if err := l.start(ctx, group); err != nil {
			return err
		}
		group = nil
	}
	if len(group) == 0 {
		return ctx.Err()
	}
	return l.start(ctx, group)
}

// skips reports whether an earlier run did the row.
func (l *load[T]) skips(index int64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := l.check.has(index)
	if done {
		l.progress.Skipped++
	}
	return done
}

// take names a row: by its key, or by an id of the load's own making, which goes into the row.
func (l *load[T]) take(index int64, row T) (one loaded[T], err error) {
	one = loaded[T]{index: index, row: row}
	if len(l.options.Key) > 0 {
		one.key, err = l.table.altKey(&one.row, l.options.Key)
	} else {
		var id ID
		id, err = l.table.keyWithin(&one.row, l.facts)
		if id.IsZero() && l.options.Mode == LoadCreate {
			id, one.own, err = l.check.id(index), true, nil
			one.row = l.table.withKey(one.row, l.facts, id)
		}
		one.key = id
	}
	if err == nil && l.options.Mode != LoadDelete {
		one.body, err = l.write(&one)
	}
	return one, err
}

// write gives the row as messages have it.
func (l *load[T]) write(r *loaded[T]) ([]byte, error) {
	m := targets[T]{table: l.table, facts: l.facts}
	_, untyped := any(r.row).(Row)
	encoding := encodeOptions{only: l.options.Only, clear: l.options.Clear}
	if _, byID := r.key.(ID); byID && (untyped && l.options.Only == nil || l.options.Mode == LoadCreate && l.table.codec.key >= 0) {
		err := m.add(&r.row, "", encoding) // the row names itself
		return m.body, err
	}
	prefix, err := m.naming(r.key)
	if err == nil {
		encoding.noKey = true
		err = m.add(&r.row, prefix, encoding)
	}
	return m.body, err
}

// altKey reads the columns of an alternate key from a row.
func (t *TableOf[T]) altKey(row *T, columns []string) (AltKey, error) {
	key := AltKey{}
	v := reflect.ValueOf(row).Elem()
	for _, column := range columns {
		if r, is := any(*row).(Row); is {
			key[column], is = r.value(column)
			if !is {
				return nil, fmt.Errorf("dataverse: row of %s: no column %s", t.set, column)
			}
			continue
		}
		for _, f := range t.codec.fields {
			if f.column != column {
				continue
			}
			if value, err := v.FieldByIndexErr(f.index); err == nil {
				key[column] = value.Interface()
			}
		}
		if key[column] == nil {
			return nil, fmt.Errorf("dataverse: row of %s: no column %s", t.set, column)
		}
	}
	_, err := key.keyPath()
	return key, err
}

// withKey gives the row with an id. A row type without a key field gets it when it is written.
func (t *TableOf[T]) withKey(row T, f *facts, id ID) T {
	if r, is := any(row).(Row); is {
		other := Row{f.PrimaryIdAttribute: id}
		for name, value := range r {
			other[name] = value
		}
		return any(other).(T)
	}
	if t.codec.key >= 0 {
		at(reflect.ValueOf(&row).Elem(), t.codec.fields[t.codec.key].index).Set(reflect.ValueOf(id))
	}
	return row
}

// start sends a group of rows, as soon as there is room.
func (l *load[T]) start(ctx context.Context, group []loaded[T]) error {
	if err := l.pace.begin(ctx); err != nil {
		return err
	}
	l.busy.Go(func() {
		defer l.pace.end()
		if err := l.deliver(ctx, group, false); err != nil {
			l.cancel(err)
		}
	})
	return nil
}

// done notes rows that the server has.
func (l *load[T]) done(rows ...loaded[T]) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range rows {
		l.check.add(r.index)
	}
	l.progress.Rows += int64(len(rows))
	l.show(false)
	if time.Since(l.check.saved) < time.Second {
		return nil
	}
	return l.check.save()
}

// reject sorts a row out. The error ends the load.
func (l *load[T]) reject(r loaded[T], why error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.check.add(r.index)
	l.progress.Rejected++
	if l.options.OnReject != nil {
		id, _ := r.key.(ID)
		l.options.OnReject(Rejected{Index: r.index, Row: r.row, ID: id, Err: why})
	}
	if most := l.options.MaxRejects; most > 0 && l.progress.Rejected > most {
		return fmt.Errorf("dataverse: load: more than %d rows were rejected, the last: %w", most, why)
	}
	return nil
}

// show reports progress, not too often.
func (l *load[T]) show(last bool) {
	if l.options.Progress == nil || !last && time.Since(l.shown) < 200*time.Millisecond {
		return
	}
	l.shown = time.Now()
	l.options.Progress(l.figures().Progress)
}

// figures sums up what there is so far.
func (l *load[T]) figures() LoadReport {
	r := l.progress
	r.Time = time.Since(l.began)
	r.PerSecond = float64(r.Rows) / max(r.Time.Seconds(), 1e-9)
	r.Parallel, r.RowsPerRequest, _ = l.pace.now()
	return r
}

func (l *load[T]) report() LoadReport {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.figures()
	took := l.meter.sorted()
	r.Median, r.P95 = quantile(took, 50), quantile(took, 95)
	return r
}

// sent notes an attempt.
func (l *load[T]) sent(rows int, took time.Duration, h http.Header, err error) {
	var e *Error
	slow := errors.Is(err, context.DeadlineExceeded)
	if errors.As(err, &e) {
		slow = e.StatusCode == http.StatusRequestTimeout || e.StatusCode == http.StatusGatewayTimeout || e.StatusCode == http.StatusRequestEntityTooLarge
	}
	l.mu.Lock()
	l.progress.Requests++
	switch {
	case err == nil:
		l.meter.add(took)
	case errors.Is(err, ErrThrottled):
		l.progress.ThrottledRequests++
	case passing(err):
		l.progress.FailedRequests++
	}
	l.mu.Unlock()
	switch {
	case err == nil:
		l.pace.went(rows, took, h)
	case errors.Is(err, ErrThrottled):
		l.pace.refused(max(waitOf(err), 10*time.Millisecond))
	case passing(err) || slow:
		l.pace.failed(slow)
	}
}

// waitOf is how long the server wants the client to wait.
func waitOf(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// passing reports whether an error may be gone at the next attempt: all that is no answer, and answers
// of a server that is not well.
func passing(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return errors.Is(err, ErrUnavailable)
	}
	var auth *AuthenticationError
	return err != nil && !errors.As(err, &auth) && !errors.Is(err, context.Canceled)
}
