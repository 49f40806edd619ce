package usage

import (
	"cmp"
	"slices"
	"time"

	"github.com/stead-s2s/stead/environment/internal/meta"
)

// Who is whose usage it is: the authenticated user, and its application when it is
// an application user.
type Who struct{ User, Application meta.ID }

// Refusal is which limit refused a request.
type Refusal uint8

// The limits that refuse. Let means that none did.
const (
	Let Refusal = iota
	ByRequests
	ByTime
	ByConcurrency
	ByEntitlement
	refusals
	// ByFault is none of the limits: a fault injected on purpose answered, or nothing did. It
	// counts among the faults alone, so that what limits refused stays true.
	ByFault
)

// String names the refusal as metrics and rows do.
func (r Refusal) String() string {
	return [...]string{"none", "requests", "time", "concurrency", "entitlement", "", "fault"}[r]
}

// Event is one request.
type Event struct {
	Who
	At         time.Time // when it ended
	Refused    Refusal   // with one, only At and Running are looked at
	Operations int64     // what it counts for as entitlement: one, or those inside a batch
	Elapsed    time.Duration
	Running    int64 // of the user at once, when it came
	In, Out    int64 // bytes of bodies
	Fault      bool  // a fault was injected on purpose
}

// Counts is what many events come to.
type Counts struct {
	Requests, Operations int64
	Refused              [refusals]int64 // by Refusal; Requests holds none of them
	Faults               int64
	Execution            time.Duration
	Peak                 int64 // most at once
	Latency              Histogram
	In, Out              int64 // bytes
}

func (c *Counts) count(e *Event) {
	c.Peak = max(c.Peak, e.Running)
	if e.Fault {
		c.Faults++
	}
	if e.Refused == ByFault {
		return
	}
	if e.Refused != Let {
		c.Refused[e.Refused]++
		return
	}
	c.Requests++
	c.Operations += e.Operations
	c.Execution += e.Elapsed
	c.Latency.Add(e.Elapsed)
	c.In += e.In
	c.Out += e.Out
}

// Plus merges other into c.
func (c *Counts) Plus(other Counts) {
	c.Requests += other.Requests
	c.Operations += other.Operations
	for i, n := range other.Refused {
		c.Refused[i] += n
	}
	c.Faults += other.Faults
	c.Execution += other.Execution
	c.Peak = max(c.Peak, other.Peak)
	for i, n := range other.Latency {
		c.Latency[i] += n
	}
	c.In += other.In
	c.Out += other.Out
}

// Row is the usage of one user during one minute or one hour.
type Row struct {
	Who
	Start time.Time // UTC
	Span  time.Duration
	Counts
}

// key is what makes a row; rows of one key are merged.
type key struct {
	Who
	start int64 // Unix seconds
	span  time.Duration
}

func (r *Row) key() key { return key{r.Who, r.Start.Unix(), r.Span} }

// sortRows orders by time, then user.
func sortRows(rows []Row) {
	slices.SortFunc(rows, func(a, b Row) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Span, b.Span), slices.Compare(a.User[:], b.User[:]), slices.Compare(a.Application[:], b.Application[:]))
	})
}

// merge joins rows of one key and sorts.
func merge(lists ...[]Row) []Row {
	at := map[key]int{}
	var all []Row
	for _, list := range lists {
		for _, r := range list {
			if i, ok := at[r.key()]; ok {
				all[i].Plus(r.Counts)
				continue
			}
			at[r.key()] = len(all)
			all = append(all, r)
		}
	}
	sortRows(all)
	return all
}

// Query is which rows to read: of one user (zero: all), that begin in [From, To).
type Query struct {
	User     meta.ID
	From, To time.Time
}

func (q Query) holds(r *Row) bool {
	return (q.User.IsZero() || q.User == r.User) && !r.Start.Before(q.From) && r.Start.Before(q.To)
}
