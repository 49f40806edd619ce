package dataverse

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
)

// LoadMode is what a load does with each row.
type LoadMode int

// What a load does with each row.
const (
	LoadCreate LoadMode = iota // make it
	LoadUpdate                 // change it; it must exist
	LoadUpsert                 // change it or make it
	LoadDelete                 // delete it: only its key counts
)

// LoadOptions are for [TableOf.Load]. The zero value creates rows as fast as the server takes them.
type LoadOptions struct {
	Mode LoadMode
	// Key names the columns of the alternate key by which rows are found, instead of their primary key.
	// LoadCreate needs none.
	Key []string
	// Only names the columns to send, whatever their values; Clear those to empty.
	Only, Clear []string

	// Checkpoint is a file that remembers which rows are done. A load of the same rows in the same order
	// with the same file goes on where the last one stopped, and makes no row twice. The file stays
	// when all is done, so that once more does nothing.
	Checkpoint string

	// OnReject is told of each row that the server does not take, one at a time. The load goes on, until
	// there are more of them than MaxRejects, if that is not 0.
	OnReject   func(Rejected)
	MaxRejects int64

	// Progress is told how far the load is: several times a second while rows go in, one call at a time.
	Progress func(Progress)

	MaxRows     int // in one request; 1,000
	MaxParallel int // requests at once; 52, or what the server recommends if that is less
	// RowByRow sends every row by itself, many in a batch, instead of by the message for many rows. The load
	// does so by itself where the table knows no such message. A row that fails then leaves the others alone,
	// and all is slower.
	RowByRow bool
}

// Rejected is a row that the server does not take.
type Rejected struct {
	Index int64 // of the row in the sequence, from 0
	Row   any   // of the row type
	ID    ID    // zero where an alternate key names the row
	Err   error
}

// Progress is how far a load is.
type Progress struct {
	Rows              int64 // done by this run
	Skipped           int64 // done by earlier runs
	Rejected          int64
	ThrottledRequests int64   // refused for the limits
	PerSecond         float64 // rows of this run
	Parallel          int     // requests that may be on their way now
	RowsPerRequest    int     // now
}

// LoadReport is what a load did.
type LoadReport struct {
	Progress
	Requests       int64         // sent, each attempt counted
	FailedRequests int64         // those that failed in passing and were sent again, beside those throttled
	Time           time.Duration // the whole load
	Median         time.Duration // of requests that went well
	P95            time.Duration // so long or shorter took 95 in 100 of them
}

// String gives the report on one line.
func (r LoadReport) String() string {
	parts := []string{grouped(r.Rows) + " rows"}
	for _, p := range []struct {
		n    int64
		what string
	}{{r.Skipped, "done before"}, {r.Rejected, "rejected"}, {r.ThrottledRequests, "throttled requests"}, {r.FailedRequests, "failed requests repeated"}} {
		if p.n > 0 {
			parts = append(parts, grouped(p.n)+" "+p.what)
		}
	}
	parts = append(parts, fmt.Sprintf("%s (%s rows/s)", r.Time.Round(10*time.Millisecond), grouped(int64(r.PerSecond))))
	parts = append(parts, fmt.Sprintf("%s requests, median %s, p95 %s", grouped(r.Requests), r.Median.Round(time.Millisecond), r.P95.Round(time.Millisecond)))
	return strings.Join(parts, ", ")
}

// grouped writes a number with commas.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Each makes a sequence as Load takes it from one that cannot fail, such as slices.Values(rows).
func Each[T any](rows iter.Seq[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Load sends any number of rows, as fast as the server takes them: [Each] of a slice, or whatever gives
// rows, such as [TableOf.All] of another table. It finds out how many rows to send in a request and how
// many requests at a time, by how long they take, how many the server recommends and what it
// refuses. Few rows are in memory at any time. Rows go in in no certain order.
//
// Every row is done once, though requests be throttled, fail or lose their answers: the client chooses
// the ids of rows that have none, and finds them again. (Where rows bring their own ids, one that
// is taken counts as made by this load only if an answer was lost.) A row that the server does not take is
// sorted out of those that travelled with it, and told to OnReject.
//
// The error is that of the sequence or the context, or says why the load cannot go on, such as a
// lack of privileges; the report is good in any case.
func (t *TableOf[T]) Load(ctx context.Context, rows iter.Seq2[T, error], o *LoadOptions) (report LoadReport, err error) {
	ctx, end := t.span(ctx, "Load")
	defer func() { end(err) }()
	if o == nil {
		o = &LoadOptions{}
	}
	l, err := newLoad(ctx, t, *o)
	if err != nil {
		return LoadReport{}, err
	}
	err = l.run(ctx, rows)
	return l.report(), err
}

// quantile gives a duration that so many in a hundred do not exceed.
func quantile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)-1)*percent/100]
}

// meter keeps how long requests took: all of them up to a bound, then every second, and so on.
type meter struct {
	took  []time.Duration
	every int
	n     int
}

func (m *meter) add(d time.Duration) {
	const most = 1 << 13
	m.every = max(m.every, 1)
	if m.n++; m.n%m.every != 0 {
		return
	}
	if m.took = append(m.took, d); len(m.took) == most {
		m.every *= 2
		for i := range most / 2 {
			m.took[i] = m.took[2*i]
		}
		m.took = m.took[:most/2]
	}
}

func (m *meter) sorted() []time.Duration { return slices.Sorted(slices.Values(m.took)) }
